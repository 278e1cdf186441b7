/* SPDX-License-Identifier: MIT */
/* The small things of lib/base: str, buf, clock, err and exits. */
#include "base/str.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/exits.h"

#include "../tap.h"

#include <errno.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define SPAN(s) ((struct span){s, sizeof(s) - 1}) /* s may contain NUL */

static const struct span none;

/*
 * str
 */

static void
compares(void)
{
	ok(str_eq(SPAN("ab"), "ab"), "equal bytes are equal");
	ok(!str_eq(SPAN("ab"), "abc"), "a beginning is not equal");
	ok(!str_eq(SPAN("abc"), "ab"), "a longer one is not equal");
	ok(!str_eq(SPAN("ab"), "aB"), "case matters");
	ok(!str_eq(SPAN("ab\0"), "ab"), "a NUL counts");
	ok(str_eq(SPAN(""), ""), "nothing equals nothing");
	ok(!str_eq(none, ""),
	    "no span equals no string, not even an empty one");
	ok(!str_same(none, none), "... and not another that isn't there");
	ok(!str_eq(SPAN(""), NULL), "... nor NULL");
	ok(str_same(SPAN("a\0b"), SPAN("a\0b")), "spans are compared whole");
	ok(!str_same(SPAN("a\0b"), SPAN("a\0c")), "... also behind a NUL");
	ok(str_ieq(SPAN("PrOPER"), "pRoper"), "case folded");
	ok(!str_ieq(SPAN("proper"), "prope"), "case folded, longer");
	ok(!str_ieq(SPAN("prope"), "proper"), "case folded, shorter");
	ok(!str_ieq(SPAN("a["), "a{"), "only letters are folded");
	ok(!str_ieq(SPAN("\xd0\x9e"), "\xd0\xbe"), "only ASCII is folded");
	ok(!str_ieq(SPAN("a\0"), "a"), "case folded, a NUL counts");
	ok(str_ieq(SPAN(""), "") && !str_ieq(none, ""),
	    "case folded, nothing and no span");
	ok(!str_span(NULL).p, "the span of NULL is no span");
}

static void
trims(void)
{
	static const struct {
		struct span in;
		const char *want;
	} rows[] = {
	    {{"", 0}, ""},
	    {{" \t\r\n", 4}, ""},
	    {{" a b\r\n", 6}, "a b"},
	    {{"a", 1}, "a"},
	    {{"\v", 1}, "\v"},
	    {{"\xc2\xa0", 2}, "\xc2\xa0"},
	};

	for (size_t i = 0; i < LEN(rows); i++)
		is_span(
		    str_trim(rows[i].in), rows[i].want, "trimmed, row %zu", i);
	ok(str_same(str_trim(SPAN(" \0a\0 ")), SPAN("\0a\0")),
	    "a NUL is no blank");
	is_span(str_trim(none), NULL, "no span stays none");
}

