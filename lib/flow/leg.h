/* SPDX-License-Identifier: MIT */
/*
 * Further legs of a transferred call: rows of their own in the log, marked
 * `leg`. The journal says which call one belongs to; that call's recording and
 * answerer stand.
 */
#ifndef FLOW_LEG_H
#define FLOW_LEG_H

#include "flow/decide.h"

enum leg {
	LEG_NONE, /* a call of its own */
	LEG_OF,   /* *main is the key of its call's record; free() it */
	LEG_WAIT, /* its call may still come: not before *until */
	LEG_FAIL,
};

/* Why such a record is skipped: this text and the key of its call's record. */
#define LEG_TEXT "leg of "
/* The key in a reason that says so; NULL if reason is another, or NULL. */
const char *leg_reason(const char *reason);

/* call is its own call's key; last is client.last, or NULL. */
enum leg leg_of(const struct decider *d, struct rec *rec, const char *call,
    const char *last, char **main, int64_t *until, struct err *e);

#endif
