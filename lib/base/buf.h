/* SPDX-License-Identifier: MIT */
/* A byte buffer that grows. Zero-initialise it; buf_free when done. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

struct buf {
	char *p; /* always NUL-terminated once anything was added, else NULL */
	size_t len;
	size_t cap;
};

/* A piece of somebody else's bytes; p is NULL when there is none. */
struct span {
	const char *p;
	size_t n;
};

void buf_free(struct buf *b);
/* Forget the bytes, keep the memory. */
void buf_clear(struct buf *b);
/* Cut back to len bytes, which must not be more than there are. */
void buf_cut(struct buf *b, size_t len);
/* Room for n more bytes at b->p + b->len; the caller then raises b->len. */
void buf_room(struct buf *b, size_t n);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_span(struct buf *b, struct span s);
void buf_chr(struct buf *b, char c);
void buf_fmt(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The bytes as a string, "" if nothing was ever added. */
const char *buf_cstr(const struct buf *b);

#endif
