/* SPDX-License-Identifier: MIT */
/*
 * What tests ask: is anything there twice, does anything lack what it belongs
 * to; and everything there is, in words that two runs with the same outcome
 * share.
 */
#include "b24.h"

#include "base/xalloc.h"
#include "io/jsonx.h"

static const char *const kinds[B24_KINDS] = {"lead", "deal", "contact",
    "company", "task", "activity", "comment", "task comment", "call"};

/* ---- what is there twice ---- */

/* Counts a key; the second of it and those behind are told. */
static void
count(json_t *seen, json_t *twice, enum b24_kind k, const char *by,
    const char *value, json_int_t id)
{
	struct buf key = {0};
	json_t *ids;

	if (!value[0])
		return;
	buf_fmt(&key, "%s %s %s", kinds[k], by, value);
	ids = json_object_get(seen, key.p);
	if (!ids) {
		ids = json_array();
		json_object_set_new(seen, key.p, ids);
	}
	json_array_append_new(ids, json_integer(id));
	if (json_array_size(ids) == 2)
		json_array_append_new(
		    twice, json_pack("{s:s, s:s, s:s, s:O}", "kind", kinds[k],
			       "by", by, "value", value, "ids", ids));
	buf_free(&key);
}

/*
 * The marker and the word behind it, wherever a text has them. A note may hang
 * on several entities, once on each.
 */
static void
count_marks(json_t *seen, json_t *twice, enum b24_kind k, const json_t *row,
    const char *marker)
{
	static const char *const texts[] = {
	    "TITLE", "DESCRIPTION", "COMMENT", "XML_ID", "POST_MESSAGE", NULL};
	json_t *mine = json_object(), *x;
	const char *p, *word;
	size_t n = strlen(marker);
	struct buf w = {0};

	for (size_t i = 0; texts[i]; i++)
		for (p = b24_word(row, texts[i]); (p = strstr(p, marker));
		     p += n) {
			buf_clear(&w);
			buf_add(
			    &w, p, n + strcspn(p + n, " \t\r\n<>[]()\"',;"));
			if (k == B24_COMMENT)
				buf_fmt(&w, " on %s %lld",
				    b24_word(row, "ENTITY_TYPE"),
				    (long long)b24_num(row, "ENTITY_ID"));
			/* Once a row, however often it says so. */
			json_object_set_new(mine, w.p, json_true());
		}
	json_object_foreach (mine, word, x)
		count(seen, twice, k, "marker", word, b24_num(row, "ID"));
	json_decref(mine);
	buf_free(&w);
}

static void
find_twice(const struct b24 *b, enum b24_kind k, const char *marker,
    json_t *seen, json_t *twice)
{
	const struct b24_table *t = &b->t[k];
	struct buf origin = {0};
	json_t *x;
	size_t j;

	for (size_t i = 0; i < t->n; i++) {
		const json_t *row = t->row[i].v;
		json_int_t id = b24_num(row, "ID");

		if (!row)
			continue;
		buf_clear(&origin);
		if (b24_word(row, "ORIGIN_ID")[0])
			buf_fmt(&origin, "%s/%s",
			    b24_word(row, "ORIGINATOR_ID"),
			    b24_word(row, "ORIGIN_ID"));
		count(seen, twice, k, "ORIGIN_ID", buf_cstr(&origin), id);
		count(seen, twice, k, "XML_ID", b24_word(row, "XML_ID"), id);
		count(seen, twice, k, "EXTERNAL_CALL_ID",
		    b24_word(row, "EXTERNAL_CALL_ID"), id);
		if (k == B24_CONTACT)
			json_array_foreach (json_object_get(row, "PHONE"), j, x)
				count(seen, twice, k, "PHONE",
				    b24_word(x, "KEY"), id);
		if (marker && *marker)
			count_marks(seen, twice, k, row, marker);
	}
	buf_free(&origin);
}

/* ---- what lacks its owner ---- */

static const json_t *
target(const struct b24 *b, const char *word, enum b24_kind *k)
{
	char *letter = xstrndup(word, strcspn(word, "_"));
	const struct b24_entity *e = b24_entity_by_name(letter, k);
	const char *id = strchr(word, '_');

	free(letter);
	return e && id ? b24_row(&b->t[*k], strtoll(id + 1, NULL, 10)) : NULL;
}

static void
orphan(json_t *list, enum b24_kind k, const json_t *row, const char *why,
    const json_t *what)
{
	json_array_append_new(
	    list, json_pack("{s:s, s:I, s:s, s:O?}", "kind", kinds[k], "id",
		      b24_num(row, "ID"), "lacks", why, "value", what));
}

