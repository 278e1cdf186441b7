/* SPDX-License-Identifier: MIT */
/* The winning line's actions as JSON: whose, named how, hung on what. */
#include "matrix/plan.h"

#include "base/clock.h"
#include "base/str.h"
#include "io/jsonx.h"
#include "matrix/ai.h"
#include "matrix/rules.h"
#include "matrix/text.h"

struct eval {
	const struct matrix *m;
	const struct project *p;
	const struct situation *s;
	const struct occasion *o;
	json_t *actions;
};

const char *const plan_roles[3] = {ROLE_CONTACT, ROLE_LEAD, ROLE_DEAL};

bool
plan_makes(const json_t *action, const json_t *view, const char *role)
{
	const char *does = json_str(action, "do");
	const char *what = json_str(action, "entity");

	if (does && strcmp(does, "create") == 0)
		return what && strcmp(what, role) == 0;
	if (!does || strcmp(does, "unsorted") != 0)
		return false;
	return strcmp(role, ROLE_LEAD) == 0 ||
	       (strcmp(role, ROLE_CONTACT) == 0 &&
		   !json_object_get(view, ROLE_CONTACT));
}

/* ---- whose ---- */

/* A CRM user id, or NULL if that is nobody. */
static const char *
user_of(const struct eval *ev, const char *who)
{
	const struct employee *m;

	if (strcmp(who, "responsible") == 0)
		return ev->s->responsible;
	if (strcmp(who, "answerer") == 0)
		m = ev->s->answerer;
	else
		m = employees_code(&ev->p->employees,
		    str_span(strcmp(who, "senior") ? who : ev->p->senior));
	return m ? m->user : NULL;
}

/* `distributed` has no owner yet: whoever carries it out picks the next. */
static void
put_owner(const struct eval *ev, json_t *a, const char *who)
{
	const char *user;

	json_put(a, "to", who);
	if (strcmp(who, "distributed") == 0)
		return;
	user = user_of(ev, who);
	if (!user) {
		user = user_of(ev, "senior");
		json_put(a, "fell", "senior");
	}
	json_put(a, "owner", user);
}

/* ---- on what ---- */

/* The key of the plan's own create of a role, NULL if it has none. */
static const char *
planned_key(const struct eval *ev, const char *role)
{
	const json_t *a;
	size_t i;

	json_array_foreach (ev->actions, i, a)
		if (plan_makes(a, ev->o->view, role))
			return json_str(a, "key");
	return json_str(json_object_get(ev->o->own, role), "key");
}

/* Add what there is of a role to the list; false if there is nothing. */
static bool
put_on(const struct eval *ev, json_t *on, const char *role)
{
	const char *key = planned_key(ev, role), *id = NULL;
	const json_t *has = json_object_get(ev->o->view, role);
	json_t *ref;

	if (!key) {
		id = json_str(has, "id");
		key = id ? NULL : json_str(has, "key");
	}
	if (!id && !key)
		return false;
	ref = json_pack("{s:s}", "role", role);
	json_put(ref, "id", id);
	json_put(ref, "key", key);
	json_array_append_new(on, ref);
	return true;
}

/* Hang a on the roles; false if there is nothing of any of them. */
static bool
put_bindings(
    const struct eval *ev, json_t *a, const char *const *role, size_t n)
{
	json_t *on = json_array();
	bool any;

	for (size_t i = 0; i < n; i++)
		put_on(ev, on, role[i]);
	any = json_array_size(on) > 0;
	if (any)
		json_object_set(a, "on", on);
	json_decref(on);
	return any;
}

/* The roles that the line names, else the first that there is. */
static bool
put_named(const struct eval *ev, const struct rule_action *ra, json_t *a)
{
	static const char *const order[] = {ROLE_DEAL, ROLE_LEAD, ROLE_CONTACT};

	if (ra->non)
		return put_bindings(ev, a, ra->on, ra->non);
	for (size_t i = 0; i < 3; i++)
		if (put_bindings(ev, a, &order[i], 1))
			return true;
	return false;
}

