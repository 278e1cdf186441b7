/* SPDX-License-Identifier: MIT */
#include "flow/upkeep.h"

#include "base/clock.h"
#include "io/fsx.h"
#include "journal/expire.h"

enum {
	EVERY_MS = 10000,
	END_MS = 2000,
	KIB = 1024,
	MIN_FREE = 256 * KIB * KIB,
	MIN_FREE_PART = 50, /* of the disk */
};

void
upkeep_open(struct upkeep *u, const struct setup *su)
{
	*u = (struct upkeep){.su = su, .done = clock_mono()};
}

/* A batch; how many left the journal, or -1. */
static int
expire(struct upkeep *u, struct err *e)
{
	u->done = clock_mono();
	return jnl_expire(
	    u->su->journal, clock_now() - u->su->project.keep_ms, e);
}

int
upkeep_run(struct upkeep *u, struct err *e)
{
	if (clock_mono() - u->done < EVERY_MS)
		return 0;
	return expire(u, e) < 0 ? -1 : 0;
}

int
upkeep_end(struct upkeep *u, struct err *e)
{
	int64_t until = clock_mono() + END_MS;
	int n = 1;

	while (n > 0 && clock_mono() < until)
		n = expire(u, e);
	return n < 0 ? -1 : 0;
}

bool
upkeep_has_room(const struct upkeep *u, struct err *e)
{
	const struct project *p = &u->su->project;
	int64_t avail, all, least = p->min_free;

	if (fsx_space(p->dir, &avail, &all, e) < 0)
		return false;
	if (least < 0) {
		least = all / MIN_FREE_PART;
		if (least > MIN_FREE)
			least = MIN_FREE;
	}
	if (avail >= least)
		return true;
	err_set(e, ERR_IO,
	    "only %lld KiB are free on the disk of %s, less than min-free, "
	    "%lld KiB; make room, then feed the rest of the input again",
	    (long long)(avail / KIB), p->dir, (long long)(least / KIB));
	return false;
}
