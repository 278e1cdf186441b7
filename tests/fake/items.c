/* SPDX-License-Identifier: MIT */
#include "items.h"

#include "base/clock.h"
#include "base/str.h"
#include "crm/local_check.h"
#include "crm/local_cmd.h"
#include "fake.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

/* ---- reading ---- */

/* The rows behind a member of what the local CRM found. */
static json_t *
rows_of(json_t *found, const char *member)
{
	json_t *rows, *ok = json_object_get(found, "ok");

	if (!ok)
		return found;
	rows = json_incref(json_object_get(ok, member));
	json_decref(found);
	return local_ok_new(rows);
}

static json_t *
search(struct local_crm *l, const char *role, json_t *item)
{
	(void)role;
	return rows_of(local_lookup_new(l, item), "entities");
}

static json_t *
read_one(struct local_crm *l, const char *role, json_t *item)
{
	json_auto_t *cmd = json_pack("{s:[O]}", "known", item);

	(void)role;
	return rows_of(local_lookup_new(l, cmd), "entities");
}

static bool
has_key_field(const char *role)
{
	bool marked =
	    strcmp(role, ROLE_TASK) == 0 || strcmp(role, ROLE_NOTE) == 0;
	bool lost = marked || strcmp(role, ROLE_CALL) == 0;

	return !(marked && fake_is("marker")) && !(lost && fake_is("lost"));
}

/* A lead's rows say which contact it has, as an unsorted one's must. */
static json_t *
find(struct local_crm *l, const char *role, json_t *item)
{
	json_t *found, *row, *rows;
	size_t i;

	if (!has_key_field(role))
		return local_error_new("INVALID", "no such field: key");
	json_object_set_new(item, "entity", json_string(role));
	found = rows_of(local_find_new(l, item), "found");
	rows = json_object_get(found, "ok");
	json_array_foreach (rows, i, row) {
		json_auto_t *more = NULL;

		json_object_set(row, "key", json_object_get(item, "key"));
		if (strcmp(role, ROLE_LEAD) != 0)
			continue;
		more = local_rows_new(l,
		    "SELECT CAST(contact AS TEXT) AS contact FROM lead"
		    " WHERE id = :id",
		    row);
		json_object_update(row, json_array_get(more, 0));
	}
	return found;
}

/* What an owner has since a time, youngest last. */
static json_t *
mine(struct local_crm *l, const char *role, json_t *item)
{
	bool task = strcmp(role, ROLE_TASK) == 0, zoned;
	int64_t since = 0, seen = clock_now() - l->lag_ms;
	json_auto_t *args = json_copy(item);
	json_t *rows;

	if (json_str(item, "since") &&
	    !clock_parse(str_span(json_str(item, "since")), &since, &zoned))
		return local_error_new("INVALID", "since is no time");
	if (task && !json_str(item, "owner"))
		return local_error_new("INVALID", "owner is missing");
	json_object_set_new(args, "since", json_integer(since));
	json_object_set_new(
	    args, "seen", json_integer(l->lag_ms ? seen : INT64_MAX));
	rows = local_rows_new(l,
	    task ? "SELECT CAST(id AS TEXT) AS id, text FROM task"
		   " WHERE owner = :owner AND created >= :since"
		   " AND created <= :seen ORDER BY id"
		 : "SELECT CAST(id AS TEXT) AS id, text FROM note"
		   " WHERE created >= :since AND created <= :seen ORDER BY id",
	    args);
	return rows ? local_ok_new(rows) : NULL;
}

/* ---- writing ---- */

/* A second one of a key, where keys are unique; NULL if it may be made. */
static json_t *
duplicate_new(struct local_crm *l, const char *role, json_t *item)
{
	json_auto_t *args = json_pack("{s:O, s:I}", "key",
	    json_object_get(item, "key"), "seen", (json_int_t)INT64_MAX);
	json_auto_t *rows = NULL;
	json_t *wrong;

	if (!fake_is("unique") && !fake_is("taken"))
		return NULL;
	rows = local_rows_new(l, local_entity(role)->by_key, args);
	if (json_array_size(rows) == 0)
		return NULL;
	wrong = local_error_new("DUPLICATE", "the key is there already");
	if (fake_is("unique"))
		json_object_set(json_object_get(wrong, "error"), "id",
		    json_object_get(json_array_get(rows, 0), "id"));
	return wrong;
}

static json_t *
add(struct local_crm *l, const char *role, json_t *item)
{
	json_t *wrong;

	if (!local_client_entity(role)) {
		json_object_set_new(item, "do", json_string(role));
		return local_make_new(l, item);
	}
	wrong = duplicate_new(l, role, item);
	return wrong ? wrong : local_create_new(l, item);
}

