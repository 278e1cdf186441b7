/* SPDX-License-Identifier: MIT */
/*
 * Numbers of many countries in random spellings: each is read as itself, or
 * not at all, and never as another one. The random numbers are the same in
 * every run.
 */
#include "call/phone.h"

#include "base/str.h"
#include "base/xalloc.h"

#include "../tap.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

enum {
	NUMBERS = 12000,
	SPELLINGS = 3, /* of each, per test */
	NOISE = 100000,
};

static uint64_t seed = 0x9e3779b97f4a7c15;

static unsigned
below(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 32) % n);
}

/*
 * What numbers of a country look like: areas, and how many digits, some have
 * `fewer`. The last are in no table of ours.
 */
static const struct country {
	const char *name, *code, *trunk, *areas;
	unsigned digits, fewer;
} countries[] = {
    {"AM", "374", "0", "10 33 41 43 55 77 91 93 94 98 99", 8, 0},
    {"AZ", "994", "0", "12 18 22 50 51 55 60 70 77 99", 9, 0},
    {"BG", "359", "0", "87 88 89 98", 9, 0},
    {"BY", "375", "80", "17 15 16 21 22 23 25 29 33 44", 9, 0},
    {"CA", "1", "1", "416 514 604 647", 10, 0},
    {"CZ", "420", "", "2 31 47 54 60 72 73 77", 9, 0},
    {"DE", "49", "0", "30 40 69 89 151 160 170 175 221 351", 11, 3},
    {"EE", "372", "", "5", 8, 1},
    {"ES", "34", "", "6 7 91 93 96", 9, 0},
    {"FR", "33", "0", "1 2 3 4 5 6 7 9", 9, 0},
    {"GB", "44", "0", "20 121 131 161 7", 10, 1},
    {"GE", "995", "0", "32 431 55 57 59 79", 9, 0},
    {"HU", "36", "06", "20 30 31 50 70", 9, 0},
    {"IL", "972", "0", "50 52 53 54 58 77", 9, 0},
    {"IT", "39", "", "02 06 011 081 32 33 34 36 38", 10, 1},
    {"KG", "996", "0", "312 50 55 70 77 99", 9, 0},
    {"KZ", "7", "8", "701 705 707 727 7172 747 771 777", 10, 0},
    {"LT", "370", "0", "37 46 5 6", 8, 0},
    {"LV", "371", "", "2 6", 8, 0},
    {"MD", "373", "0", "22 231 60 67 69 78 79", 8, 0},
    {"PL", "48", "", "12 22 32 42 50 60 66 69 72 78 88", 9, 0},
    {"RO", "40", "0", "21 31 72 74 76", 9, 0},
    {"RU", "7", "8", "495 499 812 343 383 861 900 903 908 926 985", 10, 0},
    {"SK", "421", "0", "2 41 55 90 91 94 95", 9, 0},
    {"TR", "90", "0", "212 216 312 505 532 542 555", 10, 0},
    {"UA", "380", "0", "32 44 48 50 57 63 66 67 68 73 93 95 96 97 98", 9, 0},
    {"US", "1", "1", "202 212 312 380 415 512 646 702 917", 10, 0},
    {"UZ", "998", "8", "33 71 88 90 91 93 94 97 98 99", 9, 0},
    {"EG", "20", "", "10 11 12 15", 10, 0},
    {"JP", "81", "", "3 6 70 80 90", 10, 1},
    {"NG", "234", "", "70 80 81 90", 10, 0},
    {"VN", "84", "", "3 5 7 8 9", 9, 0},
};

struct number {
	const struct country *c;
	char national[16];
	char e164[PHONE_MAX];
};

/* A spelling of v[i] was read so. */
struct read {
	char e164[PHONE_MAX];
	size_t of;
};

static struct number numbers[NUMBERS];
static struct read reads[NUMBERS * SPELLINGS];
static size_t nreads;

static const char *
any(const char *const *list, unsigned n)
{
	return list[below(n)];
}

static void
add(char *out, const char *more)
{
	size_t n = strlen(out);

	snprintf(out + n, 200 - n, "%s", more);
}

/* ---- numbers ---- */

static void
random_area(const char *areas, char out[8])
{
	unsigned n = 1;

	for (const char *p = areas; *p; p++)
		n += *p == ' ';
	for (n = below(n); n; n--)
		areas = strchr(areas, ' ') + 1;
	snprintf(out, 8, "%.*s", (int)strcspn(areas, " "), areas);
}

/* Numbers that look like one another: same digits, in another country. */
static void
make_number(struct number *x, const struct number *before)
{
	size_t digits, n, length = before ? strlen(before->national) : 0;
	char area[8];

	x->c = &countries[below(LEN(countries))];
	digits = x->c->digits - below(x->c->fewer + 1);
	random_area(x->c->areas, area);
	snprintf(x->national, sizeof(x->national), "%s", area);
	for (n = strlen(area); n < digits; n++) {
		size_t left = digits - n;

		x->national[n] = left <= length && below(40)
				     ? before->national[length - left]
				     : (char)('0' + below(10));
	}
	x->national[n] = '\0';
	snprintf(x->e164, sizeof(x->e164), "+%s%s", x->c->code, x->national);
}

