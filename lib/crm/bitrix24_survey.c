/* SPDX-License-Identifier: MIT */
/*
 * What a portal is like: one batch, and one more for every fifty users beyond
 * the first fifty. A call of it may be refused: then that is left out, since a
 * right that is missing is what is to be said.
 */
#include "crm/bitrix24.h"

#include "base/str.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

enum { PROFILE, SCOPE, CLOCK, PIPELINES, FIELDS, USERS = FIELDS + 3 };
enum { PAGES_MAX = 100 };

static const char *const roles[] = {ROLE_CONTACT, ROLE_LEAD, ROLE_DEAL};

/* ---- asking ---- */

/* Dismissed users are listed, too. */
static void
users_query(struct buf *q, size_t from)
{
	char start[24];

	snprintf(start, sizeof(start), "%zu", from);
	b24_put(q, "FILTER[USER_TYPE]", "employee");
	b24_put(q, "sort", "ID");
	b24_put(q, "order", "ASC");
	b24_put(q, "start", start);
}

static void
put_type(struct buf *q, const char *role)
{
	char type[24];

	snprintf(type, sizeof(type), "%d", b24_type(role));
	b24_put(q, "entityTypeId", type);
}

static enum crm_step
ask(struct crm_txn *t)
{
	struct buf q = {0};

	b24_ask(t, B24_PROFILE, &q);
	b24_also(t, B24_SCOPE, &q);
	b24_also(t, B24_TIME, &q);
	put_type(&q, ROLE_DEAL);
	b24_also(t, B24_CATEGORIES, &q);
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++) {
		put_type(&q, roles[i]);
		b24_put(&q, "useOriginalUfNames", "Y");
		b24_also(t, B24_ITEM_FIELDS, &q);
	}
	users_query(&q, 0);
	b24_also(t, B24_USERS, &q);
	b24_may_be_refused(t, true);
	return CRM_SEND;
}

static enum crm_step
ask_more_users(struct crm_txn *t)
{
	struct buf q = {0};

	users_query(&q, (size_t)(t->stage - 1) * B24_PAGE);
	return b24_ask(t, B24_USERS, &q);
}

/* ---- what came ---- */

static void
put_name(json_t *into, const json_t *row)
{
	const char *first = json_str(row, "NAME"),
		   *last = json_str(row, "LAST_NAME");
	struct buf name = {0};

	buf_fmt(&name, "%s%s%s", first ? first : "",
	    first && first[0] && last && last[0] ? " " : "", last ? last : "");
	json_put(into, "name", buf_cstr(&name));
	buf_free(&name);
}

static json_t *
phones_new(const json_t *row)
{
	static const char *const from[] = {
	    "WORK_PHONE", "PERSONAL_MOBILE", "PERSONAL_PHONE"};
	json_t *phones = json_array();

	for (size_t i = 0; i < sizeof(from) / sizeof(*from); i++) {
		const char *phone = json_str(row, from[i]);

		if (phone && phone[0])
			json_array_append_new(phones, json_string(phone));
	}
	return phones;
}

static void
take_users(struct crm_txn *t, size_t at)
{
	json_t *users = json_object_get(t->result, "users"), *row, *user;
	json_t *rows = b24_rows(t, at, B24_USERS);
	char id[24];
	size_t i;

	if (rows && !users) {
		users = json_array();
		json_object_set_new(t->result, "users", users);
	}
	json_array_foreach (rows, i, row) {
		user = json_pack(
		    "{s:s}", "id", b24_id(json_object_get(row, "ID"), id));
		put_name(user, row);
		json_put(user, "email", json_str(row, "EMAIL"));
		json_object_set_new(user, "phones", phones_new(row));
		json_object_set_new(user, "active",
		    json_boolean(
			!json_is_false(json_object_get(row, "ACTIVE"))));
		json_array_append_new(users, user);
	}
}

static void
take_pipelines(struct crm_txn *t)
{
	json_t *rows = b24_rows(t, PIPELINES, B24_CATEGORIES), *row, *list;
	size_t i;

	if (!rows)
		return;
	list = json_array();
	json_array_foreach (rows, i, row)
		json_array_append_new(
		    list, json_pack("{s:o, s:O*}", "id",
			      json_sprintf("%" JSON_INTEGER_FORMAT,
				  b24_int(json_object_get(row, "id"))),
			      "name", json_object_get(row, "name")));
	json_object_set_new(t->result, "pipelines", list);
}

