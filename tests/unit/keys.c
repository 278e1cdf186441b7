/* SPDX-License-Identifier: MIT */
/* Keys: the same for the same call, safe in every address, never too long. */
#include "call/keys.h"

#include "base/str.h"

#include "../tap.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static struct rec *rec;

/* The keys of a line written with ' for "; false with e if it has none. */
static bool
keys(const char *line, bool whole, struct keys *k, struct err *e)
{
	struct buf b = {0};
	bool good;

	for (; *line; line++)
		buf_chr(&b, *line == '\'' ? '"' : *line);
	*e = (struct err){0};
	good = rec_parse(rec, b.p, b.len, e) == 0 &&
	       keys_of(rec, whole, k, e) == 0;
	buf_free(&b);
	return good;
}

static void
calls(void)
{
	static const struct {
		const char *line, *call, *record, *whole;
	} rows[] = {
	    {"{'id':'ua7_-1763712000.101','event':'call.ended'}",
		"-1763712000.101", "-1763712000.101/call.ended",
		"ua7_5F-1763712000.101"},
	    {"{'id':'-1763712000.101','event':'call.ended'}", "-1763712000.101",
		"-1763712000.101/call.ended", "-1763712000.101"},
	    {"{'id':'a_b_c','event':'form.sent'}", "b_5Fc", "b_5Fc/form.sent",
		"a_5Fb_5Fc"},
	    {"{'id':'ua7_','event':'e'}", "ua7_5F", "ua7_5F/e", "ua7_5F"},
	    {"{'id':'_1','event':'e'}", "1", "1/e", "_5F1"},
	    {"{'id':'a b+c','event':'x y'}", "a_20b_2Bc", "a_20b_2Bc/x_20y",
		"a_20b_2Bc"},
	    {"{'id':'\\u0436','event':''}", "_D0_B6", "_D0_B6/", "_D0_B6"},
	};
	struct keys k;
	struct err e;

	for (size_t i = 0; i < LEN(rows); i++) {
		ok(keys(rows[i].line, false, &k, &e), "%s has keys",
		    rows[i].line);
		is_str(k.call, rows[i].call, "... of its call");
		is_str(k.record, rows[i].record, "... of itself");
		ok(keys(rows[i].line, true, &k, &e) &&
			strcmp(k.call, rows[i].whole) == 0,
		    "... and by its full id");
	}
}

static void
clients(void)
{
	static const struct {
		const char *members, *want;
	} rows[] = {
	    {"'client':{'phone':'+380675550101'}", "675550101"},
	    {"'client':{'phone':'0675550101'}", "675550101"},
	    {"'client':{'phone':'+38 067 555-01-01'}", "675550101"},
	    {"'client':{'phone':'12345'}", "12345"},
	    {"'client':{'phone':'+380675550101','email':'a@b.ua'}",
		"675550101"},
	    /* Without a phone: by mail, by chat, or by the call alone. */
	    {"'client':{'email':'Olena.K@Shop.example'}",
		"mail:olena.k_40shop.example"},
	    {"'client':{'phone':'1234','email':'a@b.ua'}", "mail:a_40b.ua"},
	    {"'client':{'phone':'','email':'a@b.ua'}", "mail:a_40b.ua"},
	    {"'client':{'email':'a@b.ua'},'chat':{'url':'https://c/1'}",
		"mail:a_40b.ua"},
	    {"'chat':{'url':'https://chat.example/C?id=1'}",
		"chat:https://chat.example/C_3Fid_3D1"},
	    {"'client':{'phone':'-','unread':true}", "call:1.2"},
	    {"'client':{'phone':'101'}", "call:1.2"},
	    {"'client':{}", "call:1.2"},
	    {"'client':null", "call:1.2"},
	    {"'x':1", "call:1.2"},
	    /* What is empty is nobody's name. */
	    {"'client':{'email':''}", "call:1.2"},
	    {"'chat':{'url':''}", "call:1.2"},
	    {"'client':{'email':''},'chat':{'url':'u'}", "chat:u"},
	};
	char line[300];
	struct keys k;
	struct err e;

	for (size_t i = 0; i < LEN(rows); i++) {
		snprintf(line, sizeof(line),
		    "{'id':'ua7_1.2','event':'call.ended',%s}",
		    rows[i].members);
		ok(keys(line, false, &k, &e), "%s has keys", rows[i].members);
		is_str(k.client, rows[i].want, "... of its client");
		/* Only by phone can the CRM be asked who it is. */
		ok(k.hidden == (rows[i].want[0] > '9'), "... who is %s",
		    k.hidden ? "hidden" : "known by it");
	}
}

static void
refused(void)
{
	static const char *const rows[][2] = {
	    {"{'event':'call.ended'}", "id"},
	    {"{'id':'','event':'call.ended'}", "id"},
	    {"{'id':7,'event':'call.ended'}", "id"},
	    {"{'id':null,'event':'call.ended'}", "id"},
	    {"{'id':'1.2'}", "event"},
	    {"{'id':'1.2','event':7}", "event"},
	    {"{'id':'1.2','event':{}}", "event"},
	};
	char want[100];
	struct keys k;
	struct err e;

	for (size_t i = 0; i < LEN(rows); i++) {
		snprintf(want, sizeof(want),
		    "no %s: not a call record; run it through ringo-normalize",
		    rows[i][1]);
		ok(!keys(rows[i][0], false, &k, &e), "%s has none", rows[i][0]);
		is_str(e.text, want, "... and it is said why");
	}
}

