/* SPDX-License-Identifier: MIT */
#include "flow/known.h"

#include "base/str.h"
#include "io/jsonx.h"

int
known_open(
    struct journal *j, const struct keys *k, struct known *kn, struct err *e)
{
	char *last = NULL, *text = NULL;
	int rc = jnl_client(j, k->client, &last, &text, e);

	kn->all = json_stored_load(text);
	if (!json_is_object(kn->all)) {
		json_decref(kn->all);
		kn->all = json_object();
	}
	kn->mine = json_object_get(kn->all, k->phone);
	if (!kn->mine) {
		kn->mine = json_object();
		json_object_set_new(kn->all, k->phone, kn->mine);
	}
	free(last);
	free(text);
	return rc < 0 ? -1 : 0;
}

int
known_save(struct journal *j, const struct keys *k, const struct known *kn,
    struct err *e)
{
	struct buf b = {0};
	int rc;

	json_append(&b, kn->all);
	rc = jnl_know(j, k->client, b.p, e);
	buf_free(&b);
	return rc;
}

void
known_close(struct known *kn)
{
	json_decref(kn->all);
	*kn = (struct known){0};
}