static void
look_at(const struct b24 *b, enum b24_kind k, const json_t *row, json_t *list)
{
	enum b24_kind other;
	json_t *x;
	size_t i;
	int64_t user;

	json_array_foreach (json_object_get(row, "CONTACT_IDS"), i, x)
		if (!b24_row(&b->t[B24_CONTACT], json_integer_value(x)))
			orphan(list, k, row, "contact", x);
	json_array_foreach (json_object_get(row, "UF_CRM_TASK"), i, x)
		if (!target(b, json_string_value(x), &other))
			orphan(list, k, row, "entity", x);
	json_array_foreach (json_object_get(row, "OWNER"), i, x) {
		const char *s = json_string_value(x);

		if (!b24_entity_by_id(strtoll(s, NULL, 10), &other) ||
		    !b24_row(
			&b->t[other], strtoll(strchr(s, '_') + 1, NULL, 10)))
			orphan(list, k, row, "entity", x);
	}
	if (k == B24_COMMENT &&
	    (!b24_entity_by_name(b24_word(row, "ENTITY_TYPE"), &other) ||
		!b24_row(&b->t[other], b24_num(row, "ENTITY_ID"))))
		orphan(
		    list, k, row, "entity", json_object_get(row, "ENTITY_ID"));
	if (k == B24_TASK &&
	    !json_array_size(json_object_get(row, "UF_CRM_TASK")))
		orphan(list, k, row, "any entity", NULL);
	user =
	    b24_num(row, k == B24_TASK || k == B24_ACTIVITY ? "RESPONSIBLE_ID"
							    : "ASSIGNED_BY_ID");
	if (user && !b24_active(b, user))
		orphan(list, k, row, "active user",
		    json_object_get(row, k == B24_TASK || k == B24_ACTIVITY
					     ? "RESPONSIBLE_ID"
					     : "ASSIGNED_BY_ID"));
}

json_t *
b24_audit(void *vendor, const char *marker)
{
	const struct b24 *b = vendor;
	json_t *twice = json_array(), *orphans = json_array();
	json_t *n = json_object(), *seen = json_object();

	for (int k = 0; k < B24_KINDS; k++) {
		const struct b24_table *t = &b->t[k];
		json_int_t rows = 0;

		find_twice(b, (enum b24_kind)k, marker, seen, twice);
		for (size_t i = 0; i < t->n; i++) {
			if (!t->row[i].v)
				continue;
			rows++;
			look_at(b, (enum b24_kind)k, t->row[i].v, orphans);
		}
		json_object_set_new(n, kinds[k], json_integer(rows));
	}
	json_decref(seen);
	return json_pack(
	    "{s:o, s:o, s:o}", "twice", twice, "orphans", orphans, "count", n);
}

/* ---- everything ---- */

/* What an entity is called in every run: its key, number or title. */
static void
call_it(enum b24_kind k, const json_t *row, struct buf *out)
{
	const json_t *phone = json_array_get(json_object_get(row, "PHONE"), 0);
	const char *name = b24_word(row, "ORIGIN_ID");

	if (!name[0] && phone)
		name = b24_word(phone, "KEY");
	if (!name[0])
		name = b24_word(row, "TITLE");
	buf_fmt(out, "%s %s", kinds[k], row ? name : "that is gone");
}

static json_t *
name_new(const struct b24 *b, enum b24_kind k, int64_t id)
{
	struct buf text = {0};
	json_t *v;

	call_it(k, b24_row(&b->t[k], id), &text);
	v = json_string(text.p);
	buf_free(&text);
	return v;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(json_string_value(*(json_t *const *)a),
	    json_string_value(*(json_t *const *)b));
}

/* Sorts a list of strings. */
static void
sort_words(json_t *list)
{
	size_t n = json_array_size(list);
	json_t **v = xcalloc(n + 1, sizeof(json_t *)), *x;
	size_t i;

	json_array_foreach (list, i, x)
		v[i] = json_incref(x);
	qsort(v, n, sizeof(json_t *), by_text);
	json_array_clear(list);
	for (i = 0; i < n; i++)
		json_array_append_new(list, v[i]);
	free(v);
}

