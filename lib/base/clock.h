/* SPDX-License-Identifier: MIT */
/*
 * Time. Everywhere inside the toolkit an instant is milliseconds since the
 * epoch in an int64_t; text appears only at the edges.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* Now. RINGO_NOW (an RFC 3339 instant) overrides it: then time stands still. */
int64_t clock_now(void);
/* Monotonic, for durations and waits; never overridden. */
int64_t clock_mono(void);

enum { BOOT_ID_SIZE = 40 };
/*
 * Microseconds since the machine started, sleep included: the same for all
 * processes until it starts again, and then id is another. For what outlives a
 * process but not the machine.
 */
struct clock_boot {
	int64_t us;
	char id[BOOT_ID_SIZE];
};
int64_t clock_boot(void);
/* What names this run of the machine; "" where the system doesn't say. */
void clock_boot_id(char out[BOOT_ID_SIZE]);
/* For tests: from now on both come from here; NULL: from the system again. */
void clock_boot_set(const struct clock_boot *instead);

/*
 * "2026-11-21T10:00:00+02:00", also with a blank for T, with "+0200", "Z", a
 * fraction of a second (cut to ms), or without an offset: then the process's
 * zone (TZ) applies and *zoned is false. False if s is anything else.
 */
bool clock_parse(struct span s, int64_t *ms, bool *zoned);
/* Appends the instant as RFC 3339 with the offset of the process's zone. */
void clock_local(int64_t ms, struct buf *out);
/* The same in UTC with "Z", for logs. */
void clock_utc(int64_t ms, struct buf *out);

#endif
