/* SPDX-License-Identifier: MIT */
#include "call/party.h"

#include "base/str.h"

enum { EXTENSION_DIGITS = 5 };

/* &lt; &gt; &quot; &amp; only: what a display form needs. */
static size_t
unescape(struct span s, char *out, size_t size)
{
	static const struct {
		const char *name;
		char c;
	} names[] = {
	    {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&amp;", '&'}};
	size_t n = 0;

	while (s.n && n + 1 < size) {
		size_t took = 1;
		char c = s.p[0];

		for (size_t i = 0; c == '&' && i < 4; i++) {
			size_t len = strlen(names[i].name);

			if (s.n >= len && !memcmp(s.p, names[i].name, len)) {
				c = names[i].c;
				took = len;
			}
		}
		out[n++] = c;
		s.p += took;
		s.n -= took;
	}
	out[n] = '\0';
	return n;
}

/* The part of s that names the end: inside <>, behind the last ;, before @. */
static struct span
core(struct span s)
{
	const char *p;

	p = memrchr(s.p, '<', s.n);
	if (p && s.p[s.n - 1] == '>')
		s = (struct span){p + 1, s.n - 2 - (size_t)(p - s.p)};
	while (s.n && s.p[s.n - 1] == ';')
		s = str_trim((struct span){s.p, s.n - 1});
	p = memrchr(s.p, ';', s.n);
	if (p && strncmp(p, ";ext=", 5) != 0)
		s = (struct span){p + 1, s.n - 1 - (size_t)(p - s.p)};
	p = memchr(s.p, '@', s.n);
	if (p)
		s.n = (size_t)(p - s.p);
	return str_trim(s);
}

static bool
hidden_word(struct span s)
{
	static const char *const words[] = {"anonymous", "unknown", "hidden",
	    "private", "restricted", "withheld", "unavailable"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (str_ieq(s, words[i]))
			return true;
	return false;
}

static bool
all_digits(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

static bool
has_letter(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = (char)(s.p[i] | 0x20);

		if ((c >= 'a' && c <= 'z') || s.p[i] == '_')
			return true;
	}
	return false;
}

void
party_read(struct span raw, const struct project *p, struct party *out)
{
	char plain[1024], phone[PHONE_MAX];
	struct span s = {plain, unescape(raw, plain, sizeof(plain))};

	*out = (struct party){PARTY_NONE, ""};
	s = str_trim(s);
	if (s.n)
		s = core(s);
	if (s.n == 0)
		return;
	if (phone_e164(s, p->country, phone)) {
		out->kind = project_owns(p, phone) ? PARTY_OURS : PARTY_PHONE;
		s = str_span(phone);
	} else if (hidden_word(s)) {
		out->kind = PARTY_HIDDEN;
	} else if (has_letter(s)) {
		out->kind = PARTY_SIP;
	} else if (all_digits(s) && s.n <= EXTENSION_DIGITS) {
		out->kind = PARTY_EXTENSION;
	} else {
		out->kind = PARTY_ODD;
	}
	while (s.n >= sizeof(out->text))
		s.n--;
	while (!str_utf8(s)) /* a cut sequence at the end */
		s.n--;
	snprintf(out->text, sizeof(out->text), "%.*s", (int)s.n, s.p);
}
