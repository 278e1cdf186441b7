/* SPDX-License-Identifier: MIT */
#include "flow/check.h"

#include "base/exits.h"
#include "base/str.h"
#include "matrix/rules.h"

#include <unistd.h>

/* ---- the files' mistakes ---- */

/* How to mend what says no more than what is wrong. */
static const char *
mend_file(const struct err *e)
{
	if (!e->file[0])
		return "install tzdata, or write another timezone";
	if (access(e->file, F_OK) != 0)
		return "make it, beginning with the one in share/example/shop";
	if (e->line)
		return "change this line";
	return "let the user that ringo runs as read it";
}

static void
report_mistakes(struct check *c, const struct errs *errs)
{
	for (size_t i = 0; i < errs->n; i++) {
		const struct err *e = &errs->v[i];
		struct buf subject = {0};

		buf_str(&subject, e->file);
		if (e->line)
			buf_fmt(&subject, ":%ld", e->line);
		finding_said(c->findings, FINDING_ERROR, "config",
		    buf_cstr(&subject), e->text, mend_file(e));
		buf_free(&subject);
	}
	if (errs->n)
		c->code = exits_worse(c->code, EXITS_CONFIG);
}

/* ---- the matrix ---- */

static bool
is_distributed(const struct matrix *m)
{
	for (size_t r = 0; r < m->n; r++)
		for (size_t i = 0; i < m->rule[r].nactions; i++) {
			const char *who = m->rule[r].action[i].who;

			if (who && strcmp(who, "distributed") == 0)
				return true;
		}
	return false;
}

static bool
is_any_flagged(const struct employees *es)
{
	for (size_t i = 0; i < es->n; i++)
		if (es->v[i].distributed)
			return true;
	return false;
}

/* "FILE: text" or "FILE:LINE: text", one finding. */
static void
report_line(struct check *c, struct span line)
{
	const char *file = c->su.matrix->file;
	size_t n = strlen(file);
	struct buf subject = {0};
	const char *text;

	n += strcspn(line.p + n, " ") - 1;
	text = line.p + n + 2;
	buf_add(&subject, line.p, n);
	finding_add(c->findings, FINDING_WARNING, "matrix", subject.p,
	    "change the matrix; ringo-match --table shows which line takes "
	    "which situation",
	    "%.*s", (int)(line.p + line.n - text), text);
	buf_free(&subject);
}

void
check_matrix(struct check *c)
{
	const struct matrix *m = c->su.matrix;
	struct buf out = {0};
	struct span s;

	if (!m)
		return;
	matrix_check(m, &out);
	s = (struct span){out.p, out.len};
	while (s.n) {
		size_t n = (size_t)((const char *)memchr(s.p, '\n', s.n) - s.p);

		report_line(c, (struct span){s.p, n});
		s = (struct span){s.p + n + 1, s.n - n - 1};
	}
	buf_free(&out);
	if (is_distributed(m) && !is_any_flagged(&c->su.project.employees))
		finding_add(c->findings, FINDING_WARNING, "distributed",
		    m->file,
		    "put 1 into distribution_of_unanswered of those in "
		    "employees.csv who take part, or write `to senior`",
		    "it says `to distributed`, and nobody takes part: all of "
		    "it goes to the senior");
}

/* ---- all of it ---- */

static void
open_journal(struct check *c)
{
	struct err e = {0};

	c->su.journal = jnl_open(c->su.project.dir, &e);
	if (c->su.journal)
		return;
	c->code = exits_worse(c->code, err_exit(&e));
	finding_said(c->findings, FINDING_ERROR, "journal", "journal.db",
	    e.text,
	    "let the user that ringo runs as write into the project's "
	    "directory, on a local disk with room");
}

void
check_run(struct check *c, const char *dir)
{
	struct errs errs = {0};

	*c = (struct check){.findings = json_array()};
	setup_load(&c->su, dir, &errs);
	report_mistakes(c, &errs);
	check_files(c);
	check_matrix(c);
	check_employees(c);
	/* Whoever fills employees.csv in wants to see the CRM's users. */
	if (c->su.crm.driver) {
		open_journal(c);
		check_ask(c);
		check_users(c);
		check_targets(c);
		check_journal(c);
	}
	if (finding_any(c->findings))
		c->code = exits_worse(c->code, EXITS_NO);
	errs_free(&errs);
}

void
check_free(struct check *c)
{
	setup_close(&c->su);
	json_decref(c->findings);
	json_decref(c->survey);
	*c = (struct check){0};
}
