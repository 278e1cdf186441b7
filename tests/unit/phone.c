/* SPDX-License-Identifier: MIT */
/* Numbers in all spellings, at home in every country of the table. */
#include "call/phone.h"

#include "base/str.h"

#include "../tap.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define NBSP "\xc2\xa0"

/* want NULL: no number. */
static void
reads_as(const char *home, const char *in, const char *want)
{
	char out[PHONE_MAX] = "untouched";
	bool good =
	    phone_e164(str_span(in), home ? phone_country(home) : NULL, out);

	is_str(good ? out : NULL, want, "%s: \"%s\" %s",
	    home ? home : "nowhere", in, want ? "is a number" : "is none");
}

/* ---- every country, every form ---- */

/* A country, and a number of it; `fixed`: all have this many digits. */
static const struct country {
	const char *home, *trunk, *national, *code;
	bool fixed;
} countries[] = {
    {"AE", "0", "501234567", "971", false},
    {"AL", "0", "661234567", "355", false},
    {"AM", "0", "77123456", "374", true},
    {"AT", "0", "6641234567", "43", false},
    {"AZ", "0", "501234567", "994", true},
    {"BA", "0", "61123456", "387", false},
    {"BE", "0", "472123456", "32", false},
    {"BG", "0", "881234567", "359", false},
    {"BY", "80", "291234567", "375", true},
    {"CA", "1", "4165550101", "1", true},
    {"CH", "0", "791234567", "41", true},
    {"CY", "", "99123456", "357", true},
    {"CZ", "", "601123456", "420", true},
    {"DE", "0", "1711234567", "49", false},
    {"DK", "", "20123456", "45", true},
    {"EE", "", "51234567", "372", false},
    {"ES", "", "612345678", "34", true},
    {"FI", "0", "401234567", "358", false},
    {"FR", "0", "612345678", "33", true},
    {"GB", "0", "7911123456", "44", false},
    {"GE", "0", "555123456", "995", true},
    {"GR", "", "6912345678", "30", true},
    {"HR", "0", "911234567", "385", false},
    {"HU", "06", "301234567", "36", false},
    {"IE", "0", "851234567", "353", false},
    {"IL", "0", "501234567", "972", false},
    {"IT", "", "0612345678", "39", false},
    {"KG", "0", "555123456", "996", true},
    {"KZ", "8", "7011234567", "7", true},
    {"LT", "8", "61234567", "370", true},
    {"LV", "", "21234567", "371", true},
    {"MD", "0", "69123456", "373", true},
    {"ME", "0", "67123456", "382", false},
    {"MK", "0", "70123456", "389", true},
    {"NL", "0", "612345678", "31", true},
    {"NO", "", "40612345", "47", true},
    {"PL", "", "605550117", "48", true},
    {"PT", "", "912345678", "351", true},
    {"RO", "0", "712345678", "40", true},
    {"RS", "0", "601234567", "381", false},
    {"RU", "8", "9085550001", "7", true},
    {"SE", "0", "701234567", "46", false},
    {"SI", "0", "31123456", "386", true},
    {"SK", "0", "912123456", "421", true},
    {"TJ", "8", "917123456", "992", true},
    {"TM", "8", "66123456", "993", true},
    {"TR", "0", "5321234567", "90", true},
    {"UA", "0", "675550101", "380", true},
    {"US", "1", "2125550101", "1", true},
    {"UZ", "", "901234567", "998", true},
    {"XK", "0", "44123456", "383", false},
};

/*
 * form with the country's parts put in: C is its code, T its trunk prefix, N a
 * number of it, also as a (two digits), b (three) and c (the others).
 */
static void
spell(const struct country *c, const char *form, char *out, size_t size)
{
	const char *n = c->national;
	size_t at = 0;

	out[0] = '\0';
	for (; *form && at + 1 < size; form++) {
		const char *part = *form == 'C'                   ? c->code
				   : *form == 'T'                 ? c->trunk
				   : *form == 'N' || *form == 'a' ? n
				   : *form == 'b'                 ? n + 2
				   : *form == 'c'                 ? n + 5
								  : form;
		int len = *form == 'a'   ? 2
			  : *form == 'b' ? 3
			  : part == form ? 1
					 : 20;

		at += (size_t)snprintf(out + at, size - at, "%.*s", len, part);
	}
}