/* Ids become names. */
static void
rename_ids(const struct b24 *b, json_t *row)
{
	json_t *named, *x;
	enum b24_kind k;
	size_t i;
	int64_t id;

	if ((id = b24_num(row, "CONTACT_ID")))
		json_object_set_new(
		    row, "CONTACT_ID", name_new(b, B24_CONTACT, id));
	if ((id = b24_num(row, "LEAD_ID")))
		json_object_set_new(row, "LEAD_ID", name_new(b, B24_LEAD, id));
	named = json_array();
	json_array_foreach (json_object_get(row, "CONTACT_IDS"), i, x)
		json_array_append_new(
		    named, name_new(b, B24_CONTACT, json_integer_value(x)));
	sort_words(named);
	json_object_set_new(row, "CONTACT_IDS", named);
	named = json_array();
	json_array_foreach (json_object_get(row, "UF_CRM_TASK"), i, x) {
		const json_t *t = target(b, json_string_value(x), &k);

		json_array_append_new(
		    named, t ? name_new(b, k, b24_num(t, "ID"))
			     : json_string("that is gone"));
	}
	sort_words(named);
	json_object_set_new(row, "UF_CRM_TASK", named);
	named = json_array();
	json_array_foreach (json_object_get(row, "OWNER"), i, x) {
		const char *s = json_string_value(x);

		b24_entity_by_id(strtoll(s, NULL, 10), &k);
		json_array_append_new(named,
		    name_new(b, k, strtoll(strchr(s, '_') + 1, NULL, 10)));
	}
	sort_words(named);
	json_object_set_new(row, "OWNER", named);
	if (b24_entity_by_name(b24_word(row, "ENTITY_TYPE"), &k))
		json_object_set_new(row, "ENTITY_ID",
		    name_new(b, k, b24_num(row, "ENTITY_ID")));
	if ((id = b24_num(row, "TASK_ID")))
		json_object_set_new(row, "TASK_ID", name_new(b, B24_TASK, id));
	if (b24_entity_by_id(b24_num(row, "OWNER_TYPE_ID"), &k))
		json_object_set_new(
		    row, "OWNER_ID", name_new(b, k, b24_num(row, "OWNER_ID")));
}

/* What says when or which run, and not what came of it. */
static void
strip(json_t *row)
{
	static const char *const gone[] = {"ID", "DATE_CREATE", "DATE_MODIFY",
	    "CREATED_DATE", "CHANGED_DATE", "CLOSED_DATE", "CREATED",
	    "LAST_UPDATED", "COMMUNICATIONS", "CALL_ID", "CRM_ACTIVITY_ID",
	    "CRM_ENTITY_ID", NULL};
	static const char *const lists[] = {
	    "CONTACT_IDS", "UF_CRM_TASK", "OWNER", NULL};
	json_t *x;
	size_t i;

	for (size_t g = 0; gone[g]; g++)
		json_object_del(row, gone[g]);
	for (size_t g = 0; lists[g]; g++)
		if (!json_array_size(json_object_get(row, lists[g])))
			json_object_del(row, lists[g]);
	json_array_foreach (json_object_get(row, "PHONE"), i, x)
		json_object_del(x, "ID");
	json_array_foreach (json_object_get(row, "EMAIL"), i, x)
		json_object_del(x, "ID");
}

static json_t *
line_new(const struct b24 *b, enum b24_kind k, const json_t *row, bool compare)
{
	json_t *v = json_deep_copy(row), *one;

	if (compare) {
		rename_ids(b, v);
		strip(v);
	}
	one = json_pack("{s:s, s:s}", "", "", "kind", kinds[k]);
	json_object_del(one, "");
	json_object_update(one, v);
	json_decref(v);
	return one;
}

json_t *
b24_state(void *vendor, bool compare)
{
	const struct b24 *b = vendor;
	json_t *lines = json_array(), *out, *x;
	size_t i;

	for (int k = 0; k < B24_KINDS; k++) {
		const struct b24_table *t = &b->t[k];

		for (i = 0; i < t->n; i++)
			if (t->row[i].v)
				json_array_append_new(
				    lines, line_new(b, (enum b24_kind)k,
					       t->row[i].v, compare));
	}
	if (!compare)
		return lines;
	out = json_array();
	json_array_foreach (lines, i, x) {
		char *text = json_dumps(x, JSON_COMPACT | JSON_SORT_KEYS);

		json_array_append_new(out, json_string(text));
		free(text);
	}
	json_decref(lines);
	sort_words(out);
	lines = json_array();
	json_array_foreach (out, i, x)
		json_array_append_new(
		    lines, json_stored_load(json_string_value(x)));
	json_decref(out);
	return lines;
}
