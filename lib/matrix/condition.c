/* SPDX-License-Identifier: MIT */
#include "matrix/rules.h"

#include "base/str.h"
#include "base/xalloc.h"

int
condition_parse(const char *word, struct rule_field *f)
{
	size_t path = strcspn(word, "=!<>");
	size_t op = word[path] == '!' ? 2 : 1;

	*f = (struct rule_field){0};
	if (path == 0 || !word[path] || (op == 2 && word[path + 1] != '='))
		return 1;
	f->path = xstrndup(word, path);
	f->op = word[path];
	f->value = xstrdup(word + path + op);
	if ((f->op == '<' || f->op == '>') &&
	    !str_num(str_span(f->value), INT64_MIN, INT64_MAX, &f->number))
		return -1;
	return 0;
}

void
condition_free(struct rule_field *f)
{
	free(f->path);
	free(f->value);
	*f = (struct rule_field){0};
}

bool
condition_holds(const struct rule_field *f, struct rec *rec)
{
	struct span s = rec_str(rec, f->path);
	int64_t v;

	switch (f->op) {
	case '=':
		return s.p && str_eq(s, f->value);
	case '!':
		return !s.p || !str_eq(s, f->value);
	case '<':
		return rec_int(rec, f->path, &v) && v < f->number;
	default:
		return rec_int(rec, f->path, &v) && v > f->number;
	}
}
