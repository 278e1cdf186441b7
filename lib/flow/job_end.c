/* SPDX-License-Identifier: MIT */
/* How a record leaves push: its last state in the journal, and its result. */
#include "flow/job.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/xalloc.h"
#include "io/jsonx.h"

void
job_free(struct job *j)
{
	rec_free(j->rec);
	json_decref(j->line_plan);
	free(j->skip);
	free(j->hold);
	jnl_record_free(&j->row);
	json_decref(j->plan);
	json_decref(j->view);
	json_decref(j->own);
	free(j->last);
	json_decref(j->spec);
	acts_free(j);
	crm_txn_clear(&j->txn);
	free(j);
}

/* The id and URL that an action's result shows: those of what it made. */
static void
show_refs(json_t *out, const char *refs)
{
	json_t *list = json_stored_load(refs);
	const json_t *first = json_array_get(list, 0);

	json_put(out, "id", json_str(first, "id"));
	json_put(out, "url", json_str(first, "url"));
	json_decref(list);
}

static json_t *
action_result_new(const struct act *a)
{
	json_t *out = json_object();

	json_put(out, "key", a->key);
	json_put(out, "do", json_str(a->spec, "do"));
	json_put(out, "entity", json_str(a->spec, "entity"));
	json_put(out, "state", jnl_state_name(a->row.state));
	show_refs(out, a->row.refs);
	json_put(out, "error", a->row.error);
	if (a->fell || json_str(a->spec, "fell"))
		json_put(out, "fell", "senior");
	return out;
}

static void
set_result(struct job *j, const char *state, const char *reason, int64_t due)
{
	json_t *result = json_object(), *actions = json_array();
	struct buf b = {0};

	json_put(result, "state", state);
	json_put(result, "reason", reason);
	if (due) {
		clock_local(due, &b);
		json_put(result, "due", b.p);
		buf_clear(&b);
	}
	json_put(result, "amended", j->amended);
	for (size_t i = 0; i < j->nacts; i++)
		json_array_append_new(actions, action_result_new(&j->act[i]));
	if (j->nacts)
		json_object_set(result, "actions", actions);
	json_decref(actions);
	json_append(&b, result);
	rec_set(j->rec, "result", b.p, b.len);
	json_decref(result);
	buf_free(&b);
}

/* The plan that counted goes back into the line before the result. */
static void
set_plan(struct job *j)
{
	struct buf b = {0};

	if (j->plan) {
		json_append(&b, j->plan);
		rec_set(j->rec, "plan", b.p, b.len);
		buf_free(&b);
	}
}

/*
 * Later plans of this client hold if they rest on just what was done. A record
 * may come to its end more than once, each time behind another.
 */
static int
basis_of(struct deliver *d, struct job *j, char out[BASIS_MAX], struct err *e)
{
	char *known = NULL;
	struct span last;
	int rc = 0;

	if (j->by_line) {
		snprintf(out, BASIS_MAX, "%s", j->line_basis);
	} else if (!j->plan && j->skip) {
		decide_basis(j->row.key, NULL, DECIDE_SKIPPED, out);
	} else {
		if (!j->last)
			rc = jnl_client(d->su->journal, j->keys.client,
			    &j->last, &known, e);
		free(known);
		last = str_span(j->last);
		decide_basis(j->row.key, &last, NULL, out);
	}
	return rc < 0 ? -1 : 0;
}

/* 1 if it came again, with another body, since this one was judged. */
static int
came_again(struct deliver *d, const struct job *j, struct err *e)
{
	struct jnl_record now = {0};
	int rc;

	if (j->started)
		return 0;
	rc = jnl_begin(d->su->journal, e) < 0
		 ? -1
		 : jnl_record(d->su->journal, j->row.key, &now, e);
	if (rc > 0)
		rc = !str_eq(rec_line(j->rec), now.body);
	jnl_record_free(&now);
	return rc;
}

int
job_end(struct deliver *d, struct job *j, enum jnl_state state,
    const char *reason, struct err *e)
{
	char basis[BASIS_MAX];
	int rc = came_again(d, j, e);

	if (rc)
		return rc < 0 ? -1
			      : job_hold(d, j, "it came again, changed",
				    clock_now(), e);
	if (basis_of(d, j, basis, e) < 0 ||
	    jnl_finish(d->su->journal, &j->row, state, reason, basis, e) < 0)
		return -1;
	d->dead += state == JNL_DEAD;
	set_plan(j);
	set_result(j, jnl_state_name(state), reason, 0);
	job_move(d, j, AT_END);
	return 0;
}

int
job_hold(struct deliver *d, struct job *j, const char *reason, int64_t due,
    struct err *e)
{
	if (jnl_hold(d->su->journal, j->row.id, reason, due, e) < 0)
		return -1;
	d->held++;
	set_plan(j);
	set_result(j, "held", reason, due);
	job_move(d, j, AT_END);
	return 0;
}

int
job_set_aside(
    struct deliver *d, struct job *j, const char *reason, struct err *e)
{
	if (j->locked) /* it has begun, and waits for a time */
		return job_hold(d, j, reason, j->until, e);
	d->held++;
	set_result(j, "held", reason, 0);
	job_move(d, j, AT_END);
	/* Seen again soon, not when its emission would have run out. */
	return jnl_defer(d->su->journal, j->row.id, clock_now() + ASIDE_MS, e);
}

void
job_duplicate(struct deliver *d, struct job *j)
{
	set_result(j, "duplicate", NULL, 0);
	job_move(d, j, AT_END);
}
