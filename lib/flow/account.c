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
	SILENT_MAX = 5,        /* requests in a row without an answer */
	GOOD_EVERY_MS = 60000, /* how often a success is worth a write */
	WORKS_MS = 3600000,
};

static const char down_key[] = "down";
static const char good_key[] = "good";

static int64_t
probe_wait(int tries)
{
	int64_t ms = (int64_t)PROBE_MS
		     << (tries < PROBE_DOUBLINGS ? tries : PROBE_DOUBLINGS);

	return ms < PROBE_MAX_MS ? ms : PROBE_MAX_MS;
}

/* Forget that it was down. */
static void
clear_down(struct account *a)
{
	a->down = false;
	a->why[0] = '\0';
	a->since = a->probe = 0;
	a->tries = 0;
}

static void
read_down(struct account *a, const char *text)
{
	json_t *v = json_stored_load(text);

	if (json_str(v, "why")) {
		a->down = true;
		snprintf(a->why, sizeof(a->why), "%s", json_str(v, "why"));
		a->since = json_integer_value(json_object_get(v, "since"));
		a->probe = json_integer_value(json_object_get(v, "probe"));
		a->tries = (int)json_integer_value(json_object_get(v, "tries"));
	}
	json_decref(v);
}

int
acct_load(struct journal *j, struct account *a, struct err *e)
{
	char *down = NULL, *good = NULL;
	int rc = jnl_account(j, down_key, &down, e);

	clear_down(a);
	if (rc > 0)
		read_down(a, down);
	if (rc >= 0)
		rc = jnl_account(j, good_key, &good, e);
	if (rc > 0)
		str_num(str_span(good), 0, INT64_MAX, &a->good_stored);
	if (a->good < a->good_stored)
		a->good = a->good_stored;
	free(down);
	free(good);
	return rc < 0 ? -1 : 0;
}

bool
acct_works(const struct account *a)
{
	return a->good > clock_now() - WORKS_MS;
}

/* An action was carried out. */
static int
note_good(struct journal *j, struct account *a, struct err *e)
{
	struct buf b = {0};
	int rc;

	a->good = clock_now();
	if (a->good - a->good_stored < GOOD_EVERY_MS &&
	    a->good >= a->good_stored)
		return 0;
	a->good_stored = a->good;
	buf_fmt(&b, "%lld", (long long)a->good);
	rc = jnl_put_account(j, good_key, b.p, e);
	buf_free(&b);
	return rc;
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
	rc = jnl_put_account(j, down_key, b.p, e);
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

	if (!a->down) {
		clear_down(a);
		a->silent = 0;
		a->down = true;
		a->since = now;
	}
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
	clear_down(a);
	return jnl_put_account(j, down_key, "{}", e);
}

int
acct_judge(struct journal *j, struct account *a, const struct crm_txn *t,
    bool probe, struct err *e)
{
	const struct crm_verdict *v = &t->verdict;

	if (!t->asked)
		return 0; /* it came without a request */
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
	if (t->ended && t->kind == CRM_ACT && note_good(j, a, e) < 0)
		return -1;
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
