/* SPDX-License-Identifier: MIT */
/* Comments: in timelines, and of tasks. */
#include "methods.h"

#include "io/jsonx.h"

static const struct b24_field fields[] = {
    {"ID", "", T_INT, R},
    {"ENTITY_ID", "", T_INT, 0},
    {"ENTITY_TYPE", "", T_STRING, 0},
    {"CREATED", "", T_TIME, R},
    {"AUTHOR_ID", "", T_USER, 0},
    {"COMMENT", "", T_STRING, 0},
    {0},
};

static json_t *
shown_new(const json_t *row)
{
	json_t *out = json_object();

	for (const struct b24_field *f = fields; f->upper; f++)
		json_object_set_new(out, f->upper,
		    b24_old_new(f, json_object_get(row, f->upper)));
	return out;
}

/* This method alone takes "fields" in no other spelling. */
static const json_t *
given_fields(struct b24_call *c)
{
	const json_t *v = json_object_get(c->args, "fields");

	if (!json_is_object(v))
		b24_fail(c, 400, "100",
		    "Could not find value for parameter {fields}");
	return c->failed ? NULL : v;
}

void
m_comment_add(struct b24_call *c)
{
	const json_t *given = given_fields(c), *text;
	enum b24_kind k;
	const struct b24_entity *e;
	char type[32];
	int64_t id = 0, author = c->b->owner;

	if (!given)
		return;
	b24_str(json_object_get(given, "ENTITY_TYPE"), type, sizeof(type));
	e = b24_entity_by_name(type, &k);
	b24_int(json_object_get(given, "ENTITY_ID"), &id);
	b24_int(json_object_get(given, "AUTHOR_ID"), &author);
	text = json_object_get(given, "COMMENT");
	if (!json_is_string(text) || !json_string_length(text))
		b24_fail(c, 400, "INVALID_ARG_VALUE", "Empty comment message");
	else if (!e || strcmp(e->name, type) != 0)
		b24_fail(c, 400, "NOT_FOUND", "Entity type not found");
	else if (!b24_row(&c->b->t[k], id))
		b24_fail(c, 400, "OWNER_NOT_FOUND", "Owner not found");
	else if (!b24_sees(c->b, k, b24_row(&c->b->t[k], id)))
		b24_fail(c, 400, "ACCESS_DENIED", "Access denied");
	if (c->failed)
		return;
	c->result = json_integer(b24_insert(&c->b->t[B24_COMMENT],
	    json_pack("{s:I, s:s, s:I, s:I, s:O}", "ENTITY_ID", (json_int_t)id,
		"ENTITY_TYPE", e->name, "CREATED",
		(json_int_t)sim_now(c->b->sim), "AUTHOR_ID", (json_int_t)author,
		"COMMENT", text),
	    sim_now(c->b->sim)));
}

static json_t *
row_of(struct b24_call *c)
{
	json_t *row = b24_row(&c->b->t[B24_COMMENT], b24_arg_id(c, "id"));

	if (!row)
		b24_fail(c, 400, "NOT_FOUND", "Comment not found");
	return row;
}

void
m_comment_get(struct b24_call *c)
{
	json_t *row = row_of(c);

	if (row)
		c->result = shown_new(row);
}

void
m_comment_update(struct b24_call *c)
{
	json_t *row = row_of(c), *text;
	const json_t *given = row ? given_fields(c) : NULL;

	if (!given)
		return;
	text = json_object_get(given, "COMMENT");
	if (!json_is_string(text) || !json_string_length(text)) {
		b24_fail(c, 400, "INVALID_ARG_VALUE", "Empty comment message");
		return;
	}
	json_object_set(row, "COMMENT", text);
	c->result = json_true();
}

void
m_comment_delete(struct b24_call *c)
{
	if (!row_of(c))
		return;
	b24_delete(&c->b->t[B24_COMMENT], b24_arg_id(c, "id"));
	c->result = json_true();
}

void
m_comment_list(struct b24_call *c)
{
	const json_t *filter = b24_arg(c, "filter");
	struct b24_cond cond[16];
	struct b24_list l = {.kind = B24_COMMENT, .cond = cond, .search = true};
	const char *key;
	json_t *v;
	struct b24_ids ids;

	if (!b24_in(filter, "ENTITY_ID") || !b24_in(filter, "ENTITY_TYPE")) {
		b24_fail(c, 400, "INVALID_ARG_VALUE",
		    "Filter by ENTITY_ID and ENTITY_TYPE is required");
		return;
	}
	json_object_foreach ((json_t *)(uintptr_t)filter, key, v) {
		struct b24_cond *x = &cond[l.n];

		x->f = b24_field(fields, b24_op(key, x->op), false);
		x->value = v;
		l.n += x->f && l.n < 15;
	}
	json_object_foreach ((json_t *)(uintptr_t)b24_arg(c, "order"), key, v) {
		l.order = b24_field(fields, key, false);
		l.down = json_is_string(v) && json_string_value(v)[0] == 'D';
		break;
	}
	b24_int(b24_arg(c, "start"), &l.start);
	ids = b24_select(c, &l);
	c->result = json_array();
	for (size_t i = 0; i < ids.n; i++)
		json_array_append_new(c->result,
		    shown_new(b24_row(&c->b->t[B24_COMMENT], ids.v[i])));
	free(ids.v);
}

/* ---- of tasks: parameters by their place ---- */

static const json_t *
nth(const struct b24_call *c, size_t i)
{
	char key[8];

	if (c->list)
		return json_array_get(c->list, i);
	snprintf(key, sizeof(key), "%zu", i);
	return json_object_get(c->args, key);
}

void
m_task_comment_add(struct b24_call *c)
{
	const json_t *given = nth(c, 1), *text;
	int64_t id = 0;

	b24_int(nth(c, 0), &id);
	text = b24_in(given, "POST_MESSAGE");
	if (!json_is_string(text) || !json_string_length(text))
		b24_fail(c, 400, "ERROR_CORE",
		    "TASKS_ERROR_EXCEPTION_#8; Empty message<br>");
	else if (!b24_row(&c->b->t[B24_TASK], id))
		b24_fail(c, 400, "ERROR_CORE",
		    "TASKS_ERROR_EXCEPTION_#8; Action failed<br>");
	if (!c->failed)
		c->result = json_integer(b24_insert(&c->b->t[B24_TASK_COMMENT],
		    json_pack("{s:I, s:O}", "TASK_ID", (json_int_t)id,
			"POST_MESSAGE", text),
		    sim_now(c->b->sim)));
}

/* They don't work any more since tasks 25.700.0. */
void
m_task_comment_gone(struct b24_call *c)
{
	b24_fail(c, 400, "ERROR_CORE",
	    "TASKS_ERROR_EXCEPTION_#256; Action is not available<br>");
}
