/* SPDX-License-Identifier: MIT */
/* The local CRM's commands that make or change something. */
#include "crm/local_cmd.h"

#include "base/clock.h"
#include "base/str.h"
#include "crm/local_check.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

/* ---- what others have to say ---- */

/* False, and what is wrong in *wrong, unless the owner may have something. */
static bool
owner_ok(struct local_crm *l, const json_t *owned, json_t **wrong)
{
	json_auto_t *rows = local_rows_new(
	    l, "SELECT active FROM user WHERE id = :owner", owned);
	json_t *active;

	if (!rows) {
		*wrong = local_failed_new(l);
		return false;
	}
	active = json_object_get(json_array_get(rows, 0), "active");
	if (json_is_true(active))
		return true;
	*wrong = local_error_new("OWNER",
	    active ? "user %.60s is not active" : "there is no user %.60s",
	    json_str(owned, "owner"));
	return false;
}

/* The same for what the new one hangs on. */
static bool
refs_ok(struct local_crm *l, const struct local_entity *x, json_t *on,
    json_t **wrong)
{
	json_t *ref;
	size_t i;

	json_array_foreach (on, i, ref) {
		const char *role = json_str(ref, "role"),
			   *id = json_str(ref, "id");
		json_auto_t *rows = NULL;

		if (!local_has_word(x->on, role))
			*wrong = local_error_new(
			    "INVALID", "no %s hangs on a %.60s", x->role, role);
		else if (!(rows = local_by_id_new(l, local_entity(role), id)))
			*wrong = local_failed_new(l);
		else if (json_array_size(rows) == 0)
			*wrong = local_gone_new(role, id);
		else
			continue;
		return false;
	}
	return true;
}

/* The same for a deal's pipeline; without one the table takes its first. */
static bool
pipeline_ok(struct local_crm *l, const json_t *fields, json_t **wrong)
{
	const char *wanted = json_str(fields, "pipeline"), *name;
	json_auto_t *rows = NULL;
	struct buf known = {0};
	json_t *row;
	size_t i;

	if (!wanted)
		return true;
	rows =
	    local_rows_new(l, "SELECT name FROM pipeline ORDER BY rowid", NULL);
	if (!rows) {
		*wrong = local_failed_new(l);
		return false;
	}
	json_array_foreach (rows, i, row) {
		name = json_str(row, "name");
		if (name && strcmp(name, wanted) == 0) {
			buf_free(&known);
			return true;
		}
		buf_fmt(&known, "%s%s", i ? ", " : "", name ? name : "?");
	}
	*wrong = local_error_new("INVALID",
	    "there is no pipeline %.60s, but there is: %s", wanted,
	    buf_cstr(&known));
	buf_free(&known);
	return false;
}

/* ---- new ones ---- */

/* The new row's id, NULL and what went wrong in *wrong. */
static json_t *
insert_new(struct local_crm *l, const struct local_entity *x,
    const json_t *args, json_t **wrong)
{
	json_auto_t *rows = local_rows_new(l, x->insert, args);
	json_t *row = json_array_get(rows, 0);

	if (!row)
		*wrong = local_failed_new(l);
	return json_incref(row);
}

/* The values of an INSERT; NULL and what is wrong with them in *wrong. */
static json_t *
values_new(struct local_crm *l, const struct local_entity *x, json_t *cmd,
    json_t **wrong)
{
	json_t *fields = json_object_get(cmd, "fields"), *args;

	if ((*wrong = local_wrong_new(fields, x->must, x->may)) ||
	    (json_object_get(fields, "owner") && !owner_ok(l, fields, wrong)) ||
	    !pipeline_ok(l, fields, wrong) ||
	    !refs_ok(l, x, json_object_get(cmd, "on"), wrong))
		return NULL;
	args = json_copy(fields);
	json_object_set(args, "key", json_object_get(cmd, "key"));
	json_object_set_new(args, "now", json_integer(clock_now()));
	return args;
}

/* Only a lead or a deal hangs on something, and that is one contact. */
static json_t *
wrong_create_new(const struct local_entity *x, json_t *cmd)
{
	json_t *fields = json_object_get(cmd, "fields");
	json_t *on = json_object_get(cmd, "on");
	bool contact = strcmp(x->role, ROLE_CONTACT) == 0;

	if (contact && !json_str(fields, "phone") && !json_str(fields, "email"))
		return local_error_new(
		    "INVALID", "phone and email are missing");
	if (json_array_size(on) == 0)
		return NULL;
	if (contact || json_array_size(on) > 1 ||
	    strcmp(json_str(json_array_get(on, 0), "role"), ROLE_CONTACT) != 0)
		return local_error_new(
		    "INVALID", "on is one contact, for a lead or a deal");
	return NULL;
}

