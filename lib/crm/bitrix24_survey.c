/* SPDX-License-Identifier: MIT */
/*
 * What a portal is like: one batch, and one more for every ten pages of users
 * behind the first. A call of it may be refused: then that is left out and said
 * to be wrong. But who we are may any webhook ask: if that is refused, the
 * account can't be used, and there is no survey.
 */
#include "crm/bitrix24.h"

#include "base/str.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

enum {
	PROFILE,
	SCOPE,
	CLOCK,
	PIPELINES,
	FIELDS,
	USERS = FIELDS + 3,
	MODE,
	PARTS,
};

enum { PAGES = 10 /* of users in a batch */ };
enum { MODE_SIMPLE = 2 };

static const char *const roles[] = {ROLE_CONTACT, ROLE_LEAD, ROLE_DEAL};

enum { NAMES = 3 };

/* Rights of a webhook; a name of several will do, the first is shown. */
enum right { NONE, CRM, TASKS, STAFF, TELEPHONY, RIGHTS };

static const struct {
	const char *names[NAMES];
	const char *without; /* NULL: nothing goes */
	const char *uses;    /* as of what is wrong */
} rights[RIGHTS] = {
    [CRM] = {{"crm"}, NULL, NULL},
    [TASKS] = {{"task", "tasks"}, NULL, NULL},
    [STAFF] = {{"user_basic", "user_brief", "user"}, NULL, NULL},
    [TELEPHONY] = {{"telephony"},
	": calls become activities, and its statistics lack them", "call"},
};

/* What each call asks for, and the right that it needs. */
static const struct {
	const char *what;
	enum right right;
} parts[PARTS] = {
    [PROFILE] = {"who the webhook's owner is", NONE},
    [SCOPE] = {"the webhook's rights", NONE},
    [CLOCK] = {"its time", NONE},
    [PIPELINES] = {"the pipelines", CRM},
    [FIELDS] = {"the fields of a contact", CRM},
    [FIELDS + 1] = {"the fields of a lead", CRM},
    [FIELDS + 2] = {"the fields of a deal", CRM},
    [USERS] = {"the users", STAFF},
    [MODE] = {"whether it has leads", CRM},
};

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
	b24_also(t, B24_MODE, &q);
	b24_may_be_refused(t, true);
	return CRM_SEND;
}

/* The first page is there; of more, stage says how many batches have come. */
static enum crm_step
ask_more_users(struct crm_txn *t)
{
	size_t page = 1 + (size_t)(t->stage - 2) * PAGES;

	for (size_t i = 0; i < PAGES; i++) {
		struct buf q = {0};

		users_query(&q, (page + i) * B24_PAGE);
		if (i == 0)
			b24_ask(t, B24_USERS, &q);
		else
			b24_also(t, B24_USERS, &q);
	}
	return CRM_SEND;
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

static json_t *
user_new(const json_t *row, const char *id)
{
	json_t *user = json_pack("{s:s}", "id", id);

	put_name(user, row);
	json_put(user, "email", json_str(row, "EMAIL"));
	json_object_set_new(user, "phones", phones_new(row));
	json_object_set_new(user, "active",
	    json_boolean(!json_is_false(json_object_get(row, "ACTIVE"))));
	return user;
}

/* True if there may be more: a full page, and not one that was there before. */
static bool
take_users(struct crm_txn *t, size_t at)
{
	json_t *users = json_object_get(t->result, "users"), *row;
	json_t *rows = b24_rows(t, at, B24_USERS);
	bool any = false;
	char id[24];
	size_t i;

	if (rows && !users) {
		users = json_array();
		json_object_set_new(t->result, "users", users);
	}
	json_array_foreach (rows, i, row) {
		b24_id(json_object_get(row, "ID"), id);
		if (!id[0] || json_find(users, "id", id))
			continue;
		json_array_append_new(users, user_new(row, id));
		any = true;
	}
	return any && b24_is_cut(t, at, B24_USERS);
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

/* uses: as crm.h says, NULL if every matrix minds. */
static void
add_wrong(
    struct crm_txn *t, const char *uses, const char *mend, json_t *stolen_text)
{
	json_t *wrong = json_object_get(t->result, "wrong"), *x;

	if (!wrong) {
		wrong = json_array();
		json_object_set_new(t->result, "wrong", wrong);
	}
	x = json_pack("{s:o, s:s}", "text", stolen_text, "mend", mend);
	json_put(x, "uses", uses);
	json_array_append_new(wrong, x);
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

/* Unless the portal doesn't say. */
static bool
has_right(const struct crm_txn *t, enum right r)
{
	const json_t *scopes = b24_result(t, SCOPE);

	if (r == NONE || !json_is_array(scopes))
		return true;
	for (size_t i = 0; i < NAMES && rights[r].names[i]; i++)
		if (has_scope(scopes, rights[r].names[i]))
			return true;
	return false;
}

static void
judge_rights(struct crm_txn *t)
{
	for (enum right r = CRM; r < RIGHTS; r++) {
		const char *without = rights[r].without;

		if (has_right(t, r))
			continue;
		add_wrong(t, rights[r].uses,
		    "edit the webhook in Bitrix24 (Developer resources) and "
		    "tick it",
		    json_sprintf("the webhook lacks the right %s%s",
			rights[r].names[0], without ? without : ""));
	}
}

/* Of what needs a right that is missing, enough has been said. */
static void
judge_refusals(struct crm_txn *t)
{
	for (size_t i = 0; i < PARTS; i++) {
		const char *why = b24_refused(t, i, NULL);

		if (why && has_right(t, parts[i].right))
			add_wrong(t, NULL,
			    "see whether the webhook's owner may see it; make "
			    "the webhook as an administrator",
			    json_sprintf("the portal doesn't say %s: %s",
				parts[i].what, why));
	}
}

static void
judge_mode(struct crm_txn *t)
{
	if (b24_int(b24_result(t, MODE)) == MODE_SIMPLE)
		add_wrong(t, "create lead",
		    "write `create deal` into the matrix, or switch leads on "
		    "in the settings of the CRM",
		    json_string("the CRM is in its simple mode: a lead that "
				"is made becomes a deal at once"));
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
		add_wrong(t, NULL, mend,
		    json_string("the webhook's owner isn't active"));
		return;
	}
	user = json_pack("{s:s}", "id", id);
	put_name(user, profile);
	json_object_set_new(t->result, "user", user);
	json_put(t->result, "zone", json_str(profile, "TIME_ZONE"));
	if (json_is_false(json_object_get(profile, "ADMIN")))
		add_wrong(t, NULL, mend,
		    json_string("the webhook's owner is no administrator: a "
				"client whom he may not see is taken for new"));
}

static void
take(struct crm_txn *t)
{
	json_decref(t->result);
	t->result = json_object();
	take_profile(t);
	judge_rights(t);
	judge_refusals(t);
	judge_mode(t);
	json_put(t->result, "clock", json_string_value(b24_result(t, CLOCK)));
	take_pipelines(t);
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		take_fields(t, i);
}

enum crm_step
b24_survey(struct crm_txn *t)
{
	bool more = false;

	switch (t->stage++) {
	case 0:
		return ask(t);
	case 1:
		if (b24_refused(t, PROFILE, NULL)) {
			crm_verdict(t, CRM_AGAIN, CRM_ACCOUNT, "%s",
			    b24_refused(t, PROFILE, NULL));
			return CRM_DONE;
		}
		take(t);
		more = take_users(t, USERS);
		break;
	default:
		for (size_t i = 0; i < PAGES; i++)
			more = take_users(t, i);
	}
	return more ? ask_more_users(t) : CRM_DONE;
}
