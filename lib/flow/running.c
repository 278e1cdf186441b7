/* SPDX-License-Identifier: MIT */
#include "flow/running.h"

#include "base/clock.h"

enum { RUNNING_MS = 10 * 60 * 1000 }; /* after the call's start */

int64_t
running_until(struct rec *rec, int64_t at, int64_t got)
{
	int64_t until = (at < got ? at : got) + RUNNING_MS, seconds = -1;

	if (clock_now() >= until)
		return 0;
	if (rec_true(rec, "running"))
		return until;
	if (rec_is(rec, "outcome", "missed") &&
	    rec_int(rec, "seconds.total", &seconds) && seconds == 0)
		return until;
	return 0;
}
