/* SPDX-License-Identifier: MIT */
#include "flow/decide.h"

#include "base/clock.h"
#include "base/sha256.h"
#include "base/str.h"
#include "call/phone.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

/*
 * Phases of one call that name its client in different ways: who was hidden
 * before stays so, or else two locks would guard one call.
 */
static int
join_call(struct rec *rec, const char *client, struct keys *k, struct err *e)
{
	bool was_hidden = strncmp(client, "call:", 5) == 0;

	if (strcmp(client, k->client) == 0)
		return 0;
	if (!was_hidden && !k->hidden)
		return keys_of(rec, true, k, e); /* another client's call */
	snprintf(k->client, sizeof(k->client), "%s", client);
	k->hidden = true;
	return 0;
}

int
decide_keys(
    const struct decider *d, struct rec *rec, struct keys *k, struct err *e)
{
	char *client = NULL;
	int rc;

	if (keys_of(rec, false, k, e) < 0)
		return -1;
	if (!decide_at(rec))
		return err_set(e, ERR_INPUT,
		    "no at, or no time in it: write "
		    "2026-11-21T10:00:00+02:00");
	rc = jnl_call_client(d->journal, k->call, &client, e);
	if (rc > 0)
		rc = join_call(rec, client, k, e);
	free(client);
	return rc < 0 ? -1 : 0;
}

/* Adds {"key":…} for an action of this call that lives. */
static int
add_own(const struct decider *d, json_t *own, const char *role, const char *key,
    struct err *e)
{
	struct jnl_action a;
	int rc = jnl_action(d->journal, key, &a, e);

	if (rc <= 0)
		return rc;
	if (a.state != JNL_DEAD && a.state != JNL_SKIPPED)
		json_object_set_new(own, role, json_pack("{s:s}", "key", key));
	jnl_action_free(&a);
	return 0;
}

/* A request among the unsorted is the call's lead, and its contact. */
static int
add_unsorted(const struct decider *d, json_t *own, const struct keys *k,
    const json_t *view, struct err *e)
{
	json_auto_t *action = json_pack("{s:s}", "do", "unsorted");
	char key[KEY_MAX + 16];

	snprintf(key, sizeof(key), "%s/unsorted", k->call);
	for (size_t i = 0; i < 3; i++)
		if (plan_makes(action, view, plan_roles[i]) &&
		    add_own(d, own, plan_roles[i], key, e) < 0)
			return -1;
	return 0;
}

int
decide_frozen(const struct decider *d, const struct keys *k, json_t **view,
    json_t **own, struct err *e)
{
	char *text = NULL;
	int rc = jnl_call(d->journal, k->call, &text, e);

	*own = json_object();
	*view = NULL;
	if (rc <= 0)
		return rc;
	*view = json_stored_load(text);
	free(text);
	for (size_t i = 0; i < 3 && rc > 0; i++) {
		const char *contact = json_str(*view, "new_contact");
		char key[KEY_MAX + 16];

		snprintf(key, sizeof(key), "%s/%s", k->call, plan_roles[i]);
		if (strcmp(plan_roles[i], ROLE_CONTACT) == 0)
			snprintf(
			    key, sizeof(key), "%s", contact ? contact : "");
		if (key[0] && add_own(d, *own, plan_roles[i], key, e) < 0)
			rc = -1;
	}
	return rc > 0 && add_unsorted(d, *own, k, *view, e) < 0 ? -1 : rc;
}

int
decide_was_made(
    struct journal *j, const char *key, json_t **refs, struct err *e)
{
	struct jnl_action row = {0};
	int rc = jnl_action(j, key, &row, e);

	if (rc > 0)
		rc = row.state == JNL_DONE;
	if (refs)
		*refs = rc > 0 ? json_stored_load(row.refs) : NULL;
	jnl_action_free(&row);
	return rc;
}

json_t *
decide_spec_new(struct rec *rec, const struct keys *k, const char *known)
{
	struct span phone = rec_str(rec, "client.phone");
	json_t *all = json_stored_load(known), *ids = json_array();
	const json_t *has = json_object_get(all, k->phone);

	for (size_t i = 0; i < 3; i++) {
		const char *id =
		    json_str(json_object_get(has, plan_roles[i]), "id");

		if (id)
			json_array_append_new(
			    ids, json_pack("{s:s, s:s}", "role", plan_roles[i],
				     "id", id));
	}
	json_decref(all);
	return json_pack("{s:o, s:o}", "phone",
	    json_stringn(phone.p ? phone.p : "", phone.p ? phone.n : 0),
	    "known", ids);
}

