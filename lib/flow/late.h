/* SPDX-License-Identifier: MIT */
/*
 * Missed calls that replay brings late: the first of a client's makes one task,
 * which names the others; theirs are skipped `in KEY`. So nobody finds five
 * tasks to call the same client back.
 */
#ifndef FLOW_LATE_H
#define FLOW_LATE_H

#include "flow/decide.h"

/*
 * r is about to begin with this plan. If it is a late missed call that replay
 * has brought, its open tasks name the client's other late missed calls that
 * are open, and the journal remembers which they are. Nothing to do: plan and
 * journal stay as they are.
 */
int late_gather(const struct decider *d, const struct keys *k,
    const struct jnl_record *r, json_t *plan, struct err *e);
/*
 * 1 if r, whose plan has this task, is a missed call that is named in another
 * task that was made: *key is that one's (free() it). 0: make it.
 */
int late_named(const struct decider *d, const struct keys *k,
    const struct jnl_record *r, const json_t *action, char **key,
    struct err *e);

#endif