static void
numbers(void)
{
	static const struct {
		const char *in;
		int64_t min, max;
		bool good;
		int64_t want;
	} rows[] = {
	    {"0", 0, 9, true, 0},
	    {"-0", 0, 9, true, 0},
	    {"007", 0, 9, true, 7},
	    {"9", 0, 9, true, 9},
	    {"10", 0, 9, false, 0},
	    {"-1", 0, 9, false, 0},
	    {"-1", -1, 9, true, -1},
	    {"", 0, 9, false, 0},
	    {"-", -9, 9, false, 0},
	    {"+1", 0, 9, false, 0},
	    {"--1", -9, 9, false, 0},
	    {" 1", 0, 9, false, 0},
	    {"1 ", 0, 9, false, 0},
	    {"1.0", 0, 9, false, 0},
	    {"1e0", 0, 9, false, 0},
	    {"0x1", 0, 9, false, 0},
	    {"9223372036854775807", INT64_MIN, INT64_MAX, true, INT64_MAX},
	    {"-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN},
	    {"9223372036854775808", INT64_MIN, INT64_MAX, false, 0},
	    {"-9223372036854775809", INT64_MIN, INT64_MAX, false, 0},
	    {"99999999999999999999999", INT64_MIN, INT64_MAX, false, 0},
	    {"00000000000000000000000000000000000001", 0, 9, true, 1},
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		int64_t v = -77;

		ok(str_num(str_span(rows[i].in), rows[i].min, rows[i].max,
		       &v) == rows[i].good,
		    "\"%s\" is %sa number in range", rows[i].in,
		    rows[i].good ? "" : "not ");
		is_int(v, rows[i].good ? rows[i].want : -77,
		    "... and the result is %s",
		    rows[i].good ? "it" : "left alone");
	}
	ok(!str_num(SPAN("1\0"), 0, 9, &(int64_t){0}), "a NUL is no digit");
	ok(!str_num(none, 0, 9, &(int64_t){0}), "no span is no number");
}

static void
durations(void)
{
	static const struct {
		const char *in;
		int64_t want; /* -1: none */
	} rows[] = {
	    {"0", 0},
	    {"0s", 0},
	    {"90s", 90000},
	    {"15m", 900000},
	    {"3h", 10800000},
	    {"1d", 86400000},
	    {"366d", INT64_C(31622400000)},
	    {"367d", -1},
	    {"31622400s", INT64_C(31622400000)},
	    {"31622401s", -1},
	    {"", -1},
	    {"1", -1},
	    {"s", -1},
	    {"-1s", -1},
	    {"1.5h", -1},
	    {"1 h", -1},
	    {"1H", -1},
	    {"1ms", -1},
	    {"1h30m", -1},
	    {"99999999999999999999d", -1},
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		int64_t ms = -1;
		bool good = str_duration(str_span(rows[i].in), &ms);

		ok(good == (rows[i].want >= 0), "\"%s\" is %sa duration",
		    rows[i].in, rows[i].want >= 0 ? "" : "not ");
		is_int(ms, rows[i].want, "... of so many milliseconds");
	}
}

static void
sizes(void)
{
	static const struct {
		const char *in;
		int64_t want; /* -1: none */
	} rows[] = {
	    {"0", 0},
	    {"64K", 65536},
	    {"256M", INT64_C(268435456)},
	    {"2G", INT64_C(2147483648)},
	    {"1048576G", INT64_C(1) << 50},
	    {"1048577G", -1},
	    {"256", -1},
	    {"1k", -1},
	    {"1MB", -1},
	    {"M", -1},
	    {"", -1},
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		int64_t bytes = -1;

		ok(str_size(str_span(rows[i].in), &bytes) ==
			(rows[i].want >= 0),
		    "\"%s\" is %sa size", rows[i].in,
		    rows[i].want >= 0 ? "" : "not ");
		is_int(bytes, rows[i].want, "... of so many bytes");
	}
}

static void
utf8(void)
{
	static const struct {
		const char *in;
		size_t len; /* of the first sequence; 0 if malformed */
	} rows[] = {
	    {"\x01", 1},
	    {"\x7f", 1},
	    {"\x80", 0},
	    {"\xbf", 0},
	    {"\xc0\x80", 0},
	    {"\xc1\xbf", 0},
	    {"\xc2\x80", 2},
	    {"\xdf\xbf", 2},
	    {"\xdf", 0},
	    {"\xdf\xc0", 0},
	    {"\xe0\x9f\xbf", 0},
	    {"\xe0\xa0\x80", 3},
	    {"\xed\x9f\xbf", 3},
	    {"\xed\xa0\x80", 0},
	    {"\xee\x80\x80", 3},
	    {"\xef\xbf\xbf", 3},
	    {"\xef\xbf", 0},
	    {"\xef\xbf\x7f", 0},
	    {"\xf0\x8f\xbf\xbf", 0},
	    {"\xf0\x90\x80\x80", 4},
	    {"\xf4\x8f\xbf\xbf", 4},
	    {"\xf4\x90\x80\x80", 0},
	    {"\xf4\x8f\xbf", 0},
	    {"\xf5\x80\x80\x80", 0},
	    {"\xff", 0},
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		struct span s = str_span(rows[i].in);

		is_int((int64_t)str_utf8_len(s.p, s.n), (int64_t)rows[i].len,
		    "a sequence that begins with %02x, row %zu",
		    (unsigned char)*s.p, i);
		ok(str_utf8(s) == (rows[i].len > 0), "... and the whole");
	}
	is_int((int64_t)str_utf8_len("", 0), 0, "nothing has no sequence");
	is_int((int64_t)str_utf8_len("\0", 1), 1, "NUL is a sequence");
	is_int((int64_t)str_utf8_len("\xc2\x80", 1), 0, "a cut one is none");
	ok(str_utf8(SPAN("")) && str_utf8(SPAN("a\xd0\x9e\xf0\x9f\x98\x80z")),
	    "good text, or none");
	ok(!str_utf8(SPAN("a\xd0\x9e\xd0")), "good text, cut");
	ok(!str_utf8(SPAN("\xd0\x9ez\xa0z")), "a continuation alone");
}

/*
 * buf
 */

static void
buffers(void)
{
	struct buf b = {0};
	size_t cap;

	is_str(buf_cstr(&b), "", "a new buffer is an empty string");
	buf_clear(&b);
	ok(!b.p, "clearing a new one allocates nothing");
	buf_add(&b, NULL, 0);
	is_str(b.p, "", "nothing can be added");
	buf_str(&b, "ab");
	buf_chr(&b, 'c');
	buf_span(&b, SPAN("d\0e"));
	buf_fmt(&b, "%03d%s", 7, "x");
	ok(str_same((struct span){b.p, b.len}, SPAN("abcd\0e007x")) &&
		b.p[b.len] == '\0',
	    "bytes add up, a NUL behind them");
	buf_cut(&b, 3);
	is_str(b.p, "abc", "a cut leaves the beginning");
	for (int i = 0; i < 1000; i++)
		buf_fmt(&b, "%d", i % 10);
	is_int((int64_t)b.len, 1003, "it grows");
	is_int((int64_t)strlen(b.p), 1003, "... with its NUL");
	cap = b.cap;
	buf_clear(&b);
	ok(b.len == 0 && b.cap == cap && b.p[0] == '\0',
	    "clearing keeps the memory");
	buf_room(&b, 5000);
	ok(b.cap > 5000 && b.len == 0, "room is made in advance");
	buf_free(&b);
	ok(!b.p && b.len == 0 && b.cap == 0, "a freed buffer is a new one");
	buf_free(&b);
}

/*
 * clock
 */

static void
parses_instants(void)
{
	static const struct {
		const char *in;
		int64_t ms; /* -1: not an instant */
	} rows[] = {
	    {"1970-01-01T00:00:00Z", 0},
	    {"2026-11-21T10:00:00+02:00", INT64_C(1795248000000)},
	    {"2026-11-21T10:00:00+0200", INT64_C(1795248000000)},
	    {"2026-11-21 08:00:00Z", INT64_C(1795248000000)},
	    {"2026-11-21t08:00:00z", INT64_C(1795248000000)},
	    {"2026-11-21T00:30:00-07:30", INT64_C(1795248000000)},
	    {"2026-11-21T08:00:00.5Z", INT64_C(1795248000500)},
	    {"2026-11-21T08:00:00.123999Z", INT64_C(1795248000123)},
	    {"2026-11-21T08:00:00.007+00:00", INT64_C(1795248000007)},
	    {"2024-02-29T00:00:00Z", INT64_C(1709164800000)},
	    {"2000-02-29T00:00:00Z", INT64_C(951782400000)},
	    {"2016-12-31T23:59:60Z", INT64_C(1483228800000)},
	    {"9999-12-31T23:59:59Z", INT64_C(253402300799000)},
	    {"1970-01-01T01:00:00+02:00", INT64_C(-3600000)},
	    {"2023-02-29T00:00:00Z", -1},
	    {"2100-02-29T00:00:00Z", -1},
	    {"2026-04-31T00:00:00Z", -1},
	    {"2026-00-01T00:00:00Z", -1},
	    {"2026-13-01T00:00:00Z", -1},
	    {"2026-01-00T00:00:00Z", -1},
	    {"2026-01-01T24:00:00Z", -1},
	    {"2026-01-01T00:60:00Z", -1},
	    {"2026-01-01T00:00:61Z", -1},
	    {"1969-12-31T23:59:59Z", -1},
	    {"2026-1-01T00:00:00Z", -1},
	    {"2026-01-01T-0:00:00Z", -1},
	    {"2026-01-01T00:00:00+-0:00", -1},
	    {"2026-01-01T00:00:00+2:00", -1},
	    {"2026-01-01T00:00:00+02", -1},
	    {"2026-01-01T00:00:00+24:00", -1},
	    {"2026-01-01T00:00:00+02:60", -1},
	    {"2026-01-01T00:00:00+02:000", -1},
	    {"2026-01-01T00:00:00.Z", -1},
	    {"2026-01-01T00:00:00,5Z", -1},
	    {"2026-01-01T00:00Z", -1},
	    {"2026-01-01", -1},
	    {"2026-01-01T00:00:00Zx", -1},
	    {"2026-01-01T00:00:00Z ", -1},
	    {" 2026-01-01T00:00:00Z", -1},
	    {"", -1},
	    {"yesterday", -1},
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		int64_t ms = -1;
		bool zoned = false;
		bool good = clock_parse(str_span(rows[i].in), &ms, &zoned);

		ok(good == (rows[i].ms != -1) && (zoned || !good),
		    "\"%s\" is %san instant", rows[i].in,
		    rows[i].ms != -1 ? "" : "not ");
		is_int(ms, rows[i].ms, "... of so many milliseconds");
	}
	ok(!clock_parse(SPAN("2026-01-01\0"
			     "00:00:00Z"),
	       &(int64_t){0}, &(bool){0}),
	    "a NUL separates nothing");
}

static void
knows_zones(void)
{
	static const struct {
		const char *tz;
		int64_t ms;
		const char *local;
	} rows[] = {
	    {"UTC0", INT64_C(1795248000000), "2026-11-21T08:00:00+00:00"},
	    {"EET-2EEST,M3.5.0/3,M10.5.0/4", INT64_C(1795248000000),
		"2026-11-21T10:00:00+02:00"},
	    {"EET-2EEST,M3.5.0/3,M10.5.0/4", INT64_C(1782000000000),
		"2026-06-21T03:00:00+03:00"},
	    {"NST3:30", INT64_C(1795248000999), "2026-11-21T04:30:00-03:30"},
	    {"UTC0", -1, "1969-12-31T23:59:59+00:00"},
	};
	struct buf b = {0};
	int64_t ms;
	bool zoned;

	for (size_t i = 0; i < LEN(rows); i++) {
		struct span bare;

		setenv("TZ", rows[i].tz, 1);
		tzset();
		buf_clear(&b);
		clock_local(rows[i].ms, &b);
		is_str(b.p, rows[i].local, "local time in %s", rows[i].tz);
		if (rows[i].ms < 0)
			continue;
		ok(clock_parse((struct span){b.p, b.len}, &ms, &zoned) &&
			zoned && ms == rows[i].ms / 1000 * 1000,
		    "... and back");
		bare = (struct span){b.p, b.len - strlen("+00:00")};
		ok(clock_parse(bare, &ms, &zoned) && !zoned &&
			ms == rows[i].ms / 1000 * 1000,
		    "... also without the offset");
	}
	buf_clear(&b);
	buf_str(&b, "at ");
	clock_utc(INT64_C(1795248000999), &b);
	is_str(b.p, "at 2026-11-21T08:00:00Z", "UTC, whatever TZ says");
	buf_clear(&b);
	clock_utc(-1, &b);
	is_str(b.p, "1969-12-31T23:59:59Z", "a moment before the epoch");
	buf_free(&b);
	setenv("TZ", "UTC0", 1);
	tzset();
}

static void
stands_still(void)
{
	int64_t mono = clock_mono();

	setenv("RINGO_NOW", "2026-11-21T10:00:00.250+02:00", 1);
	is_int(clock_now(), INT64_C(1795248000250), "RINGO_NOW is now");
	ok(clock_mono() >= mono, "... but durations go on");
	setenv("RINGO_NOW", "soon", 1);
	ok(clock_now() > INT64_C(1700000000000),
	    "what is no instant doesn't stop the clock");
	unsetenv("RINGO_NOW");
	ok(clock_now() > INT64_C(1700000000000), "else the system's clock");
}

/*
 * err and exits
 */

static void
errors(void)
{
	struct err e = {0};
	char out[1200];

	is_int(err_exit(&e), EXITS_OK, "no error ends with 0");
	is_int(err_set(&e, ERR_INPUT, "%s %d", "row", 7), -1,
	    "setting one returns -1");
	is_str(err_text(&e, out, sizeof(out)), "row 7", "an error has a text");
	is_int(err_set(&e, ERR_IO, "later"), -1, "a later one returns -1 too");
	is_str(e.text, "row 7", "... but the first one stands");
	errno = ENOENT;
	err_sys(&e, ERR_IO, "later");
	is_str(e.text, "row 7", "... also against the system's");
	is_int(err_exit(&e), EXITS_REJECT, "input ends with 65");

	snprintf(e.file, sizeof(e.file), "matrix");
	is_str(err_text(&e, out, sizeof(out)), "matrix: row 7", "its file");
	e.line = 12;
	is_str(err_text(&e, out, sizeof(out)), "matrix:12: row 7",
	    "its file and line");
	e.file[0] = '\0';
	is_str(err_text(&e, out, sizeof(out)), "row 7",
	    "a line without a file says nothing");
	is_str(err_text(&e, out, 4), "row", "a short buffer cuts the text");

	e = (struct err){0};
	errno = ENOENT;
	is_int(err_sys(&e, ERR_IO, "journal %s", "x"), -1, "system error");
	is_str(e.text, "journal x: No such file or directory",
	    "... with the system's words");
	is_int(err_exit(&e), EXITS_IO, "... ends with 74");
	e.kind = ERR_CONFIG;
	is_int(err_exit(&e), EXITS_CONFIG, "config ends with 78");
	e.kind = ERR_ACCESS;
	is_int(err_exit(&e), EXITS_ACCESS, "access ends with 77");

	e = (struct err){0};
	memset(out, 'x', sizeof(out));
	out[sizeof(out) - 1] = '\0';
	errno = ENOENT;
	err_sys(&e, ERR_IO, "%s", out);
	is_int((int64_t)strlen(e.text), (int64_t)sizeof(e.text) - 1,
	    "a long text is cut");
}

static void
mistakes(void)
{
	struct errs es = {0};
	char out[300];

	errs_add(&es, "matrix", 3, "unknown word \"%s\"", "wen");
	errs_add(&es, NULL, 0, "no file");
	is_int((int64_t)es.n, 2, "mistakes are collected");
	is_str(err_text(&es.v[0], out, sizeof(out)),
	    "matrix:3: unknown word \"wen\"", "... with their places");
	is_str(err_text(&es.v[1], out, sizeof(out)), "no file", "... or none");
	is_int(err_exit(&es.v[1]), EXITS_CONFIG, "a mistake ends with 78");
	errs_free(&es);
	ok(!es.v && es.n == 0, "freed, they are none");
}

static void
exit_codes(void)
{
	/* Each is worse than those behind it. */
	static const int order[] = {EXITS_BUG, EXITS_OS, EXITS_IO, EXITS_CREATE,
	    EXITS_CONFIG, EXITS_ACCESS, EXITS_RETRY, EXITS_REJECT, EXITS_INPUT,
	    EXITS_USAGE, 1, EXITS_OK};

	for (size_t i = 0; i < LEN(order); i++)
		for (size_t k = i; k < LEN(order); k++)
			ok(exits_worse(order[i], order[k]) == order[i] &&
				exits_worse(order[k], order[i]) == order[i],
			    "%d is worse than %d", order[i], order[k]);
}

int
main(void)
{
	setenv("LC_ALL", "C", 1);
	compares();
	trims();
	numbers();
	durations();
	sizes();
	utf8();
	buffers();
	parses_instants();
	knows_zones();
	stands_still();
	errors();
	mistakes();
	exit_codes();
	return tap_done();
}
