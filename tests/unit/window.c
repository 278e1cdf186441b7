/* SPDX-License-Identifier: MIT */
/* The replay window: today and the two days before, by the calendar. */
#include "flow/window.h"

#include "base/clock.h"
#include "base/str.h"

#include "../tap.h"

#include <stdlib.h>
#include <time.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static void
days(void)
{
	static const struct {
		const char *promise, *zone, *now, *want;
	} rows[] = {
	    {"an ordinary day", "Europe/Kyiv", "2026-11-21T12:00:00+02:00",
		"2026-11-19T00:00:00+02:00"},
	    {"its first moment", "Europe/Kyiv", "2026-11-21T00:00:00+02:00",
		"2026-11-19T00:00:00+02:00"},
	    {"its last moment", "Europe/Kyiv", "2026-11-21T23:59:59.999+02:00",
		"2026-11-19T00:00:00+02:00"},
	    {"the day is that of the zone", "Europe/Kyiv",
		"2026-11-20T22:30:00Z", "2026-11-19T00:00:00+02:00"},
	    {"west of Greenwich", "America/Chicago", "2026-11-21T03:00:00Z",
		"2026-11-18T00:00:00-06:00"},
	    {"an hour was lost in it", "Europe/Kyiv",
		"2026-03-30T12:00:00+03:00", "2026-03-28T00:00:00+02:00"},
	    {"on the day that loses an hour", "Europe/Kyiv",
		"2026-03-29T23:30:00+03:00", "2026-03-27T00:00:00+02:00"},
	    {"it begins on that day", "Europe/Kyiv",
		"2026-03-31T00:30:00+03:00", "2026-03-29T00:00:00+02:00"},
	    {"an hour came twice in it", "Europe/Kyiv",
		"2026-10-26T12:00:00+02:00", "2026-10-24T00:00:00+03:00"},
	    {"in the hour that comes twice, first", "Europe/Kyiv",
		"2026-10-25T03:30:00+03:00", "2026-10-23T00:00:00+03:00"},
	    {"... and again", "Europe/Kyiv", "2026-10-25T03:30:00+02:00",
		"2026-10-23T00:00:00+03:00"},
	    {"it begins on that day", "Europe/Kyiv",
		"2026-10-27T00:30:00+02:00", "2026-10-25T00:00:00+03:00"},
	    {"over the end of a month", "Europe/Kyiv",
		"2026-12-01T10:00:00+02:00", "2026-11-29T00:00:00+02:00"},
	    {"over the end of a year", "Europe/Kyiv",
		"2027-01-02T10:00:00+02:00", "2026-12-31T00:00:00+02:00"},
	    {"over the end of February", "Europe/Kyiv",
		"2027-03-01T10:00:00+02:00", "2027-02-27T00:00:00+02:00"},
	    {"in a leap year", "Europe/Kyiv", "2028-03-01T10:00:00+02:00",
		"2028-02-28T00:00:00+02:00"},
	    {"a day that has no midnight begins later", "Asia/Beirut",
		"2021-03-30T10:00:00+03:00", "2021-03-28T01:00:00+03:00"},
	    {"without a zone", "UTC", "2026-11-21T12:00:00Z",
		"2026-11-19T00:00:00+00:00"},
	};
	struct buf got = {0};

	for (size_t i = 0; i < LEN(rows); i++) {
		int64_t now;
		bool zoned;

		setenv("TZ", rows[i].zone, 1);
		tzset();
		if (!clock_parse(str_span(rows[i].now), &now, &zoned))
			return;
		buf_clear(&got);
		clock_local(window_start(now), &got);
		is_str(got.p, rows[i].want, "%s", rows[i].promise);
	}
	buf_free(&got);
}

int
main(void)
{
	days();
	return tap_done();
}
