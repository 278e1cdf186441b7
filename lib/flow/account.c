/* SPDX-License-Identifier: MIT */
#include "flow/account.h"

#include "base/clock.h"
#include "base/str.h"
#include "io/jsonx.h"

enum {
	PROBE_MS = 60000, /* to the first probe; doubled after each */
	PROBE_DOUBLINGS = 4,
	PROBE_MAX_MS = 15 * 60000,
	WAIT_MAX_MS = 24 * 3600 * 1000, /* longest Retry-After believed */
	SILENT_MAX = 5, /* requests in a row without an answer */
};

static const char key[] = "down";

static int64_t
probe_wait(int tries)
{
	int64_t ms = (int64_t)PROBE_MS
		     << (tries < PROBE_DOUBLINGS ? tries : PROBE_DOUBLINGS);

	return ms < PROBE_MAX_MS ? ms : PROBE_MAX_MS;
}

int
acct_load(struct journal *j, struct account *a, struct err *e)
{
	char *text = NULL;
	json_t *v;
	int rc = jnl_account(j, key, &text, e);

	*a = (struct account){0};
	if (rc <= 0)
		return rc;
	v = json_stored_load(text);
	free(text);
	if (json_str(v, "why")) {
		a->down = true;
		snprintf(a->why, sizeof(a->why), "%s", json_str(v, "why"));
		a->since = json_integer_value(json_object_get(v, "since"));
		a->probe = json_integer_value(json_object_get(v, "probe"));
		a->tries = (int)json_integer_value(json_object_get(v, "tries"));
	}
	json_decref(v);
	return 0;
}

static int
store(struct journal *j, const struct account *a, struct err *e)
{
	struct buf b = {0};
	json_t *v = json_pack("{s:s, s:I, s:I, s:i}", "why", a->why, "since",
	    (json_int_t)a->since, "probe", (json_int_t)a->probe, "tries",
	    a->tries);
	int rc;

	json_append(&b, v);
	rc = jnl_put_account(j, key, b.p, e);
	json_decref(v);
	buf_free(&b);
	return rc;
}

/*
 * It can't be used, for the reason why: down, with the next probe in wait_ms,
 * or in the time that the number of tries gives if wait_ms is 0.
 */
static int
is_down(struct journal *j, struct account *a, const char *why, int64_t wait_ms,
    struct err *e)
{
	int64_t now = clock_now();

	if (!a->down)
		*a = (struct account){.down = true, .since = now};
	snprintf(a->why, sizeof(a->why), "%s",
	    why[0] ? why : "the CRM can't be reached");
	a->probe = now + (wait_ms > 0 ? wait_ms : probe_wait(a->tries));
	a->tries++;
	return store(j, a, e);
}

int
acct_claim(struct journal *j, struct account *a, struct err *e)
{
	int64_t now = clock_now();

	if (jnl_begin(j, e) < 0 || acct_load(j, a, e) < 0)
		return -1;
	if (!a->down)
		return 1; /* somebody's probe was good */
	/* Further away than a wait can be: the clock was set back. */
	if (a->probe > now && a->probe <= now + WAIT_MAX_MS)
		return 0;
	a->probe = now + probe_wait(a->tries);
	return store(j, a, e) < 0 ? -1 : 1;
}

/* It answers: up. Nothing is written if it was up. */
static int
is_up(struct journal *j, struct account *a, struct err *e)
{
	if (!a->down)
		return 0;
	*a = (struct account){0};
	return jnl_put_account(j, key, "{}", e);
}

int
acct_judge(struct journal *j, struct account *a, const struct crm_txn *t,
    bool probe, struct err *e)
{
	const struct crm_verdict *v = &t->verdict;

	if (!t->ended && v->silent) {
		/* A lost answer is one, however many it was for. */
		a->silent += v->request != a->silent_request;
		a->silent_request = v->request;
		if (a->down && !probe)
			return 0;
		if (a->silent < SILENT_MAX && !probe)
			return 0; /* one lost answer says little */
		return is_down(j, a, v->text, v->wait_ms, e);
	}
	a->silent = 0;
	/* Whether it would have taken the request isn't said. */
	if (!t->ended && v->code == CRM_AGAIN && v->scope == CRM_LIMIT)
		return 0;
	if (t->ended || v->code != CRM_AGAIN || v->scope != CRM_ACCOUNT)
		return is_up(j, a, e);
	/* Those who were under way when it went down say nothing new. */
	if (a->down && !probe)
		return 0;
	return is_down(j, a, v->text, v->wait_ms, e);
}
