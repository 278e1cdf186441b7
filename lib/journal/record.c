/* SPDX-License-Identifier: MIT */
#include "journal/store.h"

#include "base/clock.h"

/* The columns of S_RECORD and S_DUE. */
static struct jnl_record
read_record(struct journal *j, enum stmt s)
{
	return (struct jnl_record){
	    .id = st_col_int(j, s, 0),
	    .key = st_col_text(j, s, 1),
	    .client = st_col_text(j, s, 2),
	    .at = st_col_int(j, s, 3),
	    .got = st_col_int(j, s, 4),
	    .due = st_col_int(j, s, 5),
	    .state = st_col_state(j, s, 6),
	    .reason = st_col_text(j, s, 7),
	    .body = st_col_text(j, s, 8),
	    .plan = st_col_text(j, s, 9),
	    .out = st_col_int(j, s, 10),
	    .was = st_col_text(j, s, 11),
	};
}

int
jnl_record(
    struct journal *j, const char *key, struct jnl_record *out, struct err *e)
{
	int rc;

	st_text(j, S_RECORD, 1, key);
	rc = st_row(j, S_RECORD, e);
	if (rc > 0) {
		*out = read_record(j, S_RECORD);
		st_done(j, S_RECORD);
	}
	return rc;
}

/* Every row of a statement, its parameters bound, to f. */
static int
each_record(
    struct journal *j, enum stmt st, jnl_each *f, void *ctx, struct err *e)
{
	int rc;

	while ((rc = st_row(j, st, e)) > 0) {
		struct jnl_record r = read_record(j, st);

		rc = f(ctx, &r, e);
		jnl_record_free(&r);
		if (rc)
			break;
	}
	st_done(j, st);
	return rc < 0 ? -1 : 0;
}

int
jnl_due(struct journal *j, int64_t now, int64_t since, jnl_each *f, void *ctx,
    struct err *e)
{
	st_int(j, S_DUE, 1, now);
	st_int(j, S_DUE, 2, since);
	return each_record(j, S_DUE, f, ctx, e);
}

int
jnl_newest(struct journal *j, int n, jnl_each *f, void *ctx, struct err *e)
{
	st_int(j, S_NEWEST, 1, n);
	return each_record(j, S_NEWEST, f, ctx, e);
}

int
jnl_open_after(struct journal *j, const struct jnl_record *r, jnl_each *f,
    void *ctx, struct err *e)
{
	st_text(j, S_AFTER, 1, r->client);
	st_int(j, S_AFTER, 2, r->id);
	return each_record(j, S_AFTER, f, ctx, e);
}

int
jnl_count_due(
    struct journal *j, int64_t now, int64_t since, int64_t *n, struct err *e)
{
	int rc;

	st_int(j, S_COUNT_DUE, 1, now);
	st_int(j, S_COUNT_DUE, 2, since);
	rc = st_row(j, S_COUNT_DUE, e);
	if (rc > 0) {
		*n = st_col_int(j, S_COUNT_DUE, 0);
		st_done(j, S_COUNT_DUE);
	}
	return rc < 0 ? -1 : 0;
}

int
jnl_before(struct journal *j, const struct jnl_record *r, int64_t now,
    int64_t since, bool (*f)(void *ctx, int64_t id, int64_t out), void *ctx,
    struct err *e)
{
	int rc;

	if (!r->client)
		return 0;
	st_int(j, S_BEFORE, 1, now);
	st_text(j, S_BEFORE, 2, r->client);
	st_int(j, S_BEFORE, 3, r->id);
	st_int(j, S_BEFORE, 4, since);
	while ((rc = st_row(j, S_BEFORE, e)) > 0)
		if (!f(ctx, st_col_int(j, S_BEFORE, 0),
			st_col_int(j, S_BEFORE, 1)))
			break;
	st_done(j, S_BEFORE);
	return rc;
}

static int
set_time(
    struct journal *j, enum stmt st, int64_t id, int64_t time, struct err *e)
{
	st_int(j, st, 1, time);
	st_int(j, st, 2, id);
	return st_write(j, st, e);
}

int
jnl_defer(struct journal *j, int64_t id, int64_t due, struct err *e)
{
	return set_time(j, S_DEFER, id, due, e);
}

int
jnl_hide(struct journal *j, int64_t id, int64_t until, struct err *e)
{
	return set_time(j, S_HIDE, id, until, e);
}

int
jnl_renew(struct journal *j, int64_t id, int64_t until, struct err *e)
{
	return set_time(j, S_RENEW, id, until, e);
}

