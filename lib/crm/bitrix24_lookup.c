/* SPDX-License-Identifier: MIT */
/*
 * What Bitrix24 knows of a client, in three rounds that clients share: who has
 * the number; their cards, with those that we know by id; what is open and
 * hangs on his contacts.
 *
 * Phones: the portal compares whole numbers, and doesn't mind how they are
 * written, so it is asked for the forms that the match rule would take, and
 * what it finds is measured by that rule once more. What is known by id counts
 * whatever its number.
 */
#include "crm/bitrix24.h"

#include "base/clock.h"
#include "base/str.h"
#include "call/project.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

enum { BEGIN, SEARCHED, SEARCHED_CONTACTS, CARDS, LINKED, ALONE };
enum { TYPE_FULL = 20 /* so many of one type hide the types behind it */ };

static const struct card {
	const char *role, *known, *type, *title, *semantic;
	enum b24_method method;
	const char *select[10];
} cards[] = {
    {ROLE_LEAD, "known lead", "LEAD", "TITLE", "STATUS_SEMANTIC_ID", B24_LEADS,
	{"ID", "TITLE", "STATUS_SEMANTIC_ID", "ASSIGNED_BY_ID", "CONTACT_ID",
	    "DATE_CREATE", "PHONE"}},
    {ROLE_CONTACT, "known contact", "CONTACT", "NAME", NULL, B24_CONTACTS,
	{"ID", "NAME", "LAST_NAME", "ASSIGNED_BY_ID", "DATE_CREATE", "PHONE"}},
    {ROLE_DEAL, "known deal", "DEAL", "TITLE", "STAGE_SEMANTIC_ID", B24_DEALS,
	{"ID", "TITLE", "STAGE_SEMANTIC_ID", "ASSIGNED_BY_ID", "CONTACT_ID",
	    "DATE_CREATE"}},
};

enum { LEAD, CONTACT, DEAL, CARDS_N };

/* ---- the number ---- */

static void
add_value(json_t *values, const char *head, const char *digits, size_t last)
{
	size_t n = strlen(digits), i;
	json_t *v, *old;

	if (last && n <= last)
		return;
	v = json_sprintf("%s%s", head, last ? digits + n - last : digits);
	json_array_foreach (values, i, old)
		if (json_equal(old, v)) {
			json_decref(v);
			return;
		}
	json_array_append_new(values, v);
}

/* In the forms that people write it in, as far as the rule takes them. */
static json_t *
values_new(enum phone_match match, const char *phone)
{
	json_t *values = json_pack("[s]", phone);
	char digits[PHONE_MAX];

	phone_digits(str_span(phone), PHONE_MAX - 1, digits);
	if (match == PHONE_EXACT)
		return values;
	add_value(values, "", digits, 0);
	if (match == PHONE_INTERNATIONAL)
		return values;
	add_value(values, "", digits, 10);
	add_value(values, "8", digits, 10);
	add_value(values, "0", digits, 9);
	add_value(values, "", digits, 9);
	return values;
}

static enum crm_step
search(const struct crm *c, struct crm_txn *t, const char *type, int stage)
{
	json_auto_t *values =
	    values_new(c->project->match, json_str(t->spec, "phone"));
	struct buf q = {0};
	char key[32];
	json_t *v;
	size_t i;

	b24_put(&q, "type", "PHONE");
	b24_put(&q, "entity_type", type);
	json_array_foreach (values, i, v) {
		snprintf(key, sizeof(key), "values[%zu]", i);
		b24_put(&q, key, json_string_value(v));
	}
	t->stage = stage;
	return b24_ask(t, B24_DUPLICATE, &q);
}

/* Has the row a number that the rule takes for this one? */
static bool
has_phone(const struct crm *c, const struct crm_txn *t, const json_t *row)
{
	struct span phone = str_span(json_str(t->spec, "phone"));
	json_t *phones = json_object_get(row, "PHONE"), *x;
	size_t i;

	json_array_foreach (phones, i, x) {
		const char *value = json_str(x, "VALUE");

		if (value &&
		    phone_same(c->project->match, phone, str_span(value)))
			return true;
	}
	/* Found by its number, and we aren't shown it. */
	return json_array_size(phones) == 0;
}

/* ---- ids ---- */

