/* SPDX-License-Identifier: MIT */
/*
 * Tasks that another one stands for: `once` of the matrix. Only the process
 * that carries a plan out can say, under the client's lock.
 */
#ifndef FLOW_ONCE_H
#define FLOW_ONCE_H

#include "flow/decide.h"

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
