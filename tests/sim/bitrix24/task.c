/* SPDX-License-Identifier: MIT */
/* Tasks: UPPER_SNAKE in, camelCase and strings out. */
#include "methods.h"

#include "base/xalloc.h"
#include "io/jsonx.h"

enum { PENDING = 2, RUNNING = 3, CONTROL = 4, COMPLETED = 5, DEFERRED = 6 };
enum { COND_MAX = 64 };

static const struct b24_field fields[] = {
    {"ID", "id", T_INT, R},
    {"PARENT_ID", "parentId", T_INT, 0},
    {"TITLE", "title", T_STRING, NEED},
    {"DESCRIPTION", "description", T_STRING, 0},
    {"DESCRIPTION_IN_BBCODE", "descriptionInBbcode", T_FLAG, R},
    {"RESPONSIBLE_ID", "responsibleId", T_USER, NEED},
    {"CREATED_BY", "createdBy", T_USER, 0},
    {"ACCOMPLICES", "accomplices", T_IDS, 0},
    {"AUDITORS", "auditors", T_IDS, 0},
    {"DEADLINE", "deadline", T_TIME, 0},
    {"STATUS", "status", T_INT, 0},
    {"PRIORITY", "priority", T_INT, 0},
    {"GROUP_ID", "groupId", T_INT, 0},
    {"TAGS", "tags", T_STRINGS, 0},
    {"XML_ID", "xmlId", T_STRING, 0},
    {"ALLOW_CHANGE_DEADLINE", "allowChangeDeadline", T_FLAG, 0},
    {"TASK_CONTROL", "taskControl", T_FLAG, 0},
    {"UF_CRM_TASK", "ufCrmTask", T_STRINGS, 0},
    {"CREATED_DATE", "createdDate", T_TIME, R},
    {"CHANGED_DATE", "changedDate", T_TIME, R},
    {"CLOSED_DATE", "closedDate", T_TIME, R},
    {0},
};

/* Another name of STATUS, without what is worked out of the deadline. */
static const struct b24_field real_status = {"STATUS", "", T_INT, 0};

static void
core(struct b24_call *c, const char *en, const char *ru)
{
	b24_fail(c, 400, "ERROR_CORE", "%s<br>",
	    sim_is(c->b->sim, "language", "ru") ? ru : en);
}

static void
not_allowed(struct b24_call *c)
{
	b24_fail(c, 400, "0", "Action on the task is not allowed");
}

static json_t *
shown_new(const json_t *row, const json_t *select)
{
	json_t *out = json_object(), *v, *x;
	size_t i;

	for (const struct b24_field *f = fields; f->upper; f++) {
		/* What it is bound to comes only when it is asked for. */
		bool named = !json_array_size(select) &&
			     strcmp(f->upper, "UF_CRM_TASK") != 0;

		json_array_foreach (select, i, x) {
			const char *s = json_string_value(x);

			named =
			    named ||
			    (s &&
				(strcmp(s, f->upper) == 0 ||
				    (strcmp(s, "*") == 0 &&
					strcmp(f->upper, "UF_CRM_TASK") != 0)));
		}
		v = json_object_get(row, f->upper);
		if (named || strcmp(f->upper, "ID") == 0)
			json_object_set_new(out, f->camel,
			    !v && f->type == T_INT       ? json_string("0")
			    : !v && f->type == T_STRINGS ? json_array()
							 : b24_old_new(f, v));
	}
	return out;
}

static void
set_status(struct b24_call *c, json_t *row, int status)
{
	json_int_t now = sim_now(c->b->sim);

	json_object_set_new(row, "STATUS", json_integer(status));
	json_object_set_new(row, "CHANGED_DATE", json_integer(now));
	if (status == COMPLETED)
		json_object_set_new(row, "CLOSED_DATE", json_integer(now));
	else
		json_object_del(row, "CLOSED_DATE");
}

/* Puts the fields that are there into the row. */
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
		if (!value && f->type == T_TIME)
			core(c, "Incorrect date format in DEADLINE.",
			    "Неверный формат даты.");
		else if (!value && f->type == T_STRINGS && json_is_string(v))
			value = json_pack("[O]", v);
		if (value)
			json_object_set_new(row, name, value);
	}
}

