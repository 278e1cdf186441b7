/* SPDX-License-Identifier: MIT */
#include "io/jsonx.h"

#include "base/str.h"
#include "base/xalloc.h"

void
json_setup(void)
{
	json_set_alloc_funcs(xmalloc, free);
}

json_t *
json_text_load(struct span s, struct err *e)
{
	json_error_t je;
	json_t *v =
	    json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &je);

	if (!v)
		err_set(e, ERR_INPUT, "byte %d: %s", je.position, je.text);
	return v;
}

json_t *
json_stored_load(const char *text)
{
	struct err e = {0};

	return text ? json_text_load(str_span(text), &e) : NULL;
}

/* Appends what a byte that can't stand for itself is spelt as. */
static void
spell(struct buf *out, char c)
{
	static const char named[] = "\b\f\n\r\t\"\\", letters[] = "bfnrt\"\\";
	const char *found = c ? strchr(named, c) : NULL;

	if (found) {
		buf_chr(out, '\\');
		buf_chr(out, letters[found - named]);
	} else if (c > '\0' && c < ' ') {
		buf_fmt(out, "\\u%04x", (unsigned)c);
	} else {
		buf_str(out, "\xef\xbf\xbd");
	}
}

void
json_quote(struct buf *out, struct span s)
{
	size_t from = 0, n;

	buf_chr(out, '"');
	for (size_t i = 0; i < s.n; i += n) {
		char c = s.p[i];

		n = 1;
		if (c >= ' ' && (unsigned char)c < 0x80 && c != '"' &&
		    c != '\\')
			continue;
		if ((unsigned char)c >= 0x80) {
			n = str_utf8_len(s.p + i, s.n - i);
			if (n)
				continue;
			n = 1;
		}
		buf_add(out, s.p + from, i - from);
		spell(out, c);
		from = i + 1;
	}
	buf_add(out, s.p + from, s.n - from);
	buf_chr(out, '"');
}

static int
add(const char *p, size_t n, void *ctx)
{
	buf_add(ctx, p, n);
	return 0;
}

static void
append_object(struct buf *out, json_t *v)
{
	char next = '{';
	const char *key;
	json_t *value;

	json_object_foreach (v, key, value) {
		buf_chr(out, next);
		json_quote(out, str_span(key));
		buf_chr(out, ':');
		json_append(out, value);
		next = ',';
	}
	buf_str(out, next == '{' ? "{}" : "}");
}

static void
append_array(struct buf *out, const json_t *v)
{
	buf_chr(out, '[');
	for (size_t i = 0; i < json_array_size(v); i++) {
		if (i)
			buf_chr(out, ',');
		json_append(out, json_array_get(v, i));
	}
	buf_chr(out, ']');
}

/* What jansson does looks for cycles first, which costs most of its time. */
void
json_append(struct buf *out, const json_t *v)
{
	if (!v)
		return;
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		append_object(out, (json_t *)(uintptr_t)v);
		break;
	case JSON_ARRAY:
		append_array(out, v);
		break;
	case JSON_STRING:
		json_quote(out,
		    (struct span){json_string_value(v), json_string_length(v)});
		break;
	default:
		json_dump_callback(v, add, out, JSON_ENCODE_ANY);
	}
}

const char *
json_str(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

const json_t *
json_find(const json_t *list, const char *key, const char *value)
{
	const json_t *x;
	size_t i;

	json_array_foreach (list, i, x) {
		const char *is = json_str(x, key);

		if (is && value && strcmp(is, value) == 0)
			return x;
	}
	return NULL;
}

void
json_put(json_t *object, const char *key, const char *s)
{
	if (s && s[0])
		json_object_set_new(object, key, json_string(s));
}
