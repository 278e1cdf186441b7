/* SPDX-License-Identifier: MIT */
/* Calls, meetings and to-dos in the timelines of entities. */
#include "methods.h"

#include "base/xalloc.h"
#include "io/jsonx.h"

enum { MEETING = 1, CALL = 2, EMAIL = 4, PROVIDER = 6 };
enum { COND_MAX = 32, BINDINGS_MAX = 100 };

static const struct b24_field fields[] = {
    {"ID", "id", T_INT, R},
    {"OWNER_ID", "", T_INT, 0},
    {"OWNER_TYPE_ID", "", T_INT, 0},
    {"TYPE_ID", "", T_INT, 0},
    {"PROVIDER_ID", "", T_STRING, 0},
    {"PROVIDER_TYPE_ID", "", T_STRING, 0},
    {"SUBJECT", "", T_STRING, 0},
    {"CREATED", "", T_TIME, R},
    {"LAST_UPDATED", "", T_TIME, R},
    {"START_TIME", "", T_TIME, 0},
    {"END_TIME", "", T_TIME, 0},
    {"DEADLINE", "", T_TIME, R},
    {"COMPLETED", "", T_FLAG, 0},
    {"STATUS", "", T_INT, 0},
    {"RESPONSIBLE_ID", "", T_USER, 0},
    {"PRIORITY", "", T_INT, 0},
    {"DESCRIPTION", "", T_STRING, 0},
    {"DESCRIPTION_TYPE", "", T_INT, 0},
    {"DIRECTION", "", T_INT, 0},
    {"ORIGINATOR_ID", "", T_STRING, 0},
    {"ORIGIN_ID", "", T_STRING, 0},
    {"AUTHOR_ID", "", T_USER, R},
    {0},
};

/* "2_513", by which bindings are found. */
static json_t *
owner_new(int64_t type, int64_t id)
{
	return json_sprintf("%lld_%lld", (long long)type, (long long)id);
}

static json_t *
entity(const struct b24_call *c, int64_t type, int64_t id)
{
	enum b24_kind k;

	return b24_entity_by_id(type, &k) ? b24_row(&c->b->t[k], id) : NULL;
}

static void
bind(json_t *row, int64_t type, int64_t id)
{
	json_t *owners = json_object_get(row, "OWNER"), *one, *x;
	size_t i;

	if (!owners) {
		owners = json_array();
		json_object_set_new(row, "OWNER", owners);
	}
	one = owner_new(type, id);
	json_array_foreach (owners, i, x) {
		if (!json_equal(x, one))
			continue;
		json_decref(one);
		return;
	}
	json_array_append_new(owners, one);
}

static json_t *
shown_new(const json_t *row)
{
	json_t *out = json_object();

	for (const struct b24_field *f = fields; f->upper; f++)
		json_object_set_new(out, f->upper,
		    b24_old_new(f, json_object_get(row, f->upper)));
	return out;
}

static void
write_fields(struct b24_call *c, json_t *row, const json_t *given)
{
	const char *name;
	json_t *v, *value;

	json_object_foreach ((json_t *)(uintptr_t)given, name, v) {
		const struct b24_field *f = b24_field(fields, name, false);

		if (!f || (f->flags & R))
			continue;
		value = b24_value_new(c->b, f, v);
		if (value)
			json_object_set_new(row, name, value);
	}
	if ((value = json_object_get(row, "START_TIME")))
		json_object_set(row, "DEADLINE", value);
	json_object_set_new(
	    row, "LAST_UPDATED", json_integer((json_int_t)sim_now(c->b->sim)));
}

/* ---- making one ---- */

