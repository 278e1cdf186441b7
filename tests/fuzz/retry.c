/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: Retry-After, of an answer whose Date is behind the first line
 * feed. What is waited is whole seconds of a day; another clock of ours
 * changes nothing where the server's is known.
 */
#include "net/retry.h"

#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	const char *end = size ? memchr(p, '\n', size) : NULL;
	struct span value = {p, end ? (size_t)(end - p) : size};
	struct span date = {end ? end + 1 : NULL, end ? size - value.n - 1 : 0};
	struct span none = {NULL, 0};
	const int64_t now = INT64_C(1795168800000);
	int64_t ms = retry_after(value, date, now), s;

	must(ms >= 0 && ms <= INT64_C(86400000), "at most a day");
	must(ms % 1000 == 0, "whole seconds");
	if (str_num(value, 0, 86400, &s))
		must(ms == s * 1000, "a number is seconds");
	if (retry_after(date, none, 0) > 0) /* so Date is a date, or a number */
		must(!str_num(date, INT64_MIN, INT64_MAX, &s) ||
			 ms == retry_after(value, none, now),
		    "a number is no date");
	must(retry_after(value, none, INT64_MAX) <= INT64_C(86400000),
	    "a clock that is far ahead");
	must(retry_after(value, none, INT64_MIN) <= INT64_C(86400000),
	    "a clock that is far behind");
	return 0;
}
