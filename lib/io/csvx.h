/* SPDX-License-Identifier: MIT */
/* CSV, fed by pieces: rows of strings, with the line each began on. */
#ifndef IO_CSVX_H
#define IO_CSVX_H

#include "base/buf.h"

struct csvx;

/* field[i] live during the call; line is that of the row's first byte. */
typedef void csvx_row(void *ctx, char *const *field, size_t n, long line);

/* sep is ; , or a tab. Quotes as RFC 4180 has them; blank lines are no rows. */
struct csvx *csvx_new(char sep, csvx_row *row, void *ctx);
void csvx_free(struct csvx *c);
void csvx_feed(struct csvx *c, struct span bytes);
/* The input is over: a last row without newline counts. */
void csvx_end(struct csvx *c);
/* The separator that the first line of text uses most often, ';' if none. */
char csvx_guess(struct span text);

#endif