/* Keeps those with a value; false if none is left. */
static bool
communications(struct b24_call *c, json_t *row, const json_t *list)
{
	json_t *kept = json_array(), *x;
	size_t i;

	json_array_foreach (list, i, x) {
		int64_t type = 0, id = 0;
		enum b24_kind k = B24_LEAD;
		const struct b24_entity *e;

		if (!b24_word(x, "VALUE")[0])
			continue;
		b24_int(b24_in(x, "ENTITY_TYPE_ID"), &type);
		b24_int(b24_in(x, "ENTITY_ID"), &id);
		e = type ? b24_entity_by_id(type, &k) : NULL;
		if (e && !b24_row(&c->b->t[k], id))
			b24_fail(c, 400, "",
			    "Could not find '%s' with ID: %lld", e->upper,
			    (long long)id);
		else if (e)
			bind(row, type, id);
		json_array_append(kept, x);
	}
	json_object_set(row, "COMMUNICATIONS", kept);
	i = json_array_size(kept);
	json_decref(kept);
	return i > 0;
}

static void
check(struct b24_call *c, json_t *row, const json_t *given)
{
	int64_t type = b24_num(row, "TYPE_ID");
	int64_t of = b24_num(row, "OWNER_TYPE_ID");
	int64_t id = b24_num(row, "OWNER_ID");
	enum b24_kind k;
	const struct b24_entity *e = b24_entity_by_id(of, &k);
	json_t *owner = e ? b24_row(&c->b->t[k], id) : NULL;

	if (type != MEETING && type != CALL && type != EMAIL &&
	    type != PROVIDER)
		b24_fail(c, 400, "",
		    "The field TYPE_ID is not defined or "
		    "invalid");
	else if (type == PROVIDER && !b24_word(row, "PROVIDER_ID")[0])
		b24_fail(c, 400, "",
		    "The custom activity without provider is "
		    "not supported in current context.");
	else if (!of || !id || !e)
		b24_fail(c, 400, "",
		    "Could not build binding. Please ensure "
		    "that owner info and communications are defined "
		    "correctly.");
	else if (!owner)
		b24_fail(c, 400, "", "Could not find '%s' with ID: %lld",
		    e->upper, (long long)id);
	else if (!b24_sees(c->b, k, owner))
		b24_fail(c, 400, "", "Access denied.");
	else if (!b24_word(row, "SUBJECT")[0])
		b24_fail(c, 400, "",
		    "The field SUBJECT is not defined or "
		    "empty");
	if (c->failed)
		return;
	bind(row, of, id);
	if (!communications(c, row, b24_in(given, "COMMUNICATIONS")) &&
	    type != PROVIDER)
		b24_fail(c, 400, "",
		    "The field COMMUNICATIONS is not defined "
		    "or invalid");
	if (!b24_num(row, "RESPONSIBLE_ID"))
		json_object_set(row, "RESPONSIBLE_ID",
		    json_object_get(owner, "ASSIGNED_BY_ID"));
	if (sim_is(c->b->sim, "owner-check", "yes") &&
	    !b24_active(c->b, b24_num(row, "RESPONSIBLE_ID")))
		b24_fail(c, 400, "",
		    "The field RESPONSIBLE_ID is not defined "
		    "or invalid");
}

static json_t *
base_new(const struct b24_call *c)
{
	json_int_t now = sim_now(c->b->sim);

	return json_pack("{s:I, s:s, s:i, s:I, s:I}", "CREATED", now,
	    "COMPLETED", "N", "PRIORITY", 2, "AUTHOR_ID",
	    (json_int_t)c->b->owner, "START_TIME", now);
}

void
m_activity_add(struct b24_call *c)
{
	const json_t *given = b24_arg(c, "fields");
	json_t *row;

	if (!json_is_object(given)) {
		b24_fail(c, 400, "", "Parameter 'fields' must be array.");
		return;
	}
	row = base_new(c);
	write_fields(c, row, given);
	check(c, row, given);
	if (c->failed)
		json_decref(row);
	else
		c->result = json_integer(b24_insert(
		    &c->b->t[B24_ACTIVITY], row, sim_now(c->b->sim)));
}