/* What only changes or annotates something is nothing without it. */
static json_t *
if_bound(json_t *a, bool bound)
{
	if (bound)
		return a;
	json_decref(a);
	return NULL;
}

/* An action of this call, whatever it made, by its key. */
static void
put_own_action(
    const struct eval *ev, json_t *a, const char *role, const char *name)
{
	struct buf key = {0};

	buf_fmt(&key, "%s/%s", ev->o->keys->call, name);
	json_object_set_new(
	    a, "on", json_pack("[{s:s, s:s}]", "role", role, "key", key.p));
	buf_free(&key);
}

/* ---- what it says ---- */

static void
put_texts(const struct eval *ev, json_t *a, const struct text *t)
{
	struct buf title = {0}, text = {0};

	text_expand(t->body, ev->o->rec, ev->p, ev->s, &title, &text);
	json_put(a, "title", buf_cstr(&title));
	json_put(a, "text", buf_cstr(&text));
	buf_free(&title);
	buf_free(&text);
}

/*
 * A member of the record. Records are what somebody else has sent: of an
 * object only what is no container goes along, and what jansson can't hold
 * (a number of a thousand digits) doesn't.
 */
static void
put_copy(const struct eval *ev, json_t *a, const char *key, const char *path)
{
	struct span raw = rec_raw(ev->o->rec, path);
	struct err e = {0};
	const char *name;
	json_t *v, *member;
	void *next;

	v = raw.p ? json_text_load(raw, &e) : NULL;
	json_object_foreach_safe(v, next, name,
	    member) if (json_is_object(member) || json_is_array(member))
	    json_object_del(v, name);
	if (v && !json_is_array(v))
		json_object_set(a, key, v);
	json_decref(v);
}

/* The caller, whatever else the record says of him. */
static void
put_client(const struct eval *ev, json_t *a)
{
	static const char *const members[] = {"phone", "name", "email"};
	json_t *client = json_object();

	for (size_t i = 0; i < 3; i++) {
		struct buf path = {0}, text = {0};

		buf_fmt(&path, "client.%s", members[i]);
		if (rec_text(ev->o->rec, path.p, &text))
			json_put(client, members[i], text.p);
		buf_free(&path);
		buf_free(&text);
	}
	if (json_object_size(client))
		json_object_set(a, "client", client);
	json_decref(client);
}

static void
put_time(json_t *a, const char *key, int64_t ms)
{
	struct buf b = {0};

	clock_local(ms, &b);
	json_put(a, key, b.p);
	buf_free(&b);
}

/*
 * An action of this call: its key is <call>/<name>[.<more>]. A call may be
 * amended more than once, so then the key says which time it is.
 */
static json_t *
action_new(
    const struct eval *ev, const char *verb, const char *name, const char *more)
{
	struct buf key = {0};
	json_t *a;

	buf_fmt(&key, "%s/%s%s%s", ev->o->keys->call, name, more ? "." : "",
	    more ? more : "");
	if (ev->o->keys->amended[0])
		buf_fmt(&key, "~%s", ev->o->keys->amended);
	a = json_pack("{s:s, s:s}", "key", key.p, "do", verb);
	buf_free(&key);
	return a;
}

/* ---- the verbs
 * --------------------------------------------------------------- */

/* All that a CRM makes has a title; placeholders may leave none. */
static void
put_title_or_phone(const struct eval *ev, json_t *a, const struct text *t)
{
	struct span phone;

	if (t)
		put_texts(ev, a, t);
	if (json_str(a, "title"))
		return;
	phone = rec_str(ev->o->rec, "client.phone");
	json_object_set_new(a, "title",
	    phone.p ? json_stringn(phone.p, phone.n)
		    : json_string(ev->o->keys->call));
}

/* Source and mapped fields: what makes an entity worth having. */
static void
put_origin(const struct eval *ev, json_t *a, const char *role)
{
	json_t *fields = mapping_fields_new(ev->m, role, ev->o->rec);

	put_client(ev, a);
	put_copy(ev, a, "source", "source");
	put_copy(ev, a, "at", "at");
	if (fields)
		json_object_set_new(a, "fields", fields);
}

