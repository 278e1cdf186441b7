/* SPDX-License-Identifier: MIT */
/*
 * batch: up to 50 commands, each "method?query". A value may refer to an
 * earlier result, $result[label][key]…; what can't be resolved is passed on as
 * it is, and the command runs nevertheless.
 */
#include "b24.h"

#include "../form.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "io/jsonx.h"

#include <strings.h>

struct batch {
	struct b24 *b;
	json_t *result, *error, *total, *next, *time;
	bool all_numbers; /* are labels */
	int64_t spent_ms;
};

/* "method?query" → the method. */
static char *
method_of(const json_t *cmd)
{
	const char *s = json_string_value(cmd);

	return s ? xstrndup(s, strcspn(s, "?")) : xstrdup("");
}

json_t *
b24_batch_commands(const json_t *args)
{
	json_t *list = json_array(), *x;
	const json_t *cmd = b24_in(args, "cmd");
	const char *k;
	size_t i;

	json_object_foreach ((json_t *)(uintptr_t)cmd, k, x) {
		char *m = method_of(x);

		json_array_append_new(list, json_string(m));
		free(m);
	}
	json_array_foreach (cmd, i, x) {
		char *m = method_of(x);

		json_array_append_new(list, json_string(m));
		free(m);
	}
	return list;
}

/* ---- references ---- */

/* What "[label][key]…" at *s stands for; *s moves behind it. Borrowed. */
static json_t *
referred(const struct batch *t, const char **s)
{
	json_t *v = t->result;
	const char *p = *s;
	int64_t n;

	while (*p == '[') {
		const char *end = strchr(p, ']');
		char *key;

		if (!end)
			return NULL;
		key = xstrndup(p + 1, (size_t)(end - p - 1));
		if (json_is_array(v))
			v = str_num(str_span(key), 0, INT32_MAX, &n)
				? json_array_get(v, (size_t)n)
				: NULL;
		else
			v = json_object_get(v, key);
		free(key);
		p = end + 1;
	}
	if (p == *s)
		return NULL;
	*s = p;
	return v;
}

static json_t *
resolve_text_new(const struct batch *t, const char *s)
{
	static const char mark[] = "$result";
	struct buf out = {0};
	const char *at;
	json_t *v;

	while ((at = strstr(s, mark))) {
		const char *end = at + sizeof(mark) - 1;
		size_t before = out.len;

		v = referred(t, &end);
		buf_add(&out, s, (size_t)(at - s));
		if (v && at == s && !*end && !before &&
		    (!(json_is_array(v) || json_is_object(v)) ||
			sim_is(t->b->sim, "whole-reference", "yes"))) {
			buf_free(&out);
			return json_deep_copy(v);
		}
		if (!v || !b24_text(v, &out))
			buf_add(&out, at, (size_t)(end - at));
		s = end;
	}
	buf_str(&out, s);
	v = json_stringn(out.p, out.len);
	buf_free(&out);
	return v;
}

static json_t *
resolve_new(const struct batch *t, const json_t *v)
{
	json_t *out, *x;
	const char *k;
	size_t i;

	if (json_is_object(v)) {
		out = json_object();
		json_object_foreach ((json_t *)(uintptr_t)v, k, x)
			json_object_set_new(out, k, resolve_new(t, x));
		return out;
	}
	if (json_is_array(v)) {
		out = json_array();
		json_array_foreach (v, i, x)
			json_array_append_new(out, resolve_new(t, x));
		return out;
	}
	return resolve_text_new(t, json_string_value(v));
}

/* ---- commands ---- */