void
m_todo_add(struct b24_call *c)
{
	const json_t *deadline = b24_arg(c, "deadline");
	static const char *const need[] = {
	    "ownerTypeId", "ownerId", "deadline", NULL};
	int64_t type = b24_arg_id(c, "ownerTypeId");
	int64_t id = b24_arg_id(c, "ownerId"), who, at = 0;
	json_t *row, *owner = entity(c, type, id);
	char text[4000];

	for (size_t i = 0; need[i]; i++)
		if (!b24_arg(c, need[i]))
			b24_fail(c, 400, "100",
			    "Could not find value for parameter {%s}", need[i]);
	if (!c->failed && !owner)
		b24_fail(c, 400, "OWNER_NOT_FOUND", "Owner not found");
	if (!c->failed && !b24_time(c->b, deadline, &at))
		b24_fail(
		    c, 400, "WRONG_DATETIME_FORMAT", "Wrong datetime format");
	if (c->failed)
		return;
	who = b24_arg_id(c, "responsibleId");
	row = base_new(c);
	json_object_set_new(row, "TYPE_ID", json_integer(PROVIDER));
	json_put(row, "PROVIDER_ID", "CRM_TODO");
	json_object_set_new(row, "OWNER_TYPE_ID", json_integer(type));
	json_object_set_new(row, "OWNER_ID", json_integer(id));
	json_object_set_new(row, "DEADLINE", json_integer(at));
	json_object_set_new(row, "START_TIME", json_integer(at));
	json_put(
	    row, "SUBJECT", b24_str(b24_arg(c, "title"), text, sizeof(text)));
	json_put(row, "DESCRIPTION",
	    b24_str(b24_arg(c, "description"), text, sizeof(text)));
	json_object_set_new(row, "RESPONSIBLE_ID",
	    json_integer(who ? who : b24_num(owner, "ASSIGNED_BY_ID")));
	bind(row, type, id);
	c->result = json_pack("{s:I}", "id",
	    (json_int_t)b24_insert(
		&c->b->t[B24_ACTIVITY], row, sim_now(c->b->sim)));
}

/* ---- one that is there ---- */

static json_t *
row_of(struct b24_call *c)
{
	json_t *row = b24_row(&c->b->t[B24_ACTIVITY], b24_arg_id(c, "id"));

	if (!row)
		b24_fail(c, 400, "", "Not found");
	else if (!b24_sees(c->b, B24_ACTIVITY, row))
		b24_fail(c, 400, "", "Access denied.");
	return c->failed ? NULL : row;
}

void
m_activity_get(struct b24_call *c)
{
	json_t *row = row_of(c);

	if (row)
		c->result = shown_new(row);
}

void
m_activity_update(struct b24_call *c)
{
	json_t *row = row_of(c);
	const json_t *given = b24_arg(c, "fields");

	if (row && !json_is_object(given))
		b24_fail(c, 400, "", "Parameter 'fields' must be array.");
	if (c->failed)
		return;
	write_fields(c, row, given);
	b24_reindex(&c->b->t[B24_ACTIVITY], b24_num(row, "ID"));
	c->result = json_true();
}

void
m_activity_delete(struct b24_call *c)
{
	if (!row_of(c))
		return;
	b24_delete(&c->b->t[B24_ACTIVITY], b24_arg_id(c, "id"));
	c->result = json_true();
}

void
m_binding_add(struct b24_call *c)
{
	json_t *row =
	    b24_row(&c->b->t[B24_ACTIVITY], b24_arg_id(c, "activityId"));
	int64_t type = b24_arg_id(c, "entityTypeId");
	int64_t id = b24_arg_id(c, "entityId");

	if (!b24_arg(c, "activityId") || !b24_arg(c, "entityTypeId") ||
	    !b24_arg(c, "entityId"))
		b24_fail(c, 400, "100", "Could not find value for parameter");
	else if (!row)
		b24_fail(c, 400, "NOT_FOUND", "Activity not found");
	else if (!entity(c, type, id))
		b24_fail(c, 400, "OWNER_NOT_FOUND", "Owner not found");
	else if (json_array_size(json_object_get(row, "OWNER")) >= BINDINGS_MAX)
		b24_fail(c, 400, "BINDINGS_COUNT_LIMIT_EXCEEDED",
		    "Too many bindings");
	if (c->failed)
		return;
	bind(row, type, id);
	b24_reindex(&c->b->t[B24_ACTIVITY], b24_num(row, "ID"));
	c->result = json_true();
}

