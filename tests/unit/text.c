/* SPDX-License-Identifier: MIT */
/* Texts: placeholders, lines that are left out, and what no text may be. */
#include "matrix/text.h"

#include "base/str.h"

#include "../tap.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static char seven[] = "7", eight[] = "8", olena[] = "Olena", ivan[] = "Ivan";
static char *nothing[] = {NULL};
static struct employee staff[] = {
    {.code = seven,
	.user = seven,
	.name = olena,
	.sips = nothing,
	.phones = nothing},
    {.code = eight,
	.user = eight,
	.name = ivan,
	.sips = nothing,
	.phones = nothing},
};
static const struct project project = {.employees = {staff, 2}};
static struct rec *rec;

static void
set_rec(const char *line)
{
	struct buf b = {0};
	struct err e = {0};

	for (; *line; line++)
		buf_chr(&b, *line == '\'' ? '"' : *line);
	if (rec_parse(rec, b.p, b.len, &e) < 0) {
		printf("Bail out! %s\n", e.text);
		exit(99);
	}
	buf_free(&b);
}

/* body gives title and text; NULL for one that stays empty. */
static void
gives(const char *body, const struct situation *s, const char *title,
    const char *text)
{
	struct buf got_title = {0}, got_text = {0};

	text_expand(body, rec, &project, s, &got_title, &got_text);
	is_str(buf_cstr(&got_title), title, "the title of: %s", body);
	is_str(buf_cstr(&got_text), text, "... and its text");
	buf_free(&got_title);
	buf_free(&got_text);
}

static void
fields(void)
{
	static const struct {
		const char *body, *title, *text;
	} rows[] = {
	    {"", "", ""},
	    {"plain", "plain", ""},
	    {"Call {client.phone}", "Call +380675550101", ""},
	    {"{client.phone}{status}!", "+380675550101BUSY!", ""},
	    {"{seconds.talk} s, {new}", "11 s, true", ""},
	    {"{rate}", "0.10", ""},
	    {"{tags}{client}{null}{none}{status.x}.", ".", ""},
	    {"a } b", "a } b", ""},
	    {"{quoted}", "\"\\ \xd0\xb6", ""},
	    {"one\ntwo\nthree", "one", "two\nthree"},
	    {"one\n\nthree", "one", "three"},
	    {"one\ntwo\n\nthree", "one", "two\n\nthree"},
	    {"\ntwo", "", "two"},
	    {"one\n", "one", ""},
	    {"one\ntwo\n", "one", "two"},
	    /* A line whose placeholders are all empty is left out. */
	    {"one\ntwo {none}\nthree", "one", "three"},
	    {"one\n{none}\n{null}", "one", ""},
	    {"one\nby {none}, {status}\n", "one", "by , BUSY"},
	    {"one\ntwo\n{none}", "one", "two"},
	    {"one\n{none}\ntwo\n{none}\nthree", "one", "two\nthree"},
	    /* ... but never the first: that is the title. */
	    {"by {none}\ntwo", "by ", "two"},
	};
	static const struct situation nobody;

	set_rec("{'client':{'phone':'+380675550101'},'status':'BUSY',"
		"'seconds':{'talk':11},'new':true,'rate':0.10,'tags':['a'],"
		"'null':null,'quoted':'\\\"\\\\ \\u0436'}");
	for (size_t i = 0; i < LEN(rows); i++)
		gives(rows[i].body, &nobody, rows[i].title, rows[i].text);
}

static void
names(void)
{
	static const struct situation nobody;
	const struct situation both = {
	    .answerer = &staff[0], .responsible = "8"};
	const struct situation stranger = {.responsible = "9"};

	set_rec("{'answered_by':{'sip':'x'}}");
	gives("{answerer.name}/{responsible.name}", &both, "Olena/Ivan", "");
	gives("{answerer.name}/{responsible.name}", &nobody, "/", "");
	gives("a\n{responsible.name}", &stranger, "a", "");
	set_rec("{'answered_by':{'name':'Taras'},'answerer':{'name':'no'}}");
	gives("{answerer.name}", &both, "Olena", "");
	gives("{answerer.name}", &nobody, "Taras", "");
	gives("{answered_by.name}", &both, "Taras", "");
}

static void
odd_values(void)
{
	static const struct situation nobody;
	char body[300] = "{";

	/* What a caller can choose must not make lines of its own. */
	set_rec("{'a':'x\\ny\\r\\tz','empty':''}");
	gives("to {a}!", &nobody, "to x y  z!", "");
	gives("one\n{a}", &nobody, "one", "x\ny\r\tz");
	gives("one\n{empty}", &nobody, "one", "");
	memset(body + 1, 'a', 200);
	memcpy(body + 201, "}b", 3);
	gives(body, &nobody, "b", "");
}

static void
wrong(void)
{
	static const struct {
		const char *body, *want;
	} rows[] = {
	    {"", NULL},
	    {"no placeholder", NULL},
	    {"{client.phone} {a_b.C9}", NULL},
	    {"} alone", NULL},
	    {"{}", "{} names no field; write {client.phone}"},
	    {"a {b", "a { begins a placeholder; write {client.phone}"},
	    {"{a b}", "a { begins a placeholder; write {client.phone}"},
	    {"{a} {", "a { begins a placeholder; write {client.phone}"},
	    {"{a-b}", "a { begins a placeholder; write {client.phone}"},
	    {"{{a}}", "a { begins a placeholder; write {client.phone}"},
	    {"{a\n}", "a { begins a placeholder; write {client.phone}"},
	};

	for (size_t i = 0; i < LEN(rows); i++)
		is_str(text_wrong(rows[i].body), rows[i].want, "\"%s\" is %s",
		    rows[i].body, rows[i].want ? "refused" : "fine");
}

int
main(void)
{
	rec = rec_new();
	fields();
	names();
	odd_values();
	wrong();
	rec_free(rec);
	return tap_done();
}
