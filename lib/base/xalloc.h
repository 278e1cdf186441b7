/* SPDX-License-Identifier: MIT */
/*
 * Memory that is there or the process ends with 71: a program that has
 * committed its work to the journal loses nothing by ending.
 */
#ifndef BASE_XALLOC_H
#define BASE_XALLOC_H

#include <stddef.h>

/* Never NULL; free() what they return. xcalloc and xrealloc check n * size. */
void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
/* What they do when there is none: for allocators of libraries. */
_Noreturn void xalloc_failed(void);

#endif
