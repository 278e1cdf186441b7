/* SPDX-License-Identifier: MIT */
#include "matrix/text.h"

#include "base/str.h"

static bool
name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '.';
}

const char *
text_wrong(const char *body)
{
	while ((body = strchr(body, '{'))) {
		size_t n = 0;

		body++;
		while (name_char(body[n]))
			n++;
		if (body[n] != '}')
			return "a { begins a placeholder; write {client.phone}";
		if (n == 0)
			return "{} names no field; write {client.phone}";
		body += n;
	}
	return NULL;
}

/* Appends the placeholder's value; false if it is empty. */
static bool
put_value(struct span name, struct rec *rec, const struct project *p,
    const struct situation *s, struct buf *out)
{
	char path[128];
	const struct employee *m = NULL;
	size_t had = out->len;

	if (str_eq(name, "answerer.name")) {
		if (s->answerer)
			buf_str(out, s->answerer->name);
		else
			rec_text(rec, "answered_by.name", out);
		return out->len > had;
	}
	if (str_eq(name, "responsible.name")) {
		if (s->responsible)
			m = employees_user(
			    &p->employees, str_span(s->responsible));
		if (m)
			buf_str(out, m->name);
		return out->len > had;
	}
	if (name.n >= sizeof(path))
		return false;
	snprintf(path, sizeof(path), "%.*s", (int)name.n, name.p);
	rec_text(rec, path, out);
	return out->len > had;
}

/* One line of body; false if it had placeholders and all were empty. */
static bool
put_line(struct span line, struct rec *rec, const struct project *p,
    const struct situation *s, struct buf *out)
{
	size_t asked = 0, given = 0;

	while (line.n) {
		const char *open = memchr(line.p, '{', line.n), *shut;
		struct span name;

		if (!open) {
			buf_span(out, line);
			break;
		}
		buf_add(out, line.p, (size_t)(open - line.p));
		line.n -= (size_t)(open + 1 - line.p);
		line.p = open + 1;
		shut = memchr(line.p, '}', line.n);
		name = (struct span){line.p, (size_t)(shut - line.p)};
		asked++;
		given += put_value(name, rec, p, s, out);
		line.n -= name.n + 1;
		line.p = shut + 1;
	}
	return asked == 0 || given > 0;
}

/* A value may hold line breaks and worse; a title is one line. */
static void
flatten(struct buf *title, size_t from)
{
	for (size_t i = from; i < title->len; i++)
		if ((unsigned char)title->p[i] < ' ')
			title->p[i] = ' ';
}

void
text_expand(const char *body, struct rec *rec, const struct project *p,
    const struct situation *s, struct buf *title, struct buf *text)
{
	struct span rest = str_span(body);
	struct buf *out = title;
	size_t from = title->len;

	while (rest.n) {
		const char *nl = memchr(rest.p, '\n', rest.n);
		size_t n = nl ? (size_t)(nl - rest.p) : rest.n, had = out->len;
		bool first = out == title;

		if (!first && had)
			buf_chr(out, '\n');
		if (!put_line((struct span){rest.p, n}, rec, p, s, out) &&
		    !first)
			buf_cut(out, had);
		out = text;
		n += nl != NULL;
		rest = (struct span){rest.p + n, rest.n - n};
	}
	flatten(title, from);
}
