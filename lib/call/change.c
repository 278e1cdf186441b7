/* SPDX-License-Identifier: MIT */
#include "call/change.h"

#include "base/sha256.h"
#include "base/str.h"
#include "io/jsonx.h"

static const char *const fields[] = {"recording", "status", "seconds", "ai"};
enum { FIELDS = sizeof(fields) / sizeof(*fields) };

/* Appends a value in one spelling; nothing if it isn't there. */
static void
put_value(struct rec *r, const char *field, struct buf *out)
{
	struct span raw = rec_raw(r, field);
	struct err bad = {0};
	json_t *v;
	char *text;

	if (!raw.p)
		return;
	v = json_text_load(raw, &bad);
	text =
	    v ? json_dumps(v, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY)
	      : NULL;
	/* A number that jansson can't hold is compared as it is spelt. */
	buf_span(out, text ? str_span(text) : raw);
	free(text);
	json_decref(v);
}

bool
change_differs(struct rec *now, struct rec *had)
{
	struct buf a = {0}, b = {0};
	bool differs = false;

	for (size_t i = 0; i < FIELDS && !differs; i++) {
		buf_clear(&a);
		buf_clear(&b);
		put_value(now, fields[i], &a);
		put_value(had, fields[i], &b);
		differs =
		    a.len && !(a.len == b.len && !memcmp(a.p, b.p, a.len));
	}
	buf_free(&a);
	buf_free(&b);
	return differs;
}

void
change_hash(struct rec *r, char out[CHANGE_HASH])
{
	char hash[SHA256_HEX];
	struct buf b = {0};

	for (size_t i = 0; i < FIELDS; i++) {
		buf_fmt(&b, "%s=", fields[i]);
		put_value(r, fields[i], &b);
		buf_chr(&b, '\n');
	}
	sha256_hex((struct span){b.p, b.len}, hash);
	snprintf(out, CHANGE_HASH, "%.16s", hash);
	buf_free(&b);
}