static json_t *
type_new(const json_t *field)
{
	const char *type = json_str(field, "type");

	if (json_is_true(json_object_get(field, "isMultiple")))
		return json_sprintf("%s, several values", type ? type : "any");
	if (type && strcmp(type, "string") == 0)
		type = "text";
	return type ? json_string(type) : NULL;
}

static void
take_fields(struct crm_txn *t, size_t which)
{
	json_t *from = json_object_get(b24_result(t, FIELDS + which), "fields");
	json_t *all = json_object_get(t->result, "fields"), *list, *field;
	const char *key;

	if (!json_is_object(from))
		return;
	if (!all) {
		all = json_object();
		json_object_set_new(t->result, "fields", all);
	}
	list = json_array();
	json_object_foreach (from, key, field) {
		const char *name = json_str(field, "upperName");

		if (json_is_true(json_object_get(field, "isDynamic")))
			json_array_append_new(
			    list, json_pack("{s:s, s:s*, s:o*}", "name",
				      name ? name : key, "title",
				      json_str(field, "title"), "type",
				      type_new(field)));
	}
	json_object_set_new(all, roles[which], list);
}

/* ---- what is wrong ---- */

static void
add_wrong(struct crm_txn *t, const char *mend, json_t *stolen_text)
{
	json_t *wrong = json_object_get(t->result, "wrong");

	if (!wrong) {
		wrong = json_array();
		json_object_set_new(t->result, "wrong", wrong);
	}
	json_array_append_new(
	    wrong, json_pack("{s:o, s:s}", "text", stolen_text, "mend", mend));
}

static bool
has_scope(const json_t *scopes, const char *scope)
{
	json_t *x;
	size_t i;

	json_array_foreach (scopes, i, x)
		if (json_is_string(x) &&
		    str_ieq(str_span(json_string_value(x)), scope))
			return true;
	return false;
}

static void
need_scope(struct crm_txn *t, const char *scope)
{
	add_wrong(t,
	    "edit the webhook in Bitrix24 (Developer resources) and tick it",
	    json_sprintf("the webhook lacks the right %s", scope));
}

/* Telephony isn't needed: without it a call becomes an activity. */
static void
judge_scopes(struct crm_txn *t)
{
	const json_t *scopes = b24_result(t, SCOPE);

	if (!json_is_array(scopes))
		return;
	if (!has_scope(scopes, "crm"))
		need_scope(t, "crm");
	if (!has_scope(scopes, "task") && !has_scope(scopes, "tasks"))
		need_scope(t, "task");
	if (!has_scope(scopes, "user") && !has_scope(scopes, "user_basic") &&
	    !has_scope(scopes, "user_brief"))
		need_scope(t, "user_basic");
}

/* It is empty when the owner has been dismissed. */
static void
take_profile(struct crm_txn *t)
{
	static const char mend[] =
	    "make the webhook as an active administrator of the portal";
	const json_t *profile = b24_result(t, PROFILE);
	char id[24];
	json_t *user;

	if (!profile)
		return;
	if (!b24_id(json_object_get(profile, "ID"), id)[0]) {
		add_wrong(
		    t, mend, json_string("the webhook's owner isn't active"));
		return;
	}
	user = json_pack("{s:s}", "id", id);
	put_name(user, profile);
	json_object_set_new(t->result, "user", user);
	if (json_is_false(json_object_get(profile, "ADMIN")))
		add_wrong(t, mend,
		    json_string("the webhook's owner is no administrator: a "
				"client whom he may not see is taken for new"));
}

static void
take(struct crm_txn *t)
{
	json_decref(t->result);
	t->result = json_object();
	take_profile(t);
	judge_scopes(t);
	json_put(t->result, "clock", json_string_value(b24_result(t, CLOCK)));
	take_pipelines(t);
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		take_fields(t, i);
	take_users(t, USERS);
}

enum crm_step
b24_survey(struct crm_txn *t)
{
	size_t at = t->stage == 1 ? USERS : 0;

	if (t->stage++ == 0)
		return ask(t);
	if (t->stage == 2)
		take(t);
	else
		take_users(t, at);
	if (!b24_is_cut(t, at, B24_USERS) || t->stage > PAGES_MAX)
		return CRM_DONE;
	return ask_more_users(t);
}
