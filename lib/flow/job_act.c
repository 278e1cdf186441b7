/* SPDX-License-Identifier: MIT */
/* The actions of a plan, one after the other, by the protocol of deliver.h. */
#include "flow/job.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/xalloc.h"
#include "flow/late.h"
#include "flow/once.h"
#include "flow/pick.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

enum {
	TRY_MAX_MS = 3600000,          /* longest wait before the next try */
	DUE_MAX_MS = 24 * 3600 * 1000, /* later: the clock was set back */
};

struct act *
act_current(struct job *j)
{
	return &j->act[j->cur];
}

/* ---- preparing ---- */

void
acts_free(struct job *j)
{
	for (size_t i = 0; i < j->nacts; i++) {
		json_decref(j->act[i].spec);
		jnl_action_free(&j->act[i].row);
	}
	free(j->act);
	j->act = NULL;
	j->nacts = j->cur = 0;
}

/* A plan from outside may be anything; each action must have key and verb. */
static bool
acts_of_plan(struct job *j)
{
	const json_t *a, *actions = json_object_get(j->plan, "actions");
	size_t i;

	acts_free(j);
	if (!json_is_array(actions))
		return false;
	j->act = xcalloc(json_array_size(actions), sizeof(*j->act));
	json_array_foreach (actions, i, a) {
		if (!json_str(a, "key") || !json_str(a, "do"))
			return false;
		j->act[i].spec = json_deep_copy(a);
		j->act[i].row.state = JNL_PLANNED;
		j->act[i].key = json_str(j->act[i].spec, "key");
		j->nacts++;
	}
	return true;
}

static const char *
why_nothing(const struct job *j, char *out, size_t size)
{
	json_int_t line = json_integer_value(json_object_get(j->plan, "line"));

	if (line == 0)
		return "no line of the matrix matches";
	snprintf(out, size, "matrix line %d: nothing to do", (int)line);
	return out;
}

/* A pick-up that comes after the call's end makes no tasks any more. */
static int
is_overtaken(struct deliver *d, const struct job *j, bool *yes, struct err *e)
{
	struct jnl_record r = {0};
	char key[KEY_MAX + 16];
	int rc;

	*yes = false;
	if (!strstr(j->keys.record, "/call.ringing") &&
	    !strstr(j->keys.record, "/call.answered"))
		return 0;
	snprintf(key, sizeof(key), "%s/call.ended", j->keys.call);
	rc = jnl_record(d->su->journal, key, &r, e);
	*yes = rc > 0 && jnl_final(r.state);
	jnl_record_free(&r);
	return rc < 0 ? -1 : 0;
}

int
job_begin(struct deliver *d, struct job *j, struct err *e)
{
	char why[64];

	if (is_overtaken(d, j, &j->overtaken, e) < 0)
		return -1;
	if (!j->started && (pick_owners(&d->su->decider, j->plan, e) < 0 ||
			       late_gather(&d->su->decider, &j->keys, &j->row,
				   j->plan, e) < 0))
		return -1;
	if (!acts_of_plan(j))
		return job_end(d, j, JNL_DEAD, "its plan is damaged", e);
	if (j->nacts == 0)
		return job_end(
		    d, j, JNL_SKIPPED, why_nothing(j, why, sizeof(why)), e);
	return job_next(d, j, e);
}

/* ---- one action ---- */

static int
load_row(struct deliver *d, struct job *j, struct err *e)
{
	struct act *a = act_current(j);
	int rc;

	if (a->known || a->row.key)
		return 0;
	rc = jnl_action(d->su->journal, a->key, &a->row, e);
	if (rc < 0)
		return -1;
	a->known = rc > 0;
	if (!a->known)
		a->row = (struct jnl_action){.key = xstrdup(a->key),
		    .record = j->row.id,
		    .n = (int)j->cur,
		    .state = JNL_PLANNED};
	return 0;
}

int
act_put(struct deliver *d, struct act *a, struct err *e)
{
	a->known = true;
	return jnl_put_action(d->su->journal, &a->row, e);
}

void
act_set_error(struct act *a, const char *text)
{
	free(a->row.error);
	a->row.error = text && text[0] ? xstrdup(text) : NULL;
}

/* Its final state; the next action's turn. */
int
act_close(struct deliver *d, struct job *j, enum jnl_state state,
    const char *error, struct err *e)
{
	struct act *a = act_current(j);

	a->row.state = state;
	a->row.due = 0;
	act_set_error(a, error);
	j->cur++;
	return act_put(d, a, e);
}

/*
 * Put the id behind a key: 1 done, 0 the action that was to make it is dead or
 * was never carried out, -1 failure.
 */
