/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: rec against jansson. Both accept the same lines and read the same
 * top-level strings; setting and removing members leaves the others' bytes and
 * a valid line.
 */
#include "call/rec.h"
#include "io/jsonx.h"

#include "base/str.h"

#include <jansson.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

/* All members but `key`, as "key=raw;". */
struct others {
	const char *key;
	struct buf out;
};

static void
note(void *ctx, struct span key, struct span raw)
{
	struct others *o = ctx;

	if (o->key && str_eq(key, o->key))
		return;
	buf_span(&o->out, key);
	buf_chr(&o->out, '=');
	buf_span(&o->out, raw);
	buf_chr(&o->out, ';');
}

static void
same_strings(struct rec *r, json_t *j)
{
	struct buf b = {0};
	const char *key;
	json_t *value;

	json_object_foreach (j, key, value) {
		const char *want = json_string_value(value);

		if (strchr(key, '.'))
			continue;
		must(rec_type(r, key) != REC_NONE, "every key is found");
		must(rec_is(r, key, "") == (want && !*want), "empty strings");
		if (!want)
			continue;
		must(rec_is(r, key, want), "a string equals jansson's");
		buf_clear(&b);
		must(rec_text(r, key, &b) && strcmp(b.p, want) == 0,
		    "a text equals jansson's");
		buf_clear(&b);
		json_quote(&b, rec_str(r, key));
		must(b.len >= 2 && b.p[0] == '"', "a text can be quoted");
	}
	buf_free(&b);
}

static void
still_valid(struct rec *r, const char *what)
{
	struct span line = rec_line(r);
	struct rec *again = rec_new();
	struct err e = {0};

	must(rec_parse(again, line.p, line.n, &e) == 0, what);
	must(str_same(rec_line(again), line), "a record stays itself");
	must(!memchr(line.p, '\n', line.n), "a record is one line");
	rec_free(again);
}

static void
writes(struct rec *r, const char *key)
{
	static const char json[] = "{\"set\":[\"\\u0041\",1e5]}";
	struct others before = {.key = key}, after = {.key = key};

	rec_each(r, "", note, &before);
	rec_set(r, key, json, sizeof(json) - 1);
	still_valid(r, "valid after a set");
	if (!strchr(key, '.'))
		must(str_eq(rec_raw(r, key), json), "what was set is there");
	rec_each(r, "", note, &after);
	must(strcmp(buf_cstr(&before.out), buf_cstr(&after.out)) == 0,
	    "a set leaves the others alone");
	rec_del(r, key);
	still_valid(r, "valid after a removal");
	must(strchr(key, '.') || rec_type(r, key) == REC_NONE,
	    "what was removed is gone");
	buf_clear(&after.out);
	after.key = NULL;
	rec_each(r, "", note, &after);
	must(strcmp(buf_cstr(&before.out), buf_cstr(&after.out)) == 0,
	    "a removal leaves the others alone");
	buf_free(&before.out);
	buf_free(&after.out);
}

/* Keys that are there, and keys made of the input's own bytes. */
static void
writes_some(struct rec *r, json_t *j, const uint8_t *data, size_t size)
{
	char key[9] = "";
	void *member = json_object_iter(j);

	for (unsigned i = 0; member && i < data[size / 2] % 4u; i++)
		member = json_object_iter_next(j, member);
	if (member)
		writes(r, json_object_iter_key(member));
	for (size_t i = 0; i < sizeof(key) - 1 && i < size; i++)
		key[i] = (char)(data[size - 1 - i] & 0x7f);
	writes(r, key);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rec *r; /* kept, as the programs keep it */
	json_error_t why;
	struct err e = {0};
	json_t *j;
	bool good, both;

	if (!r)
		r = rec_new();
	good = rec_parse(r, (const char *)data, size, &e) == 0;
	must(good == (e.kind == ERR_NONE), "a refusal says why");
	must(good == (rec_line(r).p != NULL), "a refusal leaves nothing");
	j = json_loadb((const char *)data, size,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &why);
	both = j || (json_error_code(&why) != json_error_numeric_overflow &&
			json_error_code(&why) != json_error_stack_overflow);
	/* jansson 2.14 overlooks a NUL behind a number. */
	if (both)
		must(good == (json_is_object(j) &&
				 (size == 0 || !memchr(data, 0, size))),
		    "jansson accepts the same");
	if (good && j) {
		still_valid(r, "valid as it was read");
		same_strings(r, j);
		writes_some(r, j, data, size);
	}
	json_decref(j);
	return 0;
}
