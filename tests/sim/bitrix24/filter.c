/* SPDX-License-Identifier: MIT */
/* Lists: conditions, order, pages. */
#include "b24.h"

#include "base/str.h"
#include "base/xalloc.h"

#include <strings.h>

const char *
b24_op(const char *key, char op[3])
{
	static const char *const ops[] = {"!@", "!=", ">=", "<=", "=%",
	    "%=", "!%", "=", "!", ">", "<", "@", "%", NULL};

	op[0] = '\0';
	for (size_t i = 0; ops[i]; i++) {
		size_t n = strlen(ops[i]);

		if (strncmp(key, ops[i], n) != 0)
			continue;
		snprintf(op, 3, "%s", ops[i]);
		key += n;
		break;
	}
	if (strcmp(op, "=") == 0)
		op[0] = '\0';
	if (strcmp(op, "!=") == 0)
		op[1] = '\0';
	if (strcmp(op, "%=") == 0)
		memcpy(op, "=%", 3);
	return key;
}

/* Does a pattern with % fit? Case doesn't count. */
static bool
fits(const char *p, const char *s)
{
	for (; *p; p++, s++) {
		if (*p == '%') {
			for (; *s; s++)
				if (fits(p + 1, s))
					return true;
			return fits(p + 1, s) || !p[1];
		}
		if (strncasecmp(p, s, 1) != 0)
			return false;
	}
	return !*s;
}

static int
compare(const struct b24_field *f, const json_t *a, const char *b)
{
	struct buf text = {0};
	int64_t x, y;
	int c;

	b24_text(a, &text);
	if ((f->type == T_INT || f->type == T_USER || f->type == T_TIME) &&
	    str_num(str_span(buf_cstr(&text)), INT64_MIN, INT64_MAX, &x) &&
	    str_num(str_span(b), INT64_MIN, INT64_MAX, &y))
		c = x < y ? -1 : x > y;
	else
		c = strcasecmp(buf_cstr(&text), b);
	buf_free(&text);
	return c;
}

static bool
holds_one(const struct b24_cond *c, const json_t *v, const char *want)
{
	struct buf text = {0}, like = {0};
	bool yes;

	if (strchr(c->op, '%')) {
		b24_text(v, &text);
		buf_fmt(&like, c->op[0] == '=' ? "%s" : "%%%s%%", want);
		yes = fits(like.p, buf_cstr(&text));
		buf_free(&text);
		buf_free(&like);
		return yes;
	}
	if (c->op[0] == '>')
		return compare(c->f, v, want) >= (c->op[1] != '=');
	if (c->op[0] == '<')
		return compare(c->f, v, want) <= -(c->op[1] != '=');
	return compare(c->f, v, want) == 0;
}

/* The condition's value as text, times as ms. */
static void
wanted(
    struct b24 *b, const struct b24_cond *c, const json_t *v, struct buf *out)
{
	int64_t ms;

	if (c->f->type == T_TIME && b24_time(b, v, &ms))
		buf_fmt(out, "%lld", (long long)ms);
	else
		b24_text(v, out);
}

/* Any value of the field against any of the condition's. */
bool
b24_holds(struct b24 *b, const struct b24_cond *c, const json_t *row)
{
	const json_t *v = json_object_get(row, c->f->upper), *x, *w;
	bool list = json_is_array(c->value), any = false;
	size_t n = json_is_array(v) ? json_array_size(v) : 1;
	size_t m = list ? json_array_size(c->value) : 1;
	struct buf text = {0};

	if (strcmp(c->f->upper, "CONTACT_ID") == 0 &&
	    sim_is(b->sim, "contact-filter", "any") &&
	    json_object_get(row, "CONTACT_IDS")) {
		v = json_object_get(row, "CONTACT_IDS");
		n = json_array_size(v);
	}
	for (size_t j = 0; j < m && !any; j++) {
		w = list ? json_array_get(c->value, j) : c->value;
		buf_clear(&text);
		wanted(b, c, w, &text);
		for (size_t i = 0; i < n && !any; i++) {
			x = json_is_array(v) ? json_array_get(v, i) : v;
			if (c->f->type == T_MULTI)
				x = json_object_get(x, "VALUE");
			any = holds_one(c, x, buf_cstr(&text));
		}
		if (!n && !text.len)
			any = true;
	}
	buf_free(&text);
	return c->op[0] == '!' ? !any : any;
}

/* ---- which rows ---- */

static void
push(struct b24_ids *ids, int64_t id)
{
	if ((ids->n & (ids->n - 1)) == 0)
		ids->v =
		    xrealloc(ids->v, ids->n ? ids->n * 2 : 1, sizeof(*ids->v));
	ids->v[ids->n++] = id;
}

