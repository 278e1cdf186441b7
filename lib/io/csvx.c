/* SPDX-License-Identifier: MIT */
#include "io/csvx.h"

#include "base/xalloc.h"

#include <csv.h>
#include <stdbool.h>

struct csvx {
	struct csv_parser p;
	csvx_row *row;
	void *ctx;
	char **field;
	size_t n, cap;
	char sep;
	long line;  /* of the bytes being fed */
	long began; /* line on which the row in hand began, 0: it hasn't */
};

static void *
resize(void *p, size_t n)
{
	return xrealloc(p, n, 1);
}

struct csvx *
csvx_new(char sep, csvx_row *row, void *ctx)
{
	struct csvx *c = xcalloc(1, sizeof(*c));

	csv_init(&c->p, CSV_APPEND_NULL);
	csv_set_delim(&c->p, (unsigned char)sep);
	csv_set_realloc_func(&c->p, resize);
	c->row = row;
	c->ctx = ctx;
	c->sep = sep;
	c->line = 1;
	return c;
}

void
csvx_free(struct csvx *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++)
		free(c->field[i]);
	free(c->field);
	csv_free(&c->p);
	free(c);
}

static void
on_field(void *s, size_t n, void *ctx)
{
	struct csvx *c = ctx;

	if (c->n == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 16;
		c->field = xrealloc(c->field, c->cap, sizeof(*c->field));
	}
	c->field[c->n++] = xstrndup(s ? s : "", s ? n : 0);
}

static void
on_row(int newline, void *ctx)
{
	struct csvx *c = ctx;

	(void)newline;
	c->row(c->ctx, c->field, c->n, c->began ? c->began : c->line);
	for (size_t i = 0; i < c->n; i++)
		free(c->field[i]);
	c->n = 0;
	c->began = 0;
}

/* No row begins with such bytes. */
static bool
blank(struct span s, char sep)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == sep || !strchr(" \t\r\n", s.p[i]))
			return false;
	return true;
}

/* Line by line, so that a row's first line is known. */
void
csvx_feed(struct csvx *c, struct span s)
{
	while (s.n) {
		const char *nl = memchr(s.p, '\n', s.n);
		size_t n = nl ? (size_t)(nl - s.p) + 1 : s.n;

		if (!c->began && !blank((struct span){s.p, n}, c->sep))
			c->began = c->line;
		if (csv_parse(&c->p, s.p, n, on_field, on_row, c) != n)
			c->p.status = 0; /* only strict mode fails */
		c->line += nl != NULL;
		s.p += n;
		s.n -= n;
	}
}

void
csvx_end(struct csvx *c)
{
	csv_fini(&c->p, on_field, on_row, c);
}

char
csvx_guess(struct span text)
{
	static const char seps[] = ";,\t";
	size_t best = 0;
	char sep = ';';

	for (const char *s = seps; *s; s++) {
		size_t n = 0;

		for (size_t i = 0; i < text.n && text.p[i] != '\n'; i++)
			n += text.p[i] == *s;
		if (n > best) {
			best = n;
			sep = *s;
		}
	}
	return sep;
}
