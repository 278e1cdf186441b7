/* SPDX-License-Identifier: MIT */
/* Leads, deals, contacts and companies by their own, older methods. */
#include "methods.h"
#include "write.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "io/jsonx.h"

int64_t
b24_num(const json_t *row, const char *key)
{
	return json_integer_value(json_object_get(row, key));
}

const char *
b24_word(const json_t *row, const char *key)
{
	const char *s = json_str(row, key);

	return s ? s : "";
}

bool
b24_admin(const struct b24 *b)
{
	return sim_is(b->sim, "admin", "yes");
}

bool
b24_sees(const struct b24 *b, enum b24_kind k, const json_t *row)
{
	static const char *const owner[] = {"ASSIGNED_BY_ID", "ASSIGNED_BY_ID",
	    "ASSIGNED_BY_ID", "ASSIGNED_BY_ID", "RESPONSIBLE_ID",
	    "RESPONSIBLE_ID"};

	if (b->direct || b24_admin(b) || k >= sizeof(owner) / sizeof(owner[0]))
		return true;
	return b24_num(row, owner[k]) == b->owner ||
	       b24_num(row, "CREATED_BY") == b->owner;
}

void
b24_stamp(struct b24 *b, json_t *row, bool new_one)
{
	json_int_t now = sim_now(b->sim), by = b->owner;

	if (new_one) {
		json_object_set_new(row, "DATE_CREATE", json_integer(now));
		json_object_set_new(row, "CREATED_BY_ID", json_integer(by));
	}
	json_object_set_new(row, "DATE_MODIFY", json_integer(now));
	json_object_set_new(row, "MODIFY_BY_ID", json_integer(by));
}

/* "crm.lead.add" → the lead */
static const struct b24_entity *
entity_of(const struct b24_call *c, enum b24_kind *k)
{
	const char *from = c->method + 4;
	char *name = xstrndup(from, strcspn(from, "."));
	const struct b24_entity *e = b24_entity_by_name(name, k);

	free(name);
	return e;
}

static json_t *
row_of(struct b24_call *c, enum b24_kind k)
{
	int64_t id = b24_arg_id(c, "id");
	json_t *row = b24_row(&c->b->t[k], id);

	if (!id)
		b24_fail(c, 400, "", "ID is not defined or invalid");
	else if (!row)
		b24_fail(c, 400, "", "Not found");
	else if (!b24_sees(c->b, k, row))
		b24_fail(c, 400, "", "Access denied.");
	return c->failed ? NULL : row;
}

void
m_old_add(struct b24_call *c)
{
	enum b24_kind k;
	const struct b24_entity *e = entity_of(c, &k);
	const json_t *fields = b24_arg(c, "fields");
	json_t *row;
	const char *lacks;

	if (!json_is_object(fields)) {
		b24_fail(c, 400, "", "Parameter 'fields' must be array.");
		return;
	}
	row = json_object();
	write_fields(c, e, k, row, fields, WRITE_OLD | WRITE_NEW);
	lacks = c->failed ? NULL : b24_lacks(c->b, k, row);
	if (lacks)
		b24_fail(c, 400, "ERROR_CORE",
		    "Required field \"%s\" is not filled in.<br>", lacks);
	if (c->failed)
		json_decref(row);
	else
		c->result = json_integer(b24_store(c->b, k, row));
}

static json_t *
shown_new(struct b24 *b, enum b24_kind k, const struct b24_field *fields,
    const json_t *row, const json_t *select)
{
	static const struct b24_field text = {"", "", T_STRING, 0};
	json_t *out = json_object(), *uf, *v;
	const char *name;
	bool all = !select, user = !select, multi = !select;
	size_t i;

	json_array_foreach (select, i, v) {
		const char *s = json_string_value(v);

		all = all || (s && strcmp(s, "*") == 0);
		user = user || (s && strcmp(s, "UF_*") == 0);
	}
	for (; fields->upper; fields++) {
		bool named = false;

		json_array_foreach (select, i, v)
			named = named || (json_is_string(v) &&
					     strcmp(json_string_value(v),
						 fields->upper) == 0);
		if ((fields->flags & HIDE) || strcmp(fields->upper, "ID") == 0)
			named = strcmp(fields->upper, "ID") == 0;
		else
			named =
			    named || (fields->type == T_MULTI ? multi : all);
		v = json_object_get(row, fields->upper);
		if (named && (fields->type != T_MULTI || v))
			json_object_set_new(
			    out, fields->upper, b24_old_new(fields, v));
	}
	json_object_foreach (b->uf[k], name, uf) {
		bool named = user;

		json_array_foreach (select, i, v)
			named = named ||
				(json_is_string(v) &&
				    strcmp(json_string_value(v), name) == 0);
		v = json_object_get(row, name);
		if (named)
			json_object_set_new(
			    out, name, v ? b24_old_new(&text, v) : json_null());
	}
	return out;
}

