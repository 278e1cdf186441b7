/* SPDX-License-Identifier: MIT */
/* Who has this number? */
#include "methods.h"

#include "base/xalloc.h"

#include <strings.h>

enum { VALUES_MAX = 20, MANY = 20 };

static bool
too_young(const struct b24 *b, enum b24_kind k, int64_t id)
{
	const struct b24_table *t = &b->t[k];

	return b->sim->lag_ms &&
	       t->row[id - t->first].at > sim_now(b->sim) - b->sim->lag_ms;
}

static bool
has(const json_t *row, const char *type, const char *key)
{
	json_t *x;
	size_t i;

	json_array_foreach (json_object_get(row, type), i, x)
		if (strcasecmp(b24_word(x, "KEY"), key) == 0)
			return true;
	return false;
}

static void
add_id(json_t *ids, int64_t id)
{
	json_t *x;
	size_t i;

	json_array_foreach (ids, i, x)
		if (json_integer_value(x) == id)
			return;
	json_array_append_new(ids, json_integer(id));
}

/* Those of a kind who have the number or the address. */
static void
find(struct b24 *b, enum b24_kind k, const char *type, const char *value,
    json_t *ids)
{
	const struct b24_table *t = &b->t[k];
	bool phone = strcmp(type, "PHONE") == 0;
	const struct b24_ids *some;
	struct b24_ids all = {0};
	struct buf key = {0};

	if (phone) {
		b24_phone(b, value, &key);
		some = b24_indexed(t, "PHONE", buf_cstr(&key));
	} else { /* seldom enough to look at everybody */
		buf_str(&key, value);
		all.v = xcalloc(t->n + 1, sizeof(*all.v));
		for (size_t i = 0; i < t->n; i++)
			all.v[all.n++] = t->first + (int64_t)i;
		some = &all;
	}
	for (size_t i = 0; i < some->n; i++) {
		const json_t *row = b24_row(t, some->v[i]);

		if (row && b24_sees(b, k, row) &&
		    has(row, type, buf_cstr(&key)) &&
		    !too_young(b, k, some->v[i]))
			add_id(ids, some->v[i]);
	}
	free(all.v);
	buf_free(&key);
}

static void
check(struct b24_call *c, const char *type, const json_t *values)
{
	if (!type[0])
		b24_fail(c, 400, "Communication type is not defined", "%s",
		    "Communication type is not defined");
	else if (strcmp(type, "PHONE") != 0 && strcmp(type, "EMAIL") != 0) {
		char text[160];

		snprintf(text, sizeof(text),
		    "Communication type '%.40s' is not supported in current "
		    "context",
		    type);
		b24_fail(c, 400, text, "%s", text);
	} else if (!json_is_array(values) || !json_array_size(values)) {
		b24_fail(c, 400, "Communication values is not defined", "%s",
		    "Communication values is not defined");
	}
}

void
m_findbycomm(struct b24_call *c)
{
	/* The vendor's order; many of one kind hide those behind it. */
	static const enum b24_kind order[] = {
	    B24_LEAD, B24_CONTACT, B24_COMPANY};
	const json_t *values = b24_arg(c, "values");
	char type[20], only[20], value[256];
	json_t *x;
	size_t i;

	b24_str(b24_arg(c, "type"), type, sizeof(type));
	b24_str(b24_arg(c, "entity_type"), only, sizeof(only));
	check(c, type, values);
	if (c->failed)
		return;
	c->result = json_object();
	for (size_t o = 0; o < 3; o++) {
		const char *name = b24_entity[order[o]].upper;
		json_t *ids = json_array();

		json_array_foreach (values, i, x)
			if (i < VALUES_MAX &&
			    (!only[0] || strcmp(only, name) == 0))
				find(c->b, order[o], type,
				    b24_str(x, value, sizeof(value)), ids);
		if (json_array_size(ids) >= MANY)
			o = 3;
		if (json_array_size(ids))
			json_object_set(c->result, name, ids);
		json_decref(ids);
	}
	if (!json_object_size(c->result)) {
		json_decref(c->result);
		c->result = json_array();
	}
}

static json_t *
person_new(const struct b24 *b, int64_t id)
{
	const json_t *u = b24_user(b, id);
	const json_t *inner = json_object_get(u, "UF_PHONE_INNER");

	return json_pack("{s:o, s:s, s:O?, s:n, s:n, s:n}", "ID",
	    json_sprintf("%lld", (long long)id), "TIMEMAN_STATUS", "OPENED",
	    "USER_PHONE_INNER", inner, "WORK_PHONE", "PERSONAL_PHONE",
	    "PERSONAL_MOBILE");
}

void
m_search_entities(struct b24_call *c)
{
	static const enum b24_kind order[] = {
	    B24_CONTACT, B24_LEAD, B24_COMPANY};
	char phone[64];
	json_t *x;
	size_t i;

	b24_str(b24_arg(c, "PHONE_NUMBER"), phone, sizeof(phone));
	if (!phone[0]) {
		b24_fail(c, 400, "ERROR_CORE", "PHONE_NUMBER is empty");
		return;
	}
	c->result = json_array();
	for (size_t o = 0; o < 3; o++) {
		json_t *ids = json_array();

		find(c->b, order[o], "PHONE", phone, ids);
		json_array_foreach (ids, i, x) {
			const json_t *row =
			    b24_row(&c->b->t[order[o]], json_integer_value(x));
			int64_t owner = b24_num(row, "ASSIGNED_BY_ID");

			json_array_append_new(c->result,
			    json_pack("{s:s, s:O, s:I, s:s, s:o}",
				"CRM_ENTITY_TYPE", b24_entity[order[o]].upper,
				"CRM_ENTITY_ID", x, "ASSIGNED_BY_ID",
				(json_int_t)owner, "NAME",
				b24_word(row, "NAME"), "ASSIGNED_BY",
				person_new(c->b, owner)));
		}
		json_decref(ids);
	}
}
