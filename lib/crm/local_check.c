/* SPDX-License-Identifier: MIT */
#include "crm/local_check.h"

#include "base/clock.h"
#include "base/str.h"

#include <stdarg.h>

enum { PHONE_TEXT_MAX = 40 };

enum type {
	TEXT,    /* a string that isn't empty */
	PHONE,   /* the same, with a digit in it */
	TIME,    /* RFC 3339 with an offset */
	SECONDS, /* a whole number, not negative */
	OBJECT,
	VALUES, /* an object of strings, whole numbers and booleans */
	REFS,   /* [{"role","id"},…] */
};

/* A name means the same wherever it stands; the others are TEXT. */
static const struct {
	const char *name;
	enum type type;
} types[] = {
    {"phone", PHONE},
    {"at", TIME},
    {"due", TIME},
    {"seconds", SECONDS},
    {"talk", SECONDS},
    {"fields", OBJECT},
    {"source", OBJECT},
    {"custom", VALUES},
    {"known", REFS},
    {"on", REFS},
};

/* ---- results ---- */

json_t *
local_ok_new(json_t *stolen)
{
	return json_pack("{s:o}", "ok", stolen);
}

json_t *
local_error_new(const char *code, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* Cut in the middle of a character it would be no JSON string. */
	for (size_t n = strlen(text); !str_utf8(str_span(text));)
		text[--n] = '\0';
	return json_pack("{s:{s:s, s:s}}", "error", "code", code, "text", text);
}

json_t *
local_gone_new(const char *role, const char *id)
{
	json_t *r =
	    local_error_new("GONE", "there is no %.40s %.40s", role, id);
	json_t *e = json_object_get(r, "error");

	json_object_set_new(e, "role", json_string(role));
	json_object_set_new(e, "id", json_string(id));
	return r;
}

/* ---- members ---- */

/* The next word of *list; p is NULL behind the last. */
static struct span
word(const char **list)
{
	struct span w = {*list, strcspn(*list, " ")};

	if (w.n == 0)
		return (struct span){0};
	*list += w.n + (w.p[w.n] == ' ');
	return w;
}

bool
local_has_word(const char *list, const char *name)
{
	for (struct span w = word(&list); w.p; w = word(&list))
		if (str_eq(w, name))
			return true;
	return false;
}

static enum type
type_of(const char *name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, name) == 0)
			return types[i].type;
	return TEXT;
}

static bool
is_phone(const char *s)
{
	return strlen(s) <= PHONE_TEXT_MAX && strpbrk(s, "0123456789");
}

static bool
is_time(const char *s)
{
	int64_t ms;
	bool zoned;

	return clock_parse(str_span(s), &ms, &zoned) && zoned;
}

static json_t *
wrong_refs_new(const char *name, json_t *refs)
{
	json_t *ref, *wrong;
	size_t i;

	if (!json_is_array(refs))
		return local_error_new("INVALID", "%s is no array", name);
	json_array_foreach (refs, i, ref)
		if ((wrong = local_wrong_new(ref, "role id", "")))
			return wrong;
	return NULL;
}

static json_t *
wrong_object_new(const char *name, json_t *o, bool values_only)
{
	const char *key;
	json_t *value;

	if (!json_is_object(o))
		return local_error_new("INVALID", "%s is no object", name);
	json_object_foreach (o, key, value)
		if (values_only && !json_is_string(value) &&
		    !json_is_integer(value) && !json_is_boolean(value))
			return local_error_new("INVALID",
			    "%s: %.60s is no string, whole number or boolean",
			    name, key);
	return NULL;
}

static json_t *
wrong_text_new(const char *name, enum type type, json_t *value)
{
	const char *s = json_string_value(value);

	if (!s)
		return local_error_new("INVALID", "%s is no string", name);
	if (!*s)
		return local_error_new("INVALID", "%s is empty", name);
	if (type == PHONE && !is_phone(s))
		return local_error_new(
		    "INVALID", "%s is no phone number", name);
	if (type == TIME && !is_time(s))
		return local_error_new("INVALID", "%s is no time", name);
	return NULL;
}

/* What is wrong with the value of a member, NULL if nothing is. */
static json_t *
wrong_value_new(const char *name, json_t *value)
{
	enum type type = type_of(name);

	switch (type) {
	case TEXT:
	case PHONE:
	case TIME:
		return wrong_text_new(name, type, value);
	case SECONDS:
		if (json_is_integer(value) && json_integer_value(value) >= 0)
			return NULL;
		return local_error_new(
		    "INVALID", "%s is no number of seconds", name);
	case OBJECT:
	case VALUES:
		return wrong_object_new(name, value, type == VALUES);
	case REFS:
		break;
	}
	return wrong_refs_new(name, value);
}

json_t *
local_wrong_new(json_t *o, const char *must, const char *may)
{
	const char *name;
	json_t *value, *wrong;

	if (!json_is_object(o))
		return local_error_new("INVALID", "not an object");
	json_object_foreach (o, name, value) {
		if (!local_has_word(must, name) && !local_has_word(may, name))
			return local_error_new(
			    "INVALID", "unknown: %.60s", name);
		if ((wrong = wrong_value_new(name, value)))
			return wrong;
	}
	for (struct span w = word(&must); w.p; w = word(&must))
		if (!json_object_getn(o, w.p, w.n))
			return local_error_new(
			    "INVALID", "%.*s is missing", (int)w.n, w.p);
	return NULL;
}
