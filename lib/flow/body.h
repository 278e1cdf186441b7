/* SPDX-License-Identifier: MIT */
/* A record without what the later programs add: what the journal stores. */
#ifndef FLOW_BODY_H
#define FLOW_BODY_H

#include "call/rec.h"

/* Remove skip, plan, hold and result. */
void body_strip(struct rec *r);

#endif
