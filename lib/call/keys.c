/* SPDX-License-Identifier: MIT */
#include "call/keys.h"

#include "base/sha256.h"
#include "base/str.h"
#include "call/phone.h"

void
key_clean(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || (c && strchr(".:/~-", c)))
			buf_chr(out, (char)c);
		else if (c == '_')
			buf_str(out, "_5F");
		else
			buf_fmt(out, "_%02X", c);
	}
}

void
key_fit(const struct buf *b, char out[KEY_MAX])
{
	char hash[SHA256_HEX];

	if (b->len < KEY_MAX) {
		snprintf(out, KEY_MAX, "%s", buf_cstr(b));
		return;
	}
	sha256_hex((struct span){b->p, b->len}, hash);
	snprintf(out, KEY_MAX, "%.80s~%.16s", b->p, hash);
}

/* Webhook and log may differ in the server's prefix "ua7_". */
static struct span
without_server(struct span id)
{
	const char *bar = memchr(id.p, '_', id.n);

	if (!bar || bar + 1 == id.p + id.n)
		return id;
	return (struct span){bar + 1, id.n - (size_t)(bar + 1 - id.p)};
}

static void
lower_ascii(struct buf *b)
{
	for (size_t i = 0; i < b->len; i++)
		if (b->p[i] >= 'A' && b->p[i] <= 'Z')
			b->p[i] = (char)(b->p[i] - 'A' + 'a');
}

/* Is there a string, and something in it? */
static bool
says(struct rec *r, const char *path)
{
	return rec_type(r, path) == REC_STRING && rec_str(r, path).n > 0;
}

/* Coarser than any match rule, so that one client never has two locks. */
static void
client_key(struct rec *r, struct keys *k)
{
	struct span phone = rec_str(r, "client.phone");
	char digits[PHONE_MAX];
	struct buf b = {0};

	if (phone.p && phone_digits(phone, 9, digits) >= 5) {
		snprintf(k->client, KEY_MAX, "%s", digits);
		phone_digits(phone, sizeof(k->phone) - 1, k->phone);
		return;
	}
	k->hidden = true;
	if (says(r, "client.email")) {
		buf_str(&b, "mail:");
		key_clean(&b, rec_str(r, "client.email"));
		lower_ascii(&b);
	} else if (says(r, "chat.url")) {
		buf_str(&b, "chat:");
		key_clean(&b, rec_str(r, "chat.url"));
	} else {
		buf_fmt(&b, "call:%s", k->call);
	}
	key_fit(&b, k->client);
	buf_free(&b);
}

void
keys_amended(struct rec *r, const char *call, char out[KEY_MAX])
{
	char hash[CHANGE_HASH];
	struct buf b = {0};

	change_hash(r, hash);
	buf_fmt(&b, "%s/" EVENT_AMENDED "/%s", call, hash);
	key_fit(&b, out);
	buf_free(&b);
}

int
keys_of(struct rec *r, bool whole, struct keys *k, struct err *e)
{
	struct span id = rec_str(r, "id");
	struct buf b = {0};

	*k = (struct keys){0};
	if (rec_type(r, "id") != REC_STRING || id.n == 0)
		return err_set(e, ERR_INPUT,
		    "no id: not a call record; run it through ringo-normalize");
	key_clean(&b, whole ? id : without_server(id));
	key_fit(&b, k->call);
	if (rec_type(r, "event") != REC_STRING) {
		buf_free(&b);
		return err_set(e, ERR_INPUT,
		    "no event: not a call record; run it through "
		    "ringo-normalize");
	}
	if (rec_is(r, "event", EVENT_AMENDED)) {
		change_hash(r, k->amended);
		keys_amended(r, k->call, k->record);
	} else {
		buf_clear(&b);
		buf_fmt(&b, "%s/", k->call);
		key_clean(&b, rec_str(r, "event"));
		key_fit(&b, k->record);
	}
	buf_free(&b);
	client_key(r, k);
	return 0;
}
