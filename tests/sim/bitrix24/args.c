/* SPDX-License-Identifier: MIT */
/* Parameters: everything may come as a string, names in any case. */
#include "b24.h"

#include "base/clock.h"
#include "base/str.h"

#include <stdarg.h>
#include <strings.h>

void
b24_fail(struct b24_call *c, int status, const char *code, const char *fmt, ...)
{
	va_list ap;

	if (c->failed)
		return;
	c->failed = true;
	c->status = status;
	snprintf(c->code, sizeof(c->code), "%s", code);
	va_start(ap, fmt);
	vsnprintf(c->text, sizeof(c->text), fmt, ap);
	va_end(ap);
}

const json_t *
b24_in(const json_t *object, const char *name)
{
	const json_t *v = json_object_get(object, name);
	const char *k;
	json_t *x;

	if (v)
		return v;
	json_object_foreach ((json_t *)(uintptr_t)object, k, x)
		if (strcasecmp(k, name) == 0)
			return x;
	return NULL;
}

const json_t *
b24_arg(const struct b24_call *c, const char *name)
{
	return b24_in(c->args, name);
}

bool
b24_int(const json_t *v, int64_t *out)
{
	if (json_is_integer(v)) {
		*out = json_integer_value(v);
		return true;
	}
	return json_is_string(v) && str_num(str_span(json_string_value(v)),
					INT64_MIN, INT64_MAX, out);
}

int64_t
b24_arg_id(const struct b24_call *c, const char *name)
{
	int64_t id = 0;

	return b24_int(b24_arg(c, name), &id) && id > 0 ? id : 0;
}

bool
b24_true(const json_t *v)
{
	const char *s = json_string_value(v);
	int64_t n = 0;

	if (json_is_true(v) || (b24_int(v, &n) && n == 1))
		return true;
	return s && (strcmp(s, "Y") == 0 || strcmp(s, "true") == 0);
}

bool
b24_text(const json_t *v, struct buf *out)
{
	if (json_is_string(v))
		buf_add(out, json_string_value(v), json_string_length(v));
	else if (json_is_integer(v))
		buf_fmt(out, "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v))
		buf_fmt(out, "%.15g", json_real_value(v));
	else if (json_is_boolean(v))
		buf_str(out, json_is_true(v) ? "1" : "");
	else
		return false;
	return true;
}

const char *
b24_str(const json_t *v, char *out, size_t size)
{
	struct buf text = {0};

	b24_text(v, &text);
	snprintf(out, size, "%s", buf_cstr(&text));
	buf_free(&text);
	return out;
}

bool
b24_time(const struct b24 *b, const json_t *v, int64_t *ms)
{
	struct span s = str_span(json_string_value(v));
	bool zoned;

	if (!s.p || !clock_parse(s, ms, &zoned))
		return false;
	if (zoned)
		return true;
	if (sim_is(b->sim, "bare-date", "refuse"))
		return false;
	if (sim_is(b->sim, "bare-date", "utc")) {
		struct buf text = {0};

		buf_span(&text, s);
		buf_chr(&text, 'Z');
		clock_parse(str_span(text.p), ms, &zoned);
		buf_free(&text);
	}
	return true;
}

json_t *
b24_iso_new(int64_t ms)
{
	struct buf text = {0};
	json_t *v;

	clock_local(ms, &text);
	v = json_string(text.p);
	buf_free(&text);
	return v;
}
