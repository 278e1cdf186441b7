/* SPDX-License-Identifier: MIT */
#include "flow/overlay.h"

#include "base/map.h"
#include "base/xalloc.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

struct entry {
	char client[KEY_MAX];
	char basis[BASIS_MAX];
	/* By phone: several can share a client's lock. */
	json_t *view;  /* as looked up before the first plan */
	json_t *adds;  /* role → what this stream's plans create */
	json_t *calls; /* call key → {"view":…,"own":{…}} */
	struct entry *newer, *older;
};

struct overlay {
	struct map by_client;
	size_t max;
	struct entry *newest, *oldest;
};

struct overlay *
ovl_new(size_t max_clients)
{
	struct overlay *o = xcalloc(1, sizeof(*o));

	o->max = max_clients;
	return o;
}

static void
unlink_entry(struct overlay *o, struct entry *t)
{
	if (t->newer)
		t->newer->older = t->older;
	else
		o->newest = t->older;
	if (t->older)
		t->older->newer = t->newer;
	else
		o->oldest = t->newer;
	t->newer = t->older = NULL;
}

static void
push_newest(struct overlay *o, struct entry *t)
{
	t->older = o->newest;
	if (o->newest)
		o->newest->newer = t;
	else
		o->oldest = t;
	o->newest = t;
}

static void
forget(struct overlay *o, struct entry *t)
{
	map_del(&o->by_client, t->client);
	unlink_entry(o, t);
	json_decref(t->view);
	json_decref(t->adds);
	json_decref(t->calls);
	free(t);
}

void
ovl_free(struct overlay *o)
{
	if (!o)
		return;
	while (o->newest)
		forget(o, o->newest);
	map_free(&o->by_client);
	free(o);
}

const char *
ovl_basis(struct overlay *o, const char *client, const char *last)
{
	struct entry *t = map_get(&o->by_client, client);

	if (!t)
		return NULL;
	/* Come that far, if perhaps by another decision. */
	if (last && decide_basis_key(last) == decide_basis_key(t->basis) &&
	    strncmp(last, t->basis, decide_basis_key(last)) == 0) {
		forget(o, t);
		return NULL;
	}
	return t->basis;
}

/*
 * What plans create goes over what the client has; what an earlier run began
 * (no owner) only where the CRM doesn't show it yet.
 */
static void
lay(json_t *view, json_t *adds)
{
	const char *role;
	json_t *has;

	json_object_foreach (adds, role, has)
		if (json_str(has, "owner") || !json_object_get(view, role))
			json_object_set_new(view, role, json_deep_copy(has));
}

json_t *
ovl_view_new(struct overlay *o, const struct keys *k, json_t **own)
{
	struct entry *t = map_get(&o->by_client, k->client);
	const json_t *call;
	json_t *view;

	*own = NULL;
	if (!t)
		return NULL;
	call = json_object_get(t->calls, k->call);
	if (call) {
		*own = json_deep_copy(json_object_get(call, "own"));
		return json_deep_copy(json_object_get(call, "view"));
	}
	view = json_deep_copy(json_object_get(t->view, k->phone));
	if (view)
		lay(view, json_object_get(t->adds, k->phone));
	return view;
}

void
ovl_lay(struct overlay *o, const struct keys *k, json_t *view)
{
	struct entry *t = map_get(&o->by_client, k->client);

	if (t)
		lay(view, json_object_get(t->adds, k->phone));
}

static struct entry *
entry_for(struct overlay *o, const char *client)
{
	struct entry *t = map_get(&o->by_client, client);

	if (t) {
		unlink_entry(o, t);
	} else {
		if (o->by_client.n == o->max)
			forget(o, o->oldest);
		t = xcalloc(1, sizeof(*t));
		snprintf(t->client, sizeof(t->client), "%s", client);
		t->view = json_object();
		t->adds = json_object();
		t->calls = json_object();
		map_set(&o->by_client, client, t);
	}
	push_newest(o, t);
	return t;
}

/* What the plan will create becomes the client's, and the call's own. */
static void
note_create(json_t *adds, json_t *own, const json_t *action, const char *role)
{
	json_t *has = json_object();

	json_put(has, "key", json_str(action, "key"));
	if (!json_object_get(own, role)) {
		json_put(has, "owner", json_str(action, "owner"));
		json_object_set(own, role, has);
		json_object_set(adds, role, has);
	} else if (!json_object_get(adds, role)) {
		/*
		 * An earlier run began it, for an owner of its own: whoever
		 * rests on that is decided again by push.
		 */
		json_object_set(adds, role, has);
	}
	json_decref(has);
}

static void
note_creates(
    json_t *adds, json_t *own, const json_t *view, const json_t *actions)
{
	const json_t *a;
	size_t i;

	json_array_foreach (actions, i, a)
		for (size_t r = 0; r < 3; r++)
			if (plan_makes(a, view, plan_roles[r]))
				note_create(adds, own, a, plan_roles[r]);
}

/* Does the action, which hangs on one thing, hang on this one? */
static bool
is_on(const json_t *action, const json_t *has)
{
	const json_t *ref = json_array_get(json_object_get(action, "on"), 0);
	const char *name = json_str(has, "id") ? "id" : "key";
	const char *is = json_str(ref, name), *this = json_str(has, name);

	return is && this && strcmp(is, this) == 0;
}

/*
 * Who is assigned is the owner for the client's later calls. False if it isn't
 * known yet who (`to distributed`), or what of the client's it is.
 */
static bool
note_assigns(json_t *adds, const json_t *view, const json_t *actions)
{
	const json_t *a, *has;
	bool known = true;
	size_t i;

	json_array_foreach (actions, i, a) {
		const char *does = json_str(a, "do");
		const char *role = json_str(a, "entity");
		json_t *now;

		if (!does || !role || strcmp(does, "assign") != 0)
			continue;
		has = json_object_get(adds, role);
		if (!has)
			has = json_object_get(view, role);
		known &= is_on(a, has) && json_str(a, "owner");
		if (!known)
			continue;
		now = json_deep_copy(has);
		json_put(now, "owner", json_str(a, "owner"));
		json_object_set_new(adds, role, now);
	}
	return known;
}

void
ovl_planned(struct overlay *o, const struct keys *k, const json_t *view,
    const json_t *own, bool frozen, const json_t *plan, const char *basis)
{
	const json_t *actions = json_object_get(plan, "actions");
	struct entry *t = entry_for(o, k->client);
	json_t *call, *adds;

	snprintf(t->basis, sizeof(t->basis), "%s", basis);
	if (!view)
		return;
	if (!json_object_get(t->view, k->phone) && !frozen)
		json_object_set_new(t->view, k->phone, json_deep_copy(view));
	if (json_array_size(actions) == 0)
		return; /* nothing starts: nothing freezes */
	call = json_object_get(t->calls, k->call);
	if (!call) {
		call = json_pack("{s:o, s:o}", "view", json_deep_copy(view),
		    "own", own ? json_deep_copy(own) : json_object());
		json_object_set_new(t->calls, k->call, call);
	}
	adds = json_object_get(t->adds, k->phone);
	if (!adds) {
		adds = json_object();
		json_object_set_new(t->adds, k->phone, adds);
	}
	note_creates(adds, json_object_get(call, "own"), view, actions);
	if (!note_assigns(adds, json_object_get(t->view, k->phone), actions))
		snprintf(t->basis + decide_basis_key(t->basis),
		    BASIS_MAX - decide_basis_key(t->basis), "#" DECIDE_UNKNOWN);
}
