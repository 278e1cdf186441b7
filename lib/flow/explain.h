/* SPDX-License-Identifier: MIT */
/* A decision in words: what `ringo-match --explain` prints for a record. */
#ifndef FLOW_EXPLAIN_H
#define FLOW_EXPLAIN_H

#include "flow/decide.h"

/* The block's first line: key, time, client. */
void explain_head(struct rec *rec, const struct keys *k, struct buf *out);
/* One action of a plan, a line. */
void explain_action(const json_t *action, struct buf *out);
/*
 * What is known of the client and from where (a static phrase), how the matrix
 * decided, what will be made. plan is the one that was made on this view.
 */
void explain_plan(const struct decider *d, struct rec *rec, const json_t *view,
    const char *from, const json_t *plan, struct buf *out);

#endif
