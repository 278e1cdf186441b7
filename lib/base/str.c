/* SPDX-License-Identifier: MIT */
#include "base/str.h"

struct span
str_span(const char *s)
{
	return (struct span){s, s ? strlen(s) : 0};
}

bool
str_eq(struct span a, const char *b)
{
	return str_same(a, str_span(b));
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
str_ieq(struct span a, const char *b)
{
	for (size_t i = 0; i < a.n; i++)
		if (!b[i] || lower(a.p[i]) != lower(b[i]))
			return false;
	return a.p && b[a.n] == '\0';
}

bool
str_same(struct span a, struct span b)
{
	return a.p && b.p && a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span
str_trim(struct span s)
{
	while (s.n && blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool
str_num(struct span s, int64_t min, int64_t max, int64_t *out)
{
	bool neg = s.n && s.p[0] == '-';
	int64_t v = 0;

	if (s.n == (size_t)neg)
		return false;
	for (size_t i = neg; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_sub_overflow(v, s.p[i] - '0', &v))
			return false; /* kept negative: INT64_MIN fits */
	}
	if (!neg && __builtin_sub_overflow(0, v, &v))
		return false;
	if (v < min || v > max)
		return false;
	*out = v;
	return true;
}

struct unit {
	char letter; /* 0 ends a table */
	int64_t of;
};

/* A whole number with one of the letters behind it; "0" needs none. */
static bool
with_unit(struct span s, const struct unit *units, int64_t max, int64_t *out)
{
	int64_t n;

	if (str_eq(s, "0")) {
		*out = 0;
		return true;
	}
	for (; s.n && units->letter; units++) {
		if (s.p[s.n - 1] != units->letter)
			continue;
		s.n--;
		if (!str_num(s, 0, max / units->of, &n))
			return false;
		*out = n * units->of;
		return true;
	}
	return false;
}

bool
str_duration(struct span s, int64_t *ms)
{
	static const struct unit units[] = {
	    {'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}, {0, 0}};

	return with_unit(s, units, INT64_C(366) * 86400000, ms);
}

bool
str_size(struct span s, int64_t *bytes)
{
	static const struct unit units[] = {
	    {'K', 1 << 10}, {'M', 1 << 20}, {'G', 1 << 30}, {0, 0}};

	return with_unit(s, units, INT64_C(1) << 50, bytes);
}

size_t
str_utf8_len(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t need;

	if (n == 0)
		return 0;
	if (u[0] < 0x80)
		return 1;
	if (u[0] >= 0xc2 && u[0] <= 0xdf)
		need = 2;
	else if (u[0] >= 0xe0 && u[0] <= 0xef)
		need = 3;
	else if (u[0] >= 0xf0 && u[0] <= 0xf4)
		need = 4;
	else
		return 0;
	if (n < need)
		return 0;
	for (size_t i = 1; i < need; i++)
		if ((u[i] & 0xc0) != 0x80)
			return 0;
	if ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] > 0x9f) ||
	    (u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xf4 && u[1] > 0x8f))
		return 0;
	return need;
}

bool
str_utf8(struct span s)
{
	for (size_t i = 0; i < s.n;) {
		size_t n = str_utf8_len(s.p + i, s.n - i);

		if (n == 0)
			return false;
		i += n;
	}
	return true;
}
