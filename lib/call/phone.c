/* SPDX-License-Identifier: MIT */
/*
 * Numbers are read by a few facts a country. A full numbering plan
 * (libphonenumber) is heavy C++, and telling a mobile from a landline is
 * nobody's need here. The facts are there to tell countries apart and to notice
 * a number with a digit too few; where a plan may still grow they are wide.
 *
 * A list is digits to begin with, separated by blanks; 70-8 is 7 and any digit
 * from 0 to 8.
 */
#include "call/phone.h"

#include "base/str.h"

enum {
	BARE_MIN = 10,    /* digits of an international number without plus */
	UNKNOWN_MIN = 11, /* the same, of a country that isn't in the table */
	TOWN_MAX = 8,     /* digits that reach somebody in the same town */
	BEYOND_MAX = 10,  /* digits without trunk prefix that reach others */
	EXTENSION_MAX = 6,
	SLASHED_MIN = 5, /* digits behind a slash that separates no numbers */
	TEXT_MAX = 200,  /* bytes; what is longer is no number */
};

/* Digits of a national number, the trunk prefix excluded. */
struct form {
	const char *first; /* list; NULL ends the forms */
	size_t min, max;
};

/* Is the area code always dialled? */
enum dialling { WHOLE, TOWN };

struct phone_country {
	const char *name;   /* ISO 3166 two letters */
	const char *code;   /* calling code */
	const char *trunk;  /* list: what may precede a national number */
	const char *abroad; /* list: what stands for the plus, beside 00 */
	enum dialling dialling;
	struct form forms[3];
};

