/* SPDX-License-Identifier: MIT */
/* Who is who: employees.csv against the users of the CRM. */
#include "flow/check.h"

#include "base/str.h"
#include "io/jsonx.h"

/* ---- employees.csv alone ---- */

static void
put_employee(struct buf *out, const struct employee *m)
{
	buf_fmt(out, "employee %s%s%s%s", m->code, m->name[0] ? " (" : "",
	    m->name, m->name[0] ? ")" : "");
}

static char *
place_of(const struct check *c, const struct employee *m)
{
	struct buf b = {0};

	buf_fmt(&b, "%s/employees.csv:%ld", c->su.project.dir, m->line);
	return b.p;
}

static void
check_lines(struct check *c)
{
	const struct project *p = &c->su.project;

	for (size_t i = 0; i < p->nlines; i++) {
		const struct employee *m =
		    employees_phone(&p->employees, str_span(p->lines[i]));
		struct buf who = {0};

		if (!m)
			continue;
		put_employee(&who, m);
		finding_add(c->findings, FINDING_WARNING, "line", p->conf.file,
		    "take it out of `line`, or out of the employee's numbers: "
		    "what clients dial isn't what one employee answers",
		    "line %s is also a number of %s", p->lines[i], who.p);
		buf_free(&who);
	}
}

void
check_employees(struct check *c)
{
	const struct employees *es = &c->su.project.employees;

	check_lines(c);
	for (size_t i = 0; i < es->n; i++) {
		const struct employee *m = &es->v[i];
		const struct employee *first =
		    employees_user(es, str_span(m->user));
		char *place;

		if (!first || first == m)
			continue;
		place = place_of(c, m);
		finding_add(c->findings, FINDING_WARNING, "user-twice", place,
		    "give each employee a user of his own; one employee may "
		    "have several numbers and logins",
		    "employees %s and %s are both CRM user %s", first->code,
		    m->code, m->user);
		free(place);
	}
}

/* ---- with the CRM's users ---- */

bool
check_active(const json_t *user)
{
	return !json_is_false(json_object_get(user, "active"));
}

const struct employee *
check_employee(const struct check *c, const json_t *user)
{
	return employees_user(
	    &c->su.project.employees, str_span(json_str(user, "id")));
}

static bool
has_phone(const struct employee *m, const json_t *user)
{
	json_t *x;
	size_t i;

	json_array_foreach (json_object_get(user, "phones"), i, x)
		for (char **p = m->phones; *p; p++)
			if (phone_same(PHONE_LAST9, str_span(*p),
				str_span(json_string_value(x))))
				return true;
	return false;
}

/* The same person, as far as e-mail, number or name tell? */
static bool
looks_like(const struct employee *m, const json_t *user)
{
	const char *email = json_str(user, "email"),
		   *name = json_str(user, "name");

	return (m->email[0] && email && str_ieq(str_span(email), m->email)) ||
	       (m->name[0] && name && str_ieq(str_span(name), m->name)) ||
	       has_phone(m, user);
}

/* The mend for an employee whose user won't do. */
static void
propose_user(const struct check *c, const json_t *users,
    const struct employee *m, struct buf *out)
{
	json_t *x;
	size_t i;

	json_array_foreach (users, i, x) {
		if (!check_active(x) || check_employee(c, x) ||
		    !looks_like(m, x))
			continue;
		buf_fmt(out, "put %s into crm_user_id: that user is like him",
		    json_str(x, "id"));
		return;
	}
	buf_str(out, "put the id of one of the CRM's active users into "
		     "crm_user_id; ringo-check lists them");
}

static void
check_binding(struct check *c, const json_t *users, const struct employee *m)
{
	const json_t *user = json_find(users, "id", m->user);
	bool senior =
	    c->su.project.senior && strcmp(c->su.project.senior, m->code) == 0;
	struct buf who = {0}, mend = {0};
	char *place;

	if (!m->user[0] || (user && check_active(user)))
		return;
	put_employee(&who, m);
	propose_user(c, users, m, &mend);
	if (user)
		buf_fmt(&mend, ", or activate user %s in the CRM", m->user);
	place = place_of(c, m);
	finding_add(c->findings, FINDING_ERROR,
	    user ? "user-inactive" : "user-missing", place, mend.p,
	    "%s is CRM user %s, %s%s", who.p, m->user,
	    user ? "who isn't active" : "whom the CRM doesn't have",
	    senior ? "; he is the senior, who gets what has nobody else" : "");
	free(place);
	buf_free(&who);
	buf_free(&mend);
}

/* An employee without a usable user whom this one is like. */
static const struct employee *
propose_employee(const struct check *c, const json_t *users, const json_t *user)
{
	const struct employees *es = &c->su.project.employees;

	for (size_t i = 0; i < es->n; i++)
		if (!json_find(users, "id", es->v[i].user) &&
		    looks_like(&es->v[i], user))
			return &es->v[i];
	return NULL;
}

static void
check_unbound(struct check *c, const json_t *users, const json_t *user)
{
	const struct employee *m = propose_employee(c, users, user);
	const char *id = json_str(user, "id"), *name = json_str(user, "name");
	struct buf mend = {0};

	if (m)
		buf_fmt(&mend, "put %s into crm_user_id of employee %s", id,
		    m->code);
	else
		buf_fmt(&mend,
		    "if he takes calls, give him a line in employees.csv with "
		    "%s in crm_user_id",
		    id);
	finding_add(c->findings, FINDING_NOTE, "user-unbound",
	    c->su.project.crm, mend.p, "user %s%s%s%s is no employee", id,
	    name ? " (" : "", name ? name : "", name ? ")" : "");
	buf_free(&mend);
}

void
check_users(struct check *c)
{
	const struct employees *es = &c->su.project.employees;
	const json_t *users = json_object_get(c->survey, "users");
	json_t *x;
	size_t i;

	if (!users)
		return;
	for (size_t k = 0; k < es->n; k++)
		check_binding(c, users, &es->v[k]);
	json_array_foreach (users, i, x)
		if (check_active(x) && !check_employee(c, x))
			check_unbound(c, users, x);
}
