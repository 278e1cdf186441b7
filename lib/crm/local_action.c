/* SPDX-License-Identifier: MIT */
#include "crm/local_action.h"

#include "crm/crm.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

/* ---- members ---- */

void
local_put(json_t *o, const char *name, json_t *value)
{
	if (value)
		json_object_set(o, name, value);
}

void
local_put_refs(json_t *cmd, const char *name, json_t *refs)
{
	json_t *out = json_array(), *ref;
	size_t i;

	json_array_foreach (refs, i, ref) {
		json_t *x = json_object();

		local_put(x, "role", json_object_get(ref, "role"));
		local_put(x, "id", json_object_get(ref, "id"));
		json_array_append_new(out, x);
	}
	if (json_array_size(out))
		json_object_set(cmd, name, out);
	json_decref(out);
}

json_t *
local_command_new(const char *verb)
{
	return json_pack("{s:s}", "do", verb);
}

/* The members of action that names names. */
static void
put_all(json_t *fields, const json_t *action, const char *const *names)
{
	for (; *names; names++)
		local_put(fields, *names, json_object_get(action, *names));
}

/* ---- what is made ---- */

/* Under the action's key, on what the action names. */
static json_t *
make_new(const char *verb, const char *entity, const json_t *action,
    json_t *stolen_fields)
{
	json_t *cmd = local_command_new(verb);

	json_put(cmd, "entity", entity);
	local_put(cmd, "key", json_object_get(action, "key"));
	json_object_set_new(cmd, "fields", stolen_fields);
	local_put_refs(cmd, "on", json_object_get(action, "on"));
	return cmd;
}

static json_t *
create_new(const json_t *action, const char *role)
{
	static const char *const names[] = {
	    "source", "at", "text", "pipeline", NULL};
	const json_t *client = json_object_get(action, "client");
	json_t *title = json_object_get(action, "title");
	json_t *name = json_object_get(client, "name");
	json_t *phone = json_object_get(client, "phone");
	json_t *fields = json_object();

	if (strcmp(role, ROLE_CONTACT) == 0) {
		/* Its name is all the title that a contact has. */
		local_put(fields, "name", title ? title : name ? name : phone);
	} else {
		local_put(fields, "title", title);
		local_put(fields, "name", name);
	}
	local_put(fields, "owner", json_object_get(action, "owner"));
	local_put(fields, "phone", phone);
	local_put(fields, "email", json_object_get(client, "email"));
	put_all(fields, action, names);
	local_put(fields, "custom", json_object_get(action, "fields"));
	return make_new("create", role, action, fields);
}

static json_t *
task_new(const json_t *action, const char *role)
{
	static const char *const names[] = {
	    "title", "owner", "text", "due", "at", NULL};
	json_t *fields = json_object();

	(void)role;
	put_all(fields, action, names);
	return make_new("task", NULL, action, fields);
}

static json_t *
note_new(const json_t *action, const char *role)
{
	static const char *const names[] = {"title", "text", "at", NULL};
	json_t *fields = json_object();

	(void)role;
	put_all(fields, action, names);
	return make_new("note", NULL, action, fields);
}

/* What may come, or change, when the call has its record already. */
static void
put_late_facts(json_t *fields, const json_t *action)
{
	static const char *const names[] = {
	    "outcome", "status", "recording", "card", NULL};
	const json_t *seconds = json_object_get(action, "seconds");

	put_all(fields, action, names);
	local_put(fields, "seconds", json_object_get(seconds, "total"));
	local_put(fields, "talk", json_object_get(seconds, "talk"));
}

static json_t *
call_new(const json_t *action, const char *role)
{
	static const char *const names[] = {
	    "title", "owner", "direction", "line", "at", NULL};
	const json_t *client = json_object_get(action, "client");
	json_t *fields = json_object();

	(void)role;
	put_all(fields, action, names);
	local_put(fields, "phone", json_object_get(client, "phone"));
	put_late_facts(fields, action);
	return make_new("call", NULL, action, fields);
}

/* ---- what is changed ---- */

/* Of the role's entity that the action hangs on. */
static json_t *
change_new(const char *verb, const json_t *action, const char *role)
{
	json_t *cmd = local_command_new(verb);

	json_put(cmd, "entity", role);
	json_put(cmd, "id", crm_ref_id(json_object_get(action, "on"), role));
	return cmd;
}

/* Never name, phone or owner: people, or another program, have set them. */
static json_t *
update_new(const json_t *action, const char *role)
{
	static const char *const of_task[] = {"title", "text", NULL};
	json_t *cmd = change_new("update", action, role);
	json_t *fields = json_object();

	if (strcmp(role, ROLE_TASK) == 0) {
		put_all(fields, action, of_task);
	} else if (strcmp(role, ROLE_CALL) == 0) {
		put_late_facts(fields, action);
	} else {
		local_put(fields, "source", json_object_get(action, "source"));
		local_put(fields, "custom", json_object_get(action, "fields"));
	}
	json_object_set_new(cmd, "fields", fields);
	return cmd;
}

static json_t *
assign_new(const json_t *action, const char *role)
{
	json_t *cmd = change_new("assign", action, role);

	local_put(cmd, "owner", json_object_get(action, "owner"));
	return cmd;
}

/* ---- verbs ---- */

static const struct local_verb verbs[] = {
    {.name = "create", .command_new = create_new},
    {.name = "update",
	.others = true,
	.hangs = true,
	.change = true,
	.command_new = update_new},
    {.name = "assign",
	.hangs = true,
	.change = true,
	.command_new = assign_new},
    {.name = "task", .role = ROLE_TASK, .command_new = task_new},
    {.name = "call", .role = ROLE_CALL, .command_new = call_new},
    {.name = "note", .role = ROLE_NOTE, .hangs = true, .command_new = note_new},
};

const struct local_verb *
local_verb(const json_t *action)
{
	const char *name = json_str(action, "do");

	for (size_t i = 0; name && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

const char *
local_role(const struct local_verb *v, const json_t *action)
{
	static const char *const others[] = {ROLE_TASK, ROLE_CALL};
	const char *x = json_str(action, "entity");

	if (!v || v->role || !x)
		return v ? v->role : NULL;
	for (size_t i = 0; v->others && i < 2; i++)
		if (strcmp(others[i], x) == 0)
			return others[i];
	return crm_role(&crm_local, x);
}
