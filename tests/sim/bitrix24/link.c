/* SPDX-License-Identifier: MIT */
/* Contacts of deals and leads: crm.deal.contact.*, crm.lead.contact.* */
#include "methods.h"

static json_t *
row_of(struct b24_call *c, enum b24_kind *k)
{
	json_t *row;

	*k = strncmp(c->method, "crm.deal", 8) == 0 ? B24_DEAL : B24_LEAD;
	row = b24_row(&c->b->t[*k], b24_arg_id(c, "id"));
	if (!row)
		b24_fail(c, 400, "", "Not found.");
	else if (!b24_sees(c->b, *k, row))
		b24_fail(c, 400, "", "Access denied.");
	return c->failed ? NULL : row;
}

static json_t *
ids_of(json_t *row)
{
	json_t *ids = json_object_get(row, "CONTACT_IDS");

	if (!ids) {
		ids = json_array();
		json_object_set_new(row, "CONTACT_IDS", ids);
	}
	return ids;
}

static ssize_t
place(const json_t *ids, int64_t id)
{
	json_t *x;
	size_t i;

	json_array_foreach (ids, i, x)
		if (json_integer_value(x) == id)
			return (ssize_t)i;
	return -1;
}

static void
changed(struct b24_call *c, enum b24_kind k, json_t *row)
{
	json_object_set_new(row, "CONTACT_ID",
	    json_integer(json_integer_value(json_array_get(ids_of(row), 0))));
	b24_stamp(c->b, row, false);
	b24_reindex(&c->b->t[k], b24_num(row, "ID"));
}

void
m_link_add(struct b24_call *c)
{
	enum b24_kind k;
	json_t *row = row_of(c, &k), *ids;
	const json_t *fields = b24_arg(c, "fields");
	int64_t id = 0;

	if (!row)
		return;
	if (!b24_int(b24_in(fields, "CONTACT_ID"), &id) || id <= 0) {
		b24_fail(c, 400, "", "The parameter 'fields' is not valid.");
		return;
	}
	if (!b24_row(&c->b->t[B24_CONTACT], id)) {
		b24_fail(c, 400, "", "Not found.");
		return;
	}
	ids = ids_of(row);
	if (place(ids, id) >= 0) {
		c->result = json_false();
		return;
	}
	if (b24_true(b24_in(fields, "IS_PRIMARY")))
		json_array_insert_new(ids, 0, json_integer(id));
	else
		json_array_append_new(ids, json_integer(id));
	changed(c, k, row);
	c->result = json_true();
}

void
m_link_delete(struct b24_call *c)
{
	enum b24_kind k;
	json_t *row = row_of(c, &k);
	ssize_t at;
	int64_t id = 0;

	if (!row)
		return;
	b24_int(b24_in(b24_arg(c, "fields"), "CONTACT_ID"), &id);
	at = place(ids_of(row), id);
	if (at >= 0) {
		json_array_remove(ids_of(row), (size_t)at);
		changed(c, k, row);
	}
	c->result = json_boolean(at >= 0);
}

void
m_link_get(struct b24_call *c)
{
	enum b24_kind k;
	json_t *row = row_of(c, &k), *x;
	size_t i;

	if (!row)
		return;
	c->result = json_array();
	json_array_foreach (ids_of(row), i, x)
		json_array_append_new(c->result,
		    json_pack("{s:I, s:I, s:i, s:s}", "CONTACT_ID",
			json_integer_value(x), "SORT", (json_int_t)(i + 1) * 10,
			"ROLE_ID", 0, "IS_PRIMARY", i ? "N" : "Y"));
}

void
m_link_set(struct b24_call *c)
{
	enum b24_kind k;
	json_t *row = row_of(c, &k), *ids, *x;
	const json_t *items = b24_arg(c, "items");
	size_t i;
	int64_t id;

	if (!row)
		return;
	if (!json_is_array(items)) {
		b24_fail(c, 400, "", "The parameter 'items' is not valid.");
		return;
	}
	ids = json_array();
	json_array_foreach (items, i, x) {
		if (!b24_int(b24_in(x, "CONTACT_ID"), &id))
			continue;
		if (b24_true(b24_in(x, "IS_PRIMARY")))
			json_array_insert_new(ids, 0, json_integer(id));
		else
			json_array_append_new(ids, json_integer(id));
	}
	json_object_set_new(row, "CONTACT_IDS", ids);
	changed(c, k, row);
	c->result = json_true();
}

void
m_link_clear(struct b24_call *c)
{
	enum b24_kind k;
	json_t *row = row_of(c, &k);

	if (!row)
		return;
	json_array_clear(ids_of(row));
	changed(c, k, row);
	c->result = json_true();
}
