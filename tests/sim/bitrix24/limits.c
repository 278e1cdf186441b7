/* SPDX-License-Identifier: MIT */
/*
 * Two limits: a leaky bucket of requests for the whole portal, and the seconds
 * that each method has worked within ten minutes, in buckets of one minute.
 */
#include "b24.h"

#include "base/xalloc.h"

enum { MINUTE = 60000, WINDOW = 10 };

bool
b24_draw(struct b24 *b)
{
	int64_t now = sim_now(b->sim);
	double gone = (double)(now - b->level_at) / 1000;

	b->level -= gone * (double)sim_num(b->sim, "rate");
	if (b->level < 0)
		b->level = 0;
	b->level_at = now;
	if (b->level + 1 > (double)sim_num(b->sim, "burst"))
		return false;
	b->level += 1;
	return true;
}

static int64_t
worked(const struct b24_usage *u, int64_t now, int64_t *oldest)
{
	int64_t sum = 0;

	*oldest = now / MINUTE;
	for (int i = 0; i < WINDOW; i++) {
		if (u->minute[i] <= now / MINUTE - WINDOW || !u->ms[i])
			continue;
		sum += u->ms[i];
		*oldest = u->minute[i] < *oldest ? u->minute[i] : *oldest;
	}
	return sum;
}

static struct b24_usage *
usage(struct b24 *b, const char *method)
{
	struct b24_usage *u = map_get(&b->usage, method);

	if (!u) {
		u = xcalloc(1, sizeof(*u));
		map_set(&b->usage, method, u);
	}
	return u;
}

bool
b24_may_work(struct b24 *b, const char *method)
{
	int64_t oldest, limit = sim_num(b->sim, "operating") * 1000;

	return !limit ||
	       worked(usage(b, method), sim_now(b->sim), &oldest) < limit;
}

void
b24_worked(struct b24 *b, const char *method, int64_t ms)
{
	struct b24_usage *u = usage(b, method);
	int64_t minute = sim_now(b->sim) / MINUTE;
	int i = (int)(minute % WINDOW);

	if (u->minute[i] != minute) {
		u->minute[i] = minute;
		u->ms[i] = 0;
	}
	u->ms[i] += ms;
}

void
b24_operating(
    struct b24 *b, const char *method, double *seconds, int64_t *reset_at)
{
	int64_t oldest;

	*seconds =
	    (double)worked(usage(b, method), sim_now(b->sim), &oldest) / 1000;
	*reset_at = (oldest + WINDOW) * (MINUTE / 1000);
}