static void
make_numbers(void)
{
	for (size_t i = 0; i < NUMBERS; i++)
		make_number(&numbers[i], i % 8 ? &numbers[i - 1] : NULL);
}

/* ---- spellings ---- */

static const char *const separators[] = {
    " ", "-", ".", " - ", "\xc2\xa0", "\xe2\x80\x91", "  "};
static const char *const ends[] = {
    " ext. 12", ";ext=7", " x305", ", 12", " доб. 101", " (дод. 4)", "#9"};

/* The digits, with something between some of them. */
static void
spread(char *out, const char *digits)
{
	bool dense = below(3) == 0;

	for (; *digits; digits++) {
		add(out, (char[]){*digits, '\0'});
		if (!dense && digits[1] && below(3) == 0)
			add(out, any(separators, LEN(separators)));
	}
}

/* The national number, perhaps with brackets around the area code. */
static void
spread_national(char *out, const struct number *x)
{
	if (below(3)) {
		spread(out, x->national);
		return;
	}
	add(out, below(2) ? " (" : "(");
	add(out, (char[]){x->national[0], x->national[1], '\0'});
	add(out, below(2) ? ") " : ")");
	spread(out, x->national + 2);
}

/* At home in a country of phone_countries(), or nowhere. */
static const struct phone_country *
random_home(const char **prefix)
{
	char name[3] = "";
	const char *all = phone_countries();

	memcpy(name, all + 4 * below((unsigned)(strlen(all) + 2) / 4), 2);
	*prefix = strstr("US CA", name)               ? "011"
		  : strstr("RU KZ BY UZ TJ TM", name) ? "810"
						      : "00";
	return below(20) ? phone_country(name) : (*prefix = "00", NULL);
}

/* With its calling code. */
static const struct phone_country *
name_country(char *out, const struct number *x)
{
	static const char *const heads[] = {
	    "+", "+", "00", "tel:+", "(+", "\xef\xbc\x8b", "p"};
	const char *prefix, *head = any(heads, LEN(heads));
	const struct phone_country *home = random_home(&prefix);
	bool zero = strcmp(x->c->trunk, "0") == 0 && below(8) == 0;

	add(out, *head == 'p' ? prefix : head);
	spread(out, x->c->code);
	add(out, *head == '(' ? ") " : below(2) ? " " : "");
	add(out, zero ? "(0)" : "");
	spread_national(out, x);
	if (below(6) == 0)
		add(out, any(ends, LEN(ends)));
	return home;
}

/* As at home, with or without trunk prefix, or the code without a plus. */
static const struct phone_country *
home_spelling(char *out, const struct number *x)
{
	const char *const heads[] = {x->c->trunk, "", x->c->code};
	const char *head = any(heads, LEN(heads));

	if (!phone_country(x->c->name))
		return name_country(out, x);
	if (!*head && strcmp(x->c->name, "DE") == 0)
		head = "0"; /* without it, other countries come first */
	spread(out, head);
	add(out, *head && below(2) ? " " : "");
	spread_national(out, x);
	if (below(6) == 0)
		add(out, any(ends, LEN(ends)));
	return phone_country(x->c->name);
}

/* As a PBX has it: code and number, digits only. */
static const struct phone_country *
bare_spelling(char *out, const struct number *x)
{
	const char *prefix;

	add(out, x->e164 + 1);
	return random_home(&prefix);
}

/* ---- reading them ---- */

struct tally {
	size_t all, missed, wrong, merged;
};

static int
by_reading(const void *a, const void *b)
{
	const struct read *x = a, *y = b;

	return strcmp(x->e164, y->e164);
}

/* Readings that a match takes for the same, though the numbers aren't. */
static size_t
merged(void)
{
	size_t n = 0;

	qsort(reads, nreads, sizeof(*reads), by_reading);
	for (size_t i = 1; i < nreads; i++)
		n +=
		    phone_same(PHONE_INTERNATIONAL, str_span(reads[i - 1].e164),
			str_span(reads[i].e164)) &&
		    strcmp(numbers[reads[i - 1].of].e164,
			numbers[reads[i].of].e164) != 0;
	return n;
}

