/* SPDX-License-Identifier: MIT */
/* Parameters as PHP reads them from a query or a form. */
#ifndef SIM_FORM_H
#define SIM_FORM_H

#include "base/buf.h"

#include <jansson.h>

/* Appends s with %XX and + decoded; what isn't UTF-8 becomes U+FFFD. */
void form_decode(struct span s, struct buf *out);
/*
 * "a[b][0]=x&a[c]=y" into an object: every value is a string, an array whose
 * keys are 0, 1, 2 … a JSON array, "a[]" the next of them.
 */
json_t *form_load(struct span s);

#endif
