/* SPDX-License-Identifier: MIT */
/* The analysis of a call as the text of a note. */
#ifndef MATRIX_AI_H
#define MATRIX_AI_H

#include "matrix/matrix.h"

/*
 * Appends what the record's `ai` object has, part by part in the fixed order:
 * summary, moods, marks with their explanations, other parameters, what was
 * good, whether the call needs attention. Labels are the texts ai-…; values
 * stay in the language of the analysis. Nothing if there is no analysis.
 */
void ai_text(const struct matrix *m, struct rec *rec, struct buf *out);

#endif
