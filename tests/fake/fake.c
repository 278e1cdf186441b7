/* SPDX-License-Identifier: MIT */
/* The fake CRM's adapter: actions, lookups and finds as commands. */
#include "fake.h"

#include "call/project.h"
#include "crm/faults.h"
#include "crm/local_action.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

/* Where an action stands when step is called. */
enum { BEGIN, MADE, COMPLETED };

static const struct crm_word words[] = {
    {"contact", ROLE_CONTACT},
    {"lead", ROLE_LEAD},
    {"deal", ROLE_DEAL},
    {0},
};

static const char *const verb_names[] = {
    "create", "unsorted", "update", "assign", "task", "call", "note", NULL};

/* Paths, which are bins as well and so must be static. */
static const char *const paths[] = {"survey", "search", "read", "unsorted",
    "assign", "close", "link", "add/contact", "add/lead", "add/deal",
    "add/task", "add/call", "add/note", "update/contact", "update/lead",
    "update/deal", "update/task", "update/call", "find/contact", "find/lead",
    "find/deal", "find/task", "find/call", "find/note", "mine/task",
    "mine/note", NULL};

/* ---- commands ---- */

static const char *
path(const char *what, const char *role)
{
	char name[40];
	size_t i = 0;

	snprintf(name, sizeof(name), "%s%s%s", what, role ? "/" : "",
	    role ? role : "");
	while (paths[i] && strcmp(paths[i], name) != 0)
		i++;
	return paths[i];
}

static enum crm_step
command(struct crm_txn *t, const char *what, const char *role, bool write,
    json_t *stolen)
{
	const char *name = path(what, role);

	t->cmd = (struct crm_command){
	    .name = name,
	    .bin = fake_alone(name) ? NULL : name,
	    .write = write,
	    .args = stolen,
	};
	return CRM_SEND;
}

static bool
is_one_of(const char *role, const char *a, const char *b, const char *c)
{
	return strcmp(role, a) == 0 || strcmp(role, b) == 0 ||
	       strcmp(role, c) == 0;
}

static bool
is_client_role(const char *role)
{
	return is_one_of(role, ROLE_CONTACT, ROLE_LEAD, ROLE_DEAL);
}

static bool
is_unsorted(const json_t *spec)
{
	return strcmp(json_str(spec, "do"), "unsorted") == 0;
}

/* Is the key of such a one only a mark in its text? */
static bool
is_marked(const char *role)
{
	return fake_is("marker") &&
	       is_one_of(role, ROLE_TASK, ROLE_NOTE, ROLE_NOTE);
}

static void
mark(const json_t *spec, struct buf *out)
{
	buf_fmt(out, "[ringo %s]", json_str(spec, "key"));
}

/* ---- lookup ---- */

/* What isn't in the result yet. */
static void
add_rows(const struct crm *c, struct crm_txn *t)
{
	json_t *row, *old;
	size_t i, k;

	json_array_foreach (t->verdict.data, i, row) {
		struct buf url = {0};
		json_t *copy;

		json_array_foreach (t->result, k, old)
			if (!strcmp(json_str(old, "id"), json_str(row, "id")) &&
			    !strcmp(
				json_str(old, "role"), json_str(row, "role")))
				break;
		if (k < json_array_size(t->result))
			continue;
		copy = json_copy(row);
		c->driver->url(
		    c, json_str(row, "role"), json_str(row, "id"), &url);
		json_put(copy, "url", url.p);
		json_array_append_new(t->result, copy);
		buf_free(&url);
	}
}

/* Known ids are read in one command each, behind the search. */
static enum crm_step
lookup(const struct crm *c, struct crm_txn *t)
{
	json_t *known = json_object_get(t->spec, "known");
	const char *phone = json_str(t->spec, "phone");
	json_t *ref;

	if (t->stage == 0) {
		json_decref(t->result);
		t->result = json_array();
		t->stage = 1;
		if (phone)
			return command(t, "search", NULL, false,
			    json_pack("{s:s, s:s}", "phone", phone, "match",
				phone_match_name(c->project->match)));
	} else {
		add_rows(c, t);
	}
	ref = json_array_get(known, (size_t)t->stage++ - 1);
	if (!ref)
		return CRM_DONE;
	return command(t, "read", NULL, false,
	    json_pack("{s:s, s:s}", "role", json_str(ref, "role"), "id",
		json_str(ref, "id")));
}