/* clang-format off */
static const struct phone_country countries[] = {
    {"AE", "971", "0", "", WHOLE, {{"2-9", 8, 9}}},
    {"AL", "355", "0", "", WHOLE, {{"2-9", 8, 9}}},
    {"AM", "374", "0", "", WHOLE, {{"1-9", 8, 8}}},
    {"AT", "43", "0", "", TOWN, {{"1-9", 6, 13}}},
    {"AZ", "994", "0", "", WHOLE, {{"1-9", 9, 9}}},
    {"BA", "387", "0", "", WHOLE, {{"3-9", 8, 9}}},
    {"BE", "32", "0", "", WHOLE, {{"1-9", 8, 9}}},
    {"BG", "359", "0", "", WHOLE, {{"2-9", 8, 9}}},
    {"BY", "375", "80 8 0", "810", WHOLE, {{"1-4", 9, 9}, {"80 820", 10, 10}}},
    {"CA", "1", "1", "011", WHOLE, {{"2-9", 10, 10}}},
    {"CH", "41", "0", "", WHOLE, {{"2-9", 9, 9}}},
    {"CY", "357", "", "", WHOLE, {{"2 5 7-9", 8, 8}}},
    {"CZ", "420", "", "", WHOLE, {{"2-9", 9, 9}}},
    {"DE", "49", "0", "", TOWN, {{"1-9", 6, 13}}},
    {"DK", "45", "", "", WHOLE, {{"2-9", 8, 8}}},
    {"EE", "372", "", "", WHOLE, {{"3-9", 7, 8}}},
    {"ES", "34", "", "", WHOLE, {{"5-9", 9, 9}}},
    {"FI", "358", "0", "", TOWN, {{"1-9", 6, 11}}},
    {"FR", "33", "0", "", WHOLE, {{"1-9", 9, 9}}},
    {"GB", "44", "0", "", WHOLE, {{"1-3 5 7-9", 9, 10}}},
    {"GE", "995", "0", "", WHOLE, {{"3-5 7-9", 9, 9}}},
    {"GR", "30", "", "", WHOLE, {{"2 5-9", 10, 10}}},
    {"HR", "385", "0", "", WHOLE, {{"1-9", 8, 9}}},
    {"HU", "36", "06", "", WHOLE, {{"1-9", 8, 9}}},
    {"IE", "353", "0", "", TOWN, {{"1-9", 7, 9}}},
    {"IL", "972", "0", "", WHOLE, {{"2-9", 8, 9}, {"1", 10, 10}}},
    {"IT", "39", "", "", WHOLE, {{"0", 6, 11}, {"3", 9, 10}, {"8", 6, 10}}},
    {"KG", "996", "0", "", WHOLE, {{"2-9", 9, 9}}},
    {"KZ", "7", "8", "810", WHOLE, {{"70-8", 10, 10}}},
    {"LT", "370", "0 8", "", WHOLE, {{"3-9", 8, 8}}},
    {"LV", "371", "", "", WHOLE, {{"2 6-9", 8, 8}}},
    {"MD", "373", "0", "", WHOLE, {{"2-9", 8, 8}}},
    {"ME", "382", "0", "", WHOLE, {{"2-9", 8, 9}}},
    {"MK", "389", "0", "", WHOLE, {{"2-9", 8, 8}}},
    {"NL", "31", "0", "", WHOLE, {{"1-9", 9, 9}}},
    {"NO", "47", "", "", WHOLE, {{"2-9", 8, 8}}},
    {"PL", "48", "0", "", WHOLE, {{"1-9", 9, 9}}},
    {"PT", "351", "", "", WHOLE, {{"2-9", 9, 9}}},
    {"RO", "40", "0", "", WHOLE, {{"2-9", 9, 9}}},
    {"RS", "381", "0", "", WHOLE, {{"1-9", 8, 10}}},
    {"RU", "7", "8", "810", WHOLE, {{"30 34-6 38 39 4 8 9", 10, 10}}},
    {"SE", "46", "0", "", TOWN, {{"1-9", 7, 10}}},
    {"SI", "386", "0", "", WHOLE, {{"1-9", 8, 8}}},
    {"SK", "421", "0", "", WHOLE, {{"2-9", 9, 9}}},
    {"TJ", "992", "8", "810", WHOLE, {{"0-9", 9, 9}}},
    {"TM", "993", "8", "810", WHOLE, {{"1-9", 8, 8}}},
    {"TR", "90", "0", "", WHOLE, {{"2-5 8 9", 10, 10}, {"444", 7, 7}}},
    {"UA", "380", "0 80", "", WHOLE, {{"3-9", 9, 9}}},
    {"US", "1", "1", "011", WHOLE, {{"2-9", 10, 10}}},
    {"UZ", "998", "8 0", "810", WHOLE, {{"2-9", 9, 9}}},
    {"XK", "383", "0", "", WHOLE, {{"2-9", 8, 9}}},
};
/* clang-format on */

enum { COUNTRIES = sizeof(countries) / sizeof(*countries) };

/* Calling codes of two digits, but those in the table; the others have three.
 */
static const char two_digits[] = "20 27 51-8 60-6 81 82 84 86 91-5 98";
/* No number begins so; 810 is what some countries dial for the plus. */
static const char unassigned[] =
    "0 210 214 215 217 219 28 292-6 384 388 422 424-9 693-9 801-7 809 810 83 "
    "851 854 857-9 871-7 879 884 885 887 889 89 969 978 990 991 999";

const struct phone_country *
phone_country(const char *name)
{
	for (size_t i = 0; i < COUNTRIES; i++)
		if (strcmp(countries[i].name, name) == 0)
			return &countries[i];
	return NULL;
}