/* Rows that a condition leaves, by the index; false if it is no help. */
static bool
narrow(const struct b24_table *t, const struct b24_cond *c, struct b24_ids *out)
{
	bool list = json_is_array(c->value);
	size_t m = list ? json_array_size(c->value) : 1;
	const char *name = c->f->upper;
	struct buf text = {0};
	int64_t id;

	if (strcmp(name, "CONTACT_ID") == 0)
		name = "CONTACT_IDS"; /* which has the primary one, too */
	if ((c->op[0] && strcmp(c->op, "@") != 0) ||
	    (strcmp(name, "ID") != 0 &&
		(!b24_is_indexed(name) || c->f->type == T_MULTI)))
		return false;
	for (size_t j = 0; j < m; j++) {
		const json_t *w = list ? json_array_get(c->value, j) : c->value;
		const struct b24_ids *found;

		if (strcmp(name, "ID") == 0) {
			if (b24_int(w, &id))
				push(out, id);
			continue;
		}
		buf_clear(&text);
		b24_text(w, &text);
		found = b24_indexed(t, name, buf_cstr(&text));
		if (!text.len) {
			buf_free(&text);
			return false; /* what has none isn't indexed */
		}
		for (size_t i = 0; i < found->n; i++)
			push(out, found->v[i]);
	}
	buf_free(&text);
	return true;
}

static int
by_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static bool
wanted_row(struct b24_call *c, const struct b24_list *l, int64_t id)
{
	struct b24 *b = c->b;
	const struct b24_table *t = &b->t[l->kind];
	const json_t *row = b24_row(t, id);

	if (!row || !b24_sees(b, l->kind, row))
		return false;
	if (l->search && b->sim->lag_ms &&
	    t->row[id - t->first].at > sim_now(b->sim) - b->sim->lag_ms)
		return false;
	for (size_t i = 0; i < l->n; i++)
		if (!b24_holds(b, &l->cond[i], row))
			return false;
	return !l->also || l->also(b, row, l->ctx);
}

/* ---- order and pages ---- */

struct sort_by {
	const struct b24_table *t;
	const struct b24_list *l;
	uint64_t salt;
};

static uint64_t
jumble(uint64_t x)
{
	x *= 0x9e3779b97f4a7c15u;
	x ^= x >> 29;
	return x * 0xbf58476d1ce4e5b9u;
}

static int
by_order(const void *a, const void *b, void *ctx)
{
	const struct sort_by *s = ctx;
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	struct buf text = {0};
	uint64_t p, q;
	int c;

	if (s->l->order) {
		const struct b24_field *f = s->l->order;

		b24_text(json_object_get(b24_row(s->t, y), f->upper), &text);
		c = compare(f, json_object_get(b24_row(s->t, x), f->upper),
		    buf_cstr(&text));
		buf_free(&text);
		if (c)
			return s->l->down ? -c : c;
	} else if (s->salt) {
		p = jumble((uint64_t)x ^ s->salt);
		q = jumble((uint64_t)y ^ s->salt);
		return p < q ? -1 : p > q;
	}
	return x < y ? -1 : x > y;
}

struct b24_ids
b24_select(struct b24_call *c, const struct b24_list *l)
{
	const struct b24_table *t = &c->b->t[l->kind];
	struct b24_ids all = {0}, got = {0};
	struct sort_by by = {t, l, 0};
	bool narrowed = false;
	size_t from = l->start > 0 ? (size_t)l->start : 0;

	for (size_t i = 0; i < l->n && !narrowed; i++) {
		all.n = 0;
		narrowed = narrow(t, &l->cond[i], &all);
	}
	if (!narrowed) {
		all.n = 0;
		for (size_t i = 0; i < t->n; i++)
			push(&all, t->first + (int64_t)i);
	}
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), by_id);
	for (size_t i = 0; i < all.n; i++)
		if ((!i || all.v[i] != all.v[i - 1]) &&
		    wanted_row(c, l, all.v[i]))
			push(&got, all.v[i]);
	free(all.v);
	if (!l->order && sim_is(c->b->sim, "shuffle", "yes"))
		by.salt = jumble((uint64_t)c->b->sim->requests + 1) | 1;
	if (got.n)
		qsort_r(got.v, got.n, sizeof(*got.v), by_order, &by);
	c->total = json_integer(l->start < 0 ? 0 : (json_int_t)got.n);
	if (l->start >= 0 && from + B24_PAGE < got.n)
		c->next = json_integer((json_int_t)from + B24_PAGE);
	from = from < got.n ? from : got.n;
	got.n -= from;
	got.n = got.n < B24_PAGE ? got.n : B24_PAGE;
	if (got.n)
		memmove(got.v, got.v + from, got.n * sizeof(*got.v));
	return got;
}
