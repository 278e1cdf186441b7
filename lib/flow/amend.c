/* SPDX-License-Identifier: MIT */
#include "flow/amend.h"

#include "call/change.h"

static bool
differs(const struct jnl_record *had, struct rec *now)
{
	struct rec *old = rec_new();
	struct err bad = {0};
	bool yes = rec_parse(old, had->body, strlen(had->body), &bad) == 0 &&
		   change_differs(now, old);

	rec_free(old);
	return yes;
}

static int
store(struct journal *j, const struct jnl_record *had, struct rec *amended,
    const char *key, struct err *e)
{
	struct buf body = {0};
	struct jnl_record r = {.key = (char *)(uintptr_t)key,
	    .client = had->client,
	    .at = had->at};
	int rc;

	buf_span(&body, rec_line(amended));
	r.body = body.p;
	rc = jnl_keep(j, &r, e);
	buf_free(&body);
	return rc;
}

int
amend(struct journal *j, const struct jnl_record *had, struct rec *now,
    const struct keys *k, char key[KEY_MAX], struct err *e)
{
	static const char event[] = "\"" EVENT_AMENDED "\"";
	struct span line = rec_line(now);
	struct jnl_record there = {0};
	struct rec *amended;
	int rc;

	if (!differs(had, now))
		return 0;
	amended = rec_new();
	rc = rec_parse(amended, line.p, line.n, e);
	if (rc == 0) {
		rec_set(amended, "event", event, strlen(event));
		rec_del(amended, "leg"); /* it belongs to its own call now */
		keys_amended(amended, k->call, key);
		rc = jnl_record(j, key, &there, e);
	}
	if (rc > 0)
		rc = 2;
	else if (rc == 0)
		rc = store(j, had, amended, key, e) < 0 ? -1 : 1;
	jnl_record_free(&there);
	rec_free(amended);
	return rc;
}