static void
at_home(const struct country *c)
{
	static const char *const forms[] = {"N", " a b c ", "a-b-c", "(a)b.c",
	    "TN", "T a b c", "T(a)b-c", "T-a-b-c", "T (a) b" NBSP "c", "Ta/bc",
	    "tel:TN", "TN ext. 12", "CN", "C a b-c", "C(a)bc"};
	char in[80], want[80];

	spell(c, "+CN", want, sizeof(want));
	for (size_t i = 0; i < LEN(forms); i++) {
		spell(c, forms[i], in, sizeof(in));
		reads_as(c->home, in, want);
	}
}

/* What names the country reads the same wherever it is written. */
static void
anywhere(const struct country *c)
{
	static const char *const homes[] = {"UA", "DE", "US", "IT", NULL};
	static const char *const forms[] = {"+CN", "00CN", "+C a b c",
	    "+C (a) b-c", "+C-a-b-c", "+C.a.b.c", "(+C) a b c", "00 C a/bc",
	    "+C" NBSP "a" NBSP "b" NBSP "c",
	    "+C\xe2\x80\xaf" /* narrow */ "a\xe2\x80\x91" /* unbroken */ "bc",
	    "\xe2\x80\xaa+CN\xe2\x80\xac", /* copied from right to left text */
	    "\357\274\213CN", "tel:+C-a-b-c", "tEL: +CN;ext=12", "+CN ext. 12",
	    "+CN,12", "+CN#12", "+CNx12", "+CN (доб. 12)", "+CN вн.12"};
	char in[80], want[80];

	spell(c, "+CN", want, sizeof(want));
	for (size_t i = 0; i < LEN(forms); i++) {
		spell(c, forms[i], in, sizeof(in));
		reads_as(homes[i % LEN(homes)], in, want);
	}
	/* The trunk prefix doesn't belong there, but no number begins so. */
	if (c->trunk[0]) {
		spell(c, "+C (T) N", in, sizeof(in));
		reads_as("UA", in, want);
	}
}

static void
of_another_length(const struct country *c)
{
	char in[80];

	if (!c->fixed)
		return;
	spell(c, "+CN", in, sizeof(in) - 1);
	in[strlen(in) - 1] = '\0';
	reads_as("UA", in, NULL);
	spell(c, "+CN0", in, sizeof(in) - 1);
	reads_as("UA", in, NULL);
	if (c->code[0] == c->national[0])
		return; /* 7701123456 could be all of a Kazakh number */
	spell(c, "CN", in, sizeof(in) - 1);
	in[strlen(in) - 1] = '\0';
	reads_as(c->home, in, NULL);
}

static void
the_table(void)
{
	for (size_t i = 0; i < LEN(countries); i++) {
		at_home(&countries[i]);
		anywhere(&countries[i]);
		of_another_length(&countries[i]);
		ok(strstr(phone_countries(), countries[i].home),
		    "%s is named in messages", countries[i].home);
	}
	is_int((int64_t)strlen(phone_countries()),
	    (int64_t)LEN(countries) * 4 - 2, "no country is missing here");
	ok(!phone_country("XX"), "a country that isn't in the table");
	ok(!phone_country("ua"), "countries are written in capitals");
	ok(!phone_country(""), "a country without a name");
}

/* ---- single spellings ---- */

struct row {
	const char *home, *in, *want;
};

