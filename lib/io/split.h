/* SPDX-License-Identifier: MIT */
/*
 * Cuts a stream into rows: the elements of a JSON array, which may be one line
 * of any length, or the lines of NDJSON. It looks only at brackets and
 * strings; whether a row is valid JSON is its reader's matter. Memory is
 * bounded by the longest allowed row, whatever the input.
 *
 * Where a row may begin outside an array (after blanks, commas and an optional
 * BOM), '[' opens an array: rows are its elements, of any type. Anything else
 * is a row up to the end of its line; blank lines are no rows. So arrays and
 * lines may follow each other.
 *
 * Valid arrays are cut exactly, and an object is given out when its last
 * bracket is there. In broken ones the aim is to lose no good row
 * behind the broken one, at the price of cutting that one in several:
 *  - commas between elements may be missing or too many;
 *  - text that can't be an element ends at a comma, bracket, quote or newline;
 *  - a closing bracket of the wrong kind closes the innermost open one of its
 *    kind; a ']' without any closes the row if ",{" follows, the array if '{',
 *    '[' or nothing follows, else it is left alone;
 *  - a ']' does not end the array if a comma, colon or '}' follows, and what
 *    follows that is no '[';
 *  - '{' in an object, but not as a value, begins the next row, unless an
 *    array inside the row is open;
 *  - a row with such an open array, which therefore has no end or is too long,
 *    ends where the array has an object with the row's own first key;
 *  - a string ends at a newline at the latest; where the text behind a
 *    closing quote shows that quotes are out of step, and the "string" before
 *    it ends in ",{" or "}{", the row ends there.
 */
#ifndef IO_SPLIT_H
#define IO_SPLIT_H

#include "base/buf.h"
#include "base/err.h"

struct rd;
struct split;

enum split_got {
	SPLIT_ROW,  /* *row is the next row, blanks around it cut off */
	SPLIT_BAD,  /* *row is what could not be cut into a row; e says why */
	SPLIT_END,  /* end of the input */
	SPLIT_FAIL, /* read error, e says which */
};

/* Rows longer than max bytes come as SPLIT_BAD with their first max bytes. */
struct split *split_new(struct rd *in, size_t max);
void split_free(struct split *s);
/*
 * The next row. It lives until the next call. SPLIT_BAD is a row that is too
 * long, one whose brackets or quotes don't match, text between elements that
 * is no row, and what the input ends in the middle of: the cut row, or an
 * empty row if the array just lacks its ']'. Reading goes on behind it. e is
 * to be clear at each call, since an earlier error in it would stand.
 */
enum split_got split_next(struct split *s, struct span *row, struct err *e);
/* Number of the row just returned, from 1; and the line it began on. */
long split_row(const struct split *s);
long split_line(const struct split *s);

#endif
