/* SPDX-License-Identifier: MIT */
/* crm.item.*: the same entities with camelCase names and numbers as ids. */
#include "methods.h"
#include "write.h"

#include "base/xalloc.h"
#include "io/jsonx.h"

enum { IMPORT_MAX = 20, COND_MAX = 64 };

static const struct b24_entity *
entity_of(struct b24_call *c, enum b24_kind *k)
{
	const struct b24_entity *e =
	    b24_entity_by_id(b24_arg_id(c, "entityTypeId"), k);

	if (!e && !b24_arg(c, "entityTypeId"))
		b24_fail(c, 400, "100",
		    "Could not find value for parameter {entityTypeId}");
	else if (!e)
		b24_fail(c, 400, "NOT_FOUND", "Смарт-процесс не найден");
	return e;
}

static json_t *
row_of(struct b24_call *c, enum b24_kind k)
{
	json_t *row = b24_row(&c->b->t[k], b24_arg_id(c, "id"));

	if (!b24_arg(c, "id"))
		b24_fail(
		    c, 400, "100", "Could not find value for parameter {id}");
	else if (!row)
		b24_fail(c, 400, "NOT_FOUND", "Элемент не найден");
	else if (!b24_sees(c->b, k, row))
		b24_fail(c, 400, "ACCESS_DENIED", "Доступ запрещен");
	return c->failed ? NULL : row;
}

static bool
upper_uf(const struct b24_call *c)
{
	return b24_true(b24_arg(c, "useOriginalUfNames"));
}

/* ---- reading ---- */

static bool
selected(const json_t *select, const char *name)
{
	json_t *x;
	size_t i;

	if (!json_array_size(select))
		return true;
	json_array_foreach (select, i, x) {
		const char *s = json_string_value(x);

		if (s && (strcmp(s, name) == 0 || strcmp(s, "*") == 0))
			return true;
	}
	return strcmp(name, "id") == 0;
}

static json_t *
fm_new(const json_t *row)
{
	static const char *const types[] = {"PHONE", "EMAIL", NULL};
	json_t *fm = json_array(), *x;
	size_t i;

	for (size_t t = 0; types[t]; t++)
		json_array_foreach (json_object_get(row, types[t]), i, x)
			json_array_append_new(
			    fm, json_pack("{s:I, s:s, s:s, s:s}", "id",
				    b24_num(x, "ID"), "typeId", types[t],
				    "valueType", b24_word(x, "VALUE_TYPE"),
				    "value", b24_word(x, "VALUE")));
	return fm;
}

static json_t *
shown_new(const struct b24_call *c, const struct b24_entity *e, enum b24_kind k,
    const json_t *row, const json_t *select)
{
	json_t *out = json_object(), *uf, *v;
	const char *name;
	char camel[80];

	for (const struct b24_field *f = e->fields; f->upper; f++)
		if (selected(select, f->camel))
			json_object_set_new(out, f->camel,
			    b24_item_value_new(
				f, json_object_get(row, f->upper)));
	json_object_foreach (c->b->uf[k], name, uf) {
		const char *shown =
		    upper_uf(c) ? name
				: b24_uf_camel(name, camel, sizeof(camel));

		v = json_object_get(row, name);
		if (selected(select, shown))
			json_object_set_new(
			    out, shown, v ? json_deep_copy(v) : json_null());
	}
	if (k != B24_DEAL && selected(select, "fm"))
		json_object_set_new(out, "fm", fm_new(row));
	json_object_set_new(out, "entityTypeId", json_integer(e->type_id));
	return out;
}

void
m_item_get(struct b24_call *c)
{
	enum b24_kind k;
	const struct b24_entity *e = entity_of(c, &k);
	json_t *row = e ? row_of(c, k) : NULL;

	if (row)
		c->result =
		    json_pack("{s:o}", "item", shown_new(c, e, k, row, NULL));
}

/* ---- lists ---- */

/* A filter: conditions that all hold, or with logic OR any of its parts. */
struct part {
	struct b24_cond cond[COND_MAX];
	struct b24_field uf[COND_MAX];
	char upper[COND_MAX][80];
	size_t n;
	bool any;
	struct part *below[8];
	size_t n_below;
};

static void
part_free(struct part *p)
{
	for (size_t i = 0; i < p->n_below; i++)
		part_free(p->below[i]);
	free(p);
}

static void
bad_filter(struct b24_call *c, const char *name, const char *why)
{
	b24_fail(c, 400, "INVALID_ARG_VALUE", "Invalid filter: field '%s' %s",
	    name, why);
}

static bool
is_value(const struct b24_field *f, const json_t *v, const struct b24 *b)
{
	int64_t n;
	json_t *x;
	size_t i;

	if (json_is_object(v))
		return false;
	if (json_is_array(v)) {
		json_array_foreach (v, i, x)
			if (!is_value(f, x, b))
				return false;
		return true;
	}
	if (f->type == T_INT || f->type == T_USER || f->type == T_IDS)
		return b24_int(v, &n) || json_is_null(v);
	return f->type != T_TIME || b24_time(b, v, &n);
}

