/* SPDX-License-Identifier: MIT */
/* Retry-After in all the ways that servers write it. */
#include "base/str.h"
#include "net/retry.h"
#include "../tap.h"

#define NOW INT64_C(1795168800000) /* Fri, 20 Nov 2026 10:00:00 GMT */
#define SERVER "Fri, 20 Nov 2026 09:00:00 GMT"
#define DAY INT64_C(86400000)

static const struct {
	const char *value, *date;
	int64_t ms;
} rows[] = {
    {"0", "", 0},
    {"1", "", 1000},
    {"120", "", 120000},
    {" 7\t", "", 7000},
    {"007", "", 7000},
    {"86399", "", DAY - 1000},
    {"86400", "", DAY},
    {"86401", "", DAY},
    {"99999999999999999999999999", "", DAY},
    {"1.0", "", 1000},
    {"1.2", "", 2000},
    {"0.001", "", 1000},
    {"86400.5", "", DAY},
    {"2.", "", 2000},
    /* Nonsense is as if nothing was said. */
    {"", "", 0},
    {" ", "", 0},
    {"-1", "", 0},
    {"+5", "", 0},
    {"5s", "", 0},
    {"5, 7", "", 0},
    {".5", "", 0},
    {"1.5.2", "", 0},
    {"0x10", "", 0},
    {"1e3", "", 0},
    {"soon", "", 0},
    {"2026-11-20T10:00:05Z", "", 0},
    {"Fri, 20 Nov 2026 10:00:05", "", 0},
    {"Fri, 20 Nov 2026 10:00:05 GMT+2", "", 0},
    {"Fri, 20 Nov 2026 10:00:05 GMT, and then some more of it, too long to "
     "be one",
	"", 0},
    /* The three forms of a date. */
    {"Fri, 20 Nov 2026 10:00:05 GMT", "", 5000},
    {"Friday, 20-Nov-26 10:00:05 GMT", "", 5000},
    {"Fri Nov 20 10:00:05 2026", "", 5000},
    {"Fri, 20 Nov 2026 09:59:59 GMT", "", 0},
    {"Mon, 01 Jan 1900 00:00:00 GMT", "", 0},
    {"Sat, 21 Nov 2026 10:00:00 GMT", "", DAY},
    {"Fri, 31 Dec 9999 23:59:59 GMT", "", DAY},
    /* By the clock that wrote it. */
    {"Fri, 20 Nov 2026 09:00:09 GMT", SERVER, 9000},
    {"Fri, 20 Nov 2026 09:00:00 GMT", SERVER, 0},
    {"Fri, 20 Nov 2026 10:00:09 GMT", "yesterday", 9000},
    {"30", SERVER, 30000},
};

int
main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_int(retry_after(str_span(rows[i].value),
			   str_span(rows[i].date), NOW),
		    rows[i].ms, "\"%s\" of \"%s\"", rows[i].value,
		    rows[i].date);
	is_int(retry_after((struct span){NULL, 0}, (struct span){NULL, 0}, NOW),
	    0, "no header at all");
	is_int(retry_after((struct span){"5\0007", 3}, str_span(""), NOW), 0,
	    "a NUL inside");
	return tap_done();
}
