/* SPDX-License-Identifier: MIT */
/*
 * TAP for tests in C. A check names the promise it stands for, printf style:
 *
 *	ok(rc == 0, "an empty line is %s", "refused");
 *	is_str(e.text, "byte 1: …", "…and the message says where");
 *	return tap_done();
 *
 * One file a test program; the plan comes at the end.
 */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static struct {
	int run, failed;
} tap;

#define ok(cond, ...) tap_ok(__FILE__, __LINE__, (cond), __VA_ARGS__)
#define is_str(got, want, ...) \
	tap_str(__FILE__, __LINE__, (got), (want), __VA_ARGS__)
#define is_int(got, want, ...) \
	tap_int(__FILE__, __LINE__, (got), (want), __VA_ARGS__)
/* A span against a string; want NULL means that there is no span. */
#define is_span(got, want, ...) \
	tap_span(__FILE__, __LINE__, (got).p, (got).n, (want), __VA_ARGS__)

__attribute__((unused, format(printf, 4, 0))) static bool
tap_result(const char *file, int line, bool good, const char *fmt, va_list ap)
{
	char name[256];

	vsnprintf(name, sizeof(name), fmt, ap);
	for (char *p = name; *p; p++)
		if (*p == '#' || (*p > '\0' && *p < ' '))
			*p = '.'; /* they mean something to a TAP reader */
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++tap.run, name);
	if (!good)
		printf("# %s:%d\n", file, line);
	tap.failed += !good;
	return good;
}

__attribute__((unused)) static void
tap_show(const char *label, const char *p, size_t n)
{
	printf("# %s: ", label);
	if (!p) {
		puts("NULL");
		return;
	}
	putchar('"');
	for (size_t i = 0; i < n && i < 400; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c < ' ' || c == 0x7f)
			printf("\\x%02x", c);
		else
			putchar(c);
	}
	printf("\" (%zu bytes)\n", n);
}

__attribute__((unused, format(printf, 4, 5))) static bool
tap_ok(const char *file, int line, bool good, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_result(file, line, good, fmt, ap);
	va_end(ap);
	return good;
}

__attribute__((unused, format(printf, 6, 7))) static bool
tap_span(const char *file, int line, const char *got, size_t n,
    const char *want, const char *fmt, ...)
{
	bool good = got && want ? n == strlen(want) && memcmp(got, want, n) == 0
				: !got && !want;
	va_list ap;

	va_start(ap, fmt);
	tap_result(file, line, good, fmt, ap);
	va_end(ap);
	if (!good) {
		tap_show(" got", got, n);
		tap_show("want", want, want ? strlen(want) : 0);
	}
	return good;
}

__attribute__((unused, format(printf, 5, 6))) static bool
tap_str(const char *file, int line, const char *got, const char *want,
    const char *fmt, ...)
{
	bool good = got && want ? strcmp(got, want) == 0 : got == want;
	va_list ap;

	va_start(ap, fmt);
	tap_result(file, line, good, fmt, ap);
	va_end(ap);
	if (!good) {
		tap_show(" got", got, got ? strlen(got) : 0);
		tap_show("want", want, want ? strlen(want) : 0);
	}
	return good;
}

__attribute__((unused, format(printf, 5, 6))) static bool
tap_int(
    const char *file, int line, int64_t got, int64_t want, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_result(file, line, got == want, fmt, ap);
	va_end(ap);
	if (got != want)
		printf("#  got: %lld\n# want: %lld\n", (long long)got,
		    (long long)want);
	return got == want;
}

/* Last thing in main(): the plan, and the exit status. */
__attribute__((unused)) static int
tap_done(void)
{
	printf("1..%d\n", tap.run);
	if (tap.failed)
		printf("# %d of %d failed\n", tap.failed, tap.run);
	return fflush(stdout) == 0 && tap.failed == 0 ? 0 : 1;
}

#endif