int
jnl_hidden(struct journal *j, int64_t id, int64_t until, struct err *e)
{
	st_int(j, S_HIDDEN, 1, id);
	st_int(j, S_HIDDEN, 2, until);
	return st_there(j, S_HIDDEN, e);
}

int
jnl_withheld(struct journal *j, int64_t now, int64_t since, int64_t *waiting,
    int64_t *older, struct err *e)
{
	int rc;

	st_int(j, S_WITHHELD, 1, now);
	st_int(j, S_WITHHELD, 2, since);
	rc = st_row(j, S_WITHHELD, e);
	if (rc > 0) {
		*waiting = st_col_int(j, S_WITHHELD, 0);
		*older = st_col_int(j, S_WITHHELD, 1);
		st_done(j, S_WITHHELD);
	}
	return rc < 0 ? -1 : 0;
}

int
jnl_keep(struct journal *j, const struct jnl_record *r, struct err *e)
{
	int64_t now = clock_now();

	st_text(j, S_KEEP, 1, r->key);
	st_text(j, S_KEEP, 2, r->client);
	st_int(j, S_KEEP, 3, r->at);
	st_int(j, S_KEEP, 4, now);
	st_int(j, S_KEEP, 5, now);
	st_text(j, S_KEEP, 6, r->body);
	return st_write(j, S_KEEP, e);
}

int
jnl_replace(struct journal *j, int64_t id, const char *body, const char *reason,
    const char *mark, struct err *e)
{
	st_text(j, S_REPLACE, 1, body);
	st_text(j, S_REPLACE, 2, reason);
	st_text(j, S_REPLACE, 3, mark);
	st_int(j, S_REPLACE, 4, id);
	return st_write(j, S_REPLACE, e);
}

int
jnl_hold(struct journal *j, int64_t id, const char *reason, int64_t due,
    struct err *e)
{
	st_text(j, S_HOLD, 1, reason);
	st_int(j, S_HOLD, 2, due);
	st_int(j, S_HOLD, 3, id);
	return st_write(j, S_HOLD, e);
}

int
jnl_start(struct journal *j, int64_t id, const char *plan, const char *body,
    struct err *e)
{
	st_text(j, S_START, 1, plan);
	st_text(j, S_START, 2, body);
	st_int(j, S_START, 3, id);
	return st_write(j, S_START, e);
}

int
jnl_replan(struct journal *j, int64_t id, const char *plan, struct err *e)
{
	st_text(j, S_REPLAN, 1, plan);
	st_int(j, S_REPLAN, 2, id);
	return st_write(j, S_REPLAN, e);
}

int
jnl_unstart(struct journal *j, int64_t id, const char *call, struct err *e)
{
	st_int(j, S_UNSTART, 1, id);
	if (st_write(j, S_UNSTART, e) < 0)
		return -1;
	st_text(j, S_UNFREEZE, 1, call);
	return st_write(j, S_UNFREEZE, e);
}

int
jnl_call_started(struct journal *j, const char *call, int64_t id, struct err *e)
{
	st_text(j, S_STARTED, 1, call);
	st_int(j, S_STARTED, 2, id);
	return st_there(j, S_STARTED, e);
}

int
jnl_finish(struct journal *j, const struct jnl_record *r, enum jnl_state state,
    const char *reason, const char *basis, struct err *e)
{
	st_text(j, S_FINISH, 1, jnl_state_name(state));
	st_text(j, S_FINISH, 2, reason);
	st_int(j, S_FINISH, 3, r->id);
	if (st_write(j, S_FINISH, e) < 0)
		return -1;
	if (!r->client)
		return 0;
	st_text(j, S_LAST, 1, r->client);
	st_text(j, S_LAST, 2, basis);
	if (st_write(j, S_LAST, e) < 0)
		return -1;
	st_text(j, S_WAKE, 1, r->client);
	st_int(j, S_WAKE, 2, clock_now());
	return st_write(j, S_WAKE, e);
}

int
jnl_earlier(struct journal *j, const char *client, int64_t id, int64_t since,
    char **key, struct err *e)
{
	st_text(j, S_EARLIER, 1, client);
	st_int(j, S_EARLIER, 2, id);
	st_int(j, S_EARLIER, 3, since);
	return st_one_text(j, S_EARLIER, key, e);
}

int
jnl_call_client(
    struct journal *j, const char *call, char **client, struct err *e)
{
	st_text(j, S_CALL_CLIENT, 1, call);
	return st_one_text(j, S_CALL_CLIENT, client, e);
}