static int
resolve(struct deliver *d, json_t *ref, struct err *e)
{
	json_t *refs;
	int rc;

	if (json_str(ref, "id"))
		return 1;
	if (!json_str(ref, "key"))
		return 0;
	rc = decide_was_made(d->su->journal, json_str(ref, "key"), &refs, e);
	json_put(ref, "id", crm_ref_id(refs, json_str(ref, "role")));
	json_decref(refs);
	if (rc > 0)
		rc = json_str(ref, "id") != NULL;
	return rc;
}

/* All entities that the action hangs on; 0 and *missing if one isn't there. */
static int
resolve_all(
    struct deliver *d, struct act *a, char *missing, size_t size, struct err *e)
{
	json_t *ref;
	size_t i;

	json_array_foreach (json_object_get(a->spec, "on"), i, ref) {
		int rc = resolve(d, ref, e);

		if (rc == 0)
			snprintf(missing, size, "needs %s",
			    json_str(ref, "key") ? json_str(ref, "key") : "?");
		if (rc <= 0)
			return rc;
	}
	return 1;
}

void
act_submit(struct deliver *d, struct job *j, enum crm_kind kind)
{
	struct act *a = act_current(j);
	json_t *refs = json_stored_load(a->row.refs);

	crm_txn_clear(&j->txn);
	j->txn = (struct crm_txn){.kind = kind,
	    .spec = a->spec,
	    .refs = refs,
	    .owner = j,
	    .live = a->row.tries == 0 && decide_is_live(j->row.at)};
	job_move(d, j, AT_ENGINE);
	eng_submit(d->engine, &j->txn);
}

int64_t
act_wait(const struct act *a, int tries)
{
	int64_t wait = (int64_t)TRY_MS * tries * tries;
	unsigned spread = (unsigned)tries;

	if (wait > TRY_MAX_MS)
		wait = TRY_MAX_MS;
	if (wait < TRY_MS)
		wait = TRY_MS;
	for (const char *c = a->key; *c; c++)
		spread = spread * 31 + (unsigned char)*c;
	return wait * (80 + spread % 41) / 100;
}

/* Until the find: settle; longer if it has been tried in vain before. */
static int64_t
doubt_wait(const struct deliver *d, const struct act *a)
{
	int64_t settle = d->su->crm.settle_ms, wait;

	if (a->row.tries < 2)
		return settle;
	wait = act_wait(a, a->row.tries - 1);
	return wait > settle ? wait : settle;
}

/*
 * Sent, and nobody knows what came of it. Whoever has the client's lock first
 * fixes when it may be looked up; later holders keep to that.
 */
int
act_doubt(struct deliver *d, struct job *j, struct err *e)
{
	struct act *a = act_current(j);
	int64_t now = clock_now(), wait = doubt_wait(d, a);
	char missing[KEY_MAX + 16];
	int rc;

	/* Further away than that: the clock has been set back. */
	if (a->row.due == 0 ||
	    (a->row.due > now + wait && a->row.due > now + FIND_AGAIN_MS)) {
		a->row.due = now + wait;
		if (act_put(d, a, e) < 0)
			return -1;
	}
	if (now < a->row.due) {
		j->until = a->row.due;
		job_move(d, j, AT_SETTLE);
		return 0;
	}
	/* The plan of an earlier run has keys: what is found goes on by ids. */
	if (resolve_all(d, a, missing, sizeof(missing), e) < 0)
		return -1;
	rc = job_may_send(d, j, e);
	if (rc > 0)
		act_submit(d, j, CRM_FIND);
	return rc < 0 ? -1 : 0;
}

/* 1 and why: the action has nothing to do any more. */
static int
is_needless(
    struct deliver *d, struct job *j, char *why, size_t size, struct err *e)
{
	struct act *a = act_current(j);
	char *key = NULL;
	int rc;

	if (strcmp(json_str(a->spec, "do"), "task") != 0)
		return 0;
	if (j->overtaken) {
		snprintf(why, size, "call ended");
		return 1;
	}
	rc = once_made(&d->su->decider, &j->keys, j->row.at, a->spec, &key, e);
	if (rc == 0)
		rc = late_named(
		    &d->su->decider, &j->keys, &j->row, a->spec, &key, e);
	if (rc > 0) {
		snprintf(why, size, "in %s", key);
		free(key);
	}
	return rc;
}

/* It may have been carried out before our time: as good as sent just now. */
static int
adopt(struct deliver *d, struct job *j, struct err *e)
{
	struct act *a = act_current(j);

	if (job_start(d, j, e) < 0)
		return -1;
	a->row.state = JNL_SENT;
	a->row.due = clock_now();
	if (act_put(d, a, e) < 0)
		return -1;
	return act_doubt(d, j, e);
}