/* ---- act ---- */

static enum crm_step
cannot(struct crm_txn *t)
{
	crm_verdict(t, CRM_DEAD, CRM_RECORD, "the fake CRM can't %s",
	    json_str(t->spec, "do"));
	return CRM_DONE;
}

/* The command that makes or changes it. */
static enum crm_step
carry_out(struct crm_txn *t, const struct local_verb *v, const char *role)
{
	json_t *item = v->command_new(t->spec, role), *fields;
	bool assign = strcmp(v->name, "assign") == 0;
	const char *what = strcmp(v->name, "update") == 0 ? "update" : "add";
	struct buf text = {0};

	json_object_del(item, "do");
	if (fake_is("linked") && is_client_role(role))
		json_object_del(item, "on");
	if (is_marked(role) && !v->change) {
		fields = json_object_get(item, "fields");
		if (json_str(fields, "text"))
			buf_fmt(&text, "%s\n", json_str(fields, "text"));
		mark(t->spec, &text);
		json_put(fields, "text", text.p);
		buf_free(&text);
	}
	return command(
	    t, assign ? "assign" : what, assign ? NULL : role, true, item);
}

/* What comes behind it: a task is closed, a lead gets its contact. */
static enum crm_step
complete(struct crm_txn *t, const char *role, const char *id)
{
	const char *contact =
	    crm_ref_id(json_object_get(t->spec, "on"), ROLE_CONTACT);
	bool create = strcmp(json_str(t->spec, "do"), "create") == 0;

	if (strcmp(role, ROLE_TASK) == 0 &&
	    json_is_true(json_object_get(t->spec, "done")))
		return command(
		    t, "close", NULL, true, json_pack("{s:s}", "id", id));
	if (create && contact && fake_is("linked"))
		return command(t, "link", NULL, true,
		    json_pack("{s:s, s:s, s:s}", "role", role, "id", id,
			"contact", contact));
	return CRM_DONE;
}

/* Contact and lead at once. */
static enum crm_step
unsorted(const struct crm *c, struct crm_txn *t)
{
	const struct local_verb *create;
	json_t *like, *item;

	if (t->stage == MADE) {
		crm_ref_add(c, t, ROLE_LEAD, json_str(t->verdict.data, "id"));
		crm_ref_add(
		    c, t, ROLE_CONTACT, json_str(t->verdict.data, "contact"));
	}
	if (crm_ref_id(t->refs, ROLE_LEAD))
		return CRM_DONE;
	t->stage = MADE;
	like = json_pack("{s:s}", "do", "create");
	create = local_verb(like);
	item = create->command_new(t->spec, ROLE_LEAD);
	json_decref(like);
	json_object_del(item, "do");
	json_object_del(item, "entity");
	return command(t, "unsorted", NULL, true, item);
}

static enum crm_step
act(const struct crm *c, struct crm_txn *t)
{
	const struct local_verb *v = local_verb(t->spec);
	const char *role = local_role(v, t->spec), *id;
	json_t *on = json_object_get(t->spec, "on");

	if (is_unsorted(t->spec))
		return unsorted(c, t);
	if (!role)
		return cannot(t);
	if (t->stage == MADE)
		crm_ref_add(c, t, role, json_str(t->verdict.data, "id"));
	id = crm_ref_id(t->refs, role);
	if (!id && v->hangs &&
	    (v->change ? !crm_ref_id(on, role) : json_array_size(on) == 0)) {
		crm_verdict(t, CRM_DEAD, CRM_RECORD, "nothing to %s", v->name);
		return CRM_DONE;
	}
	if (!id) {
		t->stage = MADE;
		return carry_out(t, v, role);
	}
	if (t->stage == COMPLETED || v->change)
		return CRM_DONE;
	t->stage = COMPLETED;
	return complete(t, role, id);
}

