/* SPDX-License-Identifier: MIT */
/*
 * What may still change in a call that has been carried out: its recording,
 * status, seconds and analysis. All else of a record stays as it was first.
 */
#ifndef CALL_CHANGE_H
#define CALL_CHANGE_H

#include "call/rec.h"

#include <stdbool.h>

enum { CHANGE_HASH = 17 };

/*
 * Does `now` say something of these that `had` doesn't say, or says otherwise?
 * What `now` lacks has not changed; blanks and the order of keys don't count.
 */
bool change_differs(struct rec *now, struct rec *had);
/* 16 hex digits that stand for the values of these in r, and a NUL. */
void change_hash(struct rec *r, char out[CHANGE_HASH]);

#endif
