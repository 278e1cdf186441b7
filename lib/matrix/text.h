/* SPDX-License-Identifier: MIT */
/* Texts with placeholders: {client.phone}, {answerer.name}. */
#ifndef MATRIX_TEXT_H
#define MATRIX_TEXT_H

#include "matrix/matrix.h"

/*
 * Expand body: its first line into title, the others into text. A later line
 * whose placeholders are all empty is left out.
 */
void text_expand(const char *body, struct rec *rec, const struct project *p,
    const struct situation *s, struct buf *title, struct buf *text);

/*
 * Is every placeholder of body closed and a name? Else what is wrong, as a
 * static text.
 */
const char *text_wrong(const char *body);

#endif
