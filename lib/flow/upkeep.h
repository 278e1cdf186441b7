/* SPDX-License-Identifier: MIT */
/* push's care for the journal: old records leave it, and the disk has room. */
#ifndef FLOW_UPKEEP_H
#define FLOW_UPKEEP_H

#include "flow/setup.h"

struct upkeep {
	const struct setup *su;
	int64_t done; /* when it was last done, clock_mono */
};

void upkeep_open(struct upkeep *u, const struct setup *su);
/* Now and then a batch of old records leaves; what is open is committed. */
int upkeep_run(struct upkeep *u, struct err *e);
/* At the end: as many as leave in a second or two. */
int upkeep_end(struct upkeep *u, struct err *e);
/*
 * May new records be stored? False, and e says what to do, when less than
 * `min-free` is left: the smaller of 256 MiB and 2 % of the disk.
 */
bool upkeep_has_room(const struct upkeep *u, struct err *e);

#endif
