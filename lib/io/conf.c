/* SPDX-License-Identifier: MIT */
#include "io/conf.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "io/fsx.h"

#include <stdarg.h>

enum { CONF_MAX = 1 << 20 }; /* a larger file is not one of ours */

void
conf_wrong(const struct conf *c, const struct conf_line *l, struct errs *errs,
    const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	errs_add(errs, c->file, l->line, "%s", text);
}

static void
add_word(struct conf_line *l, const struct buf *w, bool quoted)
{
	l->word = xrealloc(l->word, l->n + 2, sizeof(*l->word));
	l->quoted = xrealloc(l->quoted, l->n + 1, sizeof(*l->quoted));
	l->quoted[l->n] = quoted;
	l->word[l->n++] = xstrndup(buf_cstr(w), w->len);
	l->word[l->n] = NULL;
}

/*
 * One word from *s into w; quotes may begin in its middle (pool="a b").
 * False if a quote isn't closed.
 */
static bool
take_word(struct span *s, struct buf *w, bool *quoted)
{
	bool in = false;

	buf_clear(w);
	*quoted = s->p[0] == '"';
	for (; s->n; s->p++, s->n--) {
		char c = s->p[0];

		if (c == '"') {
			in = !in;
		} else if (in && c == '\\' && s->n > 1 &&
			   (s->p[1] == '"' || s->p[1] == '\\')) {
			buf_chr(w, s->p[1]);
			s->p++;
			s->n--;
		} else if (!in && strchr(" \t\r", c)) {
			break;
		} else {
			buf_chr(w, c);
		}
	}
	return !in;
}

static bool
parse_line(struct conf_line *l, struct span s, struct buf *w)
{
	l->indent = s.n && (s.p[0] == ' ' || s.p[0] == '\t');
	for (;;) {
		bool quoted;

		while (s.n && strchr(" \t\r", s.p[0])) {
			s.p++;
			s.n--;
		}
		if (s.n == 0 || s.p[0] == '#')
			return true;
		if (!take_word(&s, w, &quoted))
			return false;
		add_word(l, w, quoted);
	}
}

static void
line_free(struct conf_line *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->word[i]);
	free(l->word);
	free(l->quoted);
}

static void
parse_file(struct conf *c, struct span s, struct errs *errs)
{
	struct buf w = {0};
	long line = 0;

	if (s.n >= 3 && memcmp(s.p, "\xef\xbb\xbf", 3) == 0) {
		s.p += 3;
		s.n -= 3;
	}
	while (s.n) {
		const char *nl = memchr(s.p, '\n', s.n);
		size_t n = nl ? (size_t)(nl - s.p) : s.n;
		struct span text = {s.p, n};
		struct conf_line l = {.line = ++line};

		s.p += n + (nl != NULL);
		s.n -= n + (nl != NULL);
		if (!str_utf8(text) || memchr(text.p, '\0', text.n))
			errs_add(errs, c->file, line,
			    "not UTF-8; save the file as UTF-8");
		else if (!parse_line(&l, text, &w))
			errs_add(errs, c->file, line,
			    "a quote is opened and not closed");
		else if (l.n) {
			c->v = xrealloc(c->v, c->n + 1, sizeof(*c->v));
			c->v[c->n++] = l;
			continue;
		}
		line_free(&l);
	}
	buf_free(&w);
}

int
conf_load(struct conf *c, const char *path, struct errs *errs)
{
	size_t before = errs->n;
	struct buf text = {0};
	struct err e = {0};

	*c = (struct conf){.file = xstrdup(path)};
	if (fsx_read(path, CONF_MAX, &text, &e) < 0)
		errs_add(errs, path, 0, "%s", e.text);
	else
		parse_file(c, (struct span){buf_cstr(&text), text.len}, errs);
	buf_free(&text);
	return errs->n == before ? 0 : -1;
}

void
conf_free(struct conf *c)
{
	for (size_t i = 0; i < c->n; i++)
		line_free(&c->v[i]);
	free(c->v);
	free(c->file);
	*c = (struct conf){0};
}

static bool
stands_before(const struct conf *c, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(c->v[j].word[0], c->v[i].word[0]) == 0)
			return true;
	return false;
}

void
conf_apply(
    struct conf *c, const struct conf_word *table, void *ctx, struct errs *errs)
{
	for (size_t i = 0; i < c->n; i++) {
		struct conf_line *l = &c->v[i];
		const struct conf_word *w = table;

		while (w->name && strcmp(w->name, l->word[0]) != 0)
			w++;
		if (!w->name)
			continue;
		l->known = true;
		if (l->n - 1 < w->min || l->n - 1 > w->max)
			conf_wrong(c, l, errs, "write: %s", w->usage);
		else if (!w->many && stands_before(c, i))
			conf_wrong(
			    c, l, errs, "%s stands twice; keep one", w->name);
		else
			w->set(ctx, c, l, errs);
	}
}

void
conf_unknown(const struct conf *c, struct errs *errs)
{
	for (size_t i = 0; i < c->n; i++)
		if (!c->v[i].known)
			conf_wrong(c, &c->v[i], errs,
			    "\"%s\" is no statement of ringo.conf; "
			    "see ringo.conf(5)",
			    c->v[i].word[0]);
}