/* The first are kept where there are too many for one list. */
static void
add_id(json_t *ids, const char *id)
{
	json_t *x;
	size_t i;

	json_array_foreach (ids, i, x)
		if (strcmp(json_string_value(x), id) == 0)
			return;
	if (id[0] && json_array_size(ids) < B24_IDS)
		json_array_append_new(ids, json_string(id));
}

static json_t *
ids_in(struct crm_txn *t, const char *name)
{
	json_t *ids = json_object_get(t->scratch, name);

	if (!ids) {
		ids = json_array();
		json_object_set_new(t->scratch, name, ids);
	}
	return ids;
}

static bool
has(const json_t *ids, const char *id)
{
	json_t *x;
	size_t i;

	json_array_foreach (ids, i, x)
		if (strcmp(json_string_value(x), id) == 0)
			return true;
	return false;
}

/* Those that are known go first, then the youngest of what was found. */
static void
keep_found(struct crm_txn *t, const struct card *k)
{
	json_t *found = json_object_get(b24_result(t, 0), k->type);
	char id[24];

	for (size_t i = json_array_size(found); i-- > 0;)
		add_id(
		    ids_in(t, k->role), b24_id(json_array_get(found, i), id));
}

static void
keep_known(struct crm_txn *t)
{
	json_t *ref;
	size_t i;

	json_array_foreach (json_object_get(t->spec, "known"), i, ref) {
		json_t *id = json_object_get(ref, "id");
		char text[24];

		for (size_t k = 0; k < CARDS_N; k++) {
			if (strcmp(cards[k].role, json_str(ref, "role")) != 0)
				continue;
			add_id(ids_in(t, cards[k].role), b24_id(id, text));
			add_id(ids_in(t, cards[k].known), text);
		}
	}
}

/* ---- rows ---- */

static void
put_time(json_t *out, const char *text)
{
	bool zoned;
	int64_t ms;

	if (text && clock_parse(str_span(text), &ms, &zoned))
		json_object_set_new(out, "at", json_integer(ms));
}

static void
put_name(json_t *out, const struct card *k, const json_t *row)
{
	const char *first = json_str(row, k->title),
		   *last = json_str(row, "LAST_NAME");
	struct buf name = {0};

	buf_fmt(&name, "%s%s%s", first ? first : "",
	    first && first[0] && last && last[0] ? " " : "", last ? last : "");
	json_put(out, "name", buf_cstr(&name));
	buf_free(&name);
}

static void
add_row(const struct crm *c, struct crm_txn *t, const struct card *k,
    const json_t *row)
{
	json_t *out, *old;
	struct buf url = {0};
	char id[24], owner[24];
	size_t i;

	b24_id(json_object_get(row, "ID"), id);
	json_array_foreach (t->result, i, old)
		if (strcmp(json_str(old, "role"), k->role) == 0 &&
		    strcmp(json_str(old, "id"), id) == 0)
			return;
	out = json_pack("{s:s, s:s}", "role", k->role, "id", id);
	json_put(out, "owner",
	    b24_id(json_object_get(row, "ASSIGNED_BY_ID"), owner));
	if (k->semantic) {
		const char *is = json_str(row, k->semantic);

		json_object_set_new(
		    out, "open", json_boolean(is && strcmp(is, "P") == 0));
	}
	put_time(out, json_str(row, "DATE_CREATE"));
	put_name(out, k, row);
	c->driver->url(c, k->role, id, &url);
	json_put(out, "url", buf_cstr(&url));
	buf_free(&url);
	json_array_append_new(t->result, out);
}

/* ---- lists ---- */

static void
list_query(const struct card *k, bool open, struct buf *q)
{
	char key[48];

	if (open) {
		snprintf(key, sizeof(key), "filter[%s]", k->semantic);
		b24_put(q, key, "P");
	}
	for (size_t i = 0; k->select[i]; i++) {
		snprintf(key, sizeof(key), "select[%zu]", i);
		b24_put(q, key, k->select[i]);
	}
	b24_put(q, "order[ID]", "DESC");
	b24_put(q, "start", "-1");
}

/* One call more, or the command's first. */
static void
add_call(struct crm_txn *t, enum b24_method m, struct buf *q, bool *any)
{
	if (*any)
		b24_also(t, m, q);
	else
		b24_ask(t, m, q);
	*any = true;
}

