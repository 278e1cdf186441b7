/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: a text is no number, or is E.164 that is read as itself in every
 * country; an extension changes nothing; rules of matching agree with one
 * another. The first byte chooses the country where the text is written.
 */
#include "call/phone.h"

#include "base/str.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

static const struct phone_country *
country(unsigned n)
{
	const char *all = phone_countries();
	size_t have = (strlen(all) + 2) / 4;
	char name[3] = "";

	memcpy(name, all + 4 * (n % have), 2);
	return n < have ? phone_country(name) : NULL;
}

static void
is_number(const char *e164)
{
	size_t n = strlen(e164);
	char again[PHONE_MAX];

	must(n >= 9 && n <= 16 && e164[0] == '+' && e164[1] > '0' &&
		 strspn(e164 + 1, "0123456789") == n - 1,
	    "what is read is E.164");
	for (unsigned i = 0; i < 64; i++)
		must(phone_e164(str_span(e164), country(i), again) &&
			 strcmp(again, e164) == 0,
		    "what is read stays itself");
}

/* Of the two halves of a text. */
static void
matches(struct span s)
{
	struct span a = {s.p, s.n / 2}, b = {s.p + s.n / 2, s.n - s.n / 2};
	bool same[3];

	for (enum phone_match m = 0; m < 3; m++) {
		same[m] = phone_same(m, a, b);
		must(phone_same(m, b, a) == same[m], "a is b as b is a");
	}
	must(!same[PHONE_INTERNATIONAL] || same[PHONE_LAST9],
	    "same digits have the same end");
	must(!same[PHONE_EXACT] || same[PHONE_INTERNATIONAL] ||
		 !phone_same(PHONE_LAST9, a, a),
	    "same texts have the same digits");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct phone_country *home;
	char out[PHONE_MAX] = "as it was", other[PHONE_MAX];
	struct buf more = {0};
	struct span s;

	if (size == 0)
		return 0;
	s = (struct span){(const char *)data + 1, size - 1};
	home = country(data[0]);
	matches(s);
	if (!phone_e164(s, home, out)) {
		must(strcmp(out, "as it was") == 0, "no number, no output");
		return 0;
	}
	is_number(out);
	buf_str(&more, "tel:");
	buf_span(&more, s);
	buf_str(&more, " ext. 123456");
	if (phone_e164((struct span){more.p, more.len}, home, other))
		must(strcmp(out, other) == 0, "an extension changes nothing");
	buf_free(&more);
	return 0;
}
