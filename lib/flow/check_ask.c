/* SPDX-License-Identifier: MIT */
/*
 * The CRM is asked whatever the account's state is, since a person waits for
 * the answer; a good one brings the account up, after which everything goes
 * gently.
 */
#include "flow/check.h"

#include "base/clock.h"
#include "base/exits.h"
#include "crm/engine.h"
#include "flow/account.h"
#include "io/jsonx.h"
#include "matrix/rules.h"

enum { TRIES = 5 }; /* of a request that a limit keeps back for a moment */

static int
journal_failed(struct check *c, const struct err *e)
{
	c->code = exits_worse(c->code, err_exit(e));
	finding_said(c->findings, FINDING_ERROR, "journal", "journal.db",
	    e->text, "see whether the disk is full or broken");
	return -1;
}

static int
ask(struct engine *g, struct crm_txn *t, struct err *e)
{
	for (int i = 0; i < TRIES; i++) {
		struct crm_txn *back = NULL;

		eng_submit(g, t);
		while (!back)
			if (eng_run(g, -1, -1, &back, e) < 0)
				return -1;
		if (t->ended || t->verdict.scope != CRM_LIMIT ||
		    !eng_waits(g, t->verdict.wait_ms))
			break;
	}
	return 0;
}

/* It gave no survey: why, and what a person can do. */
static void
report_refusal(struct check *c, const struct crm_verdict *v)
{
	const char *crm = c->su.project.crm;

	if (v->refused) {
		c->code = exits_worse(c->code, EXITS_ACCESS);
		finding_said(c->findings, FINDING_ERROR, "credentials", crm,
		    v->text,
		    "make new credentials in the CRM, put them into secrets/ "
		    "of the project and run ringo-check again");
		return;
	}
	c->code = exits_worse(c->code, EXITS_RETRY);
	if (v->scope == CRM_LIMIT)
		finding_said(c->findings, FINDING_ERROR, "limit", crm, v->text,
		    "run ringo-check again later; if others use this account, "
		    "write `rate 50%` into ringo.conf");
	else
		finding_said(c->findings, FINDING_ERROR, "unreachable", crm,
		    v->text,
		    "see whether the network and the CRM are there, then run "
		    "ringo-check again");
}

/* What the answer says of the account; what it was before, a says. */
static int
judge(struct check *c, struct engine *g, struct account *a,
    const struct crm_txn *t)
{
	struct account was = *a;
	struct err e = {0};
	struct buf since = {0};

	if (!c->su.journal)
		return 0;
	if (acct_judge(c->su.journal, a, t, was.down, &e) < 0 ||
	    jnl_commit(c->su.journal, &e) < 0)
		return journal_failed(c, &e);
	if (!was.down)
		return 0;
	clock_local(was.since, &since);
	if (a->down) {
		finding_add(c->findings, FINDING_ERROR, "account",
		    c->su.project.crm,
		    "mend what is said of the CRM above; ringo-check brings "
		    "the account up",
		    "it has been down since %s, and everything waits: %s",
		    since.p, was.why);
	} else {
		eng_gently(g);
		finding_add(c->findings, FINDING_NOTE, "account",
		    c->su.project.crm, "ringo-replay carries out what waits",
		    "it was down since %s (%s) and is up again", since.p,
		    was.why);
	}
	buf_free(&since);
	return 0;
}

/* Is it "call" or, of the lead, "create lead"? */
static bool
is_use(const struct rule_action *a, const char *use)
{
	if (a->verb == VERB_CREATE)
		return strncmp(use, "create ", 7) == 0 &&
		       strcmp(use + 7, a->role) == 0;
	return a->verb == VERB_CALL && strcmp(use, "call") == 0;
}

static bool
is_used(const struct matrix *m, const char *use)
{
	for (size_t r = 0; m && r < m->n; r++)
		for (size_t i = 0; i < m->rule[r].nactions; i++)
			if (is_use(&m->rule[r].action[i], use))
				return true;
	return false;
}

static void
report_wrong(struct check *c)
{
	json_t *x;
	size_t i;

	json_array_foreach (json_object_get(c->survey, "wrong"), i, x) {
		const char *use = json_str(x, "uses");

		if (use && !is_used(c->su.matrix, use))
			continue;
		finding_add(c->findings, use ? FINDING_WARNING : FINDING_ERROR,
		    "crm", c->su.project.crm, json_str(x, "mend"), "%s",
		    json_str(x, "text"));
	}
}

/* What a person has written into the CRM may lack what is relied on. */
static void
drop_without(json_t *list, const char *member)
{
	for (size_t i = json_array_size(list); i-- > 0;)
		if (!json_str(json_array_get(list, i), member))
			json_array_remove(list, i);
}

static void
take_survey(struct check *c, const json_t *result)
{
	const char *role;
	json_t *list;

	c->survey = json_deep_copy(result);
	drop_without(json_object_get(c->survey, "users"), "id");
	drop_without(json_object_get(c->survey, "pipelines"), "name");
	json_object_foreach (json_object_get(c->survey, "fields"), role, list)
		drop_without(list, "name");
	drop_without(json_object_get(c->survey, "wrong"), "text");
}

/* Nothing could be sent: a secret, or a file of ours. */
static void
report_closed(struct check *c, const struct err *e)
{
	/* Secrets that are unsafe have been found before. */
	if (e->kind == ERR_ACCESS && c->code == EXITS_ACCESS)
		return;
	c->code = exits_worse(c->code, err_exit(e));
	finding_said(c->findings, FINDING_ERROR,
	    e->kind == ERR_ACCESS ? "credentials" : "crm",
	    e->file[0] ? e->file : c->su.project.crm, e->text,
	    "see whether the disk is full and the files are ours");
}

void
check_ask(struct check *c)
{
	struct crm_txn t = {.kind = CRM_SURVEY, .live = true};
	struct account a = {0};
	struct err e = {0};
	struct engine *g;

	if (c->su.journal && acct_load(c->su.journal, &a, &e) < 0) {
		journal_failed(c, &e);
		return;
	}
	g = eng_open(&c->su.crm, NULL, NULL, &e);
	if (!g || ask(g, &t, &e) < 0) {
		report_closed(c, &e);
	} else {
		if (t.ended)
			take_survey(c, t.result);
		else
			report_refusal(c, &t.verdict);
		report_wrong(c);
		judge(c, g, &a, &t);
	}
	crm_txn_clear(&t);
	eng_free(g);
}
