/* SPDX-License-Identifier: MIT */
/* Who works there. */
#include "methods.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "io/jsonx.h"

#include <strings.h>

json_t *
b24_user(const struct b24 *b, int64_t id)
{
	json_t *u;
	size_t i;

	json_array_foreach (b->users, i, u)
		if (b24_num(u, "ID") == id)
			return u;
	return NULL;
}

bool
b24_active(const struct b24 *b, int64_t id)
{
	const json_t *u = b24_user(b, id);

	return u && json_is_true(json_object_get(u, "ACTIVE"));
}

/* Lines of JSON; a user who is known already changes. */
int
b24_users_load(struct b24 *b, struct span text, struct err *e)
{
	if (!b->users)
		b->users = json_array();
	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;
		struct span line = str_trim((struct span){text.p, n});
		json_t *u, *known;

		n += end != NULL;
		text.p += n;
		text.n -= n;
		if (!line.n)
			continue;
		u = json_text_load(line, e);
		if (!u || b24_num(u, "ID") <= 0) {
			json_decref(u);
			return err_set(e, ERR_CONFIG, "a user needs an ID");
		}
		known = b24_user(b, b24_num(u, "ID"));
		if (known) {
			json_object_update(known, u);
		} else {
			if (!json_object_get(u, "ACTIVE"))
				json_object_set_new(u, "ACTIVE", json_true());
			json_array_append(b->users, u);
		}
		json_decref(u);
	}
	return 0;
}

static json_t *
shown_new(const json_t *u, const json_t *select)
{
	json_t *out = json_object(), *x, *v;
	const char *k;
	size_t i;

	json_object_set_new(
	    out, "ID", json_sprintf("%lld", (long long)b24_num(u, "ID")));
	json_object_foreach ((json_t *)(uintptr_t)u, k, v) {
		bool named = !json_array_size(select);

		json_array_foreach (select, i, x)
			named =
			    named || (json_is_string(x) &&
					 strcmp(json_string_value(x), k) == 0);
		if (named && strcmp(k, "ID") != 0)
			json_object_set(out, k, v);
	}
	if (!json_array_size(select))
		json_object_set_new(out, "TIMESTAMP_X", json_object());
	return out;
}

static bool
holds(const json_t *u, const char *key, const json_t *want)
{
	char op[3], a[256], b[256];
	const char *name = b24_op(key, op);
	const json_t *v = json_object_get(u, name), *x;
	bool any = false;
	size_t i;

	if (strcmp(name, "USER_TYPE") == 0)
		return true; /* all of ours are employees */
	if (strcmp(name, "NAME_SEARCH") == 0 || strcmp(name, "FIND") == 0) {
		snprintf(a, sizeof(a), "%s %s", b24_word(u, "NAME"),
		    b24_word(u, "LAST_NAME"));
		return strstr(a, b24_str(want, b, sizeof(b))) != NULL;
	}
	if (strcmp(name, "ACTIVE") == 0)
		return b24_true(want) == json_is_true(v);
	b24_str(v, a, sizeof(a));
	if (json_is_array(want)) {
		json_array_foreach (want, i, x)
			any =
			    any || strcasecmp(a, b24_str(x, b, sizeof(b))) == 0;
	} else {
		b24_str(want, b, sizeof(b));
		any = strchr(op, '%') ? strstr(a, b) != NULL
				      : strcasecmp(a, b) == 0;
	}
	return op[0] == '!' ? !any : any;
}

static void
list(struct b24_call *c)
{
	const json_t *filter = b24_arg(c, "FILTER");
	int64_t start = 0, n = 0;
	const char *k;
	json_t *u, *v;
	char order[8];
	size_t i, all = json_array_size(c->b->users);
	bool down =
	    strcasecmp(b24_str(b24_arg(c, "order"), order, sizeof(order)),
		"DESC") == 0;

	b24_int(b24_arg(c, "start"), &start);
	c->result = json_array();
	for (i = 0; i < all; i++) {
		bool fits = true;

		u = json_array_get(c->b->users, down ? all - 1 - i : i);
		json_object_foreach ((json_t *)(uintptr_t)filter, k, v)
			fits = fits && holds(u, k, v);
		if (!fits)
			continue;
		if (n >= (start > 0 ? start : 0) &&
		    json_array_size(c->result) < B24_PAGE)
			json_array_append_new(
			    c->result, shown_new(u, b24_arg(c, "select")));
		n++;
	}
	c->total = json_integer(start < 0 ? 0 : n);
	if (start >= 0 && n > start + B24_PAGE)
		c->next = json_integer(start + B24_PAGE);
}

void
m_user_get(struct b24_call *c)
{
	list(c);
}

void
m_user_search(struct b24_call *c)
{
	list(c);
}

void
m_user_current(struct b24_call *c)
{
	c->result = shown_new(b24_user(c->b, c->b->owner), NULL);
}

void
m_department_get(struct b24_call *c)
{
	static const struct {
		const char *id, *name, *parent, *head;
	} all[] = {{"1", "Магазин", NULL, "1"}, {"3", "Продажи", "1", "9"}};
	char id[20];

	b24_str(b24_arg(c, "ID"), id, sizeof(id));
	c->result = json_array();
	for (int i = 0; i < 2; i++) {
		json_t *row;

		if (id[0] && strcmp(id, all[i].id) != 0)
			continue;
		row = json_pack("{s:s, s:s, s:i}", "ID", all[i].id, "NAME",
		    all[i].name, "SORT", 500);
		json_put(row, "PARENT", all[i].parent);
		if (sim_is(c->b->sim, "uf-head", "yes"))
			json_put(row, "UF_HEAD", all[i].head);
		json_array_append_new(c->result, row);
	}
	c->total = json_integer((json_int_t)json_array_size(c->result));
}
