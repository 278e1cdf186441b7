/* SPDX-License-Identifier: MIT */
/*
 * Files of statements: one a line, words separated by blanks, "…" quotes a
 * word (\" and \\ inside), # begins a comment outside quotes. A line that
 * begins with a blank continues nothing: it is a statement with indent set.
 */
#ifndef IO_CONF_H
#define IO_CONF_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

struct conf_line {
	long line;
	bool indent;
	bool known; /* some layer has taken it */
	size_t n;
	char **word; /* n of them, NULL behind the last */
	bool *quoted; /* per word: was it in quotes? */
};

struct conf {
	char *file; /* for messages */
	struct conf_line *v;
	size_t n;
};

/*
 * A statement that a layer understands: set gets the words and adds mistakes
 * to errs itself. Word counts exclude the statement's name.
 */
struct conf_word {
	const char *name;
	size_t min, max;
	bool many; /* may stand more than once */
	const char *usage; /* "timezone ZONE" for the message */
	void (*set)(void *ctx, const struct conf *c, const struct conf_line *l,
	    struct errs *errs);
};

/* 0, or -1 with every mistake in errs. Whole file: bytes are read at once. */
int conf_load(struct conf *c, const char *path, struct errs *errs);
void conf_free(struct conf *c);
/* Give every statement that the NULL-name-ended table knows to its set. */
void conf_apply(struct conf *c, const struct conf_word *table, void *ctx,
    struct errs *errs);
/* Report the statements that no table has taken. */
void conf_unknown(const struct conf *c, struct errs *errs);
/* Add a mistake at a line of c. */
void conf_wrong(const struct conf *c, const struct conf_line *l,
    struct errs *errs, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif
