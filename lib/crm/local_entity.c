/* SPDX-License-Identifier: MIT */
#include "crm/local_entity.h"

#include "base/str.h"
#include "call/phone.h"
#include "crm/local_check.h"
#include "matrix/plan.h"

/* ---- statements ---- */

/* One row in the shape that lookups answer. */
#define SHOW_CONTACT                                               \
	"SELECT 'contact' AS role, CAST(id AS TEXT) AS id, owner," \
	" created AS at, name FROM contact "
#define SHOW_WORK(table)                                                   \
	"SELECT '" table "' AS role, CAST(id AS TEXT) AS id, owner, open," \
	" created AS at, title AS name FROM " table " "
#define BY_ID "WHERE id = :id"
#define BY_PHONE(column) \
	"WHERE " column " = :phone AND created <= :seen ORDER BY id"
/* Also through its contact. */
#define WORK_BY_PHONE(column)                                  \
	"WHERE (" column " = :phone OR contact IN"             \
	" (SELECT id FROM contact WHERE " column " = :phone))" \
	" AND created <= :seen ORDER BY id"
#define BY_KEY(table)                                                    \
	"SELECT '" table "' AS role, CAST(id AS TEXT) AS id FROM " table \
	" WHERE key = :key AND created <= :seen ORDER BY id"
#define RETURNING " RETURNING CAST(id AS TEXT) AS id"
#define HANG(table)                                               \
	"INSERT OR IGNORE INTO " table "_on(" table ", role, id)" \
	" VALUES(:made, :role, :id)"

/* Of contact, lead and deal. In an update, what isn't given stays as it is. */
#define CLIENT_CHANGES(table)                                                \
	.changes = "source custom",                                          \
	.merged = "SELECT source, fields AS custom FROM " table " " BY_ID,   \
	.update = "UPDATE " table " SET source = coalesce(:source, source)," \
		  " fields = coalesce(:custom, fields) " BY_ID RETURNING,    \
	.assign = "UPDATE " table " SET owner = :owner " BY_ID RETURNING
#define WORK(table, more_may, more_columns, more_values)                      \
	{                                                                     \
		.role = table, .must = "title owner",                         \
		.may = "name phone email source custom text at" more_may,     \
		.on = ROLE_CONTACT,                                           \
		.by_phone = {[PHONE_INTERNATIONAL] =                          \
				 SHOW_WORK(table) WORK_BY_PHONE("digits"),    \
		    [PHONE_LAST9] = SHOW_WORK(table) WORK_BY_PHONE("last9"),  \
		    [PHONE_EXACT] = SHOW_WORK(table) WORK_BY_PHONE("phone")}, \
		.by_id = SHOW_WORK(table) BY_ID, .by_key = BY_KEY(table),     \
		.insert = "INSERT INTO " table "(key, owner, title, name,"    \
			  " phone, email, text, contact, source, fields, at," \
			  " created" more_columns ")"                         \
			  " VALUES(:key, :owner, :title, :name, :phone,"      \
			  " :email, :text, :contact, :source, :custom, :at,"  \
			  " :now" more_values ")" RETURNING,                  \
		CLIENT_CHANGES(table),                                        \
	}

