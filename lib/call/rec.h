/* SPDX-License-Identifier: MIT */
/*
 * A record is a line with an index, not a tree: one pass validates the line
 * in full and notes where each member's value lies; reading looks at the span,
 * writing splices bytes. What isn't ours keeps its bytes: number spelling
 * (0.1, integers beyond 64 bits), escapes, blanks, order of keys.
 *
 * Accepted is one JSON object of RFC 8259 and nothing after it but blanks:
 * valid UTF-8, no NUL (raw or \u0000), no lone surrogate escapes, nesting up
 * to 2048, and no key twice in one object (compared after unescaping).
 *
 * What is not kept: blanks around the object, and line breaks between tokens,
 * which become blanks, so that a record is one line whatever it was cut from.
 */
#ifndef CALL_REC_H
#define CALL_REC_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum rec_type {
	REC_NONE, /* there is no such member */
	REC_NULL,
	REC_FALSE,
	REC_TRUE,
	REC_NUMBER,
	REC_STRING,
	REC_ARRAY,
	REC_OBJECT,
};

struct rec; /* keeps its memory from line to line */

struct rec *rec_new(void);
void rec_free(struct rec *r);

/*
 * Parse s (n bytes, without the newline), which is copied. 0, or -1 and e says
 * what is wrong and at which byte, from 1 ("byte 17: key \"id\" twice"). After
 * a failure r holds no record. Spans that the functions below return live
 * until the next rec_parse, rec_set, rec_del or rec_free.
 */
int rec_parse(struct rec *r, const char *s, size_t n, struct err *e);

/*
 * The whole line as it stands now, spliced values included; p is NULL if r
 * holds no record.
 */
struct span rec_line(const struct rec *r);

/*
 * A member by its path: names joined by dots ("client.phone"); what lies
 * inside arrays has no path. A name that itself contains a dot isn't reached.
 * Path names are compared with unescaped keys.
 */
enum rec_type rec_type(const struct rec *r, const char *path);
/* The value's bytes as they stand in the line; p is NULL if absent. */
struct span rec_raw(const struct rec *r, const char *path);
/*
 * Appends the text of a string (unescaped) or a number (as spelt) to out; a
 * boolean as "true"/"false". False, and nothing appended, for anything else.
 */
bool rec_text(const struct rec *r, const char *path, struct buf *out);
/*
 * The text as a span: no copy when the string has no escape, else valid until
 * the next call that r is given to. p is NULL where rec_text is false.
 */
struct span rec_str(struct rec *r, const char *path);
/* True if the member is a string that equals s. */
bool rec_is(struct rec *r, const char *path, const char *s);
/* An integer, also one spelt as a string of digits; false if it isn't. */
bool rec_int(struct rec *r, const char *path, int64_t *out);
/* True only for a JSON true. */
bool rec_true(const struct rec *r, const char *path);

/*
 * Set a top-level member to a JSON value (already valid JSON, one line):
 * replaced where it stands, else added at the end. The index follows. r must
 * hold a record. json may be a span of r's own. It is our mistake, not an
 * error, if the line isn't valid any more.
 */
void rec_set(struct rec *r, const char *key, const char *json, size_t n);
/* Remove a top-level member if it is there. */
void rec_del(struct rec *r, const char *key);

/*
 * The members of the object at path ("" = the record itself), in order:
 * calls f(ctx, key, raw) with the unescaped key (a span that lives during the
 * call) and the raw value. f may read r, but not change it. A path to anything
 * else has no members.
 */
void rec_each(struct rec *r, const char *path,
    void (*f)(void *ctx, struct span key, struct span raw), void *ctx);

/* Appends the text of a raw JSON string (with its quotes) unescaped. */
void rec_unquote(struct buf *out, struct span raw);

#endif