static void
add_cond(struct b24_call *c, const struct b24_entity *e, enum b24_kind k,
    struct part *p, const char *key, const json_t *v)
{
	struct b24_cond *x = &p->cond[p->n];
	const char *name = b24_op(key, x->op);
	json_t *uf;

	if (p->n == COND_MAX) {
		bad_filter(c, name, "is one too many");
		return;
	}
	x->f = b24_field(e->fields, name, true);
	x->value = v;
	uf = x->f ? NULL : b24_uf(c->b, k, name);
	if (uf) {
		snprintf(p->upper[p->n], sizeof(p->upper[0]), "%s",
		    b24_word(uf, "FIELD_NAME"));
		p->uf[p->n] = (struct b24_field){
		    p->upper[p->n], p->upper[p->n], T_STRING, 0};
		x->f = &p->uf[p->n];
	}
	if (!x->f ||
	    (strcmp(name, "contactIds") == 0 &&
		sim_is(c->b->sim, "contact-ids", "refuse")) ||
	    (strcmp(name, "originId") == 0 &&
		sim_is(c->b->sim, "origin-filter", "no")))
		bad_filter(c, name, "is not allowed in filter");
	else if (!is_value(x->f, v, c->b))
		bad_filter(c, name, "has invalid value");
	else
		p->n++;
}

static struct part *
part_new(struct b24_call *c, const struct b24_entity *e, enum b24_kind k,
    const json_t *filter, int depth)
{
	struct part *p = xcalloc(1, sizeof(*p));
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)(uintptr_t)filter, key, v) {
		if (strcmp(key, "logic") == 0)
			p->any = json_is_string(v) &&
				 strcmp(json_string_value(v), "OR") == 0;
		else if (json_is_object(v) &&
			 key[strspn(key, "0123456789")] == '\0' && depth < 4 &&
			 p->n_below < 8)
			p->below[p->n_below++] =
			    part_new(c, e, k, v, depth + 1);
		else
			add_cond(c, e, k, p, key, v);
	}
	return p;
}

static bool
part_holds(struct b24 *b, const json_t *row, const void *ctx)
{
	const struct part *p = ctx;
	size_t yes = 0;

	for (size_t i = 0; i < p->n; i++)
		yes += b24_holds(b, &p->cond[i], row);
	for (size_t i = 0; i < p->n_below; i++)
		yes += part_holds(b, row, p->below[i]);
	return p->any && p->n + p->n_below ? yes > 0 : yes == p->n + p->n_below;
}

static void
order_by(struct b24_call *c, const struct b24_entity *e, struct b24_list *l)
{
	const json_t *order = b24_arg(c, "order");
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)(uintptr_t)order, key, v) {
		const struct b24_field *f = b24_field(e->fields, key, true);
		char way[8];

		b24_str(v, way, sizeof(way));
		if (!f)
			b24_fail(c, 400, "INVALID_ARG_VALUE",
			    "Invalid order: field '%s' is not allowed in "
			    "order",
			    key);
		if (!l->order) {
			l->order = f;
			l->down = way[0] == 'D' || way[0] == 'd';
		}
	}
}

void
m_item_list(struct b24_call *c)
{
	enum b24_kind k = B24_LEAD;
	const struct b24_entity *e = entity_of(c, &k);
	struct b24_list l = {.kind = k};
	struct part *p;
	struct b24_ids ids;
	json_t *items;

	if (!e)
		return;
	p = part_new(c, e, k, b24_arg(c, "filter"), 0);
	order_by(c, e, &l);
	if (!c->failed) {
		if (!p->any) {
			l.cond = p->cond;
			l.n = p->n;
		}
		l.also = part_holds;
		l.ctx = p;
		l.search = true;
		for (size_t i = 0; i < p->n && !p->any; i++)
			l.search =
			    l.search &&
			    !(strcmp(p->cond[i].f->upper, "ID") == 0 &&
				(!p->cond[i].op[0] || p->cond[i].op[0] == '@'));
		b24_int(b24_arg(c, "start"), &l.start);
		ids = b24_select(c, &l);
		items = json_array();
		for (size_t i = 0; i < ids.n; i++)
			json_array_append_new(items,
			    shown_new(c, e, k, b24_row(&c->b->t[k], ids.v[i]),
				b24_arg(c, "select")));
		c->result = json_pack("{s:o}", "items", items);
		free(ids.v);
	}
	part_free(p);
}

/* ---- writing ---- */

static json_t *
made_new(struct b24_call *c, const struct b24_entity *e, enum b24_kind k,
    const json_t *fields)
{
	json_t *row = json_object();
	const char *lacks;

	write_fields(c, e, k, row, fields,
	    WRITE_NEW | (upper_uf(c) ? WRITE_UPPER_UF : 0));
	lacks = c->failed ? NULL : b24_lacks(c->b, k, row);
	if (lacks)
		b24_fail(c, 400, "CRM_FIELD_ERROR_REQUIRED",
		    "Поле \"%s\" обязательно для заполнения", lacks);
	if (!c->failed)
		return row;
	json_decref(row);
	return NULL;
}