void
m_old_get(struct b24_call *c)
{
	enum b24_kind k;
	const struct b24_entity *e = entity_of(c, &k);
	json_t *row = row_of(c, k);

	if (row)
		c->result = shown_new(c->b, k, e->fields, row, NULL);
}

/* An own type for each user field would be too much: they are text. */
static const struct b24_field *
filtered(struct b24 *b, enum b24_kind k, const struct b24_field *fields,
    const char *name, struct b24_field *uf)
{
	const struct b24_field *f = b24_field(fields, name, false);

	if (f && (f->flags & HIDE))
		return NULL;
	if (f && strcmp(name, "ORIGIN_ID") == 0 &&
	    sim_is(b->sim, "origin-filter", "no"))
		return NULL;
	if (f || !json_object_get(b->uf[k], name))
		return f;
	*uf = (struct b24_field){name, name, T_STRING, 0};
	return uf;
}

/* A list whose condition on the id names ids isn't a search. */
static bool
is_search(const struct b24_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->cond[i].f->upper, "ID") == 0 &&
		    (!l->cond[i].op[0] || l->cond[i].op[0] == '@'))
			return false;
	return true;
}

/* "order": {"ID":"DESC"}; the first key counts. */
static void
ordered(struct b24_list *l, const struct b24_field *fields, const json_t *order)
{
	const char *k;
	json_t *v;

	json_object_foreach ((json_t *)(uintptr_t)order, k, v) {
		l->order = b24_field(fields, k, false);
		l->down = json_is_string(v) &&
			  strcmp(json_string_value(v), "DESC") == 0;
		return;
	}
}

void
m_old_list(struct b24_call *c)
{
	enum b24_kind k;
	const struct b24_entity *e = entity_of(c, &k);
	const json_t *filter = b24_arg(c, "filter"), *order, *select;
	json_t *all = json_pack("[s]", "*"); /* if nothing is selected */
	struct b24_list l = {.kind = k};
	struct b24_field uf[32];
	const char *key;
	json_t *v;
	struct b24_ids ids;

	order = b24_arg(c, "order");
	select = b24_arg(c, "select");
	if (filter && !json_is_object(filter) && json_array_size(filter))
		b24_fail(c, 400, "", "Parameter 'filter' must be array.");
	if (order && !json_is_object(order) && json_array_size(order))
		b24_fail(c, 400, "", "Parameter 'order' must be array.");
	if (filter && json_is_string(filter))
		b24_fail(c, 400, "", "Parameter 'filter' must be array.");
	if (c->failed) {
		json_decref(all);
		return;
	}
	l.cond = xcalloc(json_object_size(filter) + 1, sizeof(*l.cond));
	json_object_foreach ((json_t *)(uintptr_t)filter, key, v) {
		struct b24_cond *x = &l.cond[l.n];

		x->f = filtered(
		    c->b, k, e->fields, b24_op(key, x->op), &uf[l.n % 32]);
		x->value = v;
		l.n += x->f != NULL;
	}
	ordered(&l, e->fields, order);
	b24_int(b24_arg(c, "start"), &l.start);
	l.search = is_search(&l);
	ids = b24_select(c, &l);
	c->result = json_array();
	for (size_t i = 0; i < ids.n; i++)
		json_array_append_new(
		    c->result, shown_new(c->b, k, e->fields,
				   b24_row(&c->b->t[k], ids.v[i]),
				   json_array_size(select) ? select : all));
	json_decref(all);
	free(ids.v);
	free(l.cond);
}

void
m_old_update(struct b24_call *c)
{
	enum b24_kind k;
	const struct b24_entity *e = entity_of(c, &k);
	const json_t *fields = b24_arg(c, "fields");
	json_t *row = row_of(c, k);

	if (row && !json_is_object(fields))
		b24_fail(c, 400, "", "Parameter 'fields' must be array.");
	if (c->failed)
		return;
	write_fields(c, e, k, row, fields, WRITE_OLD);
	if (c->failed)
		return;
	b24_stamp(c->b, row, false);
	b24_reindex(&c->b->t[k], b24_num(row, "ID"));
	c->result = json_true();
}