static enum crm_step
read_cards(struct crm_txn *t)
{
	bool any = false;

	t->stage = CARDS;
	for (size_t k = 0; k < CARDS_N; k++) {
		json_t *ids = json_object_get(t->scratch, cards[k].role);
		struct buf q = {0};

		if (json_array_size(ids) == 0)
			continue;
		list_query(&cards[k], false, &q);
		add_call(t, cards[k].method, &q, &any);
		b24_by_ids(t, "filter[@ID]", json_incref(ids), false);
	}
	return any ? CRM_SEND : CRM_DONE;
}

/* Open leads and deals of the contacts; those read by id are there already. */
static enum crm_step
read_linked(struct crm_txn *t, bool alone)
{
	static const size_t kinds[] = {LEAD, DEAL};
	json_t *ids = json_object_get(t->scratch, "contacts");
	bool any = false;

	if (json_array_size(ids) == 0)
		return CRM_DONE;
	t->stage = alone ? ALONE : LINKED;
	for (size_t i = 0; i < 2; i++) {
		const struct card *k = &cards[kinds[i]];
		struct buf q = {0};

		list_query(k, true, &q);
		add_call(t, k->method, &q, &any);
		b24_by_ids(t, "filter[@CONTACT_ID]", json_incref(ids), alone);
	}
	return CRM_SEND;
}

/* Rows of others may be among them. */
static void
take_cards(const struct crm *c, struct crm_txn *t)
{
	size_t at = 0, i;
	json_t *row;

	for (size_t k = 0; k < CARDS_N; k++) {
		json_t *ids = json_object_get(t->scratch, cards[k].role);
		json_t *known = json_object_get(t->scratch, cards[k].known);
		char id[24];

		if (json_array_size(ids) == 0)
			continue;
		json_array_foreach (b24_rows(t, at, cards[k].method), i, row) {
			b24_id(json_object_get(row, "ID"), id);
			if (!has(ids, id) ||
			    (!has(known, id) && !has_phone(c, t, row)))
				continue;
			add_row(c, t, &cards[k], row);
			if (k == CONTACT)
				add_id(ids_in(t, "contacts"), id);
		}
		at++;
	}
}

/* False: a list that others share is full, and may lack some of ours. */
static bool
take_linked(const struct crm *c, struct crm_txn *t)
{
	static const size_t kinds[] = {LEAD, DEAL};
	json_t *contacts = json_object_get(t->scratch, "contacts"), *row;
	size_t k, i;

	for (i = 0; i < 2; i++)
		if (b24_is_shared(t, i) &&
		    b24_is_cut(t, i, cards[kinds[i]].method))
			return false;
	for (k = 0; k < 2; k++) {
		const struct card *card = &cards[kinds[k]];
		char id[24];

		json_array_foreach (b24_rows(t, k, card->method), i, row)
			if (has(contacts,
				b24_id(json_object_get(row, "CONTACT_ID"), id)))
				add_row(c, t, card, row);
	}
	return true;
}

/* ---- steps ---- */

static enum crm_step
begin(const struct crm *c, struct crm_txn *t)
{
	const char *phone = json_str(t->spec, "phone");

	json_decref(t->result);
	json_decref(t->scratch);
	t->result = json_array();
	t->scratch = json_object();
	keep_known(t);
	if (phone && phone[0])
		return search(c, t, NULL, SEARCHED);
	return read_cards(t);
}

static enum crm_step
searched(const struct crm *c, struct crm_txn *t)
{
	const json_t *leads =
	    json_object_get(b24_result(t, 0), cards[LEAD].type);

	keep_found(t, &cards[CONTACT]);
	if (t->stage == SEARCHED) {
		keep_found(t, &cards[LEAD]);
		if (json_array_size(leads) >= TYPE_FULL)
			return search(
			    c, t, cards[CONTACT].type, SEARCHED_CONTACTS);
	}
	return read_cards(t);
}

enum crm_step
b24_lookup(const struct crm *c, struct crm_txn *t)
{
	switch (t->stage) {
	case BEGIN:
		return begin(c, t);
	case SEARCHED:
	case SEARCHED_CONTACTS:
		return searched(c, t);
	case CARDS:
		take_cards(c, t);
		return read_linked(t, false);
	case LINKED:
		if (!take_linked(c, t))
			return read_linked(t, true);
		return CRM_DONE;
	default:
		take_linked(c, t);
		return CRM_DONE;
	}
}