/* What the digits alone don't say, and the rule that decides. */
static const struct row doubtful[] = {
    /* 8 and ten digits at home in Russia and Kazakhstan. */
    {"RU", "89085550001", "+79085550001"},
    {"RU", "8 (495) 555-00-01", "+74955550001"},
    {"RU", "88005550001", "+78005550001"},
    {"RU", "87011234567", "+77011234567"},
    {"KZ", "89085550001", "+79085550001"},
    {"KZ", "87011234567", "+77011234567"},
    {"RU", "79085550001", "+79085550001"},
    {"RU", "84912345678", "+74912345678"}, /* not Vietnam */
    {"RU", "81312345678", NULL}, /* no such area, nor Japan for sure */
    {"RU", "+81312345678", "+81312345678"},
    {"RU", "8613812345678", "+8613812345678"},
    {"RU", "+7 8 908 555-00-01", "+79085550001"},
    {"RU", "5551234567", NULL},
    /* Abroad it is nothing. */
    {"UA", "89085550001", NULL},
    {"UA", "84951234567", NULL},
    {"UA", "+84951234567", "+84951234567"},
    {"PL", "88005550001", NULL},
    {NULL, "89085550001", NULL},
    {"UA", "79085550001", "+79085550001"},
    /* 80 in Ukraine and Belarus. */
    {"UA", "80675550101", "+380675550101"},
    {"UA", "8 (067) 555-01-01", "+380675550101"},
    {"UA", "80075550101", NULL},
    {"UA", "8675550101", NULL},
    {"BY", "8 029 123-45-67", "+375291234567"},
    {"BY", "8 29 123-45-67", "+375291234567"},
    {"BY", "029 123-45-67", "+375291234567"},
    {"BY", "8 801 123-45-67", "+3758011234567"},
    {"BY", "8011234567", "+3758011234567"},
    /* The prefix of international calls. */
    {"RU", "8~10 380 67 5550101", NULL},
    {"RU", "8 10 380 67 5550101", "+380675550101"},
    {"KZ", "810380675550101", "+380675550101"},
    {"BY", "810 7 908 555-00-01", "+79085550001"},
    {"UZ", "8-10-380-67-5550101", "+380675550101"},
    {"UA", "810380675550101", NULL},
    {"US", "011 380 67 5550101", "+380675550101"},
    {"CA", "011 44 (0)20 7946 0958", "+442079460958"},
    {"IT", "0111234567", "+390111234567"}, /* Turin */
    {"UA", "011380675550101", NULL},
    /* Ten digits at home in America. */
    {"US", "(380) 555-0101", "+13805550101"},
    {"US", "4930123456", "+14930123456"},
    {"US", "380675550101", "+380675550101"},
    {"US", "1 212 555 0101", "+12125550101"},
    {"US", "+1 (1) 212 555 0101", "+12125550101"},
    {"US", "112 555 0101", NULL},
    /* 0 belongs to the number in Italy. */
    {"IT", "+39 (0)6 1234 5678", "+390612345678"},
    {"IT", "06 1234 5678", "+390612345678"},
    {"IT", "390612345678", "+390612345678"},
    {"IT", "333 1234567", "+393331234567"},
    {"IT", "392 1234567", "+393921234567"},
    {"IT", "393331234567", "+393331234567"},
    {"IT", "3906123456", NULL}, /* Rome, or a mobile of 390 */
    {"IT", "000000", NULL},
    /* Calling codes and national numbers of many lengths. */
    {"DE", "4930123456", "+4930123456"},
    {"DE", "030 123456", "+4930123456"},
    {"DE", "030 123456-78", "+493012345678"},
    {"DE", "3012345678", "+493012345678"},
    {"DE", "30123456", NULL}, /* a subscriber in the same town */
    {"DE", "15123456789", "+15123456789"},
    {"DE", "38067555010", NULL}, /* Ukraine, a digit is missing */
    {"DE", "84951234567", NULL},
    {"DE", "0151 23456789", "+4915123456789"},
    {"UA", "4930123456", "+4930123456"},
    {"UA", "49301234", NULL},
    /* (0) behind a code, and behind what isn't one. */
    {"UA", "+44 (0)20 7946 0958", "+442079460958"},
    {"UA", "0044 (0)20 7946 0958", "+442079460958"},
    {"GB", "44 (0)20 7946 0958", "+442079460958"},
    {"UA", "+61 (0)2 5550 1234", "+61255501234"},
    {"UA", "+234 (0)802 123 4567", "+2348021234567"},
    {"UA", "+38 (0) 67 555-01-01", "+380675550101"},
    {"UA", "+38(067)555-01-01", "+380675550101"},
    {"UA", "38 067 555 01 01", "+380675550101"},
    {"UA", "+380 (067) 555-01-01", "+380675550101"},
    {"UA", "+3800675550101", "+380675550101"},
    {"SI", "+386 (0)31 123 456", "+38631123456"},
    /* Countries with two trunk prefixes, or an old one. */
    {"LT", "861234567", "+37061234567"},
    {"LT", "061234567", "+37061234567"},
    {"PL", "0 22 555 01 17", "+48225550117"},
    {"PL", "48605550117", "+48605550117"},
    {"PL", "486055501", "+48486055501"},
    {"UZ", "8 90 123 45 67", "+998901234567"},
    {"HU", "06 1 234 5678", "+3612345678"},
    {"HU", "06 30 123 4567", "+36301234567"},
    {"TR", "444 1 234", "+904441234"},
    {"TR", "+90 444 1 234", "+904441234"},
    {"TR", "555 1 234", NULL},
    {"IL", "1-800-123456", "+9721800123456"},
    {"IL", "03-1234567", "+97231234567"},
    {"EE", "6123456", "+3726123456"},
};