const char *
phone_countries(void)
{
	static char names[COUNTRIES * 4 + 1];

	for (size_t i = 0; i < COUNTRIES; i++)
		snprintf(names + i * 4, 5, "%s%s", countries[i].name,
		    i + 1 < COUNTRIES ? ", " : "");
	return names;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

size_t
phone_digits(struct span s, size_t n, char out[PHONE_MAX])
{
	size_t have = 0, skip, got = 0;

	for (size_t i = 0; i < s.n; i++)
		have += is_digit(s.p[i]);
	skip = have > n ? have - n : 0;
	if (have - skip > PHONE_MAX - 1)
		skip = have - (PHONE_MAX - 1);
	for (size_t i = 0; i < s.n; i++) {
		if (!is_digit(s.p[i]))
			continue;
		if (skip)
			skip--;
		else
			out[got++] = s.p[i];
	}
	out[got] = '\0';
	return got;
}

/* ---- what is written ---- */

/* The digits of a text, and what is said about them. */
struct written {
	char d[PHONE_MAX];
	size_t n;
	size_t zero; /* where the 0 of "(0)" is in d; SIZE_MAX = nowhere */
	bool plus;
};

static void
skip(struct span *s, size_t n)
{
	s->p += n;
	s->n -= n;
}

static bool
starts(struct span s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && memcmp(s.p, with, n) == 0;
}

/* The length of the plus at s, 0 if there is none. */
static size_t
plus_sign(struct span s)
{
	if (starts(s, "+"))
		return 1;
	return starts(s, "\xef\xbc\x8b") ? 3 : 0; /* full width */
}

/*
 * The length of the separator at s, 0 if there is none: of U+2000 to U+202F,
 * blanks, hyphens, dashes and the invisible marks that come with a number when
 * it is copied.
 */
static size_t
separator(struct span s)
{
	char some[PHONE_MAX];

	if (memchr(" -.()[]", s.p[0], 7))
		return 1;
	if (s.p[0] == '/')
		return s.n > 1 && s.p[1] != '0' &&
		       phone_digits(s, SLASHED_MIN, some) == SLASHED_MIN;
	if (starts(s, "\xc2\xa0") || starts(s, "\xc2\xad"))
		return 2;
	if (starts(s, "\xe2\x88\x92") || starts(s, "\xe2\x81\xa0") ||
	    starts(s, "\xef\xbb\xbf"))
		return 3;
	if (s.n >= 3 && starts(s, "\xe2\x80")) {
		unsigned char c = (unsigned char)s.p[2];

		return (c >= 0x80 && c <= 0x95) || (c >= 0xa8 && c <= 0xaf) ? 3
									    : 0;
	}
	return 0;
}

/* Case folded: ASCII, and the Cyrillic capitals that UTF-8 has as d0 90-9f. */
static bool
starts_word(struct span s, const char *word)
{
	char before = 0;

	for (size_t i = 0; word[i]; i++) {
		unsigned char c = i < s.n ? (unsigned char)s.p[i] : 0;

		if ((c >= 'A' && c <= 'Z') ||
		    (before == '\xd0' && c >= 0x90 && c <= 0x9f))
			c += 0x20;
		if (c != (unsigned char)word[i])
			return false;
		before = word[i];
	}
	return true;
}

/* The length of the word at s that an extension follows, 0 if there is none. */
static size_t
extension_word(struct span s)
{
	/* Of two that begin alike, the longer one first. */
	static const char *const words[] = {";ext=", "extension", "ext", "x",
	    "#", "добавочный", "доб", "додатковий", "дод", "внутренний",
	    "внутр", "вн", "wew"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (starts_word(s, words[i]))
			return strlen(words[i]);
	return 0;
}

/* Leave out separators, and any of more. */
static void
skip_blanks(struct span *s, const char *more)
{
	while (s->n) {
		size_t n = separator(*s);

		if (!n)
			n = memchr(more, s->p[0], strlen(more)) ? 1 : 0;
		if (!n)
			return;
		skip(s, n);
	}
}

/* Is s an extension and nothing else? */
static bool
extension(struct span s)
{
	size_t comma = starts(s, ","), word, digits = 0;

	skip_blanks(&s, ",");
	word = extension_word(s);
	skip(&s, word);
	skip_blanks(&s, ":=");
	while (digits < s.n && is_digit(s.p[digits]))
		digits++;
	skip(&s, digits);
	skip_blanks(&s, "");
	return comma + word > 0 && digits > 0 && digits <= EXTENSION_MAX &&
	       s.n == 0;
}

/* False if s has anything that doesn't belong to a number. */
static bool
take(struct span s, struct written *w)
{
	size_t len;

	*w = (struct written){.zero = SIZE_MAX};
	s = str_trim(s);
	if (s.n > TEXT_MAX)
		return false;
	if (starts_word(s, "tel:"))
		skip(&s, 4);
	for (; s.n; skip(&s, len)) {
		len = 1;
		if (starts(s, "(0)"))
			w->zero = w->n;
		if (is_digit(s.p[0])) {
			if (w->n == sizeof(w->d) - 1)
				return false;
			w->d[w->n++] = s.p[0];
		} else if (!w->plus && w->n == 0 && plus_sign(s)) {
			len = plus_sign(s);
			w->plus = true;
		} else if ((len = separator(s)) == 0) {
			return w->n && extension(s);
		}
	}
	return w->n > 0;
}

/* ---- what it means ---- */

/* The numbers that the digits can be. */
struct reading {
	char e164[PHONE_MAX]; /* the first, "" if there is none */
	bool twice;           /* and there is another */
};

/* The next entry of *list that d begins with: its length, or 0. */
static size_t
next_start(const char **list, const char *d)
{
	while (**list) {
		const char *x = *list;
		size_t n = strcspn(x, " ");

		*list += n + (x[n] == ' ');
		if (n < 3 || x[n - 2] != '-') {
			if (strncmp(d, x, n) == 0)
				return n;
		} else if (strncmp(d, x, n - 3) == 0) {
			if (d[n - 3] >= x[n - 3] && d[n - 3] <= x[n - 1])
				return n - 2;
		}
	}
	return 0;
}

static size_t
start(const char *list, const char *d)
{
	return next_start(&list, d);
}

static bool
fits_country(const struct phone_country *c, const char *national)
{
	size_t n = strlen(national);

	for (const struct form *f = c->forms;
	     f < c->forms + sizeof(c->forms) / sizeof(*c->forms) && f->first;
	     f++)
		if (n >= f->min && n <= f->max && start(f->first, national))
			return true;
	return false;
}

/* In any country of this code: from Russia one dials 8 for Kazakhstan, too. */
static bool
fits(const char *code, const char *national)
{
	for (size_t i = 0; i < COUNTRIES; i++)
		if (strcmp(countries[i].code, code) == 0 &&
		    fits_country(&countries[i], national))
			return true;
	return false;
}

static void
offer(struct reading *r, const char *code, const char *national)
{
	char e164[PHONE_MAX];

	if (!fits(code, national))
		return;
	snprintf(e164, sizeof(e164), "+%s%s", code, national);
	if (!r->e164[0])
		memcpy(r->e164, e164, sizeof(e164));
	else
		r->twice |= strcmp(r->e164, e164) != 0;
}

/*
 * d as calling code and national number. Without a plus nobody has said that
 * it is international, so it must look more like it.
 */
static void
read_abroad(struct reading *r, const char *d, bool plus)
{
	size_t n = strlen(d), len;
	bool known = false;

	if (!plus && (n < BARE_MIN || (n == 11 && d[0] == '8')))
		return;
	for (size_t i = 0; i < COUNTRIES; i++) {
		const struct phone_country *c = &countries[i];
		const char *trunk = plus ? c->trunk : "";
		const char *national = d + strlen(c->code);

		if (strncmp(d, c->code, strlen(c->code)) != 0)
			continue;
		known = true;
		offer(r, c->code, national);
		while (!r->e164[0] && (len = next_start(&trunk, national)))
			offer(r, c->code, national + len);
	}
	if (!known && n >= (plus ? 8 : UNKNOWN_MIN) && n <= 15 &&
	    !start(unassigned, d))
		snprintf(r->e164, sizeof(r->e164), "+%s", d);
}

static void
read_at_home(struct reading *r, const char *d, const struct phone_country *home)
{
	const char *trunk = home->trunk;
	size_t len;

	if (home->dialling == WHOLE)
		offer(r, home->code, d);
	while ((len = next_start(&trunk, d)))
		offer(r, home->code, d + len);
	if (strlen(d) >= BARE_MIN && (len = start(home->code, d)))
		offer(r, home->code, d + len);
}

/*
 * Without a plus and without an international prefix. The last try is kept
 * short, or a foreign number with a digit too few would pass as one of ours.
 */
static void
read_bare(struct reading *r, const char *d, const struct phone_country *home)
{
	size_t n = strlen(d);

	if (home)
		read_at_home(r, d, home);
	if (!r->e164[0])
		read_abroad(r, d, false);
	if (!r->e164[0] && home && n > TOWN_MAX && n <= BEYOND_MAX)
		offer(r, home->code, d);
}

/* The length of the calling code; *zero: may 0 follow it? */
static size_t
code_length(const char *d, bool *zero)
{
	*zero = false;
	for (size_t i = 0; i < COUNTRIES; i++) {
		const struct phone_country *c = &countries[i];

		if (strncmp(d, c->code, strlen(c->code)) != 0)
			continue;
		for (size_t f = 0; f < 3 && c->forms[f].first; f++)
			*zero |= start(c->forms[f].first, "0") > 0;
		return strlen(c->code);
	}
	return start(two_digits, d) ? 2 : 3;
}

/* Drop the trunk prefix of "+44 (0)20…"; the number begins at d[from]. */
static void
drop_zero(struct written *w, size_t from)
{
	bool kept;
	size_t at = from + code_length(w->d + from, &kept);

	if (kept || w->zero != at || w->d[from] == '0')
		return;
	memmove(w->d + at, w->d + at + 1, w->n - at); /* with the NUL */
	w->n--;
}

bool
phone_e164(struct span s, const struct phone_country *home, char out[PHONE_MAX])
{
	struct reading r = {0};
	struct written w;
	size_t from = 0;

	if (!take(s, &w))
		return false;
	if (!w.plus)
		from = start("00", w.d);
	if (!w.plus && !from && home)
		from = start(home->abroad, w.d);
	drop_zero(&w, from);
	if (w.plus || from)
		read_abroad(&r, w.d + from, true);
	else
		read_bare(&r, w.d, home);
	if (!r.e164[0] || r.twice)
		return false;
	memcpy(out, r.e164, sizeof(r.e164));
	return true;
}

/* ---- matching ---- */

/* Cut the last byte that counts off *s; -1 if none is left. */
static int
last_byte(struct span *s)
{
	while (s->n) {
		char c = s->p[--s->n];

		if (!memchr("+- ().", c, 6))
			return (unsigned char)c;
	}
	return -1;
}

bool
phone_same(enum phone_match m, struct span a, struct span b)
{
	if (m == PHONE_EXACT)
		return str_same(a, b);
	for (size_t i = 0; m != PHONE_LAST9 || i < 9; i++) {
		int byte = last_byte(&a);

		if (byte != last_byte(&b))
			return false;
		if (byte < 0)
			return i > 0;
	}
	return true;
}

static const char *const match_names[] = {
    [PHONE_INTERNATIONAL] = "international",
    [PHONE_LAST9] = "last9",
    [PHONE_EXACT] = "exact",
};

bool
phone_match_word(const char *word, enum phone_match *out)
{
	for (size_t i = 0; i < sizeof(match_names) / sizeof(*match_names);
	     i++) {
		if (strcmp(match_names[i], word) == 0) {
			*out = (enum phone_match)i;
			return true;
		}
	}
	return false;
}

const char *
phone_match_name(enum phone_match m)
{
	return match_names[m];
}
