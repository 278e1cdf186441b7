/* SPDX-License-Identifier: MIT */
/* From a line to the plan that is carried out, under the client's lock. */
#include "flow/job.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/xalloc.h"
#include "flow/leg.h"
#include "flow/running.h"
#include "flow/window.h"
#include "io/jsonx.h"

/* The record as the journal has it. 1 if it is finished there. */
static int
take_in(struct deliver *d, struct job *j, struct err *e)
{
	int rc;

	jnl_record_free(&j->row);
	rc = jnl_record(d->su->journal, j->keys.record, &j->row, e);
	if (rc == 0) /* it was kept when it was fed, and nobody removes it */
		rc = err_set(
		    e, ERR_IO, "journal.db: %s is gone", j->keys.record);
	if (rc < 0)
		return -1;
	j->started = j->row.plan != NULL;
	return jnl_final(j->row.state);
}

/*
 * It came once more since this line was read: the journal's body counts, and
 * what came with the line was said of another one.
 */
static int
take_newer(struct job *j, struct err *e)
{
	struct err bad = {0};

	if (str_eq(rec_line(j->rec), j->row.body))
		return 0;
	if (rec_parse(j->rec, j->row.body, strlen(j->row.body), &bad) < 0)
		return err_set(
		    e, ERR_IO, "journal.db: %s: %s", j->row.key, bad.text);
	json_decref(j->line_plan);
	j->line_plan = NULL;
	free(j->hold);
	j->hold = NULL;
	return 0;
}

/* 1 if an earlier record of the client is still open: behind it, or held. */
static int
hold_behind(struct deliver *d, struct job *j, struct err *e)
{
	char *key = NULL, why[KEY_MAX + 32];
	int rc = jnl_earlier(d->su->journal, j->row.client, j->row.id,
	    window_start(clock_now()), &key, e);

	if (rc > 0 && !job_yield(d, j, key)) {
		snprintf(why, sizeof(why), "waits for %s", key);
		/* Order keeps it back, not time: replay minds the order. */
		if (job_hold(d, j, why, clock_now() + ASIDE_MS, e) < 0)
			rc = -1;
	}
	free(key);
	return rc;
}

static bool
makes_key(const json_t *actions, const char *key)
{
	const json_t *a;
	size_t i;

	json_array_foreach (actions, i, a) {
		const char *made = json_str(a, "key");

		if (made && strcmp(made, key) == 0)
			return true;
	}
	return false;
}

/* Does the plan count on an entity that somebody was to make and didn't? */
static int
lacks_entity(struct deliver *d, const json_t *plan, bool *yes, struct err *e)
{
	const json_t *a, *ref, *actions = json_object_get(plan, "actions");
	size_t i, n;

	*yes = false;
	json_array_foreach (actions, i, a) {
		json_array_foreach (json_object_get(a, "on"), n, ref) {
			const char *key = json_str(ref, "key");
			int rc;

			if (!key || makes_key(actions, key))
				continue;
			rc = decide_was_made(d->su->journal, key, NULL, e);
			if (rc < 0)
				return -1;
			*yes |= rc == 0;
		}
	}
	return 0;
}

/*
 * Does the plan count on an entity whose owner wasn't known yet? An earlier
 * record of the client makes it `to distributed`, and has picked by now.
 */
static bool
lacks_owner(const json_t *plan)
{
	const char *role;
	const json_t *has;

	json_object_foreach (
	    (json_t *)(uintptr_t)json_object_get(plan, "view"), role, has) {
		if (json_str(has, "key") && !json_str(has, "owner"))
			return true;
	}
	return false;
}

/* Does the plan that came with the line rest on the client's last record? */
static int
plan_holds(struct deliver *d, struct job *j, bool *yes, struct err *e)
{
	const char *basis = json_str(j->line_plan, "basis");
	const char *call = json_str(j->line_plan, "call");
	bool lacks;

	*yes = false;
	if (!json_is_array(json_object_get(j->line_plan, "actions")) || !call ||
	    strcmp(call, j->keys.call) != 0 || !basis ||
	    strcmp(basis, j->last ? j->last : "") != 0 ||
	    lacks_owner(j->line_plan))
		return 0;
	if (lacks_entity(d, j->line_plan, &lacks, e) < 0)
		return -1;
	*yes = !lacks;
	return 0;
}

static int
begin_with(struct deliver *d, struct job *j, json_t *plan, struct err *e)
{
	j->plan = plan;
	return job_begin(d, j, e);
}

static int
decide(struct deliver *d, struct job *j, struct err *e)
{
	return begin_with(d, j,
	    decide_plan_new(
		&d->su->decider, j->rec, &j->keys, j->view, j->own, j->last),
	    e);
}

/* Look its client up, unless the account is down. */
static int
look_up(struct deliver *d, struct job *j, struct err *e)
{
	int rc = job_may_send(d, j, e);

	if (rc <= 0)
		return rc;
	crm_txn_clear(&j->txn);
	j->txn = (struct crm_txn){.kind = CRM_LOOKUP,
	    .spec = j->spec,
	    .owner = j,
	    .live = decide_is_live(j->row.at)};
	job_move(d, j, AT_ENGINE);
	eng_submit(d->engine, &j->txn);
	return 0;
}

