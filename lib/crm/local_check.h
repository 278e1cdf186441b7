/* SPDX-License-Identifier: MIT */
/* The local CRM: what commands may look like, and what it says about them. */
#ifndef CRM_LOCAL_CHECK_H
#define CRM_LOCAL_CHECK_H

#include <jansson.h>
#include <stdbool.h>

/* {"ok":stolen} */
json_t *local_ok_new(json_t *stolen);
/* {"error":{"code","text"}} */
json_t *local_error_new(const char *code, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* {"error":{"code":"GONE","text","role","id"}} */
json_t *local_gone_new(const char *role, const char *id);

/*
 * NULL if o is an object that has all the members named in must, perhaps those
 * in may, and no other, each of its name's type; else the error. must and may
 * are words separated by a blank.
 */
json_t *local_wrong_new(json_t *o, const char *must, const char *may);

/* Is name one of the words of list? */
bool local_has_word(const char *list, const char *name);

#endif