static void
cleaning(void)
{
	static const char safe[] = "azAZ09.:/~-";
	struct buf b = {0};
	bool good = true;

	key_clean(&b, str_span(safe));
	is_str(b.p, safe, "what is safe stays");
	buf_clear(&b);
	key_clean(&b, str_span("_ +%\x01\x7f\xff"));
	is_str(b.p, "_5F_20_2B_25_01_7F_FF", "all else is spelt");
	buf_clear(&b);
	key_clean(&b, (struct span){"a\0b", 3});
	is_str(b.p, "a_00b", "a NUL, too");
	buf_clear(&b);
	for (int c = 1; c < 256; c++) {
		char byte = (char)c;

		key_clean(&b, (struct span){&byte, 1});
	}
	good = b.p[strspn(b.p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz0123456789.:/~-_")] ==
	       '\0';
	ok(good, "no byte leads out of the set");
	buf_free(&b);
}

static void
fitting(void)
{
	char key[KEY_MAX], other[KEY_MAX];
	struct buf b = {0};

	key_fit(&b, key);
	is_str(key, "", "nothing is a key of nothing");
	while (b.len < 100)
		buf_chr(&b, 'a');
	key_fit(&b, key);
	is_str(key, b.p, "100 bytes stay as they are");
	buf_chr(&b, 'a');
	key_fit(&b, key);
	is_int((int64_t)strlen(key), 97, "101 bytes become 97");
	ok(strncmp(key, b.p, 80) == 0 && key[80] == '~',
	    "... their head and a hash");
	is_str(key + 81, "9d0793397991b57a", "... of the whole");
	b.p[100] = 'b';
	key_fit(&b, other);
	ok(strncmp(key, other, 81) == 0 && strcmp(key, other) != 0,
	    "another end makes another key");
	buf_free(&b);
}

/* A key must not run over even if every byte of the id is spelt. */
static void
long_ids(void)
{
	struct buf line = {0};
	struct keys k, again;
	struct err e;

	buf_str(&line, "{'id':'ua7_");
	for (int i = 0; i < 500; i++)
		buf_str(&line, "\xd0\xb6");
	buf_str(&line, "','event':'");
	for (int i = 0; i < 300; i++)
		buf_str(&line, "call.");
	buf_str(&line, "','client':{'email':'");
	for (int i = 0; i < 300; i++)
		buf_str(&line, "mail@");
	buf_str(&line, "'}}");
	ok(keys(line.p, false, &k, &e), "an id, event and mail without end");
	is_int((int64_t)strlen(k.call), 97, "... the call's key fits");
	is_int((int64_t)strlen(k.record), 97, "... the record's key fits");
	is_int((int64_t)strlen(k.client), 97, "... the client's key fits");
	ok(strncmp(k.record, k.call, 80) == 0 && strcmp(k.record, k.call) != 0,
	    "... and the record's is no other's");
	ok(keys(line.p, false, &again, &e) &&
		memcmp(&k, &again, sizeof(k)) == 0,
	    "... and the same a second time");
	buf_free(&line);
}

/* What may change late makes the key, in whatever spelling. */
static void
amended(void)
{
#define AMENDED "{'id':'a_1.1','event':'call.amended',"
	static const struct {
		const char *line;
		bool same;
		const char *promise;
	} rows[] = {
	    {AMENDED "'status':'BUSY','seconds':{'talk':1,'total':2}}", true,
		"the order of members doesn't count"},
	    {AMENDED "'seconds':{ 'total':2, 'talk':1 },'status':'\\u0042USY',"
		     "'extra':{'x':1},'client':{'phone':'+380501111111'}}",
		true, "nor do blanks, escapes and other members"},
	    {AMENDED "'seconds':{'total':3,'talk':1},'status':'BUSY'}", false,
		"a number makes another key"},
	    {AMENDED "'seconds':{'total':2,'talk':1}}", false,
		"so does what isn't there"},
	    {AMENDED "'seconds':{'total':2,'talk':1},'status':'BUSY','ai':{}}",
		false, "and what is there"},
	    {AMENDED "'seconds':{'total':2,'talk':1},'recording':'BUSY'}",
		false, "and a value in another place"},
	    {AMENDED "'seconds':{'total':1e999,'talk':1},'status':'BUSY'}",
		false, "a number too large for jansson is no crash"},
	};
	struct keys first, k;
	struct err e;

	ok(keys(AMENDED "'seconds':{'total':2,'talk':1},'status':'BUSY'}",
	       false, &first, &e),
	    "an amended call");
	is_int((int64_t)strlen(first.record), 3 + 1 + 12 + 1 + 16,
	    "<call>/call.amended/<16 digits>");
	ok(strncmp(first.record, "1.1/call.amended/", 17) == 0 &&
		strcmp(first.record + 17, first.amended) == 0,
	    "the key ends in the hash");
	for (size_t i = 0; i < LEN(rows); i++)
		ok(keys(rows[i].line, false, &k, &e) &&
			(strcmp(k.record, first.record) == 0) == rows[i].same,
		    "%s", rows[i].promise);
	ok(keys("{'id':'a_1.1','event':'call.ended','status':'BUSY'}", false,
	       &k, &e) &&
		k.amended[0] == '\0',
	    "other events carry no hash");
#undef AMENDED
}

int
main(void)
{
	rec = rec_new();
	calls();
	amended();
	clients();
	refused();
	cleaning();
	fitting();
	long_ids();
	rec_free(rec);
	return tap_done();
}