static const struct row spellings[] = {
    {"UA", "+380 (67) 555-01-01", "+380675550101"},
    {"UA", "+38-067-555-01-01", "+380675550101"},
    {"UA", "067.555.01.01", "+380675550101"},
    {"UA", "[067] 5550101", "+380675550101"},
    {"UA", " 0675550101\r\n", "+380675550101"},
    {"UA", "00 380 67 5550101", "+380675550101"},
    {"UA",
	"067\xe2\x80\x93"
	"555\xe2\x88\x92"
	"0101",
	"+380675550101"},
    {"UA",
	"\xef\xbb\xbf"
	"0675550101",
	"+380675550101"},
    {"UA",
	"067\xe2\x80\x9c"
	"5550101",
	NULL}, /* a quotation mark */
    {"UA", "067\xe2\x80", NULL},
    {"UA",
	"067\xc2"
	"5550101",
	NULL},
    /* Abroad, as the PBX writes it: without a plus. */
    {"UA", "48605550117", "+48605550117"},
    {"UA", "8613812345678", "+8613812345678"},
    {"UA", "2348021234567", "+2348021234567"},
    {"UA", "201234567890", "+201234567890"},
    {"UA", "2012345678", NULL},
    {"PL", "380675550101", "+380675550101"},
    {"KZ", "79085550001", "+79085550001"},
    /* Said to be international. */
    {"UA", "+2012345", NULL},
    {"UA", "+20123456", "+20123456"},
    {"UA", "+201234567890123", "+201234567890123"},
    {"UA", "+2012345678901234", NULL},
    {"UA", "0020123456", "+20123456"},
    {"UA", "002012345", NULL},
    {"UA", "+12345678", NULL},
    {"UA", "123456789012345", NULL},
    {"UA", "1234567890123456", NULL},
    {"UA", "+12125550101", "+12125550101"},
    {"UA", "+1125550101", NULL},
    {"UA", "+75085550001", NULL},
    {"UA", "+380175550101", NULL},
    {"UA", "+999123456789", NULL},
    {"UA", "+810312345678", NULL},
    {"UA", "999999999999", NULL},
    /* Extensions. */
    {"UA", "0675550101 ext 12", "+380675550101"},
    {"UA", "0675550101 EXT.12", "+380675550101"},
    {"UA", "0675550101, extension: 12", "+380675550101"},
    {"UA", "0675550101 x12", "+380675550101"},
    {"UA", "0675550101 #12", "+380675550101"},
    {"UA", "0675550101,,12", "+380675550101"},
    {"UA", "0675550101, 12", "+380675550101"},
    {"UA", "0675550101 доб. 12", "+380675550101"},
    {"UA", "0675550101 ДОБ.12", "+380675550101"},
    {"UA", "0675550101, доб.12", "+380675550101"},
    {"UA", "0675550101 добавочный 12", "+380675550101"},
    {"UA", "0675550101 (дод. 12)", "+380675550101"},
    {"UA", "0675550101 Додатковий: 12", "+380675550101"},
    {"UA", "0675550101 внутр. 12", "+380675550101"},
    {"PL", "605550117 wew. 12", "+48605550117"},
    {"UA", "tel:+380-67-555-01-01;ext=12", "+380675550101"},
    {"UA", "0675550101 ext.", NULL},
    {"UA", "0675550101x", NULL},
    {"UA", "0675550101,", NULL},
    {"UA", "0675550101 ext 1234567", NULL},
    {"UA", "0675550101 ext 12 x 13", NULL},
    {"UA", "0675550101 extra 12", NULL},
    {"UA", "0675550101 ext 12 Olena", NULL},
    {"UA", "38067555xxxx", NULL},
    {"UA", "ext 12", NULL},
    {"UA", "x12", NULL},
    {"UA", "#31#0675550101", NULL},
    {"UA", "*100#", NULL},
    {"UA", "tel:", NULL},
    {"UA", "tel:tel:0675550101", NULL},
    /* Two numbers in one text. */
    {"UA", "0675550101/0675550102", NULL},
    {"UA", "0675550101, 0675550102", NULL},
    {"UA", "0675550101 0675550102", NULL},
    {"UA", "380675550101;380675550102", NULL},
    {"UA", "044 123-45-67/68", NULL},
    {"DE", "030/123456", "+4930123456"},
    {"DE", "030 123456/78", NULL},
    {"DE", "0301234/030567", NULL},
    /* Nobody's number. */
    {"UA", "", NULL},
    {"UA", "+", NULL},
    {"UA", "++380675550101", NULL},
    {"UA", "()- .", NULL},
    {"UA", "101", NULL},
    {"UA", "5550101", NULL},
    {"UA", "067555010", NULL},
    {"UA", "06755501011", NULL},
    {"UA", "+0675550101", NULL},
    {"UA", "000675550101", NULL},
    {"UA", "7908555000017908555000001", NULL},
    {"UA", "380675550101x", NULL},
    {"UA", "demoshopua_olena", NULL},
    {"UA", "+380675550101+", NULL},
    {"UA", "380675550101@trunk", NULL},
    {"UA", "067\t5550101", NULL},
    {"UA", "\xd9\xa1\xd9\xa2\xd9\xa3", NULL}, /* digits, not ASCII */
    /* A home that isn't known reads what is international. */
    {NULL, "+380675550101", "+380675550101"},
    {NULL, "380675550101", "+380675550101"},
    {NULL, "00380675550101", "+380675550101"},
    {NULL, "0675550101", NULL},
    {NULL, "675550101", NULL},
    {NULL, "810380675550101", NULL},
};