static json_t *
make_create(struct eval *ev, const struct rule_action *ra)
{
	static const char *const contact[] = {ROLE_CONTACT};
	bool is_contact = strcmp(ra->role, ROLE_CONTACT) == 0;
	json_t *a;

	/* A client has one contact; and `if no contact` means it. */
	if ((is_contact || ra->if_no_contact) &&
	    json_object_get(ev->o->view, ROLE_CONTACT))
		return NULL;
	if (is_contact && !ev->o->contact_key)
		return NULL; /* hidden: nobody to remember */
	a = action_new(ev, "create", ra->role, NULL);
	if (is_contact)
		json_put(a, "key", ev->o->contact_key);
	json_put(a, "entity", ra->role);
	put_owner(ev, a, ra->who);
	put_title_or_phone(ev, a, matrix_text(ev->m, ra->role));
	put_origin(ev, a, ra->role);
	if (strcmp(ra->role, ROLE_DEAL) == 0)
		json_put(a, "pipeline", mapping_pipeline(ev->m, ev->o->rec));
	if (!is_contact)
		put_bindings(ev, a, contact, 1);
	return a;
}

static json_t *
make_unsorted(struct eval *ev, const struct rule_action *ra)
{
	json_t *a = action_new(ev, "unsorted", "unsorted", NULL);

	put_owner(ev, a, ra->who);
	put_title_or_phone(ev, a, matrix_text(ev->m, ROLE_LEAD));
	put_origin(ev, a, ROLE_LEAD);
	put_copy(ev, a, "recording", "recording");
	put_copy(ev, a, "seconds", "seconds");
	json_put(a, "pipeline", mapping_pipeline(ev->m, ev->o->rec));
	return a;
}

static json_t *
make_update(struct eval *ev, const struct rule_action *ra)
{
	json_t *a = action_new(ev, "update", "update", ra->role);

	json_put(a, "entity", ra->role);
	put_origin(ev, a, ra->role);
	return if_bound(a, put_bindings(ev, a, &ra->role, 1));
}

static json_t *
make_update_task(struct eval *ev, const struct rule_action *ra)
{
	struct buf name = {0};
	json_t *a;

	buf_fmt(&name, "task.%s", ra->text->name);
	a = action_new(ev, "update", "update", name.p);
	json_put(a, "entity", ROLE_TASK);
	put_texts(ev, a, ra->text);
	put_own_action(ev, a, ROLE_TASK, name.p);
	buf_free(&name);
	return a;
}

/* What a call's record in the CRM shows. */
static void
put_call_facts(const struct eval *ev, json_t *a)
{
	static const char *const members[] = {"at", "direction", "outcome",
	    "status", "line", "answered_by", "seconds", "recording", "card"};

	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		put_copy(ev, a, members[i], members[i]);
	put_client(ev, a);
}

static json_t *
make_update_call(struct eval *ev, const struct rule_action *ra)
{
	json_t *a = action_new(ev, "update", "update", "call");

	(void)ra;
	json_put(a, "entity", ROLE_CALL);
	put_call_facts(ev, a);
	put_own_action(ev, a, ROLE_CALL, "call");
	return a;
}

static json_t *
make_assign(struct eval *ev, const struct rule_action *ra)
{
	json_t *a = action_new(ev, "assign", "assign", ra->role);

	json_put(a, "entity", ra->role);
	put_owner(ev, a, ra->who);
	return if_bound(a, put_bindings(ev, a, &ra->role, 1));
}