void
m_old_delete(struct b24_call *c)
{
	enum b24_kind k;

	entity_of(c, &k);
	if (!row_of(c, k))
		return;
	b24_delete(&c->b->t[k], b24_arg_id(c, "id"));
	c->result = json_true();
}

/* ---- what fields there are ---- */

json_t *
b24_about_new(const char *type, bool required, bool readonly, bool multiple,
    bool dynamic, const char *title)
{
	return json_pack("{s:s, s:b, s:b, s:b, s:b, s:b, s:s}", "type", type,
	    "isRequired", required, "isReadOnly", readonly, "isImmutable", 0,
	    "isMultiple", multiple, "isDynamic", dynamic, "title", title);
}

const char *
b24_type_name(const struct b24_field *f)
{
	static const char *const names[] = {"string", "integer", "double",
	    "char", "datetime", "crm_multifield", "crm_contact", "string",
	    "crm_status", "user"};

	return names[f->type];
}

void
m_old_fields(struct b24_call *c)
{
	enum b24_kind k;
	const struct b24_field *f = entity_of(c, &k)->fields;
	const char *name;
	json_t *uf;

	c->result = json_object();
	for (; f->upper; f++)
		json_object_set_new(c->result, f->upper,
		    b24_about_new(b24_type_name(f), false, f->flags & R,
			f->type == T_MULTI || f->type == T_IDS, false,
			f->upper));
	json_object_foreach (c->b->uf[k], name, uf)
		json_object_set_new(c->result, name,
		    b24_about_new(b24_word(uf, "USER_TYPE_ID"),
			strcmp(b24_word(uf, "MANDATORY"), "Y") == 0, false,
			strcmp(b24_word(uf, "MULTIPLE"), "Y") == 0, true,
			name));
}

void
m_uf_list(struct b24_call *c)
{
	enum b24_kind k;
	const json_t *filter = b24_arg(c, "filter");
	const char *name,
	    *type = json_string_value(b24_in(filter, "USER_TYPE_ID"));
	json_t *uf, *one;

	entity_of(c, &k);
	c->result = json_array();
	json_object_foreach (c->b->uf[k], name, uf) {
		if (type && strcmp(type, b24_word(uf, "USER_TYPE_ID")) != 0)
			continue;
		one = json_deep_copy(uf);
		if (!b24_in(filter, "LANG"))
			json_object_del(one, "EDIT_FORM_LABEL");
		json_array_append_new(c->result, one);
	}
	c->total = json_integer((json_int_t)json_array_size(c->result));
}

void
m_uf_add(struct b24_call *c)
{
	enum b24_kind k;
	const struct b24_entity *e = entity_of(c, &k);
	const json_t *f = b24_arg(c, "fields");
	char name[80], type[32], label[200];
	json_t *uf;

	b24_str(b24_in(f, "FIELD_NAME"), name, sizeof(name));
	b24_str(b24_in(f, "USER_TYPE_ID"), type, sizeof(type));
	b24_str(b24_in(f, "EDIT_FORM_LABEL"), label, sizeof(label));
	if (!c->b->direct && !b24_admin(c->b)) {
		b24_fail(c, 400, "", "Access denied.");
		return;
	}
	if (strncmp(name, "UF_CRM_", 7) != 0) {
		char rest[80];

		snprintf(rest, sizeof(rest), "UF_CRM_%.70s", name);
		snprintf(name, sizeof(name), "%s", rest);
	}
	if (!type[0] || strlen(name) > 50 ||
	    name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] ||
	    json_object_get(c->b->uf[k], name)) {
		b24_fail(c, 400, "ERROR_CORE", "Field %s is invalid<br>", name);
		return;
	}
	uf = json_pack("{s:o, s:o, s:s, s:s, s:s, s:s, s:s}", "ID",
	    json_sprintf("%lld", (long long)c->b->next_uf), "ENTITY_ID",
	    json_sprintf("CRM_%s", e->upper), "FIELD_NAME", name,
	    "USER_TYPE_ID", type, "MULTIPLE",
	    b24_true(b24_in(f, "MULTIPLE")) ? "Y" : "N", "MANDATORY",
	    b24_true(b24_in(f, "MANDATORY")) ? "Y" : "N", "EDIT_FORM_LABEL",
	    label[0] ? label : name);
	json_object_set_new(c->b->uf[k], name, uf);
	c->result = json_integer(c->b->next_uf++);
}
