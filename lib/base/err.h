/* SPDX-License-Identifier: MIT */
/*
 * What went wrong, for the caller to report. The library never prints and
 * never exits: it fills a struct err that the caller owns. The first error
 * stands; deeper text isn't overwritten by later failures.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>

enum err_kind {
	ERR_NONE,
	ERR_INPUT,  /* a record or an answer is malformed */
	ERR_CONFIG, /* a file of the project is wrong */
	ERR_ACCESS, /* refused, or unsafe modes */
	ERR_IO,     /* the system said no: disk, pipe, lock */
};

struct err {
	enum err_kind kind;
	char file[256]; /* "" when there is none */
	long line;      /* 0 when there is none */
	char text[512];
};

/* All of a file's mistakes at once. Zero-initialise; errs_free when done. */
struct errs {
	struct err *v;
	size_t n;
};

/* Always -1, so that `return err_set(…)` reads well. Keeps an earlier error. */
int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with ": " and strerror(errno) at the end. */
int err_sys(struct err *e, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* "file:line: text", without the parts that aren't there, into out. */
const char *err_text(const struct err *e, char *out, size_t size);
/* The exit code that a program ends with after this error. */
int err_exit(const struct err *e);

/* Add one mistake; fmt as in printf. file may be NULL, line 0. */
void errs_add(struct errs *es, const char *file, long line, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));
void errs_free(struct errs *es);

#endif
