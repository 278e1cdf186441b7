/* SPDX-License-Identifier: MIT */
/* What ringo.conf names in the CRM: pipelines, fields; and the CRM's clock. */
#include "flow/check.h"

#include "base/clock.h"
#include "base/str.h"
#include "io/jsonx.h"
#include "matrix/rules.h"

enum { CLOCK_MS = 120000, MINUTE_MS = 60000 };

/* The names in a list of objects, a comma between them. */
static void
put_names(struct buf *out, const json_t *list)
{
	json_t *x;
	size_t i;

	json_array_foreach (list, i, x)
		buf_fmt(out, "%s%s", i ? ", " : "", json_str(x, "name"));
	if (json_array_size(list) == 0)
		buf_str(out, "none");
}

static char *
place_of(const struct check *c, long line)
{
	struct buf b = {0};

	buf_fmt(&b, "%s:%ld", c->su.project.conf.file, line);
	return b.p;
}

/* ---- pipelines ---- */

static void
check_pipeline(
    struct check *c, const json_t *pipelines, const struct pipeline *p)
{
	struct buf mend = {0};
	char *place;

	if (json_find(pipelines, "name", p->name))
		return;
	place = place_of(c, p->line);
	buf_str(&mend, "make it in the CRM, or write one of those it has: ");
	put_names(&mend, pipelines);
	finding_add(c->findings, FINDING_ERROR, "pipeline", place, mend.p,
	    "the CRM has no pipeline \"%s\"", p->name);
	buf_free(&mend);
	free(place);
}

/* ---- fields ---- */

static const char *const type_names[] = {
    [FIELD_TEXT] = "text",
    [FIELD_INTEGER] = "integer",
    [FIELD_BOOLEAN] = "boolean",
};

/* How the line would have to be for a field of this type; false: it can't. */
static bool
write_as(const struct mapping *f, const char *type, struct buf *out)
{
	buf_fmt(out, "`field %s.%s = %s", f->role, f->name, f->path);
	if (strcmp(type, type_names[FIELD_TEXT]) == 0)
		buf_str(out, "`");
	else
		buf_fmt(out, " as %s`", type);
	for (size_t i = 0; i < sizeof(type_names) / sizeof(*type_names); i++)
		if (strcmp(type, type_names[i]) == 0)
			return true;
	buf_clear(out);
	return false;
}

static void
report_type(struct check *c, const struct mapping *f, const char *type,
    const char *place)
{
	struct buf as = {0}, mend = {0};
	bool can = write_as(f, type, &as);

	buf_fmt(&mend, "make a custom field of type String%s%s%s",
	    f->type == FIELD_TEXT ? "" : " (and leave out `as`)",
	    can ? ", or write " : " and name that one", buf_cstr(&as));
	finding_add(c->findings, FINDING_ERROR, "field-type", place, mend.p,
	    "%s.%s is of type %s, and %s is written as %s: it must be a %s",
	    f->role, f->name, type, f->path, type_names[f->type],
	    f->type == FIELD_TEXT ? "String" : type_names[f->type]);
	buf_free(&as);
	buf_free(&mend);
}

static void
check_field(struct check *c, const json_t *fields, const struct mapping *f)
{
	const json_t *field = json_find(fields, "name", f->name);
	const char *type = json_str(field, "type");
	struct buf mend = {0};
	char *place = place_of(c, f->line);

	if (!field) {
		buf_fmt(&mend,
		    "make a custom field of type String for it in the CRM, or "
		    "write one of those a %s has: ",
		    f->role);
		put_names(&mend, fields);
		finding_add(c->findings, FINDING_ERROR, "field", place, mend.p,
		    "the CRM has no custom field %s.%s", f->role, f->name);
	} else if (type && strcmp(type, type_names[f->type]) != 0) {
		report_type(c, f, type, place);
	}
	buf_free(&mend);
	free(place);
}

/* ---- the clock ---- */

static void
check_clock(struct check *c)
{
	const char *clock = json_str(c->survey, "clock"),
		   *zone = json_str(c->survey, "zone");
	int64_t at, off;
	bool zoned;

	if (clock && clock_parse(str_span(clock), &at, &zoned) && zoned) {
		off = clock_now() - at;
		if (off > CLOCK_MS || off < -CLOCK_MS)
			finding_add(c->findings, FINDING_WARNING, "clock",
			    c->su.project.crm,
			    "set this machine's clock by NTP: deadlines and "
			    "the order of calls depend on it",
			    "this machine's clock and the CRM's differ by "
			    "%lld minutes",
			    (long long)((off < 0 ? -off : off) / MINUTE_MS));
	}
	if (zone && c->su.project.zone && strcmp(zone, c->su.project.zone) != 0)
		finding_add(c->findings, FINDING_NOTE, "zone-crm",
		    c->su.project.crm, "nothing, unless one of both is a slip",
		    "the CRM shows times of %s, ringo.conf says %s", zone,
		    c->su.project.zone);
}

void
check_targets(struct check *c)
{
	const json_t *pipelines = json_object_get(c->survey, "pipelines");
	const json_t *fields = json_object_get(c->survey, "fields");
	const struct matrix *m = c->su.matrix;

	check_clock(c);
	for (size_t i = 0; m && pipelines && i < m->npipelines; i++)
		check_pipeline(c, pipelines, &m->pipeline[i]);
	if (json_is_true(json_object_get(c->survey, "any_field")))
		return;
	for (size_t i = 0; m && i < m->nmappings; i++) {
		const json_t *of = json_object_get(fields, m->mapping[i].role);

		if (of)
			check_field(c, of, &m->mapping[i]);
	}
}