static void
check(struct b24_call *c, const json_t *row)
{
	int64_t status = b24_num(row, "STATUS");

	if (c->failed)
		return;
	if (!b24_word(row, "TITLE")[0])
		core(c, "Task name is not specified.",
		    "Не указано название задачи.");
	else if (!b24_num(row, "RESPONSIBLE_ID"))
		core(c, "Responsible person is not specified.",
		    "Не указан ответственный.");
	else if (!b24_active(c->b, b24_num(row, "RESPONSIBLE_ID")))
		core(c,
		    "The user specified in the field \"Responsible person\" "
		    "was not found.",
		    "Пользователь, указанный в поле \"Ответственный\", не "
		    "найден.");
	else if (!b24_user(c->b, b24_num(row, "CREATED_BY")))
		core(c,
		    "The user specified in the field \"Creator\" was not "
		    "found.",
		    "Пользователь, указанный в поле \"Постановщик\", не "
		    "найден.");
	else if (status < 1 || status > 7)
		core(c, "Incorrect status.", "Неверный статус.");
}

static const json_t *
given_fields(struct b24_call *c)
{
	const json_t *given = b24_arg(c, "fields");

	if (!json_is_object(given))
		b24_fail(c, 400, "100",
		    "Could not find value for parameter {fields}");
	return c->failed ? NULL : given;
}

void
m_task_add(struct b24_call *c)
{
	const json_t *given = given_fields(c);
	json_int_t now = sim_now(c->b->sim);
	json_t *row;

	if (!given)
		return;
	row = json_pack("{s:I, s:i, s:i, s:s, s:s, s:I, s:I}", "CREATED_BY",
	    (json_int_t)c->b->owner, "STATUS", PENDING, "PRIORITY", 1,
	    "TASK_CONTROL", "N", "DESCRIPTION_IN_BBCODE", "Y", "CREATED_DATE",
	    now, "CHANGED_DATE", now);
	write_fields(c, row, given);
	check(c, row);
	if (c->failed) {
		json_decref(row);
		return;
	}
	if (sim_is(c->b->sim, "task-status", "ignore"))
		set_status(c, row, PENDING);
	else
		set_status(c, row, (int)b24_num(row, "STATUS"));
	b24_insert(&c->b->t[B24_TASK], row, now);
	c->result = json_pack("{s:o}", "task", shown_new(row, NULL));
}

/* "taskId" as a number that is a task. */
static json_t *
row_of(struct b24_call *c)
{
	const json_t *id = b24_arg(c, "taskId");
	json_t *row = b24_row(&c->b->t[B24_TASK], b24_arg_id(c, "taskId"));
	int64_t n;

	if (!id)
		b24_fail(c, 400, "100",
		    "Could not find value for parameter {taskId}");
	else if (!b24_int(id, &n))
		b24_fail(c, 400, "0", "wrong task id");
	else if (!row || !b24_sees(c->b, B24_TASK, row))
		not_allowed(c);
	return c->failed ? NULL : row;
}

void
m_task_get(struct b24_call *c)
{
	json_t *row = row_of(c);

	if (row)
		c->result = json_pack(
		    "{s:o}", "task", shown_new(row, b24_arg(c, "select")));
}

static void
update(struct b24_call *c, json_t *row, const json_t *given)
{
	json_t *was = json_deep_copy(row);

	write_fields(c, row, given);
	check(c, row);
	if (c->failed) {
		json_object_clear(row);
		json_object_update(row, was);
	} else {
		json_object_set_new(row, "CHANGED_DATE",
		    json_integer((json_int_t)sim_now(c->b->sim)));
		b24_reindex(&c->b->t[B24_TASK], b24_num(row, "ID"));
		c->result = json_pack("{s:o}", "task", shown_new(row, NULL));
	}
	json_decref(was);
}

void
m_task_update(struct b24_call *c)
{
	json_t *row = row_of(c);
	const json_t *given = row ? given_fields(c) : NULL;

	if (given)
		update(c, row, given);
}

void
m_task_delegate(struct b24_call *c)
{
	json_t *row = row_of(c), *given;

	if (!row)
		return;
	given = json_object();
	json_object_set_new(given, "RESPONSIBLE_ID",
	    json_integer((json_int_t)b24_arg_id(c, "userId")));
	update(c, row, given);
	json_decref(given);
}

