/* SPDX-License-Identifier: MIT */
#include "net/retry.h"

#include "base/str.h"

enum { VALUE_MAX = 64 };
#define DAY_S INT64_C(86400)

/* Seconds, rounded up; -1 if it is no number. */
static int64_t
seconds(struct span s)
{
	bool fraction = false;
	int64_t n = 0;
	size_t i = 0;

	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		if (n <= DAY_S)
			n = n * 10 + (s.p[i] - '0');
	if (i == 0)
		return -1;
	if (i < s.n && s.p[i] == '.') {
		while (++i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
			fraction |= s.p[i] > '0';
	}
	return i == s.n ? n + fraction : -1;
}

/* One of the three forms that HTTP knows, in seconds since the epoch; or -1. */
static int64_t
instant(struct span s)
{
	static const char *const forms[] = {"%a, %d %b %Y %H:%M:%S GMT",
	    "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"};
	char text[VALUE_MAX];

	if (s.n == 0 || s.n >= sizeof(text) || memchr(s.p, '\0', s.n))
		return -1;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tm tm = {0};
		const char *end = strptime(text, forms[i], &tm);

		if (end && *end == '\0')
			return timegm(&tm);
	}
	return -1;
}

int64_t
retry_after(struct span value, struct span date, int64_t now_ms)
{
	int64_t s = seconds(str_trim(value)), from;

	if (s < 0) {
		s = instant(str_trim(value));
		if (s < 0)
			return 0;
		from = instant(str_trim(date));
		s -= from < 0 ? now_ms / 1000 : from;
	}
	if (s <= 0)
		return 0;
	return (s < DAY_S ? s : DAY_S) * 1000;
}
