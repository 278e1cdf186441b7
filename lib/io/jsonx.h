/* SPDX-License-Identifier: MIT */
/* JSON as trees (jansson), with the bounds that input from outside needs. */
#ifndef IO_JSONX_H
#define IO_JSONX_H

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>

/* Before any other JSON: out of memory ends the process, as in xalloc.h. */
void json_setup(void);
/* A value of any type from text; NULL and e on failure or a key twice. */
json_t *json_text_load(struct span s, struct err *e);
/* Text that we stored ourselves as a tree; NULL if there is none. */
json_t *json_stored_load(const char *text);
/* Appends the value on one line, keys in their order; nothing for NULL. */
void json_append(struct buf *out, const json_t *v);
/*
 * Appends s as a JSON string with its quotes. What no record may contain, bytes
 * that aren't UTF-8 and NUL, becomes U+FFFD.
 */
void json_quote(struct buf *out, struct span s);
/* A string member, NULL if it isn't there or no string. Borrowed. */
const char *json_str(const json_t *object, const char *key);
/*
 * The first of a list's objects whose string member key is value; NULL if there
 * is none. Borrowed.
 */
const json_t *json_find(const json_t *list, const char *key, const char *value);
/* Set a string member; nothing if s is NULL or "". */
void json_put(json_t *object, const char *key, const char *s);

#endif