/* True if it went well. */
static bool
one(struct batch *t, const char *label, const json_t *cmd, size_t n)
{
	const char *s = json_string_value(cmd), *q = s ? strchr(s, '?') : NULL;
	struct b24_call c = {.b = t->b};
	char *method = method_of(cmd);
	const struct b24_entry *m = b24_find_method(method);
	json_t *raw = form_load(str_span(q ? q + 1 : ""));
	json_t *args = resolve_new(t, raw);
	int64_t ms = 0;
	bool good;

	c.args = args;
	if (n > B24_BATCH)
		b24_fail(&c, 400, "ERROR_BATCH_LENGTH_EXCEEDED",
		    "Max batch length exceeded");
	else if (strcasecmp(method, "batch") == 0 ||
		 (m && (m->flags & NO_BATCH)))
		b24_fail(&c, 400, "ERROR_BATCH_METHOD_NOT_ALLOWED",
		    "Method is not allowed for batch usage");
	else
		b24_run(&c, method, &ms);
	good = !c.failed;
	if (good) {
		json_object_set(t->result, label, c.result);
		if (c.total)
			json_object_set(t->total, label, c.total);
		if (c.next)
			json_object_set(t->next, label, c.next);
		json_object_set_new(
		    t->time, label, b24_time_new(t->b, c.method, ms));
	} else {
		json_object_set_new(t->error, label,
		    json_pack("{s:s, s:s}", "error", c.code,
			"error_description",
			strcmp(c.code, "insufficient_scope") ? c.text : ""));
	}
	t->spent_ms += ms;
	b24_call_free(&c);
	free(method);
	json_decref(raw);
	json_decref(args);
	return good;
}

/*
 * PHP has one kind of array: empty ones, and those with the keys 0, 1, 2 …,
 * come as lists. Steals.
 */
static json_t *
php_new(json_t *o, bool forget_keys)
{
	json_t *list, *x;
	const char *k;
	char want[24];
	size_t n = 0;

	json_object_foreach (o, k, x) {
		snprintf(want, sizeof(want), "%zu", n++);
		if (strcmp(k, want) != 0 && !forget_keys)
			return o;
	}
	list = json_array();
	json_object_foreach (o, k, x)
		json_array_append(list, x);
	json_decref(o);
	return list;
}

static bool
is_number(const char *label)
{
	int64_t n;

	return str_num(str_span(label), 0, INT64_MAX, &n);
}

static void
run_all(struct batch *t, const json_t *cmd, bool halt)
{
	const char *k;
	json_t *x;
	size_t n = 0, i;
	char label[24];
	bool good = true;

	json_array_foreach (cmd, i, x) {
		snprintf(label, sizeof(label), "%zu", i);
		if (t->spent_ms >= B24_REQUEST_MS || (!good && halt))
			return;
		good = one(t, label, x, ++n);
	}
	json_object_foreach ((json_t *)(uintptr_t)cmd, k, x) {
		t->all_numbers = t->all_numbers && is_number(k);
		if (t->spent_ms >= B24_REQUEST_MS || (!good && halt))
			return;
		good = one(t, k, x, ++n);
	}
}

void
b24_batch(struct b24 *b, const struct sim_request *r, struct sim_answer *a)
{
	struct batch t = {b, json_object(), json_object(), json_object(),
	    json_object(), json_object(), true, 0};
	json_t *v, *inner, *x;
	const char *k;

	run_all(&t, b24_in(r->args, "cmd"), b24_true(b24_in(r->args, "halt")));
	a->cost_ms = t.spent_ms;
	json_object_foreach (t.error, k, x) {
		if (!a->notes)
			a->notes = json_object();
		json_object_set(a->notes, k, json_object_get(x, "error"));
	}
	inner = json_object();
	json_object_set_new(inner, "result", php_new(t.result, false));
	json_object_set_new(
	    inner, "result_error", php_new(t.error, t.all_numbers));
	json_object_set_new(inner, "result_total", php_new(t.total, false));
	json_object_set_new(inner, "result_next", php_new(t.next, false));
	json_object_set_new(inner, "result_time", php_new(t.time, false));
	v = json_object();
	json_object_set_new(v, "result", inner);
	json_object_set_new(v, "time", b24_time_new(b, NULL, t.spent_ms));
	a->status = 200;
	buf_str(&a->head, "Content-Type: application/json; charset=utf-8\r\n");
	json_append(&a->body, v);
	json_decref(v);
}
