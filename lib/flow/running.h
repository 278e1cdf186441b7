/* SPDX-License-Identifier: MIT */
/* Rows of calls that were, or may have been, still running when read. */
#ifndef FLOW_RUNNING_H
#define FLOW_RUNNING_H

#include "call/rec.h"

#include <stdint.h>

/*
 * When what the record says may be believed; 0: now. at is when its call
 * began, got when it came: a call dated ahead began then, at the latest.
 */
int64_t running_until(struct rec *rec, int64_t at, int64_t got);

#define RUNNING_MAYBE "the call may still run"
#define RUNNING_WAS "the call was still running when it was read"

#endif
