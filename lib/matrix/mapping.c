/* SPDX-License-Identifier: MIT */
/*
 * What of a record goes into which field of an entity, and into which
 * pipeline: the `field` and `pipeline` statements of ringo.conf.
 */
#include "matrix/rules.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "matrix/plan.h"

static const char *const type_names[] = {"text", "integer", "boolean"};

struct load {
	struct matrix *m;
	const struct words *words;
};

/* The role before the dot of "deal.UF_CRM_POOL"; *name is behind it. */
static const char *
split_target(const struct load *ld, const char *target, const char **name)
{
	const char *dot = strchr(target, '.');
	const char *role;
	char *word;

	if (!dot || !dot[1])
		return NULL;
	word = xstrndup(target, (size_t)(dot - target));
	role = ld->words->role(ld->words->ctx, word);
	free(word);
	*name = dot + 1;
	return role;
}

static bool
read_type(const char *word, enum field_type *type)
{
	for (size_t i = 0; i < 3; i++) {
		if (strcmp(type_names[i], word) == 0) {
			*type = (enum field_type)i;
			return true;
		}
	}
	return false;
}

/* field deal.UF_CRM_POOL = source.pool [as integer] */
static void
set_field(void *ctx, const struct conf *c, const struct conf_line *l,
    struct errs *errs)
{
	struct load *ld = ctx;
	struct matrix *m = ld->m;
	struct mapping f = {.line = l->line};
	const char *name = "";

	if (l->n < 4 || strcmp(l->word[2], "=") != 0 ||
	    (l->n > 4 && (l->n != 6 || strcmp(l->word[4], "as") != 0))) {
		conf_wrong(c, l, errs,
		    "write: field deal.NAME = source.pool [as integer]");
		return;
	}
	if (l->n == 6 && !read_type(l->word[5], &f.type))
		conf_wrong(c, l, errs, "a type is text, integer or boolean");
	f.role = split_target(ld, l->word[1], &name);
	if (!f.role) {
		conf_wrong(c, l, errs,
		    "\"%s\" names no entity of this CRM and its field; write "
		    "deal.NAME",
		    l->word[1]);
		return;
	}
	for (size_t i = 0; i < m->nmappings; i++)
		if (strcmp(m->mapping[i].role, f.role) == 0 &&
		    strcmp(m->mapping[i].name, name) == 0)
			conf_wrong(c, l, errs,
			    "%s is filled on line %ld already; one field takes "
			    "one value",
			    l->word[1], m->mapping[i].line);
	f.name = xstrdup(name);
	f.path = xstrdup(l->word[3]);
	m->mapping = xrealloc(m->mapping, m->nmappings + 1, sizeof(f));
	m->mapping[m->nmappings++] = f;
}

/* pipeline "Новая" when source.pool="Контекстная реклама" */
static void
set_pipeline(void *ctx, const struct conf *c, const struct conf_line *l,
    struct errs *errs)
{
	struct matrix *m = ((struct load *)ctx)->m;
	struct pipeline p = {.line = l->line};

	if (strcmp(l->word[2], "when") != 0 ||
	    condition_parse(l->word[3], &p.when) != 0) {
		conf_wrong(c, l, errs,
		    "write: pipeline NAME when source.pool=\"value\"");
		condition_free(&p.when);
		return;
	}
	p.name = xstrdup(l->word[1]);
	m->pipeline = xrealloc(m->pipeline, m->npipelines + 1, sizeof(p));
	m->pipeline[m->npipelines++] = p;
}

static const struct conf_word statements[] = {
    {"field", 1, 6, true, "field deal.NAME = source.pool", set_field},
    {"pipeline", 3, 3, true, "pipeline NAME when source.pool=\"value\"",
	set_pipeline},
    {0},
};

void
mapping_load(struct matrix *m, struct conf *conf, const struct words *w,
    struct errs *errs)
{
	struct load ld = {m, w};

	conf_apply(conf, statements, &ld, errs);
}

void
mapping_free(struct matrix *m)
{
	for (size_t i = 0; i < m->nmappings; i++) {
		free(m->mapping[i].name);
		free(m->mapping[i].path);
	}
	for (size_t i = 0; i < m->npipelines; i++) {
		free(m->pipeline[i].name);
		condition_free(&m->pipeline[i].when);
	}
	free(m->mapping);
	free(m->pipeline);
}

/* A value as its target wants it; NULL if it can't be one. */
static json_t *
value_new(const struct mapping *f, struct rec *rec)
{
	struct span s = rec_str(rec, f->path);
	int64_t n;

	if (!s.p || s.n == 0)
		return NULL;
	switch (f->type) {
	case FIELD_TEXT:
		return json_stringn(s.p, s.n);
	case FIELD_INTEGER:
		return rec_int(rec, f->path, &n) ? json_integer(n) : NULL;
	case FIELD_BOOLEAN:
		if (str_eq(s, "1") || str_ieq(s, "true"))
			return json_true();
		if (str_eq(s, "0") || str_ieq(s, "false"))
			return json_false();
		break;
	}
	return NULL;
}

json_t *
mapping_fields_new(const struct matrix *m, const char *role, struct rec *rec)
{
	json_t *fields = NULL;

	for (size_t i = 0; i < m->nmappings; i++) {
		const struct mapping *f = &m->mapping[i];
		json_t *value;

		if (strcmp(f->role, role) != 0)
			continue;
		value = value_new(f, rec);
		if (!value)
			continue;
		if (!fields)
			fields = json_object();
		json_object_set_new(fields, f->name, value);
	}
	return fields;
}

const char *
mapping_pipeline(const struct matrix *m, struct rec *rec)
{
	for (size_t i = 0; i < m->npipelines; i++)
		if (condition_holds(&m->pipeline[i].when, rec))
			return m->pipeline[i].name;
	return NULL;
}
