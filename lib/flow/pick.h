/* SPDX-License-Identifier: MIT */
/*
 * Whose turn `distributed` is: only the process that carries a plan out can
 * fix it, under the client's lock.
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

#endif