/* Is a to be preferred to b? */
static bool
better(const char *role, const json_t *a, const json_t *b)
{
	json_int_t at = json_integer_value(json_object_get(a, "at"));
	json_int_t bt = json_integer_value(json_object_get(b, "at"));

	if (!b)
		return true;
	return strcmp(role, ROLE_CONTACT) == 0 ? at < bt : at > bt;
}

static const json_t *
pick(const json_t *result, const char *role)
{
	const json_t *entity, *best = NULL;
	size_t i;

	json_array_foreach (result, i, entity) {
		const char *is = json_str(entity, "role");

		if (!is || strcmp(is, role) != 0 ||
		    json_is_false(json_object_get(entity, "open")))
			continue;
		if (better(role, entity, best))
			best = entity;
	}
	return best;
}

/*
 * The key under which the client's contact would be made: client/<digits>, or
 * its next generation where that one was made and is gone again.
 */
static int
contact_key(
    const struct decider *d, struct rec *rec, struct buf *key, struct err *e)
{
	struct span phone = rec_str(rec, "client.phone");
	char digits[PHONE_MAX];
	int rc = 1;

	phone_digits(phone, PHONE_MAX - 1, digits);
	for (int generation = 1; rc > 0; generation++) {
		struct jnl_action a = {0};

		buf_clear(key);
		buf_fmt(key, "client/%s", digits);
		if (generation > 1)
			buf_fmt(key, "~%d", generation);
		rc = jnl_action(d->journal, key->p, &a, e);
		if (rc > 0 && !jnl_final(a.state))
			rc = 0; /* being made right now */
		jnl_action_free(&a);
	}
	return rc;
}

json_t *
decide_view_new(const struct decider *d, struct rec *rec, const json_t *result,
    struct err *e)
{
	json_t *view = json_object();
	struct buf key = {0};

	for (size_t i = 0; i < 3; i++) {
		const json_t *entity = pick(result, plan_roles[i]);
		json_t *has;

		if (!entity)
			continue;
		has = json_object();
		json_put(has, "id", json_str(entity, "id"));
		json_put(has, "owner", json_str(entity, "owner"));
		json_object_set_new(view, plan_roles[i], has);
	}
	if (!json_object_get(view, ROLE_CONTACT)) {
		if (contact_key(d, rec, &key, e) < 0) {
			json_decref(view);
			view = NULL;
		} else {
			json_put(view, "new_contact", key.p);
		}
	}
	buf_free(&key);
	return view;
}

int64_t
decide_at(struct rec *rec)
{
	struct span at = rec_str(rec, "at");
	int64_t ms;
	bool zoned;

	return at.p && clock_parse(at, &ms, &zoned) ? ms : 0;
}

bool
decide_is_live(int64_t at)
{
	enum { LIVE_MS = 10 * 60 * 1000 };

	return clock_now() - at < LIVE_MS;
}

json_t *
decide_plan_new(const struct decider *d, struct rec *rec, const struct keys *k,
    const json_t *view, const json_t *own, const char *basis)
{
	struct situation s;
	struct occasion o = {.rec = rec,
	    .keys = k,
	    .view = view,
	    .own = own,
	    .contact_key = json_str(view, "new_contact"),
	    .now = clock_now()};
	int64_t total = 0;
	json_t *plan;

	rec_int(rec, "seconds.total", &total);
	o.ended = decide_at(rec) + total * 1000;
	situation_of(rec, view, d->project, &s);
	plan = matrix_plan_new(
	    d->matrix, d->project, matrix_find(d->matrix, &s, rec), &s, &o);
	json_object_set_new(plan, "call", json_string(k->call));
	json_object_set_new(plan, "basis", json_string(basis ? basis : ""));
	if (view)
		json_object_set_new(plan, "view", json_deep_copy(view));
	return plan;
}

void
decide_basis(const char *record, const struct span *plan, const char *mark,
    char out[BASIS_MAX])
{
	char hash[SHA256_HEX];

	if (plan) {
		sha256_hex(*plan, hash);
		hash[16] = '\0';
		mark = hash;
	}
	snprintf(out, BASIS_MAX, "%s#%s", record, mark);
}

size_t
decide_basis_key(const char *basis)
{
	return strcspn(basis, "#");
}
