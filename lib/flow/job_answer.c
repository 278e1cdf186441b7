/* SPDX-License-Identifier: MIT */
/* What an answer means for the action, and for its record. */
#include "flow/job.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/xalloc.h"
#include "flow/known.h"
#include "flow/once.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

enum {
	TRIES_MAX = 12, /* that were the action's own fault */
};

/* What the client has from now on, for lookups by id. */
static int
learn(struct deliver *d, struct job *j, struct err *e)
{
	struct act *a = act_current(j);
	struct known kn;
	int rc;

	if (strcmp(json_str(a->spec, "do"), "create") != 0 &&
	    strcmp(json_str(a->spec, "do"), "unsorted") != 0)
		return 0;
	rc = known_open(d->su->journal, &j->keys, &kn, e);
	for (size_t i = 0; i < 3 && rc == 0; i++) {
		const char *id = crm_ref_id(j->txn.refs, plan_roles[i]);
		json_t *has;

		if (!id)
			continue;
		has = json_pack("{s:s}", "id", id);
		json_put(has, "owner", json_str(a->spec, "owner"));
		json_object_set_new(kn.mine, plan_roles[i], has);
	}
	if (rc == 0)
		rc = known_save(d->su->journal, &j->keys, &kn, e);
	known_close(&kn);
	return rc;
}

static int
carried_out(struct deliver *d, struct job *j, struct err *e)
{
	struct act *a = act_current(j);

	/* An action that was complete without a request begins its record. */
	if (job_start(d, j, e) < 0 || learn(d, j, e) < 0 ||
	    once_note(&d->su->decider, &j->keys, j->row.at, a->spec, e) < 0)
		return -1;
	act_keep_refs(a, j->txn.refs);
	if (act_close(d, j, JNL_DONE, NULL, e) < 0)
		return -1;
	return job_next(d, j, e);
}

/*
 * A try counts while others succeed, else the fault isn't this record's; but
 * for the first two, which make it wait. True if that was the last.
 */
static bool
was_last_try(const struct deliver *d, struct act *a)
{
	if (a->row.tries > 2 && !acct_works(&d->account))
		a->row.tries--;
	return a->row.tries >= TRIES_MAX;
}

static int
give_up(struct deliver *d, struct job *j, const char *why, struct err *e)
{
	char text[sizeof(j->txn.verdict.text) + 40];

	snprintf(text, sizeof(text), "given up after %d tries: %s", TRIES_MAX,
	    why && why[0] ? why : "no usable answer");
	if (act_close(d, j, JNL_DEAD, text, e) < 0)
		return -1;
	return job_next(d, j, e);
}

/* The engine waits for the limit, unless nobody may send any more. */
static int
goes_again(struct deliver *d, struct job *j, enum crm_kind kind, struct err *e)
{
	int rc = job_may_send(d, j, e);

	if (rc > 0)
		act_submit(d, j, kind);
	return rc < 0 ? -1 : 0;
}

/* Certainly not executed: later. */
static int
again(struct deliver *d, struct job *j, struct err *e)
{
	struct act *a = act_current(j);
	const struct crm_verdict *v = &j->txn.verdict;
	bool at_once = job_goes_again(d, j);

	/* Not this record's fault: no try counted. */
	if (v->scope != CRM_RECORD && a->row.state == JNL_SENT)
		a->row.tries--;
	if (v->scope == CRM_RECORD && was_last_try(d, a))
		return give_up(d, j, v->text, e);
	a->row.state = JNL_PLANNED;
	act_keep_refs(a, j->txn.refs);
	a->row.due = at_once          ? 0
		     : v->wait_ms > 0 ? clock_now() + v->wait_ms
				      : clock_now() + act_wait(a, a->row.tries);
	act_set_error(a, at_once ? NULL : v->text);
	/* Later, with the probe. */
	if (v->scope == CRM_ACCOUNT && d->account.down)
		a->row.due = d->account.probe;
	if (a->known && act_put(d, a, e) < 0)
		return -1;
	if (at_once)
		return goes_again(d, j, CRM_ACT, e);
	return job_hold(d, j, v->text, a->row.due, e);
}

int
act_dead(struct deliver *d, struct job *j, struct err *e)
{
	char text[sizeof(j->txn.verdict.text)];

	memcpy(text, j->txn.verdict.text, sizeof(text));
	if (act_close(d, j, JNL_DEAD, text, e) < 0)
		return -1;
	return job_next(d, j, e);
}

static int
gone(struct deliver *d, struct job *j, struct err *e)
{
	const struct crm_verdict *v = &j->txn.verdict;
	const char *mine = crm_ref_id(j->txn.refs, v->gone[0]);

	/* Made, and taken away again by somebody before it was complete. */
	if (v->gone[0][0] ? mine && strcmp(mine, v->gone[1]) == 0
			  : json_array_size(j->txn.refs) > 0)
		return carried_out(d, j, e);
	return job_gone(d, j, e);
}

/* Its owner can't have it: once more, with the senior manager. */
static int
refused_owner(struct deliver *d, struct job *j, struct err *e)
{
	const struct project *p = &d->su->project;
	const struct employee *senior =
	    employees_code(&p->employees, str_span(p->senior));
	struct act *a = act_current(j);
	const char *owner = json_str(a->spec, "owner");

	if (!senior || a->fell || (owner && !strcmp(owner, senior->user)))
		return act_dead(d, j, e);
	json_put(a->spec, "owner", senior->user);
	a->fell = true;
	a->row.state = JNL_PLANNED;
	if (job_replan(d, j, e) < 0)
		return -1;
	return job_next(d, j, e);
}

static int
found(struct deliver *d, struct job *j, struct err *e)
{
	struct act *a = act_current(j);
	int64_t asked = j->txn.verdict.wait_ms;

	switch (j->txn.found) {
	case CRM_FOUND:
		/* Its first command was carried out; the adapter goes on. */
		act_keep_refs(a, j->txn.refs);
		a->row.state = JNL_PLANNED; /* the rest of it */
		act_submit(d, j, CRM_ACT);
		return 0;
	case CRM_ABSENT:
		if (was_last_try(d, a))
			return give_up(d, j, a->row.error, e);
		a->row.state = JNL_PLANNED;
		a->row.due = 0;
		return job_next(d, j, e);
	case CRM_NEVER:
		if (act_close(d, j, JNL_UNSURE,
			"sent, and can't be found "
			"again in this CRM",
			e) < 0)
			return -1;
		return job_next(d, j, e);
	case CRM_UNKNOWN:
		break;
	}
	a->row.due = clock_now() + (asked > 0 ? asked : FIND_AGAIN_MS);
	if (act_put(d, a, e) < 0)
		return -1;
	return job_hold(
	    d, j, "can't tell whether it was carried out", a->row.due, e);
}

int
job_answered(struct deliver *d, struct job *j, struct err *e)
{
	if (j->txn.kind == CRM_FIND) {
		if (job_goes_again(d, j))
			return goes_again(d, j, CRM_FIND, e);
		if (!j->txn.ended)
			j->txn.found = CRM_UNKNOWN;
		return found(d, j, e);
	}
	if (j->txn.ended)
		return carried_out(d, j, e);
	switch (j->txn.verdict.code) {
	case CRM_OK:
	case CRM_DOUBT:
		act_keep_refs(act_current(j), j->txn.refs);
		return act_doubt(d, j, e);
	case CRM_AGAIN:
		return again(d, j, e);
	case CRM_DEAD:
		return act_dead(d, j, e);
	case CRM_GONE:
		return gone(d, j, e);
	case CRM_OWNER:
		return refused_owner(d, j, e);
	}
	return 0;
}