void
m_item_add(struct b24_call *c)
{
	enum b24_kind k;
	const struct b24_entity *e = entity_of(c, &k);
	const json_t *fields = b24_arg(c, "fields");
	json_t *row;

	if (!e)
		return;
	if (!json_is_object(fields)) {
		b24_fail(c, 400, "100",
		    "Could not find value for parameter {fields}");
		return;
	}
	row = made_new(c, e, k, fields);
	if (!row)
		return;
	b24_store(c->b, k, row);
	c->result = json_pack("{s:o}", "item", shown_new(c, e, k, row, NULL));
}

void
m_item_update(struct b24_call *c)
{
	enum b24_kind k;
	const struct b24_entity *e = entity_of(c, &k);
	json_t *row = e ? row_of(c, k) : NULL, *was;
	const json_t *fields = b24_arg(c, "fields");

	if (!row)
		return;
	if (!json_is_object(fields)) {
		b24_fail(c, 400, "100",
		    "Could not find value for parameter {fields}");
		return;
	}
	was = json_deep_copy(row);
	write_fields(c, e, k, row, fields, upper_uf(c) ? WRITE_UPPER_UF : 0);
	if (c->failed) {
		json_object_clear(row);
		json_object_update(row, was);
	} else if (!json_equal(row, was)) {
		b24_stamp(c->b, row, false);
		b24_reindex(&c->b->t[k], b24_num(row, "ID"));
	}
	json_decref(was);
	if (!c->failed)
		c->result =
		    json_pack("{s:o}", "item", shown_new(c, e, k, row, NULL));
}

void
m_item_delete(struct b24_call *c)
{
	enum b24_kind k;
	const struct b24_entity *e = entity_of(c, &k);

	if (!e || !row_of(c, k))
		return;
	b24_delete(&c->b->t[k], b24_arg_id(c, "id"));
	c->result = json_array();
}

void
m_item_fields(struct b24_call *c)
{
	enum b24_kind k;
	const struct b24_entity *e = entity_of(c, &k);
	json_t *all, *one, *uf;
	const char *name;
	char camel[80];

	if (!e)
		return;
	all = json_object();
	for (const struct b24_field *f = e->fields; f->upper; f++) {
		one = b24_about_new(b24_type_name(f), false, f->flags & R,
		    f->type == T_IDS, false, f->camel);
		json_put(one, "upperName", f->upper);
		json_object_set_new(all, f->camel, one);
	}
	json_object_foreach (c->b->uf[k], name, uf) {
		one = b24_about_new(b24_word(uf, "USER_TYPE_ID"),
		    strcmp(b24_word(uf, "MANDATORY"), "Y") == 0, false,
		    strcmp(b24_word(uf, "MULTIPLE"), "Y") == 0, true, name);
		json_put(one, "upperName", name);
		json_object_set_new(all,
		    upper_uf(c) ? name
				: b24_uf_camel(name, camel, sizeof(camel)),
		    one);
	}
	c->result = json_pack("{s:o}", "fields", all);
}

/* One row of an import: an item or an error, in the place it came. */
static json_t *
imported_new(struct b24_call *c, const struct b24_entity *e, enum b24_kind k,
    const json_t *fields)
{
	struct b24_call one = {.b = c->b, .args = c->args};
	json_t *row, *phones = NULL,
		     *made = json_copy((json_t *)(uintptr_t)fields);

	if (sim_is(c->b->sim, "import-phone", "PHONE"))
		json_object_del(made, "fm");
	if (!sim_is(c->b->sim, "import-phone", "fm"))
		phones = json_object_get(fields, "PHONE");
	row = made_new(&one, e, k, made);
	json_decref(made);
	if (!row)
		return json_pack("{s:s, s:s}", "error", one.code,
		    "error_description", one.text);
	if (phones)
		b24_multi(c->b, row, "PHONE", phones);
	b24_store(c->b, k, row);
	return json_pack("{s:{s:I}}", "item", "id", b24_num(row, "ID"));
}

void
m_item_import(struct b24_call *c)
{
	enum b24_kind k;
	const struct b24_entity *e = entity_of(c, &k);
	const json_t *data = b24_arg(c, "data");
	json_t *items, *x;
	size_t i;

	if (!e)
		return;
	if (!json_is_array(data)) {
		b24_fail(
		    c, 400, "100", "Could not find value for parameter {data}");
		return;
	}
	if (json_array_size(data) > IMPORT_MAX) {
		b24_fail(c, 400, "MAX_IMPORT_BATCH_SIZE_EXCEEDED",
		    "Max import batch size is %d", IMPORT_MAX);
		return;
	}
	c->work_ms = 1200 * (int64_t)json_array_size(data);
	items = json_array();
	json_array_foreach (data, i, x)
		json_array_append_new(items, imported_new(c, e, k, x));
	c->result = json_pack("{s:o}", "items", items);
}
