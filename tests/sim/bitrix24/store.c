/* SPDX-License-Identifier: MIT */
#include "b24.h"

#include "base/str.h"
#include "base/xalloc.h"

static const char *const indexed[] = {"ORIGIN_ID", "CONTACT_IDS", "LEAD_ID",
    "UF_CRM_TASK", "OWNER", "PHONE", "ENTITY_ID", NULL};

bool
b24_is_indexed(const char *field)
{
	for (size_t i = 0; indexed[i]; i++)
		if (strcmp(indexed[i], field) == 0)
			return true;
	return false;
}

static void
add(struct b24_table *t, const char *field, const char *value, int64_t id)
{
	struct buf key = {0};
	struct b24_ids *ids;

	buf_fmt(&key, "%s=%s", field, value);
	ids = map_get(&t->index, key.p);
	if (!ids) {
		ids = xcalloc(1, sizeof(*ids));
		map_set(&t->index, key.p, ids);
	}
	buf_free(&key);
	for (size_t i = ids->n; i-- > 0;)
		if (ids->v[i] == id)
			return;
	ids->v = xrealloc(ids->v, ids->n + 1, sizeof(*ids->v));
	ids->v[ids->n++] = id;
}

static void
add_value(struct b24_table *t, const char *field, const json_t *v, int64_t id)
{
	struct buf text = {0};
	json_t *x;
	size_t i;

	json_array_foreach (v, i, x)
		add_value(t, field, x, id);
	if (json_is_object(v)) /* a phone */
		v = json_object_get(v, "KEY");
	if (b24_text(v, &text))
		add(t, field, buf_cstr(&text), id);
	buf_free(&text);
}

void
b24_reindex(struct b24_table *t, int64_t id)
{
	const json_t *row = b24_row(t, id);

	for (size_t i = 0; row && indexed[i]; i++)
		add_value(t, indexed[i], json_object_get(row, indexed[i]), id);
}

int64_t
b24_insert(struct b24_table *t, json_t *v, int64_t at)
{
	int64_t id = t->first + (int64_t)t->n;

	json_object_set_new(v, "ID", json_integer(id));
	if ((t->n & (t->n - 1)) == 0)
		t->row = xrealloc(t->row, t->n ? t->n * 2 : 1, sizeof(*t->row));
	t->row[t->n++] = (struct b24_row){v, at};
	b24_reindex(t, id);
	return id;
}

json_t *
b24_row(const struct b24_table *t, int64_t id)
{
	int64_t i = id - t->first;

	return i >= 0 && (uint64_t)i < t->n ? t->row[i].v : NULL;
}

bool
b24_delete(struct b24_table *t, int64_t id)
{
	json_t *row = b24_row(t, id);

	if (!row)
		return false;
	json_decref(row);
	t->row[id - t->first].v = NULL;
	return true;
}

const struct b24_ids *
b24_indexed(const struct b24_table *t, const char *field, const char *value)
{
	static const struct b24_ids none;
	struct buf key = {0};
	const struct b24_ids *ids;

	buf_fmt(&key, "%s=%s", field, value);
	ids = map_get(&t->index, key.p);
	buf_free(&key);
	return ids ? ids : &none;
}

static void
free_ids(void *ctx, void *value)
{
	struct b24_ids *ids = value;

	(void)ctx;
	free(ids->v);
	free(ids);
}

void
b24_table_free(struct b24_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		json_decref(t->row[i].v);
	free(t->row);
	map_each(&t->index, free_ids, NULL);
	map_free(&t->index);
}
