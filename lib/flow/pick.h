/* SPDX-License-Identifier: MIT */
/*
 * What only the process that carries a plan out can fix, under the client's
 * lock: whose turn `distributed` is, and whether `once` lets a task pass.
 */
#ifndef FLOW_PICK_H
#define FLOW_PICK_H

#include "flow/decide.h"

/*
 * Give every action that is `to distributed` and has no owner the next of the
 * flagged employees, senior if none is flagged; in the plan itself, which is
 * frozen with its first intent.
 */
int pick_owners(const struct decider *d, json_t *plan, struct err *e);

/*
 * 1 if a task with the same text was made for this client within its `once`:
 * *key is that task's (free() it). 0: make it.
 */
int once_made(const struct decider *d, const struct keys *k, int64_t at,
    const json_t *action, char **key, struct err *e);
/* It is made: remember it. Actions without `once` are ignored. */
int once_note(const struct decider *d, const struct keys *k, int64_t at,
    const json_t *action, struct err *e);

#endif
