/* SPDX-License-Identifier: MIT */
/*
 * match's work: batches of records in, the same records with their plans out,
 * in order. Clients of a batch are looked up together.
 */
#ifndef FLOW_PLANNER_H
#define FLOW_PLANNER_H

#include "crm/engine.h"
#include "flow/decide.h"

enum { PLANNER_BATCH = 256 };

struct planner;

/* The engine and the decider stay the caller's. */
struct planner *pln_new(const struct decider *d, struct engine *g);
void pln_free(struct planner *p);

/*
 * Add a line to the batch. 0; 1 if it is no record (e says why; reject it);
 * -1 if the journal failed.
 */
int pln_add(struct planner *p, struct span line, struct err *e);
/*
 * Plan the batch and give every record to out, in order. -1 on a failure of
 * the journal or of out.
 */
int pln_run(struct planner *p,
    int (*out)(void *ctx, struct span line, struct err *e), void *ctx,
    struct err *e);
/*
 * From now on pln_run gives out, instead of each record, how its plan came
 * about: a block of text for people, its last line empty.
 */
void pln_explain(struct planner *p);
/* Records in the batch. */
size_t pln_count(const struct planner *p);

#endif
