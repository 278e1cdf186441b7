/* SPDX-License-Identifier: MIT */
#include "flow/check.h"

#include "io/jsonx.h"

/* ---- for programs ---- */

static json_t *
employees_new(const struct project *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->employees.n; i++) {
		const struct employee *m = &p->employees.v[i];
		json_t *x = json_object();

		json_put(x, "code", m->code);
		json_put(x, "name", m->name);
		json_put(x, "user", m->user);
		if (p->senior && strcmp(p->senior, m->code) == 0)
			json_object_set_new(x, "senior", json_true());
		if (m->distributed)
			json_object_set_new(x, "distributed", json_true());
		json_array_append_new(list, x);
	}
	return list;
}

void
check_json(const struct check *c, struct buf *out)
{
	json_auto_t *o = json_object();

	json_put(o, "project", c->su.project.dir);
	json_put(o, "crm", c->su.project.crm);
	json_object_set_new(o, "exit", json_integer(c->code));
	json_object_set(o, "findings", c->findings);
	json_object_set_new(o, "employees", employees_new(&c->su.project));
	if (c->survey)
		json_object_set(o, "survey", c->survey);
	json_append(out, o);
	buf_chr(out, '\n');
}

/* ---- for people ---- */

/* Control bytes of other people's names would move the terminal's cursor. */
static void
put(struct buf *out, const char *s)
{
	for (; s && *s; s++)
		buf_chr(out, (unsigned char)*s < ' ' || *s == 127 ? '?' : *s);
}

static void
put_user(const struct check *c, const json_t *user, struct buf *out)
{
	const struct employee *m = check_employee(c, user);
	const char *name = json_str(user, "name"),
		   *email = json_str(user, "email"),
		   *senior = c->su.project.senior;

	buf_str(out, "  ");
	put(out, json_str(user, "id"));
	if (name) {
		buf_chr(out, ' ');
		put(out, name);
	}
	if (email) {
		buf_str(out, " <");
		put(out, email);
		buf_chr(out, '>');
	}
	if (!check_active(user))
		buf_str(out, ", not active");
	if (m)
		buf_fmt(out, ": employee %s", m->code);
	if (m && senior && strcmp(senior, m->code) == 0)
		buf_str(out, ", the senior");
	buf_chr(out, '\n');
}

/* "  name (type), …" of a list. */
static void
put_list(const json_t *list, struct buf *out)
{
	json_t *x;
	size_t i;

	json_array_foreach (list, i, x) {
		const char *title = json_str(x, "title"),
			   *type = json_str(x, "type");

		buf_str(out, i ? ", " : "");
		put(out, json_str(x, "name"));
		if (title) {
			buf_str(out, " \"");
			put(out, title);
			buf_chr(out, '"');
		}
		if (type) {
			buf_str(out, " (");
			put(out, type);
			buf_chr(out, ')');
		}
	}
	buf_str(out, json_array_size(list) ? "\n" : "none\n");
}

static void
put_survey(const struct check *c, struct buf *out)
{
	const json_t *user = json_object_get(c->survey, "user"),
		     *users = json_object_get(c->survey, "users"),
		     *pipelines = json_object_get(c->survey, "pipelines");
	const char *role;
	json_t *x;
	size_t i;

	if (user) {
		buf_str(out, "asked as user ");
		put(out, json_str(user, "id"));
		buf_chr(out, ' ');
		put(out, json_str(user, "name"));
		buf_chr(out, '\n');
	}
	buf_str(out, users ? "users\n" : "");
	json_array_foreach (users, i, x)
		put_user(c, x, out);
	if (pipelines) {
		buf_str(out, "pipelines: ");
		put_list(pipelines, out);
	}
	json_object_foreach (json_object_get(c->survey, "fields"), role, x) {
		buf_fmt(out, "custom fields of a %s: ", role);
		put_list(x, out);
	}
}

void
check_text(const struct check *c, struct buf *out)
{
	const char *crm = c->su.project.crm;
	json_t *x;
	size_t i;

	buf_fmt(out, "CRM %s%s\n", crm ? crm : "unknown",
	    c->survey ? "" : ", which could not be asked");
	put_survey(c, out);
	buf_chr(out, '\n');
	json_array_foreach (c->findings, i, x) {
		buf_fmt(out, "%s: ", json_str(x, "severity"));
		put(out, json_str(x, "subject"));
		buf_str(out, ": ");
		put(out, json_str(x, "text"));
		buf_str(out, "\n  mend: ");
		put(out, json_str(x, "mend"));
		buf_chr(out, '\n');
	}
	if (!finding_any(c->findings))
		buf_str(out, "nothing is wrong\n");
}
