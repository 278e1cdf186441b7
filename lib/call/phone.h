/* SPDX-License-Identifier: MIT */
/*
 * Phone numbers. ringo's own form is E.164 with the plus. National forms are
 * read by the rule of the project's country; what can't be read stays as it
 * came and is no phone.
 */
#ifndef CALL_PHONE_H
#define CALL_PHONE_H

#include "base/buf.h"

#include <stdbool.h>

enum { PHONE_MAX = 24 }; /* bytes of an E.164 number with plus and NUL */

/* How a country writes numbers. */
struct phone_country;

/* The three match rules (ringo.conf `match`). */
enum phone_match { PHONE_INTERNATIONAL, PHONE_LAST9, PHONE_EXACT };

/* By its two letters (ISO 3166); NULL if the table hasn't got it. */
const struct phone_country *phone_country(const char *name);
/* "AE, AL, …": the names phone_country knows, for messages. */
const char *phone_countries(void);

/*
 * s as E.164 into out ("+380671234567"); false, and out untouched, if s is no
 * number that can be read. home is the country where s was written, NULL if
 * that isn't known: then only international forms are read.
 *
 * How it may look: blanks, hyphens, dots and brackets don't count, nor does a
 * slash with five digits or more behind it ("030/123456" is one number,
 * "123-45-67/68" two); `tel:` and an extension ("ext. 12", "x12", "доб. 12",
 * ",12", "#12", ";ext=12") are left out.
 *
 * Which number it is, by the first of these that applies:
 * 1. + or the international prefix (00; 810 or 011 where they are in use):
 *    the calling code follows. In a country of the table the length must be
 *    right, elsewhere 8 to 15 digits will do. A trunk prefix behind the code
 *    ("+44 (0)20…", "+380 067…") is left out, but in Italy 0 belongs to the
 *    number. What begins with the prefix is never a national number.
 * 2. National, with or without the trunk prefix, or with the own calling code
 *    instead. Digits that have two such readings aren't read ("3906123456" in
 *    Italy: Rome, or a mobile of 390).
 * 3. International without the plus, as PBXs write it: 10 digits or more, in
 *    countries that aren't in the table 11 or more.
 * 4. Where subscribers of a town still dial less than the whole number (AT,
 *    DE, FI, IE, SE), national without the trunk prefix: 9 or 10 digits.
 *
 * So where the digits alone could be several numbers:
 * - RU, KZ: 8 and ten digits is the trunk form, 7 and ten digits the
 *   international one; either country reads the other's.
 * - UA, BY: 80 and nine digits is the trunk form ("8 067…").
 * - Elsewhere 11 digits that begin with 8 aren't read: a Russian trunk form,
 *   or East Asia without its plus.
 * - PL: nine digits are national, eleven with 48 international. US, CA: ten
 *   digits are national, even if they begin with another calling code.
 * - DE, AT, FI, IE, SE: digits with any country's calling code and of its
 *   lengths are that, not a national number that lacks its trunk prefix.
 * - "+38 (0)67…" is Ukraine, not Slovenia: 38 is no calling code.
 *
 * out is a fixed point: read again, in any country, it stays itself.
 */
bool phone_e164(struct span s, const struct phone_country *home,
    char out[PHONE_MAX]);
/* The digits of s, at most the last n of them, into out; returns how many. */
size_t phone_digits(struct span s, size_t n, char out[PHONE_MAX]);

/*
 * Does a CRM with this rule take a and b for the same number?
 * international: equal but for plus, hyphens, blanks, brackets and dots;
 * last9: the same of the last nine digits, or of all if there are fewer;
 * exact: equal texts. Nothing but separators is never the same as anything.
 */
bool phone_same(enum phone_match m, struct span a, struct span b);

/* "international", "last9", "exact"; false for another word. */
bool phone_match_word(const char *word, enum phone_match *out);
const char *phone_match_name(enum phone_match m);

#endif
