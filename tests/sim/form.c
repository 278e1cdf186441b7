/* SPDX-License-Identifier: MIT */
#include "form.h"

#include "base/str.h"

enum { DEPTH_MAX = 16 };

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void
form_decode(struct span s, struct buf *out)
{
	struct buf raw = {0};
	size_t n;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '+') {
			buf_chr(&raw, ' ');
		} else if (s.p[i] == '%' && i + 2 < s.n &&
			   hex(s.p[i + 1]) >= 0 && hex(s.p[i + 2]) >= 0) {
			buf_chr(&raw,
			    (char)(hex(s.p[i + 1]) * 16 + hex(s.p[i + 2])));
			i += 2;
		} else {
			buf_chr(&raw, s.p[i]);
		}
	}
	for (size_t i = 0; i < raw.len; i += n) {
		n = str_utf8_len(raw.p + i, raw.len - i);
		if (n && raw.p[i])
			buf_add(out, raw.p + i, n);
		else
			buf_str(out, "\xef\xbf\xbd");
		n = n ? n : 1;
	}
	buf_free(&raw);
}

/* The object below key, made if there is none. Borrowed. */
static json_t *
below(json_t *in, const char *key)
{
	json_t *v = json_object_get(in, key);

	if (!json_is_object(v)) {
		v = json_object();
		json_object_set_new(in, key, v);
	}
	return v;
}

/* "[]" is the next whole number. */
static void
next_key(const json_t *in, struct buf *key)
{
	const char *k;
	json_t *v;
	int64_t next = 0, i;

	json_object_foreach ((json_t *)(uintptr_t)in, k, v)
		if (str_num(str_span(k), 0, INT32_MAX, &i) && i >= next)
			next = i + 1;
	buf_fmt(key, "%lld", (long long)next);
}

static void
put(json_t *in, struct span name, struct span value)
{
	struct buf key = {0}, text = {0}, part = {0};
	const char *open, *close;
	struct span rest;

	form_decode(name, &key);
	open = key.len ? strchr(key.p, '[') : NULL;
	buf_add(&part, key.p, open ? (size_t)(open - key.p) : key.len);
	rest = open ? str_span(open) : (struct span){"", 0};
	for (int i = 0; i < DEPTH_MAX && rest.n && rest.p[0] == '['; i++) {
		close = memchr(rest.p, ']', rest.n);
		if (!close)
			break;
		in = below(in, buf_cstr(&part));
		buf_clear(&part);
		buf_add(&part, rest.p + 1, (size_t)(close - rest.p - 1));
		if (!part.len)
			next_key(in, &part);
		rest = str_span(close + 1);
	}
	form_decode(value, &text);
	json_object_set_new(
	    in, buf_cstr(&part), json_stringn(buf_cstr(&text), text.len));
	buf_free(&key);
	buf_free(&part);
	buf_free(&text);
}

/* Objects with the keys 0, 1, 2 … are lists. Steals v. */
static json_t *
lists_new(json_t *v)
{
	json_t *x, *list;
	const char *k;
	void *tmp;
	size_t n = 0;
	char want[24];

	if (!json_is_object(v))
		return v;
	json_object_foreach_safe(v, tmp, k, x)
	    json_object_set_new(v, k, lists_new(json_incref(x)));
	json_object_foreach (v, k, x) {
		snprintf(want, sizeof(want), "%zu", n++);
		if (strcmp(k, want) != 0)
			return v;
	}
	if (!n)
		return v;
	list = json_array();
	json_object_foreach (v, k, x)
		json_array_append(list, x);
	json_decref(v);
	return list;
}

json_t *
form_load(struct span s)
{
	json_t *all = json_object(), *x;
	const char *k;
	void *tmp;

	while (s.n) {
		const char *amp = memchr(s.p, '&', s.n);
		size_t n = amp ? (size_t)(amp - s.p) : s.n;
		const char *eq = memchr(s.p, '=', n);
		size_t name = eq ? (size_t)(eq - s.p) : n;

		if (name)
			put(all, (struct span){s.p, name},
			    eq ? (struct span){eq + 1, n - name - 1}
			       : (struct span){"", 0});
		n += amp != NULL;
		s.p += n;
		s.n -= n;
	}
	json_object_foreach_safe(all, tmp, k, x)
	    json_object_set_new(all, k, lists_new(json_incref(x)));
	return all;
}