static int
send_action(struct deliver *d, struct job *j, struct err *e)
{
	char why[KEY_MAX + 16];
	int rc = is_needless(d, j, why, sizeof(why), e);

	if (rc == 0) {
		rc = resolve_all(d, act_current(j), why, sizeof(why), e);
		rc = rc < 0 ? -1 : rc == 0;
	}
	if (rc < 0)
		return -1;
	if (rc > 0)
		return act_close(d, j, JNL_SKIPPED, why, e);
	if (d->adopt && !act_current(j)->known)
		return adopt(d, j, e);
	rc = job_may_send(d, j, e);
	if (rc > 0)
		act_submit(d, j, CRM_ACT);
	return rc < 0 ? -1 : 0;
}

static bool
any_in_state(const struct job *j, enum jnl_state state)
{
	for (size_t i = 0; i < j->nacts; i++)
		if (j->act[i].row.state == state)
			return true;
	return false;
}

static bool
all_in_state(const struct job *j, enum jnl_state state)
{
	for (size_t i = 0; i < j->nacts; i++)
		if (j->act[i].row.state != state)
			return false;
	return true;
}

static int
end_of_plan(struct deliver *d, struct job *j, struct err *e)
{
	enum jnl_state end = any_in_state(j, JNL_DEAD)      ? JNL_DEAD
			     : all_in_state(j, JNL_SKIPPED) ? JNL_SKIPPED
							    : JNL_DONE;
	const char *reason = NULL;

	for (size_t i = 0; i < j->nacts && !reason && end != JNL_DONE; i++)
		if (j->act[i].row.state == end)
			reason = j->act[i].row.error;
	return job_end(d, j, end, reason, e);
}

int
job_next(struct deliver *d, struct job *j, struct err *e)
{
	while (j->cur < j->nacts) {
		struct act *a = act_current(j);
		size_t at = j->cur;
		int rc = load_row(d, j, e);

		if (rc < 0)
			return -1;
		if (jnl_final(a->row.state)) {
			j->cur++; /* done by an earlier phase or run */
			continue;
		}
		if (a->row.state == JNL_PLANNED && a->row.due > clock_now() &&
		    a->row.due <= clock_now() + DUE_MAX_MS)
			return job_hold(d, j,
			    a->row.error ? a->row.error : "not due yet",
			    a->row.due, e);
		rc = a->row.state == JNL_SENT ? act_doubt(d, j, e)
					      : send_action(d, j, e);
		if (rc < 0 || j->cur == at)
			return rc;
	}
	return end_of_plan(d, j, e);
}

/* ---- sent ---- */

/* The client's view as the call began, for its later phases. */
static int
freeze(struct deliver *d, struct job *j, struct err *e)
{
	struct buf view = {0};
	int rc;

	json_append(&view, json_object_get(j->plan, "view"));
	rc = jnl_freeze(d->su->journal, j->keys.call, j->keys.client,
	    json_str(j->plan, "client") ? json_str(j->plan, "client") : "new",
	    view.len ? view.p : NULL, e);
	buf_free(&view);
	return rc;
}

int
job_replan(struct deliver *d, struct job *j, struct err *e)
{
	json_t *planned =
	    json_array_get(json_object_get(j->plan, "actions"), j->cur);
	const struct act *a = act_current(j);
	json_t *on = json_object_get(a->spec, "on");
	struct buf plan = {0};
	int rc = 0;

	json_put(planned, "owner", json_str(a->spec, "owner"));
	json_put(planned, "fell", a->fell ? "senior" : NULL);
	if (on)
		json_object_set_new(planned, "on", json_deep_copy(on));
	json_append(&plan, j->plan);
	if (j->started)
		rc = jnl_replan(d->su->journal, j->row.id, plan.p, e);
	buf_free(&plan);
	return rc;
}

int
job_start(struct deliver *d, struct job *j, struct err *e)
{
	struct buf plan = {0}, body = {0};
	int rc;

	if (j->started)
		return 0;
	if (job_amend_newer(d, j, e) < 0)
		return -1;
	json_append(&plan, j->plan);
	buf_span(&body, rec_line(j->rec));
	rc = jnl_start(d->su->journal, j->row.id, plan.p, body.p, e);
	buf_free(&body);
	buf_free(&plan);
	if (rc == 0)
		rc = freeze(d, j, e);
	j->started = rc == 0;
	return rc;
}

void
act_keep_refs(struct act *a, const json_t *refs)
{
	struct buf b = {0};

	if (!refs)
		return;
	json_append(&b, refs);
	free(a->row.refs);
	a->row.refs = b.p;
}

int
job_intent(struct deliver *d, struct job *j, struct err *e)
{
	struct act *a = act_current(j);

	if (j->txn.kind != CRM_ACT || !j->txn.cmd.write)
		return 0;
	if (job_start(d, j, e) < 0)
		return -1;
	act_keep_refs(a, j->txn.refs);
	/* Several commands of an action in a row are one try. */
	a->row.tries += a->row.state != JNL_SENT;
	a->row.state = JNL_SENT;
	a->row.sent = clock_now();
	a->row.due = 0;
	return act_put(d, a, e);
}
