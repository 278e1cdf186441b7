/* SPDX-License-Identifier: MIT */
/*
 * replay's work: what is open and due comes out of the journal again, oldest
 * first and every client in order. Emitting is a transaction: hidden for five
 * minutes, committed, then printed; after a crash it is seen again.
 */
#ifndef FLOW_EMIT_H
#define FLOW_EMIT_H

#include "base/buf.h"
#include "journal/journal.h"

#include <stddef.h>

enum {
	EMIT_HIDE_MS = 300000, /* how long an emitted record is hidden */
	EMIT_OUT_MAX = 1024,   /* emitted and not finished at one time */
};

struct emitter;

/* Records younger than since (ms) are emitted. */
struct emitter *emt_new(struct journal *j, int64_t since);
void emt_free(struct emitter *m);

/*
 * Emit the next batch through out. 1: there was something; 0: nothing is due;
 * 2: as many are out as may be, wait and call again. -1 on failure.
 */
int emt_step(struct emitter *m,
    int (*out)(void *ctx, struct span line, struct err *e), void *ctx,
    struct err *e);
/* How many were emitted. */
long emt_emitted(const struct emitter *m);
/* How many of the emitted ones are not finished and still hidden; or -1. */
long emt_out(struct emitter *m, struct err *e);

#endif
