/* SPDX-License-Identifier: MIT */
/*
 * A command in a batch is a URL: every value is percent-encoded, once, and has
 * no type. A plus sign that isn't encoded would become a blank, and a phone
 * number another one; a bracket in a text would begin a tag.
 */
#include "crm/bitrix24.h"

#include "base/str.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

enum { LINE_MAX_CHARS = 255 }; /* that titles and UTM values may have */

static const struct {
	const char *role, *letter;
	int type;
} kinds[] = {
    {ROLE_LEAD, "L", 1},
    {ROLE_DEAL, "D", 2},
    {ROLE_CONTACT, "C", 3},
};

enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

/* ---- values ---- */

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || strchr("-._~", c);
}

static void
encode(struct buf *q, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] && is_plain(s.p[i]))
			buf_chr(q, s.p[i]);
		else
			buf_fmt(q, "%%%02X", (unsigned char)s.p[i]);
	}
}

static void
put(struct buf *q, const char *key, struct span value)
{
	if (value.n == 0)
		return;
	if (q->len)
		buf_chr(q, '&');
	buf_str(q, key);
	buf_chr(q, '=');
	encode(q, value);
}

void
b24_put(struct buf *q, const char *key, const char *value)
{
	if (value)
		put(q, key, str_span(value));
}

/* So many characters of s, never half of one. */
static struct span
cut(struct span s, size_t chars)
{
	size_t n = 0;

	while (chars-- > 0 && n < s.n) {
		size_t len = str_utf8_len(s.p + n, s.n - n);

		n += len ? len : 1;
	}
	return (struct span){s.p, n};
}

/* What a line break is in a title stays there: it is kept as it was sent. */
void
b24_put_line(struct buf *q, const char *key, const char *value)
{
	struct buf line = {0};
	struct span s;

	if (!value)
		return;
	buf_str(&line, value);
	for (size_t i = 0; i < line.len; i++)
		if ((unsigned char)line.p[i] < ' ' || line.p[i] == 0x7f)
			line.p[i] = ' ';
	s = str_trim((struct span){line.p, line.len});
	put(q, key, str_trim(cut(s, LINE_MAX_CHARS)));
	buf_free(&line);
}

void
b24_put_value(struct buf *q, const char *key, const json_t *value)
{
	char digits[24];

	if (json_is_integer(value)) {
		snprintf(digits, sizeof(digits), "%" JSON_INTEGER_FORMAT,
		    json_integer_value(value));
		b24_put(q, key, digits);
	} else if (json_is_boolean(value)) {
		b24_put(q, key, json_is_true(value) ? "Y" : "N");
	} else {
		b24_put_line(q, key, json_string_value(value));
	}
}

/* ---- texts ---- */

/* There is no way to quote a bracket, so none is left. */
void
b24_bbcode(struct buf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '[')
			buf_chr(out, '(');
		else if (c == ']')
			buf_chr(out, ')');
		else if (c >= ' ' || c == '\n' || c == '\t')
			buf_chr(out, *text);
	}
}

void
b24_bbcode_link(struct buf *out, const char *url)
{
	buf_str(out, "[URL]");
	for (; *url; url++) {
		if (*url == '[')
			buf_str(out, "%5B");
		else if (*url == ']')
			buf_str(out, "%5D");
		else if ((unsigned char)*url > ' ')
			buf_chr(out, *url);
	}
	buf_str(out, "[/URL]");
}

/* No key holds a bracket or an @, so none is the beginning of another. */
void
b24_mark(const json_t *spec, const char *on, struct buf *out)
{
	buf_fmt(out, "(ringo %s%s%s)", json_str(spec, "key"), on ? "@" : "",
	    on ? on : "");
}

bool
b24_is_marked(const json_t *spec, const char *on, const char *text)
{
	struct buf mark = {0};
	bool marked;

	b24_mark(spec, on, &mark);
	marked = text && strstr(text, mark.p);
	buf_free(&mark);
	return marked;
}

/* ---- roles and ids ---- */

int
b24_type(const char *role)
{
	for (size_t i = 0; role && i < KINDS; i++)
		if (strcmp(kinds[i].role, role) == 0)
			return kinds[i].type;
	return 0;
}

const char *
b24_letter(const char *role)
{
	for (size_t i = 0; role && i < KINDS; i++)
		if (strcmp(kinds[i].role, role) == 0)
			return kinds[i].letter;
	return NULL;
}

const char *
b24_role_of_type(json_int_t type)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].type == type)
			return kinds[i].role;
	return NULL;
}

json_int_t
b24_int(const json_t *v)
{
	int64_t n = 0;

	if (json_is_integer(v))
		return json_integer_value(v);
	if (json_is_string(v))
		str_num(str_span(json_string_value(v)), 0, INT64_MAX, &n);
	return n;
}

const char *
b24_id(const json_t *v, char out[24])
{
	json_int_t n = b24_int(v);

	out[0] = '\0';
	if (n > 0)
		snprintf(out, 24, "%" JSON_INTEGER_FORMAT, n);
	return out;
}