void
m_binding_list(struct b24_call *c)
{
	json_t *row =
	    b24_row(&c->b->t[B24_ACTIVITY], b24_arg_id(c, "activityId"));
	json_t *x;
	size_t i;

	if (!row) {
		b24_fail(c, 400, "NOT_FOUND", "Activity not found");
		return;
	}
	c->result = json_array();
	json_array_foreach (json_object_get(row, "OWNER"), i, x) {
		const char *s = json_string_value(x);

		json_array_append_new(c->result,
		    json_pack("{s:I, s:I}", "entityTypeId",
			(json_int_t)strtoll(s, NULL, 10), "entityId",
			(json_int_t)strtoll(strchr(s, '_') + 1, NULL, 10)));
	}
}

/* ---- lists ---- */

/* "BINDINGS":[{"OWNER_TYPE_ID":2,"OWNER_ID":513}] → ["2_513"] */
static json_t *
wanted_new(const json_t *v)
{
	json_t *out = json_array(), *x;
	size_t i;

	json_array_foreach (v, i, x) {
		int64_t type = 0, id = 0;

		b24_int(b24_in(x, "OWNER_TYPE_ID"), &type);
		b24_int(b24_in(x, "OWNER_ID"), &id);
		json_array_append_new(out, owner_new(type, id));
	}
	return out;
}

/* Once for each binding that was asked for. */
static size_t
times(const json_t *row, const json_t *bindings)
{
	json_t *x, *y;
	size_t i, j, n = 0;

	if (!bindings)
		return 1;
	json_array_foreach (bindings, i, x)
		json_array_foreach (json_object_get(row, "OWNER"), j, y)
			n += (size_t)json_equal(x, y);
	return n;
}

void
m_activity_list(struct b24_call *c)
{
	static const struct b24_field owner = {"OWNER", "", T_STRINGS, 0};
	struct b24_cond cond[COND_MAX + 1];
	struct b24_list l = {
	    .kind = B24_ACTIVITY, .cond = cond, .search = true};
	const json_t *filter = b24_arg(c, "filter");
	const char *key;
	json_t *v, *bindings = NULL;
	struct b24_ids ids;

	if (filter && !json_is_object(filter) && json_array_size(filter)) {
		b24_fail(c, 400, "", "Parameter 'filter' must be array.");
		return;
	}
	json_object_foreach ((json_t *)(uintptr_t)filter, key, v) {
		struct b24_cond *x = &cond[l.n];
		const char *name = b24_op(key, x->op);

		x->f = b24_field(fields, name, false);
		x->value = v;
		if (strcmp(name, "ORIGIN_ID") == 0 &&
		    sim_is(c->b->sim, "origin-filter", "no"))
			x->f = NULL;
		if (strcmp(name, "BINDINGS") == 0 && !bindings) {
			x->f = &owner;
			x->value = bindings = wanted_new(v);
		}
		l.search = l.search && strcmp(name, "ID") != 0;
		l.n += x->f && l.n < COND_MAX;
	}
	json_object_foreach ((json_t *)(uintptr_t)b24_arg(c, "order"), key, v) {
		l.order = b24_field(fields, key, false);
		l.down = json_is_string(v) && json_string_value(v)[0] == 'D';
		break;
	}
	b24_int(b24_arg(c, "start"), &l.start);
	ids = b24_select(c, &l);
	c->result = json_array();
	for (size_t i = 0; i < ids.n; i++) {
		const json_t *row = b24_row(&c->b->t[B24_ACTIVITY], ids.v[i]);

		for (size_t n = times(row, bindings); n > 0; n--)
			json_array_append_new(c->result, shown_new(row));
	}
	free(ids.v);
	json_decref(bindings);
}