static struct tally
read_all(const struct phone_country *(*spell)(char *, const struct number *))
{
	struct tally t = {0};

	nreads = 0;
	for (size_t i = 0; i < NUMBERS * SPELLINGS; i++) {
		const struct number *x = &numbers[i / SPELLINGS];
		char text[200] = "";
		const struct phone_country *home = spell(text, x);
		struct read *r = &reads[nreads];

		t.all++;
		if (!phone_e164(str_span(text), home, r->e164)) {
			if (t.missed++ < 3)
				printf("# missed: %s %s\n", x->c->name, text);
			continue;
		}
		r->of = (size_t)(x - numbers);
		nreads++;
		if (strcmp(r->e164, x->e164) != 0 && t.wrong++ < 3)
			printf("# %s %s: %s\n", x->c->name, text, r->e164);
	}
	t.merged = merged();
	printf("# %zu spellings: %zu unread, %zu wrong, %zu false merges\n",
	    t.all, t.missed, t.wrong, t.merged);
	return t;
}

static void
reading(void)
{
	struct tally t = read_all(name_country);

	is_int((int64_t)t.merged, 0,
	    "with the country named, no two numbers become one");
	is_int((int64_t)t.wrong, 0, "... and none is read as another");
	ok(t.missed * 1000 <= t.all, "... and 99.9 %% are read");
	t = read_all(home_spelling);
	is_int((int64_t)t.merged, 0, "at home no two numbers become one");
	is_int((int64_t)t.wrong, 0, "... and none is read as another");
	ok(t.missed * 1000 <= t.all, "... and 99.9 %% are read");
	t = read_all(bare_spelling);
	ok(t.wrong * 100 <= t.all,
	    "without a plus, anywhere: 99 %% are not taken for others");
	ok(t.missed * 20 <= t.all, "... and 95 %% are read");
}

/* ---- last9 ---- */

static int
by_last9(const void *a, const void *b)
{
	const struct number *x = a, *y = b;
	int order = strcmp(
	    x->e164 + strlen(x->e164) - 9, y->e164 + strlen(y->e164) - 9);

	return order ? order : strcmp(x->e164, y->e164);
}

/* Pairs of different numbers that last9 takes for one. */
static void
last9(const char *which)
{
	size_t pairs = 0, abroad = 0;

	qsort(numbers, NUMBERS, sizeof(*numbers), by_last9);
	for (size_t i = 0; i < NUMBERS; i++) {
		const struct number *x = &numbers[i];

		for (size_t k = i + 1;
		     k < NUMBERS && phone_same(PHONE_LAST9, str_span(x->e164),
					str_span(numbers[k].e164));
		     k++) {
			if (strcmp(x->e164, numbers[k].e164) == 0)
				continue;
			pairs++;
			abroad += strcmp(x->c->code, numbers[k].c->code) != 0;
		}
	}
	printf("# last9, %d numbers %s: %zu pairs taken for one, %zu of them "
	       "of different countries\n",
	    NUMBERS, which, pairs, abroad);
}

/* ---- anything ---- */

static size_t
noise(char *out)
{
	static const char *const pieces[] = {"0", "00", "1", "380", "67", "7",
	    "8", "810", "48", "+", "(0)", "(", ")", "-", " ", "/", ".", ",",
	    ";ext=", "ext", "x", "доб", "\xc2\xa0", "\xe2\x80", "\xef\xbc\x8b",
	    "tel:", "123456", "999"};
	bool bytes = below(4) == 0;
	size_t n = 0, max = below(40);

	while (n < max) {
		const char *piece = any(pieces, LEN(pieces));

		if (bytes) {
			out[n++] = (char)below(256);
			continue;
		}
		memcpy(out + n, piece, strlen(piece));
		n += strlen(piece);
	}
	return n;
}

static bool
is_e164(const char *s)
{
	size_t n = strlen(s + 1);

	return s[0] == '+' && s[1] >= '1' && n >= 8 && n <= 15 &&
	       strspn(s + 1, "0123456789") == n;
}

static void
anything(void)
{
	size_t odd = 0, moved = 0, touched = 0, good = 0;

	for (size_t i = 0; i < NOISE; i++) {
		char text[64], out[PHONE_MAX] = "as it was", again[PHONE_MAX];
		const char *prefix;
		const struct phone_country *home = random_home(&prefix);
		size_t n = noise(text);
		char *exact = xmalloc(n + !n); /* a byte too far is seen */

		memcpy(exact, text, n);
		if (!phone_e164((struct span){exact, n}, home, out)) {
			touched += strcmp(out, "as it was") != 0;
		} else {
			good++;
			odd += !is_e164(out);
			home = random_home(&prefix);
			moved += !phone_e164(str_span(out), home, again) ||
				 strcmp(out, again) != 0;
		}
		free(exact);
	}
	printf("# %zu of %d random texts are numbers\n", good, NOISE);
	is_int((int64_t)odd, 0, "what is read has the form of E.164");
	is_int((int64_t)moved, 0, "... and is read as itself anywhere");
	is_int((int64_t)touched, 0, "what isn't read leaves nothing");
	ok(good > NOISE / 1000, "some random texts are numbers");
}

int
main(void)
{
	make_numbers();
	reading();
	last9("that look alike");
	for (size_t i = 0; i < NUMBERS; i++)
		make_number(&numbers[i], NULL);
	last9("at random");
	anything();
	return tap_done();
}