void
m_task_delete(struct b24_call *c)
{
	if (!row_of(c))
		return;
	b24_delete(&c->b->t[B24_TASK], b24_arg_id(c, "taskId"));
	c->result = json_pack("{s:b}", "task", 1);
}

void
m_task_complete(struct b24_call *c)
{
	json_t *row = row_of(c);
	int64_t status;

	if (!row)
		return;
	status = b24_num(row, "STATUS");
	if (status == COMPLETED &&
	    sim_is(c->b->sim, "complete-twice", "refuse")) {
		not_allowed(c);
		return;
	}
	set_status(c, row,
	    strcmp(b24_word(row, "TASK_CONTROL"), "Y") == 0 && status != CONTROL
		? CONTROL
		: COMPLETED);
	c->result = json_pack("{s:o}", "task", shown_new(row, NULL));
}

/* ---- lists ---- */

static const struct b24_field *
filtered(const struct b24 *b, const char *name)
{
	static const char *const none[] = {"DESCRIPTION", "PRIORITY",
	    "ACCOMPLICES", "AUDITORS", "TASK_CONTROL", NULL};

	if (strcmp(name, "REAL_STATUS") == 0)
		return &real_status;
	if (strcmp(name, "TAG") == 0)
		name = "TAGS";
	if (strcmp(name, "XML_ID") == 0 &&
	    sim_is(b->sim, "xml-id-filter", "ignore"))
		return NULL;
	for (size_t i = 0; none[i]; i++)
		if (strcmp(name, none[i]) == 0)
			return NULL;
	return b24_field(fields, name, false);
}

/* STATUS: -1 is overdue. */
static bool
overdue(struct b24 *b, const json_t *row, const void *ctx)
{
	int64_t at = b24_num(row, "DEADLINE");

	(void)ctx;
	return at && at < sim_now(b->sim) && b24_num(row, "STATUS") < CONTROL;
}

static void
add_cond(
    struct b24_call *c, struct b24_list *l, const char *key, const json_t *v)
{
	struct b24_cond *x = &l->cond[l->n];
	const char *name = b24_op(key, x->op);
	int64_t n;

	x->f = filtered(c->b, name);
	x->value = v;
	if (!x->f || l->n == COND_MAX)
		return;
	if (strcmp(name, "STATUS") == 0 && b24_int(v, &n) && n == -1) {
		l->also = overdue;
		return;
	}
	if (strcmp(name, "TITLE") == 0 && !x->op[0])
		snprintf(x->op, sizeof(x->op), "=%%"); /* a pattern */
	l->search = l->search && strcmp(name, "ID") != 0;
	l->n++;
}

void
m_task_list(struct b24_call *c)
{
	struct b24_cond cond[COND_MAX + 1];
	struct b24_list l = {.kind = B24_TASK, .cond = cond, .search = true};
	const char *key;
	json_t *v, *tasks;
	struct b24_ids ids;
	char way[8];

	json_object_foreach ((json_t *)(uintptr_t)b24_arg(c, "filter"), key, v)
		add_cond(c, &l, key, v);
	json_object_foreach ((json_t *)(uintptr_t)b24_arg(c, "order"), key, v) {
		l.order = b24_field(fields, key, false);
		l.down =
		    b24_str(v, way, sizeof(way))[0] == 'd' || way[0] == 'D';
		if (!l.order) {
			b24_fail(c, 400, "0", "Unknown sort key: %s", key);
			return;
		}
		break;
	}
	b24_int(b24_arg(c, "start"), &l.start);
	ids = b24_select(c, &l);
	tasks = json_array();
	for (size_t i = 0; i < ids.n; i++)
		json_array_append_new(
		    tasks, shown_new(b24_row(&c->b->t[B24_TASK], ids.v[i]),
			       b24_arg(c, "select")));
	free(ids.v);
	c->result = json_pack("{s:o}", "tasks", tasks);
}

void
m_task_fields(struct b24_call *c)
{
	json_t *all = json_object();

	for (const struct b24_field *f = fields; f->upper; f++)
		json_object_set_new(all, f->upper,
		    json_pack("{s:s, s:s}", "title", f->upper, "type",
			f->type == T_TIME  ? "datetime"
			: f->type == T_INT ? "integer"
					   : "string"));
	c->result = json_pack("{s:o}", "fields", all);
}