static json_t *
make_task(struct eval *ev, const struct rule_action *ra)
{
	const struct occasion *o = ev->o;
	json_t *a = action_new(ev, "task", "task", ra->text->name);

	put_owner(ev, a, ra->who);
	put_title_or_phone(ev, a, ra->text);
	if (ra->done)
		json_object_set_new(a, "done", json_true());
	if (ra->within_ms >= 0)
		put_time(a, "due",
		    (o->ended > o->now ? o->ended : o->now) + ra->within_ms);
	if (ra->once_ms >= 0)
		json_object_set_new(
		    a, "once", json_integer(ra->once_ms / 1000));
	put_client(ev, a);
	put_copy(ev, a, "at", "at");
	put_named(ev, ra, a);
	return a;
}

static json_t *
make_call(struct eval *ev, const struct rule_action *ra)
{
	json_t *a = action_new(ev, "call", "call", NULL);
	const char *owner = user_of(ev, "answerer");

	/* Shown as the call of who took it, or of who is responsible. */
	put_owner(ev, a, owner ? "answerer" : "responsible");
	put_title_or_phone(ev, a, matrix_text(ev->m, "call"));
	put_call_facts(ev, a);
	put_named(ev, ra, a);
	return a;
}

static json_t *
make_note(struct eval *ev, const struct rule_action *ra)
{
	json_t *a = action_new(ev, "note", "note", ra->text->name);

	put_title_or_phone(ev, a, ra->text);
	put_copy(ev, a, "at", "at");
	return if_bound(a, put_named(ev, ra, a));
}

/* A deal takes a comment only if it is linked to a contact. */
static bool
lacks_contact(const struct eval *ev, const struct rule_action *ra)
{
	for (size_t i = 0; i < ra->non; i++)
		if (strcmp(ra->on[i], ROLE_DEAL) == 0)
			return !planned_key(ev, ROLE_CONTACT) &&
			       !json_object_get(ev->o->view, ROLE_CONTACT);
	return false;
}

/* `on call` is the call's own record. */
static json_t *
make_note_ai(struct eval *ev, const struct rule_action *ra)
{
	json_t *a = action_new(ev, "note", "note", "ai");
	struct buf text = {0};
	bool there = !lacks_contact(ev, ra);

	ai_text(ev->m, ev->o->rec, &text);
	put_title_or_phone(ev, a, matrix_text(ev->m, "ai"));
	json_put(a, "text", buf_cstr(&text));
	put_copy(ev, a, "at", "at");
	if (ra->non == 0)
		put_own_action(ev, a, ROLE_CALL, "call");
	else
		there &= put_named(ev, ra, a);
	there &= text.len > 0;
	buf_free(&text);
	return if_bound(a, there);
}

static json_t *
make_nothing(struct eval *ev, const struct rule_action *ra)
{
	(void)ev;
	(void)ra;
	return NULL;
}

static json_t *(*const make[])(struct eval *, const struct rule_action *) = {
    [VERB_CREATE] = make_create,
    [VERB_UNSORTED] = make_unsorted,
    [VERB_UPDATE] = make_update,
    [VERB_UPDATE_TASK] = make_update_task,
    [VERB_UPDATE_CALL] = make_update_call,
    [VERB_ASSIGN] = make_assign,
    [VERB_TASK] = make_task,
    [VERB_CALL] = make_call,
    [VERB_NOTE] = make_note,
    [VERB_NOTE_AI] = make_note_ai,
    [VERB_IGNORE] = make_nothing,
};

json_t *
matrix_plan_new(const struct matrix *m, const struct project *p, int rule,
    const struct situation *s, const struct occasion *o)
{
	const struct rule *r = rule < 0 ? NULL : &m->rule[rule];
	struct eval ev = {
	    .m = m, .p = p, .s = s, .o = o, .actions = json_array()};

	for (size_t i = 0; r && i < r->nactions; i++) {
		json_t *a;

		if (o->keys->amended[0] && !verb_updates(r->action[i].verb))
			continue; /* it was made when the call ended */
		a = make[r->action[i].verb](&ev, &r->action[i]);
		if (a)
			json_array_append_new(ev.actions, a);
	}
	return json_pack("{s:I, s:s, s:s, s:o}", "line",
	    (json_int_t)(r ? r->line : 0), "client", client_name[s->client],
	    "by", by_name[s->by], "actions", ev.actions);
}