/* The plan is missing or stale: the same steps as match takes. */
static int
decide_again(struct deliver *d, struct job *j, const char *known, struct err *e)
{
	int rc = decide_frozen(&d->su->decider, &j->keys, &j->view, &j->own, e);

	if (rc < 0)
		return -1;
	if (rc > 0 || j->keys.hidden)
		return decide(d, j, e);
	json_decref(j->spec);
	j->spec = decide_spec_new(j->rec, &j->keys, known);
	return look_up(d, j, e);
}

int
job_looked(struct deliver *d, struct job *j, struct err *e)
{
	const struct crm_verdict *v = &j->txn.verdict;

	if (!j->txn.ended && v->code == CRM_DEAD)
		return job_end(d, j, JNL_DEAD, v->text, e);
	if (job_goes_again(d, j))
		return look_up(d, j, e);
	if (!j->txn.ended)
		return job_hold(d, j, v->text,
		    d->account.down
			? d->account.probe
			: clock_now() + (v->wait_ms > 0 ? v->wait_ms : TRY_MS),
		    e);
	j->view = decide_view_new(&d->su->decider, j->rec, j->txn.result, e);
	return j->view ? decide(d, j, e) : -1;
}

int
job_afresh(struct deliver *d, struct job *j, struct err *e)
{
	char *last = NULL, *known = NULL;
	int rc;

	json_decref(j->plan);
	json_decref(j->view);
	json_decref(j->own);
	j->plan = j->view = j->own = NULL;
	j->started = j->by_line = false;
	acts_free(j);
	rc = jnl_client(d->su->journal, j->keys.client, &last, &known, e);
	if (rc >= 0)
		rc = decide_again(d, j, known, e);
	free(last);
	free(known);
	return rc;
}

/* 1 if it is a leg of another call, or waits for one: moved on. */
static int
leave_leg(struct deliver *d, struct job *j, struct err *e)
{
	char why[KEY_MAX + 16], *main = NULL;
	int64_t until;

	switch (leg_of(
	    &d->su->decider, j->rec, j->keys.call, j->last, &main, &until, e)) {
	case LEG_NONE:
		return 0;
	case LEG_OF:
		snprintf(why, sizeof(why), LEG_TEXT "%s", main);
		free(main);
		return job_end(d, j, JNL_SKIPPED, why, e) < 0 ? -1 : 1;
	case LEG_WAIT:
		return job_hold(d, j, "its call may still come", until, e) < 0
			   ? -1
			   : 1;
	case LEG_FAIL:
		break;
	}
	return -1;
}

static int
plan_it(struct deliver *d, struct job *j, struct err *e)
{
	char *known = NULL;
	bool holds = false;
	int rc;

	if (jnl_client(d->su->journal, j->keys.client, &j->last, &known, e) < 0)
		return -1;
	rc = leave_leg(d, j, e);
	if (rc == 0)
		rc = plan_holds(d, j, &holds, e);
	j->by_line = rc == 0 && holds;
	if (rc > 0)
		rc = 0; /* it has left */
	else if (rc == 0)
		rc = holds ? begin_with(d, j, json_incref(j->line_plan), e)
			   : decide_again(d, j, known, e);
	free(known);
	return rc;
}

int
job_open(struct deliver *d, struct job *j, struct err *e)
{
	char why[KEY_MAX + 16];
	struct err bad = {0};
	int64_t later;
	int rc;

	/* It may come a second time, when the account's probe is back. */
	free(j->last);
	j->last = NULL;
	json_decref(j->view);
	json_decref(j->own);
	j->view = j->own = NULL;
	rc = take_in(d, j, e);
	if (rc < 0)
		return -1;
	/* Its actions may have begun after it had been fed. */
	if (j->started && job_amend(d, j, &j->row, e) < 0)
		return -1;
	if (rc > 0) {
		job_duplicate(d, j);
		return 0;
	}
	if (!j->started && take_newer(j, e) < 0)
		return -1;
	if (j->started) {
		j->plan = json_text_load(str_span(j->row.plan), &bad);
		if (j->plan)
			return job_begin(d, j, e);
		return job_end(
		    d, j, JNL_DEAD, "its plan in the journal is damaged", e);
	}
	if (j->skip && strcmp(j->skip, "duplicate") != 0)
		return job_end(d, j, JNL_SKIPPED, j->skip, e);
	if (leg_reason(j->row.reason)) {
		snprintf(why, sizeof(why), "%s", j->row.reason);
		return job_end(d, j, JNL_SKIPPED, why, e);
	}
	rc = hold_behind(d, j, e);
	if (rc)
		return rc < 0 ? -1 : 0;
	later = running_until(j->rec, j->row.at, j->row.got);
	if (later)
		return job_hold(d, j, RUNNING_MAYBE, later, e);
	if (rec_true(j->rec, "running"))
		return job_end(d, j, JNL_SKIPPED, RUNNING_WAS, e);
	if (j->hold)
		return job_hold(d, j, j->hold, clock_now() + TRY_MS, e);
	return plan_it(d, j, e);
}
