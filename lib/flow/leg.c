/* SPDX-License-Identifier: MIT */
#include "flow/leg.h"

#include "base/clock.h"
#include "base/xalloc.h"

enum { LEG_MS = 120 * 1000 }; /* between the end of a call and its next leg */

const char *
leg_reason(const char *reason)
{
	size_t n = strlen(LEG_TEXT);

	return reason && strncmp(reason, LEG_TEXT, n) == 0 ? reason + n : NULL;
}

/* When the call of a stored record was over. */
static int64_t
end_of(const struct jnl_record *r)
{
	struct rec *rec = rec_new();
	struct err bad = {0};
	int64_t total = 0;

	if (rec_parse(rec, r->body, strlen(r->body), &bad) == 0)
		rec_int(rec, "seconds.total", &total);
	rec_free(rec);
	return r->at + total * 1000;
}

/* Is the record with this key a phase of the call? */
static bool
is_phase_of(const char *key, const char *call)
{
	size_t n = strlen(call);

	return strncmp(key, call, n) == 0 && key[n] == '/';
}

enum leg
leg_of(const struct decider *d, struct rec *rec, const char *call,
    const char *last, char **main, int64_t *until, struct err *e)
{
	int64_t at = decide_at(rec), now = clock_now();
	struct jnl_record r = {0};
	enum leg is = LEG_NONE;
	const char *its;
	char key[BASIS_MAX];
	int rc;

	if (!rec_true(rec, "leg"))
		return LEG_NONE;
	if (last)
		snprintf(key, sizeof(key), "%.*s", (int)decide_basis_key(last),
		    last);
	rc = last ? jnl_record(d->journal, key, &r, e) : 0;
	if (rc < 0)
		return LEG_FAIL;
	its = leg_reason(r.reason);
	if (rc > 0 && is_phase_of(r.key, call) && !its) {
		is = LEG_NONE; /* its earlier phase was a call of its own */
	} else if (rc > 0 && at >= r.at && at <= end_of(&r) + LEG_MS) {
		/* The third leg belongs to where the second belongs. */
		*main = xstrdup(its ? its : r.key);
		is = LEG_OF;
	} else if (now < at + LEG_MS && at < now + LEG_MS) {
		/* Not if it is dated far ahead: its clock was wrong. */
		*until = at + LEG_MS;
		is = LEG_WAIT;
	}
	jnl_record_free(&r);
	return is;
}
