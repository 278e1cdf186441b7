/* SPDX-License-Identifier: MIT */
/*
 * Something that an action refers to is gone: a manager has deleted, merged or
 * converted it. The binding is dropped, a deal's place is taken by the lead, a
 * lead's by the contact. Nothing left: the record is decided afresh, if nothing
 * has been done yet for it or for its call.
 */
#include "flow/job.h"

#include "base/str.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

static const char *const order[] = {ROLE_DEAL, ROLE_LEAD, ROLE_CONTACT};
enum { ROLES = sizeof(order) / sizeof(*order) };

/* Where role stands in the order; ROLES if nothing can take its place. */
static size_t
place_of(const char *role)
{
	size_t i = 0;

	while (i < ROLES && strcmp(order[i], role) != 0)
		i++;
	return i;
}

/* Which of the bindings is gone; -1: none that the action has. */
static int
find_gone(const json_t *on, const struct crm_verdict *v)
{
	size_t first = ROLES + 1;
	int found = -1;

	for (size_t i = 0; i < json_array_size(on); i++) {
		const json_t *ref = json_array_get(on, i);
		const char *role = json_str(ref, "role");
		const char *id = json_str(ref, "id");

		if (!role || !id)
			continue;
		if (v->gone[0][0] && !strcmp(role, v->gone[0]) &&
		    !strcmp(id, v->gone[1]))
			return (int)i;
		/* Not said which: one after the other, deals first. */
		if (!v->gone[0][0] && place_of(role) < first) {
			first = place_of(role);
			found = (int)i;
		}
	}
	return found;
}

/* The id of what an action of this call has made, into a new ref; or NULL. */
static int
made_ref(struct deliver *d, const char *key, const char *role, json_t **ref,
    struct err *e)
{
	json_t *refs;
	int rc = decide_was_made(d->su->journal, key, &refs, e);
	const char *id = crm_ref_id(refs, role);

	if (id)
		*ref = json_pack("{s:s, s:s}", "role", role, "id", id);
	json_decref(refs);
	return rc < 0 ? -1 : 0;
}

/* What there is of a role for this call: its own, else what the client had. */
static int
ref_of(struct deliver *d, const struct job *j, const char *role, json_t **ref,
    struct err *e)
{
	const json_t *view = json_object_get(j->plan, "view");
	const char *id = json_str(json_object_get(view, role), "id");
	const char *contact = json_str(view, "new_contact");
	char key[KEY_MAX + 16];

	*ref = NULL;
	snprintf(key, sizeof(key), "%s/%s", j->keys.call, role);
	if (strcmp(role, ROLE_CONTACT) == 0)
		snprintf(key, sizeof(key), "%s", contact ? contact : "");
	if (made_ref(d, key, role, ref, e) < 0)
		return -1;
	snprintf(key, sizeof(key), "%s/unsorted", j->keys.call);
	if (!*ref && made_ref(d, key, role, ref, e) < 0)
		return -1;
	if (!*ref && id)
		*ref = json_pack("{s:s, s:s}", "role", role, "id", id);
	return 0;
}

/* Only what is put on something can be put on something else. */
static bool
may_move(const json_t *spec)
{
	static const char *const verbs[] = {"task", "call", "note"};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(json_str(spec, "do"), verbs[i]) == 0)
			return true;
	return false;
}

/* Hang the action on the next role behind this place that there is. */
static int
move_down(struct deliver *d, struct job *j, size_t place, struct err *e)
{
	json_t *on = json_object_get(act_current(j)->spec, "on");

	if (!may_move(act_current(j)->spec))
		return 0;
	for (size_t i = place + 1; i < ROLES; i++) {
		json_t *ref;

		if (ref_of(d, j, order[i], &ref, e) < 0)
			return -1;
		if (ref) {
			json_array_append_new(on, ref);
			return 0;
		}
	}
	return 0;
}

/* Has anything been done, or perhaps been done, for this record? */
static bool
has_effect(const struct job *j)
{
	for (size_t i = 0; i < j->nacts; i++) {
		const struct jnl_action *row = &j->act[i].row;
		bool current = i == j->cur;

		if (row->record != j->row.id || !row->key)
			continue;
		if (row->refs || (!current && row->state != JNL_PLANNED &&
				     row->state != JNL_SKIPPED))
			return true;
	}
	return false;
}

/* 1: the record was sent back to be decided afresh. */
static int
start_over(struct deliver *d, struct job *j, struct err *e)
{
	int rc;

	if (j->afresh || has_effect(j))
		return 0;
	rc = jnl_call_started(d->su->journal, j->keys.call, j->row.id, e);
	if (rc)
		return rc < 0 ? -1 : 0;
	for (size_t i = 0; i < j->nacts; i++)
		if (j->act[i].row.record == j->row.id && j->act[i].known &&
		    jnl_drop_action(d->su->journal, j->act[i].key, e) < 0)
			return -1;
	if (jnl_unstart(d->su->journal, j->row.id, j->keys.call, e) < 0)
		return -1;
	j->afresh = true;
	return job_afresh(d, j, e) < 0 ? -1 : 1;
}

/* A task can stand alone, and what is made; what changes something can't. */
static bool
stands_alone(const json_t *spec)
{
	static const char *const verbs[] = {"task", "create", "call"};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(json_str(spec, "do"), verbs[i]) == 0)
			return true;
	return false;
}

int
job_gone(struct deliver *d, struct job *j, struct err *e)
{
	struct act *a = act_current(j);
	json_t *on = json_object_get(a->spec, "on");
	int at = find_gone(on, &j->txn.verdict), rc;
	size_t place;

	if (at < 0)
		return act_dead(d, j, e);
	place = place_of(json_str(json_array_get(on, (size_t)at), "role"));
	json_array_remove(on, (size_t)at);
	a->row.state = JNL_PLANNED;
	if (json_array_size(on) == 0 && move_down(d, j, place, e) < 0)
		return -1;
	rc = json_array_size(on) ? 0 : start_over(d, j, e);
	if (rc)
		return rc < 0 ? -1 : 0;
	if (job_replan(d, j, e) < 0)
		return -1;
	if (json_array_size(on))
		return job_next(d, j, e);
	if (!stands_alone(a->spec) &&
	    act_close(d, j, JNL_SKIPPED, "what it was for is gone", e) < 0)
		return -1;
	return job_next(d, j, e);
}
