/* SPDX-License-Identifier: MIT */
/* Intake: a record is stored when it is fed, or what it brings that is new. */
#include "flow/job.h"

#include "base/sha256.h"
#include "base/str.h"
#include "base/xalloc.h"
#include "flow/amend.h"
#include "flow/body.h"
#include "flow/leg.h"
#include "io/jsonx.h"
#include "journal/expire.h"

static char *
text_of(struct rec *rec, const char *key)
{
	struct span s = rec_str(rec, key);

	return s.p ? xstrndup(s.p, s.n) : NULL;
}

struct job *
job_new(struct deliver *d, struct span line, struct err *e)
{
	struct job *j = xcalloc(1, sizeof(*j));
	struct err bad = {0};
	struct span plan;

	j->rec = rec_new();
	if (rec_parse(j->rec, line.p, line.n, e) < 0 ||
	    decide_keys(&d->su->decider, j->rec, &j->keys, e) < 0) {
		job_free(j);
		return NULL;
	}
	plan = rec_raw(j->rec, "plan");
	if (plan.p) {
		j->line_plan = json_text_load(plan, &bad);
		decide_basis(j->keys.record, &plan, NULL, j->line_basis);
	}
	j->skip = text_of(j->rec, "skip");
	j->hold = text_of(j->rec, "hold");
	body_strip(j->rec);
	return j;
}

/* The record isn't in the journal any more, or never was: nobody knows. */
int
job_is_forgotten(struct deliver *d, struct job *j, struct err *e)
{
	struct jnl_record had = {0};
	int64_t forgotten;
	int rc;

	if (d->adopt)
		return 0;
	/* Read each time: another process may have forgotten it just now. */
	if (jnl_forgotten(d->su->journal, &forgotten, e) < 0)
		return -1;
	if (decide_at(j->rec) > forgotten)
		return 0;
	rc = jnl_record(d->su->journal, j->keys.record, &had, e);
	jnl_record_free(&had);
	if (rc)
		return rc < 0 ? -1 : 0;
	err_set(e, ERR_INPUT,
	    "as old as what the journal has forgotten (keep); to look in the "
	    "CRM for what was done for it, feed it to ringo-push --adopt");
	return 1;
}

/* Was the call still running when this body was read? */
static bool
was_running(const char *body)
{
	struct rec *rec = rec_new();
	struct err bad = {0};
	bool yes = rec_parse(rec, body, strlen(body), &bad) == 0 &&
		   rec_true(rec, "running");

	rec_free(rec);
	return yes;
}

int
job_amend(struct deliver *d, struct job *j, const struct jnl_record *row,
    struct err *e)
{
	int rc = amend(d->su->journal, row, j->rec, &j->keys, j->amended, e);

	d->held += rc == 1;
	return rc < 0 ? -1 : 0;
}

int
job_amend_newer(struct deliver *d, struct job *j, struct err *e)
{
	struct buf body = {0};
	struct jnl_record mine = j->row, now = {0};
	struct rec *newer = rec_new();
	int rc = jnl_begin(d->su->journal, e) < 0
		     ? -1
		     : jnl_record(d->su->journal, j->row.key, &now, e);

	if (rc > 0 && !str_eq(rec_line(j->rec), now.body)) {
		buf_span(&body, rec_line(j->rec));
		mine.body = body.p;
		rc = rec_parse(newer, now.body, strlen(now.body), e);
		if (rc == 0)
			rc = amend(d->su->journal, &mine, newer, &j->keys,
			    j->amended, e);
		d->held += rc == 1;
		buf_free(&body);
	}
	rec_free(newer);
	jnl_record_free(&now);
	return rc < 0 ? -1 : 0;
}

static void
mark_of(struct span body, char mark[17])
{
	char hash[SHA256_HEX];

	sha256_hex(body, hash);
	snprintf(mark, 17, "%.16s", hash);
}

/*
 * A row of a running call is older than that of its end, whenever it comes; and
 * so is what stood here before, which may still be in some pipe.
 */
static bool
is_older(const struct job *j, const struct jnl_record *row)
{
	char mark[17];

	if (rec_true(j->rec, "running") && !was_running(row->body))
		return true;
	mark_of(rec_line(j->rec), mark);
	return row->was && strstr(row->was, mark);
}

/*
 * A newer body of a record of which nothing has started takes its place; of
 * others what changed becomes a record of its own, which replay brings.
 */
static int
renew(struct deliver *d, struct job *j, const struct jnl_record *row,
    bool *finished, struct err *e)
{
	struct buf body = {0};
	char mark[17];
	int rc;

	*finished = jnl_final(row->state);
	if (str_eq(rec_line(j->rec), row->body))
		return 0;
	if (row->plan)
		return job_amend(d, j, row, e);
	if (is_older(j, row))
		return 0;
	*finished = false;
	buf_span(&body, rec_line(j->rec));
	mark_of(str_span(row->body), mark);
	rc = jnl_replace(d->su->journal, row->id, body.p,
	    leg_reason(row->reason) ? row->reason : NULL, mark, e);
	buf_free(&body);
	return rc;
}

int
job_keep(struct deliver *d, struct job *j, bool *finished, struct err *e)
{
	struct jnl_record row = {.key = j->keys.record,
	    .client = j->keys.client,
	    .at = decide_at(j->rec)};
	struct jnl_record now = {0};
	struct buf body = {0};
	int rc;

	buf_span(&body, rec_line(j->rec));
	row.body = body.p;
	rc = jnl_keep(d->su->journal, &row, e);
	buf_free(&body);
	if (rc == 0)
		rc = jnl_record(d->su->journal, j->keys.record, &now, e);
	if (rc > 0)
		rc = renew(d, j, &now, finished, e);
	j->row.id = now.id;
	jnl_record_free(&now);
	return rc < 0 ? -1 : 0;
}
