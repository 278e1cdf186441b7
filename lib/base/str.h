/* SPDX-License-Identifier: MIT */
/* Strings and spans: compare, cut, parse whole numbers. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct span str_span(const char *s);
bool str_eq(struct span a, const char *b);
/* ASCII case folded; other bytes must be equal. */
bool str_ieq(struct span a, const char *b);
bool str_same(struct span a, struct span b);
struct span str_trim(struct span s);
/*
 * The whole of s as a decimal integer within [min, max]. False, and *out
 * untouched, for anything else: blanks, a sign without digits, overflow.
 */
bool str_num(struct span s, int64_t min, int64_t max, int64_t *out);
/*
 * "90s", "15m", "3h", "1d" (or a bare 0) as milliseconds. False for anything
 * else and for more than 366 days.
 */
bool str_duration(struct span s, int64_t *ms);
/* "64K", "256M", "2G" (or a bare 0) as bytes; false for anything else. */
bool str_size(struct span s, int64_t *bytes);
/* True if every byte is valid UTF-8 (no surrogates, no overlong forms). */
bool str_utf8(struct span s);
/* Length of the UTF-8 sequence at p (n bytes are left), 0 if malformed. */
size_t str_utf8_len(const char *p, size_t n);

#endif