static const struct local_entity entities[] = {
    {
	.role = ROLE_CONTACT,
	.must = "name owner",
	.may = "phone email source custom text at",
	.on = "",
	.by_phone = {[PHONE_INTERNATIONAL] = SHOW_CONTACT BY_PHONE("digits"),
	    [PHONE_LAST9] = SHOW_CONTACT BY_PHONE("last9"),
	    [PHONE_EXACT] = SHOW_CONTACT BY_PHONE("phone")},
	.by_id = SHOW_CONTACT BY_ID,
	.by_key = BY_KEY("contact"),
	.insert = "INSERT INTO contact(key, owner, name, phone, email, text,"
		  " source, fields, at, created) VALUES(:key, :owner, :name,"
		  " :phone, :email, :text, :source, :custom, :at,"
		  " :now)" RETURNING,
	CLIENT_CHANGES("contact"),
    },
    WORK("lead", "", "", ""),
    WORK("deal", " pipeline", ", pipeline", ", :pipeline"),
    {
	.role = ROLE_TASK,
	.must = "title owner",
	.may = "text due at",
	.changes = "title text",
	.on = ROLE_CONTACT " " ROLE_LEAD " " ROLE_DEAL,
	.by_key = BY_KEY("task"),
	.insert =
	    "INSERT INTO task(key, owner, title, text, due, at, created)"
	    " VALUES(:key, :owner, :title, :text, :due, :at, :now)" RETURNING,
	.update = "UPDATE task SET title = coalesce(:title, title),"
		  " text = coalesce(:text, text) " BY_ID RETURNING,
	.close = "UPDATE task SET done = 1 " BY_ID RETURNING,
	.hang = HANG("task"),
    },
    {
	.role = ROLE_CALL,
	.must = "title owner direction",
	.may = "outcome status phone line seconds talk recording card at",
	.changes = "outcome status seconds talk recording card",
	.on = ROLE_CONTACT " " ROLE_LEAD " " ROLE_DEAL,
	.by_id = "SELECT id FROM call " BY_ID,
	.by_key = BY_KEY("call"),
	.insert = "INSERT INTO call(key, title, direction, outcome, status,"
		  " phone, line, seconds, talk, recording, card, owner, at,"
		  " created) VALUES(:key, :title, :direction, :outcome,"
		  " :status, :phone, :line, :seconds, :talk, :recording,"
		  " :card, :owner, :at, :now)" RETURNING,
	.update = "UPDATE call SET outcome = coalesce(:outcome, outcome),"
		  " status = coalesce(:status, status),"
		  " seconds = coalesce(:seconds, seconds),"
		  " talk = coalesce(:talk, talk),"
		  " recording = coalesce(:recording, recording),"
		  " card = coalesce(:card, card) " BY_ID RETURNING,
	.hang = HANG("call"),
    },
    {
	.role = ROLE_NOTE,
	.must = "",
	.may = "title text at",
	.on = ROLE_CONTACT " " ROLE_LEAD " " ROLE_DEAL " " ROLE_CALL,
	.by_key = BY_KEY("note"),
	.insert = "INSERT INTO note(key, title, text, at, created)"
		  " VALUES(:key, :title, :text, :at, :now)" RETURNING,
	.hang = HANG("note"),
    },
};

/* ---- finding them ---- */

const struct local_entity *
local_entity_at(size_t index)
{
	return index < sizeof(entities) / sizeof(entities[0]) ? &entities[index]
							      : NULL;
}

const struct local_entity *
local_entity(const char *role)
{
	const struct local_entity *x;

	for (size_t i = 0; (x = local_entity_at(i)); i++)
		if (strcmp(x->role, role) == 0)
			return x;
	return NULL;
}

const struct local_entity *
local_client_entity(const char *role)
{
	const struct local_entity *x = local_entity(role);

	return x && x->by_phone[0] ? x : NULL;
}

bool
local_is_id(const char *id)
{
	int64_t n;

	return id[0] != '0' && str_num(str_span(id), 1, INT64_MAX, &n);
}

json_t *
local_rows_new(struct local_crm *l, const char *sql, const json_t *args)
{
	json_t *rows = json_array();

	l->got = local_db_run(l->db, sql, args, rows);
	if (l->got == LOCAL_OK)
		return rows;
	json_decref(rows);
	return NULL;
}

json_t *
local_by_id_new(
    struct local_crm *l, const struct local_entity *x, const char *id)
{
	json_auto_t *args = json_pack("{s:s}", "id", id);

	return local_is_id(id) ? local_rows_new(l, x->by_id, args)
			       : json_array();
}

json_t *
local_failed_new(const struct local_crm *l)
{
	if (l->got == LOCAL_REFUSED)
		return local_error_new("INVALID", "%s", local_db_error(l->db));
	return NULL;
}