/* A contact, and a lead on it. */
static json_t *
unsorted(struct local_crm *l, const char *role, json_t *item)
{
	json_t *fields = json_object_get(item, "fields"), *made, *ok;
	json_auto_t *person = json_pack("{s:O, s:s, s:{s:O, s:O, s:O}}", "key",
	    json_object_get(item, "key"), "entity", ROLE_CONTACT, "fields",
	    "name", json_object_get(fields, "title"), "owner",
	    json_object_get(fields, "owner"), "phone",
	    json_object_get(fields, "phone"));
	json_auto_t *contact = local_create_new(l, person);
	json_t *id = json_object_get(json_object_get(contact, "ok"), "id");

	(void)role;
	if (!id)
		return json_incref(contact);
	json_object_set_new(item, "entity", json_string(ROLE_LEAD));
	json_object_set_new(item, "on",
	    json_pack("[{s:s, s:O}]", "role", ROLE_CONTACT, "id", id));
	made = local_create_new(l, item);
	ok = json_object_get(made, "ok");
	if (ok)
		json_object_set(ok, "contact", id);
	return made;
}

static json_t *
change(struct local_crm *l, const char *role, json_t *item)
{
	(void)role;
	return local_update_new(l, item);
}

static json_t *
assign(struct local_crm *l, const char *role, json_t *item)
{
	(void)role;
	return local_assign_new(l, item);
}

static json_t *
close_task(struct local_crm *l, const char *role, json_t *item)
{
	json_auto_t *rows =
	    local_rows_new(l, "SELECT done FROM task WHERE id = :id", item);

	(void)role;
	if (fake_is("strict") &&
	    json_is_true(json_object_get(json_array_get(rows, 0), "done")))
		return local_error_new("CLOSED", "it is closed");
	return local_close_new(l, item);
}

static json_t *
link_contact(struct local_crm *l, const char *role, json_t *item)
{
	bool lead = strcmp(json_str(item, "role"), ROLE_LEAD) == 0;
	json_auto_t *rows = local_rows_new(l,
	    lead ? "UPDATE lead SET contact = :contact WHERE id = :id"
		   " RETURNING CAST(id AS TEXT) AS id"
		 : "UPDATE deal SET contact = :contact WHERE id = :id"
		   " RETURNING CAST(id AS TEXT) AS id",
	    item);

	(void)role;
	if (!rows)
		return local_failed_new(l);
	if (json_array_size(rows) == 0)
		return local_gone_new(
		    json_str(item, "role"), json_str(item, "id"));
	return local_ok_new(json_incref(json_array_get(rows, 0)));
}

/* ---- survey ---- */

/* One row; with the trait its clock is a quarter of an hour behind. */
static json_t *
survey(struct local_crm *l, const char *role, json_t *item)
{
	json_t *said = local_survey_new(l, item);
	json_t *ok = json_object_get(said, "ok"), *rows;
	struct buf at = {0};

	(void)role;
	if (!ok)
		return said;
	clock_local(clock_now() - (fake_is("behind") ? 900000 : 0), &at);
	json_put(ok, "id", "account");
	json_put(ok, "clock", at.p);
	json_put(ok, "zone", "Europe/Kyiv");
	json_object_set_new(
	    ok, "user", json_pack("{s:s, s:s}", "id", "1", "name", "The key"));
	rows = json_pack("[O]", ok);
	buf_free(&at);
	json_decref(said);
	return local_ok_new(rows);
}

/* ---- paths ---- */

static const struct target {
	const char *name; /* up to "/" */
	const char *must, *may;
	json_t *(*carry_out)(struct local_crm *, const char *, json_t *);
	bool reads;
} targets[] = {
    {"survey", "", "", survey, true},
    {"search", "phone match", "", search, true},
    {"read", "role id", "", read_one, true},
    {"find", "key", "", find, true},
    {"mine", "", "owner since", mine, true},
    {"add", "key fields request_id", "entity on", add, false},
    {"unsorted", "key fields request_id", "", unsorted, false},
    {"update", "id entity fields request_id", "", change, false},
    {"assign", "id entity owner request_id", "", assign, false},
    {"close", "id request_id", "", close_task, false},
    {"link", "role id contact request_id", "", link_contact, false},
};

static const struct target *
target(const char *path)
{
	struct span name = {path, strcspn(path, "/")};

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (str_eq(name, targets[i].name))
			return &targets[i];
	return NULL;
}

bool
fake_reads(const char *path)
{
	const struct target *x = target(path);

	return x && x->reads;
}

json_t *
fake_item_new(struct local_crm *l, const char *path, json_t *item)
{
	const struct target *x = target(path);
	const char *role = strchr(path, '/');
	json_t *r, *error;

	if (!x || (role && !local_entity(role + 1)))
		return local_error_new("INVALID", "no such path: %s", path);
	if ((r = local_wrong_new(item, x->must, x->may)))
		return r;
	r = x->carry_out(l, role ? role + 1 : "", item);
	error = json_object_get(r, "error");
	if (fake_is("vague")) {
		json_object_del(error, "role");
		json_object_del(error, "id");
	}
	return r;
}