json_t *
local_create_new(struct local_crm *l, json_t *cmd)
{
	const struct local_entity *x =
	    local_client_entity(json_str(cmd, "entity"));
	json_auto_t *args = NULL;
	json_t *wrong, *row, *ref;

	if (!x)
		return local_error_new(
		    "INVALID", "no entity: %.60s", json_str(cmd, "entity"));
	if ((wrong = wrong_create_new(x, cmd)))
		return wrong;
	if (!(args = values_new(l, x, cmd, &wrong)))
		return wrong;
	ref = json_array_get(json_object_get(cmd, "on"), 0);
	if (ref)
		json_object_set(args, "contact", json_object_get(ref, "id"));
	row = insert_new(l, x, args, &wrong);
	return row ? local_ok_new(row) : wrong;
}

/* A note is on something and says something. */
static json_t *
wrong_make_new(const struct local_entity *x, json_t *cmd)
{
	json_t *fields = json_object_get(cmd, "fields");

	if (strcmp(x->role, ROLE_NOTE) != 0)
		return NULL;
	if (json_array_size(json_object_get(cmd, "on")) == 0)
		return local_error_new("INVALID", "on is empty");
	if (!json_object_get(fields, "title") &&
	    !json_object_get(fields, "text"))
		return local_error_new("INVALID", "title and text are missing");
	return NULL;
}

json_t *
local_make_new(struct local_crm *l, json_t *cmd)
{
	const struct local_entity *x = local_entity(json_str(cmd, "do"));
	json_auto_t *args = NULL, *row = NULL;
	json_t *wrong, *ref;
	size_t i;

	if ((wrong = wrong_make_new(x, cmd)) ||
	    !(args = values_new(l, x, cmd, &wrong)) ||
	    !(row = insert_new(l, x, args, &wrong)))
		return wrong;
	json_array_foreach (json_object_get(cmd, "on"), i, ref) {
		json_auto_t *hang = json_copy(ref);

		json_object_set(hang, "made", json_object_get(row, "id"));
		l->got = local_db_run(l->db, x->hang, hang, NULL);
		if (l->got != LOCAL_OK)
			return local_failed_new(l);
	}
	return local_ok_new(json_incref(row));
}

/* ---- changes ---- */

/* Run an UPDATE of the row with args' id. */
static json_t *
changed_new(
    struct local_crm *l, const char *role, const char *sql, const json_t *args)
{
	const char *id = json_str(args, "id");
	json_auto_t *rows = NULL;

	if (!local_is_id(id))
		return local_gone_new(role, id);
	if (!(rows = local_rows_new(l, sql, args)))
		return local_failed_new(l);
	if (json_array_size(rows) == 0)
		return local_gone_new(role, id);
	return local_ok_new(json_incref(json_array_get(rows, 0)));
}

/*
 * New members of what an update merges go over the old ones, which stay. The
 * old text may be anybody's: what can't be kept isn't replaced. False, and
 * what is wrong in *wrong.
 */
static bool
merge(struct local_crm *l, const struct local_entity *x, json_t *args,
    json_t **wrong)
{
	json_auto_t *rows = local_rows_new(l, x->merged, args);
	const char *name;
	json_t *old;

	if (!rows) {
		*wrong = local_failed_new(l);
		return false;
	}
	json_object_foreach (json_array_get(rows, 0), name, old) {
		json_t *given = json_object_get(args, name), *all;
		struct err e = {0};

		if (!given)
			continue;
		all = json_text_load(str_span(json_string_value(old)), &e);
		if (!json_is_object(all)) {
			json_decref(all);
			*wrong = local_error_new("INVALID",
			    "source or fields of %s %s: no JSON object",
			    x->role, json_str(args, "id"));
			return false;
		}
		json_object_update(all, given);
		json_object_set_new(args, name, all);
	}
	return true;
}

json_t *
local_update_new(struct local_crm *l, json_t *cmd)
{
	const char *role = json_str(cmd, "entity"), *id = json_str(cmd, "id");
	const struct local_entity *x = local_entity(role);
	json_t *fields = json_object_get(cmd, "fields"), *wrong;
	json_auto_t *args = NULL;

	if (!x || !x->update)
		return local_error_new(
		    "INVALID", "no entity to update: %.60s", role);
	if ((wrong = local_wrong_new(fields, "", x->changes)))
		return wrong;
	args = json_copy(fields);
	json_object_set_new(args, "id", json_string(id));
	if (x->merged && local_is_id(id) && !merge(l, x, args, &wrong))
		return wrong;
	return changed_new(l, role, x->update, args);
}

json_t *
local_assign_new(struct local_crm *l, json_t *cmd)
{
	const char *role = json_str(cmd, "entity");
	const struct local_entity *x = local_client_entity(role);
	json_t *wrong;

	if (!x)
		return local_error_new("INVALID", "no entity: %.60s", role);
	if (!owner_ok(l, cmd, &wrong))
		return wrong;
	return changed_new(l, role, x->assign, cmd);
}

json_t *
local_close_new(struct local_crm *l, json_t *cmd)
{
	return changed_new(l, ROLE_TASK, local_entity(ROLE_TASK)->close, cmd);
}