static void
odd_spans(void)
{
	char out[PHONE_MAX], longest[300];

	ok(!phone_e164((struct span){"380675550101\0", 13}, NULL, out),
	    "a NUL is no digit");
	ok(phone_e164((struct span){"380675550101999", 12}, NULL, out) &&
		strcmp(out, "+380675550101") == 0,
	    "a span ends where it ends");
	ok(!phone_e164((struct span){0}, NULL, out), "no span, no number");
	memset(longest, '-', sizeof(longest));
	memcpy(longest, "+380675550101", 13);
	ok(phone_e164((struct span){longest, 200}, NULL, out),
	    "separators without end");
	ok(!phone_e164((struct span){longest, 201}, NULL, out), "are too much");
}

/* What a PBX or a form has when there is no number. */
static void
fakes(void)
{
	static const char *const fake[] = {"0", "00", "000", "0000", "00000",
	    "000000", "0000000", "00000000", "000000000", "0000000000",
	    "00000000000", "000000000000", "1", "11", "111", "1111", "11111",
	    "-1", "+0", "+1", "+00000000", "+000000000000", "12345", "-", "--",
	    "()", "0-0", "s", "h", "i", "null", "N/A"};
	char out[PHONE_MAX];

	for (size_t i = 0; i < LEN(fake); i++) {
		size_t read = 0;

		for (size_t c = 0; c < LEN(countries); c++)
			read += phone_e164(str_span(fake[i]),
			    phone_country(countries[c].home), out);
		read += phone_e164(str_span(fake[i]), NULL, out);
		is_int((int64_t)read, 0, "\"%s\" is no number in any country",
		    fake[i]);
	}
}

