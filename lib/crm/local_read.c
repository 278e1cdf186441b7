/* SPDX-License-Identifier: MIT */
/* The local CRM's commands that change nothing. */
#include "crm/local_cmd.h"

#include "base/clock.h"
#include "call/phone.h"
#include "crm/local_check.h"
#include "io/jsonx.h"

/* Rows younger than the index lag aren't found by searches. */
static json_t *
seen_new(const struct local_crm *l)
{
	return json_integer(l->lag_ms ? clock_now() - l->lag_ms : INT64_MAX);
}

/* The phone as the rule's column has it. */
static void
set_phone(json_t *args, enum phone_match match, const char *phone)
{
	struct buf digits = {0};
	size_t from = 0;

	if (match == PHONE_EXACT) {
		json_object_set_new(args, "phone", json_string(phone));
		return;
	}
	for (const char *p = phone; *p; p++)
		if (!strchr("+- ().", *p))
			buf_chr(&digits, *p);
	if (match == PHONE_LAST9 && digits.len > 9)
		from = digits.len - 9;
	json_object_set_new(
	    args, "phone", json_string(buf_cstr(&digits) + from));
	buf_free(&digits);
}

static bool
has_entity(json_t *found, const char *role, const char *id)
{
	json_t *x;
	size_t i;

	json_array_foreach (found, i, x)
		if (strcmp(json_str(x, "role"), role) == 0 &&
		    strcmp(json_str(x, "id"), id) == 0)
			return true;
	return false;
}

/* NULL, or the error or failure in *wrong. */
static json_t *
search_new(struct local_crm *l, json_t *cmd, json_t **wrong)
{
	const char *phone = json_str(cmd, "phone"),
		   *word = json_str(cmd, "match");
	json_auto_t *args = json_pack("{s:o}", "seen", seen_new(l));
	json_t *found = json_array();
	const struct local_entity *x;
	enum phone_match match;

	if (!phone && !word)
		return found;
	if (!phone || !word || !phone_match_word(word, &match)) {
		*wrong = local_error_new(
		    "INVALID", "phone and match international, last9 or exact");
		json_decref(found);
		return NULL;
	}
	set_phone(args, match, phone);
	for (size_t i = 0; (x = local_entity_at(i)); i++) {
		const char *sql = x->by_phone[match];
		json_auto_t *rows = NULL;

		if (!sql)
			continue;
		if (!(rows = local_rows_new(l, sql, args))) {
			*wrong = local_failed_new(l);
			json_decref(found);
			return NULL;
		}
		json_array_extend(found, rows);
	}
	return found;
}

json_t *
local_lookup_new(struct local_crm *l, json_t *cmd)
{
	json_t *wrong = NULL, *ref;
	json_auto_t *found = search_new(l, cmd, &wrong);
	size_t i;

	if (!found)
		return wrong;
	json_array_foreach (json_object_get(cmd, "known"), i, ref) {
		const char *role = json_str(ref, "role"),
			   *id = json_str(ref, "id");
		const struct local_entity *x = local_client_entity(role);
		json_auto_t *rows = NULL;

		if (!x)
			return local_error_new(
			    "INVALID", "no entity: %.60s", role);
		if (has_entity(found, role, id))
			continue;
		if (!(rows = local_by_id_new(l, x, id)))
			return local_failed_new(l);
		json_array_extend(found, rows);
	}
	return local_ok_new(json_pack("{s:O}", "entities", found));
}

json_t *
local_find_new(struct local_crm *l, json_t *cmd)
{
	const struct local_entity *x = local_entity(json_str(cmd, "entity"));
	json_auto_t *args = json_pack("{s:O, s:o}", "key",
	    json_object_get(cmd, "key"), "seen", seen_new(l));
	json_t *rows;

	if (!x)
		return local_error_new(
		    "INVALID", "no entity: %.60s", json_str(cmd, "entity"));
	if (!(rows = local_rows_new(l, x->by_key, args)))
		return local_failed_new(l);
	return local_ok_new(json_pack("{s:o}", "found", rows));
}

/* ---- survey ---- */

/* Of the youngest 10,000; several types of one name are all said. */
#define FIELDS(table)                                                    \
	"SELECT f.key AS name, group_concat(DISTINCT CASE"               \
	" WHEN f.type IN ('true', 'false') THEN 'boolean'"               \
	" ELSE f.type END) AS type"                                      \
	" FROM (SELECT fields FROM " table " ORDER BY id DESC"           \
	" LIMIT 10000) AS x, json_each("                                 \
	"CASE WHEN json_valid(x.fields) THEN x.fields ELSE '{}' END) AS" \
	" f GROUP BY f.key ORDER BY f.key"

/* Adds the rows of sql as a member; false if the tables failed. */
static bool
survey_rows(
    struct local_crm *l, json_t *into, const char *member, const char *sql)
{
	json_t *rows = local_rows_new(l, sql, NULL);

	return rows && json_object_set_new(into, member, rows) == 0;
}

json_t *
local_survey_new(struct local_crm *l, json_t *cmd)
{
	json_auto_t *said = json_object(), *fields = json_object();

	(void)cmd;
	if (!survey_rows(l, said, "users",
		"SELECT id, name, email, active FROM user"
		" ORDER BY CAST(id AS INTEGER), id") ||
	    !survey_rows(l, said, "pipelines",
		"SELECT name FROM pipeline ORDER BY rowid") ||
	    !survey_rows(l, fields, "contact", FIELDS("contact")) ||
	    !survey_rows(l, fields, "lead", FIELDS("lead")) ||
	    !survey_rows(l, fields, "deal", FIELDS("deal")))
		return local_failed_new(l);
	json_object_set(said, "fields", fields);
	return local_ok_new(json_incref(said));
}