/* ---- find ---- */

static enum crm_step
ends(struct crm_txn *t, enum crm_found found)
{
	t->found = found;
	return CRM_DONE;
}

static enum crm_step
find_sent(struct crm_txn *t, const struct local_verb *v, const char *role)
{
	bool client = is_client_role(role);
	json_t *item;

	t->stage = MADE;
	/* Only its completion is in doubt, which can be sent again. */
	if (crm_ref_id(t->refs, role))
		return ends(t, CRM_FOUND);
	if (v && v->change)
		return ends(t, CRM_ABSENT);
	/* A second one would be refused by name; an unsorted has no key. */
	if (v && client && fake_is("unique"))
		return ends(t, CRM_ABSENT);
	if (!client && fake_is("lost"))
		return ends(t, CRM_NEVER);
	if (!is_marked(role))
		return command(t, "find", role, false,
		    json_pack("{s:s}", "key", json_str(t->spec, "key")));
	item = json_object();
	json_put(item, "since", json_str(t->spec, "at"));
	json_put(item, "owner", json_str(t->spec, "owner"));
	return command(t, "mine", role, false, item);
}

/* Of several that a lost answer may have made, the first row is meant. */
static enum crm_step
find(const struct crm *c, struct crm_txn *t)
{
	const struct local_verb *v = local_verb(t->spec);
	const char *role =
	    is_unsorted(t->spec) ? ROLE_LEAD : local_role(v, t->spec);
	struct buf marker = {0};
	json_t *row = NULL, *rows = t->verdict.data;
	size_t i;

	if (!role)
		return cannot(t);
	if (t->stage == BEGIN)
		return find_sent(t, v, role);
	mark(t->spec, &marker);
	json_array_foreach (rows, i, row)
		if (!is_marked(role) ||
		    (json_str(row, "text") &&
			strstr(json_str(row, "text"), marker.p)))
			break;
	buf_free(&marker);
	if (i == json_array_size(rows))
		return ends(t, CRM_ABSENT);
	crm_ref_add(c, t, role, json_str(row, "id"));
	if (is_unsorted(t->spec) && json_str(row, "contact"))
		crm_ref_add(c, t, ROLE_CONTACT, json_str(row, "contact"));
	return ends(t, CRM_FOUND);
}

/* ---- survey ---- */

static enum crm_step
survey(struct crm_txn *t)
{
	if (t->stage++ == 0)
		return command(t, "survey", NULL, false, json_object());
	json_decref(t->result);
	t->result = json_copy(json_array_get(t->verdict.data, 0));
	json_object_del(t->result, "id");
	if (fake_is("bare"))
		json_object_set_new(t->result, "wrong",
		    json_pack("[{s:s, s:s}]", "text",
			"the key lacks the right to make tasks", "mend",
			"tick it"));
	return CRM_DONE;
}

static enum crm_step
step(const struct crm *c, struct crm_txn *t)
{
	switch (t->kind) {
	case CRM_SURVEY:
		return survey(t);
	case CRM_LOOKUP:
		return lookup(c, t);
	case CRM_FIND:
		return find(c, t);
	case CRM_ACT:
		break;
	}
	return act(c, t);
}

static void
url(const struct crm *c, const char *role, const char *id, struct buf *out)
{
	(void)c;
	buf_fmt(out, "fake:%s/%s", role, id);
}

/* The server refuses nothing for its rate, but for the fault `throttle`. */
static const struct limit_bucket limits[] = {{.name = "requests"}, {0}};

const struct crm_driver crm_fake = {
    .name = "fake",
    .entities = words,
    .verbs = verb_names,
    .pack_max = FAKE_PACK_MAX,
    .limits = limits,
    .transport = fake_open,
    .step = step,
    .pack = fake_pack,
    .unpack = fake_unpack,
    .url = url,
};