static void
digits(void)
{
	static const struct {
		const char *in;
		size_t n;
		const char *want;
	} rows[] = {
	    {"+380675550101", 9, "675550101"},
	    {"067-555", 9, "067555"},
	    {"none", 9, ""},
	    {"", 9, ""},
	    {"123", 0, ""},
	    {"a1b2c3", 2, "23"},
	    {"7908555000017908555000001", 9, "555000001"},
	    {"12345678901234567890123456789", 100, "78901234567890123456789"},
	};
	char out[PHONE_MAX];

	for (size_t i = 0; i < LEN(rows); i++) {
		size_t n = phone_digits(str_span(rows[i].in), rows[i].n, out);

		is_str(out, rows[i].want, "the last %zu digits of \"%s\"",
		    rows[i].n, rows[i].in);
		is_int((int64_t)n, (int64_t)strlen(rows[i].want),
		    "... and how many they are");
	}
}

/* ---- the rules of matching ---- */

static void
match_words(void)
{
	static const struct {
		const char *word;
		enum phone_match want;
	} rows[] = {
	    {"international", PHONE_INTERNATIONAL},
	    {"last9", PHONE_LAST9},
	    {"exact", PHONE_EXACT},
	};
	enum phone_match m = PHONE_EXACT;

	for (size_t i = 0; i < LEN(rows); i++) {
		ok(phone_match_word(rows[i].word, &m) && m == rows[i].want,
		    "%s is a match rule", rows[i].word);
		is_str(phone_match_name(m), rows[i].word, "... of that name");
	}
	ok(!phone_match_word("last10", &m), "last10 is none");
	ok(!phone_match_word("", &m), "nor is nothing");
}

static void
matches(void)
{
	static const struct {
		const char *a, *b;
		bool international, last9, exact;
	} rows[] = {
	    {"+380671234567", "+380671234567", true, true, true},
	    {"+380671234567", "+38-067-123-4567", true, true, false},
	    {"+380671234567", "380671234567", true, true, false},
	    {"+380671234567", "38 (067) 123.45.67", true, true, false},
	    {"+380671234567", "0671234567", false, true, false},
	    {"+380671234567", "067 123-45-67", false, true, false},
	    {"+380671234567", "671234567", false, true, false},
	    {"+380671234567", "+48671234567", false, true, false},
	    {"+380671234567", "71234567", false, false, false},
	    {"+380671234567", "+380671234568", false, false, false},
	    {"+380671234567", "380671234567 Olena", false, false, false},
	    {"+380671234567", "Olena 380671234567", false, true, false},
	    {"+380671234567", "", false, false, false},
	    {"+380671234567", "+", false, false, false},
	    {"12345", "12-345", true, true, false},
	    {"12345", "12345", true, true, true},
	    {"12345", "012345", false, false, false},
	    {"123456789", "0123456789", false, true, false},
	    {"-", "+", false, false, false},
	    {"-", "-", false, false, true},
	    {"", "", false, false, true},
	    {"Olena", "Olena", true, true, true},
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		const bool want[] = {
		    [PHONE_INTERNATIONAL] = rows[i].international,
		    [PHONE_LAST9] = rows[i].last9,
		    [PHONE_EXACT] = rows[i].exact};

		for (enum phone_match m = 0; m < LEN(want); m++) {
			struct span a = str_span(rows[i].a),
				    b = str_span(rows[i].b);

			ok(phone_same(m, a, b) == want[m] &&
				phone_same(m, b, a) == want[m],
			    "%s: \"%s\" %s \"%s\"", phone_match_name(m),
			    rows[i].a, want[m] ? "is" : "is not", rows[i].b);
		}
	}
	ok(!phone_same(PHONE_EXACT, (struct span){0}, (struct span){0}),
	    "no text equals nothing");
	ok(!phone_same(PHONE_LAST9, (struct span){0}, (struct span){0}),
	    "... by any rule");
}

int
main(void)
{
	the_table();
	for (size_t i = 0; i < LEN(doubtful); i++)
		reads_as(doubtful[i].home, doubtful[i].in, doubtful[i].want);
	for (size_t i = 0; i < LEN(spellings); i++)
		reads_as(spellings[i].home, spellings[i].in, spellings[i].want);
	odd_spans();
	fakes();
	digits();
	match_words();
	matches();
	return tap_done();
}
