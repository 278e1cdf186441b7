/* SPDX-License-Identifier: MIT */
/* The ends of a call in all forms the log has them. */
#include "call/party.h"

#include "base/str.h"

#include "../tap.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static char line[] = "+380445550010", own[] = "+380675550901", none[] = "";
static char *lines[] = {line};
static char *phones[] = {own, NULL}, *sips[] = {NULL};
static struct employee staff[] = {{.staff_id = none,
    .code = none,
    .user = none,
    .sips = sips,
    .phones = phones}};

static const char *const kinds[] = {
    [PARTY_NONE] = "nobody",
    [PARTY_HIDDEN] = "hidden",
    [PARTY_PHONE] = "a phone",
    [PARTY_OURS] = "ours",
    [PARTY_SIP] = "a login",
    [PARTY_EXTENSION] = "an extension",
    [PARTY_ODD] = "odd",
};

static const struct project *
shop(void)
{
	static struct project p = {
	    .lines = lines, .nlines = 1, .employees = {staff, 1}};

	p.country = phone_country("UA");
	return &p;
}

static void
forms(void)
{
	static const struct {
		const char *in;
		enum party_kind kind;
		const char *text;
	} rows[] = {
	    {"", PARTY_NONE, ""},
	    {"  \t", PARTY_NONE, ""},
	    {"380675550101", PARTY_PHONE, "+380675550101"},
	    {" 067 555-01-01 ", PARTY_PHONE, "+380675550101"},
	    {"380445550010", PARTY_OURS, "+380445550010"},
	    {"0445550010", PARTY_OURS, "+380445550010"},
	    {"0675550901", PARTY_OURS, "+380675550901"},
	    {"demoshopua_olena", PARTY_SIP, "demoshopua_olena"},
	    {"DemoShopUA_Olena", PARTY_SIP, "DemoShopUA_Olena"},
	    {"_1", PARTY_SIP, "_1"},
	    {"380675550101x", PARTY_SIP, "380675550101x"},
	    {"1", PARTY_EXTENSION, "1"},
	    {"101", PARTY_EXTENSION, "101"},
	    {"12345", PARTY_EXTENSION, "12345"},
	    {"123456", PARTY_ODD, "123456"},
	    {"7908555000017908555000001", PARTY_ODD,
		"7908555000017908555000001"},
	    {"+0675550101", PARTY_ODD, "+0675550101"},
	    {"-", PARTY_ODD, "-"},
	    {"\xd0\x86\xd1\x80\xd0\xb8\xd0\xbd\xd0\xb0", PARTY_ODD,
		"\xd0\x86\xd1\x80\xd0\xb8\xd0\xbd\xd0\xb0"},
	    /* Nobody wants to be seen. */
	    {"anonymous", PARTY_HIDDEN, "anonymous"},
	    {"Unknown", PARTY_HIDDEN, "Unknown"},
	    {"PRIVATE", PARTY_HIDDEN, "PRIVATE"},
	    {"hidden", PARTY_HIDDEN, "hidden"},
	    {"restricted", PARTY_HIDDEN, "restricted"},
	    {"withheld", PARTY_HIDDEN, "withheld"},
	    {"unavailable", PARTY_HIDDEN, "unavailable"},
	    {"anonymous@anonymous.invalid", PARTY_HIDDEN, "anonymous"},
	    {"anonymously", PARTY_SIP, "anonymously"},
	    /* Display forms. */
	    {"\"demoshopua_olena\" <demoshopua_olena>", PARTY_SIP,
		"demoshopua_olena"},
	    {"&quot;demoshopua_ivan&quot; &lt;demoshopua_ivan&gt;", PARTY_SIP,
		"demoshopua_ivan"},
	    {"\"Iryna\" <380675550101>", PARTY_PHONE, "+380675550101"},
	    {"\"a <b> c; 101\" <380675550101>", PARTY_PHONE, "+380675550101"},
	    {"<380675550101>", PARTY_PHONE, "+380675550101"},
	    {"\"Iryna\" < 380675550101 >", PARTY_PHONE, "+380675550101"},
	    {"\"380675550101\" <>", PARTY_NONE, ""},
	    {"<", PARTY_ODD, "<"},
	    {">", PARTY_ODD, ">"},
	    {"&lt;380675550101&gt", PARTY_SIP, "<380675550101&gt"},
	    {"R&amp;D_1", PARTY_SIP, "R&D_1"},
	    {"a&nbsp;b", PARTY_SIP, "b"},
	    /* Glued: the last one counts. */
	    {"7908555000017908555000001;79085550001", PARTY_PHONE,
		"+79085550001"},
	    {"380675550101;380675550102;", PARTY_PHONE, "+380675550102"},
	    {"380675550101; ; ;", PARTY_PHONE, "+380675550101"},
	    {"+380675550101;ext=12", PARTY_PHONE, "+380675550101"},
	    {";", PARTY_NONE, ""},
	    /* What is behind an @ is a trunk. */
	    {"79085550099@billing/n", PARTY_PHONE, "+79085550099"},
	    {"demoshopua_olena@pbx", PARTY_SIP, "demoshopua_olena"},
	    {"@pbx", PARTY_NONE, ""},
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		struct party p;

		party_read(str_span(rows[i].in), shop(), &p);
		is_str(kinds[p.kind], kinds[rows[i].kind], "\"%s\" is %s",
		    rows[i].in, kinds[rows[i].kind]);
		is_str(p.text, rows[i].text, "... and its text");
	}
}

static void
without_a_project(void)
{
	static const struct project empty;
	struct party p;

	party_read(str_span("380445550010"), &empty, &p);
	is_int(p.kind, PARTY_PHONE, "without a project no number is ours");
	party_read(str_span("0445550010"), &empty, &p);
	is_int(p.kind, PARTY_ODD, "... and a national one can't be read");
	party_read((struct span){0}, &empty, &p);
	is_int(p.kind, PARTY_NONE, "... and no span is nobody");
}

/* Lengths at which the texts are cut, with characters of two bytes. */
static void
long_texts(void)
{
	char in[3000];
	struct party p;

	for (size_t n = 100; n < 140; n++) {
		in[0] = '_';
		for (size_t i = 0; i < n; i++)
			memcpy(in + 1 + 2 * i, "\xd0\xb6", 2);
		in[1 + 2 * n] = '\0';
		party_read(str_span(in), shop(), &p);
		ok(p.kind == PARTY_SIP && str_utf8(str_span(p.text)) &&
			strlen(p.text) < sizeof(p.text) &&
			strncmp(p.text, in, strlen(p.text)) == 0,
		    "a login of %zu characters is cut between two", n);
	}
	memset(in, 'a', sizeof(in) - 1);
	in[sizeof(in) - 1] = '\0';
	party_read(str_span(in), shop(), &p);
	is_int((int64_t)strlen(p.text), 127, "far too long");
	memset(in, '&', sizeof(in) - 1);
	party_read(str_span(in), shop(), &p);
	is_int(p.kind, PARTY_ODD, "nothing but ampersands");
}

int
main(void)
{
	forms();
	without_a_project();
	long_texts();
	return tap_done();
}
