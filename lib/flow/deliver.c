/* SPDX-License-Identifier: MIT */
/*
 * The rooms a job goes through, and the rounds: start what can start, send,
 * take what came back, commit, give out.
 */
#include "flow/deliver.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/xalloc.h"
#include "flow/job.h"
#include "io/jsonx.h"

#include <assert.h>
#include <poll.h>

enum {
	LOCK_POLL_MS = 20,       /* how often a busy client is tried again */
	LOCK_PATIENCE_MS = 2000, /* at the end of the input, in all */
	SLEEP_MAX_MS = 1000,     /* so that a signal is seen */
};

/* ---- queues ---- */

void
jobs_init(struct queue_of_jobs *q)
{
	q->head = NULL;
	q->tail = &q->head;
}

static struct queue_of_jobs *
queue_at(struct deliver *d, enum job_place place)
{
	switch (place) {
	case AT_READY:
		return &d->ready;
	case AT_LOCK:
		return &d->locked;
	case AT_SETTLE:
		return &d->settling;
	case AT_END:
		return &d->ended;
	default:
		return NULL; /* its client's line or the engine has it */
	}
}

void
jobs_add(struct queue_of_jobs *q, struct job *j)
{
	j->next = NULL;
	*q->tail = j;
	q->tail = &j->next;
}

struct job *
jobs_take(struct queue_of_jobs *q)
{
	struct job *j = q->head;

	if (j) {
		q->head = j->next;
		if (!q->head)
			q->tail = &q->head;
	}
	return j;
}

/* The job must be in no queue: the callers take it out first. */
void
job_move(struct deliver *d, struct job *j, enum job_place to)
{
	struct queue_of_jobs *q = queue_at(d, to);

	if (to == AT_END && d->probe == j)
		d->probe = NULL; /* it came to its end without a request */
	j->place = to;
	if (q)
		jobs_add(q, j);
}

static int
before_send(void *ctx, struct crm_txn *const *t, size_t n, struct err *e)
{
	struct deliver *d = ctx;

	for (size_t i = 0; i < n; i++)
		if (job_intent(d, t[i]->owner, e) < 0)
			return -1;
	return jnl_commit(d->su->journal, e);
}

struct deliver *
dlv_new(struct setup *su, bool adopt, dlv_out *out, dlv_flush *flush, void *ctx,
    struct err *e)
{
	struct deliver *d = xcalloc(1, sizeof(*d));

	d->su = su;
	d->adopt = adopt;
	d->renewed = clock_mono();
	d->out = out;
	d->flush = flush;
	d->ctx = ctx;
	jobs_init(&d->ready);
	jobs_init(&d->locked);
	jobs_init(&d->settling);
	jobs_init(&d->ended);
	d->locks = locks_open(su->project.dir, e);
	if (d->locks)
		d->engine = eng_open(&su->crm, before_send, d, e);
	if (!d->engine) {
		locks_close(d->locks);
		free(d);
		return NULL;
	}
	upkeep_open(&d->upkeep, su);
	if (acct_load(su->journal, &d->account, e) < 0 ||
	    jnl_commit(su->journal, e) < 0) {
		dlv_free(d);
		return NULL;
	}
	return d;
}

void
jobs_free(struct queue_of_jobs *q)
{
	struct job *j;

	while ((j = jobs_take(q)))
		job_free(j);
}

/* After a failure jobs may be left in hand; the journal has what counts. */
void
dlv_free(struct deliver *d)
{
	if (!d)
		return;
	jobs_free(&d->ready);
	jobs_free(&d->locked);
	jobs_free(&d->settling);
	jobs_free(&d->ended);
	lines_free(d);
	eng_free(d->engine);
	locks_close(d->locks);
	free(d);
}

/* ---- in ---- */

int
dlv_feed(struct deliver *d, struct span line, struct err *e)
{
	struct job *j;
	bool finished;
	int rc;

	/* Whose call a short id is may not change before the record is kept. */
	if (jnl_begin(d->su->journal, e) < 0)
		return -1;
	j = job_new(d, line, e);
	if (!j)
		return e->kind == ERR_INPUT ? 1 : -1;
	rc = job_is_forgotten(d, j, e);
	if (rc) {
		job_free(j);
		return rc;
	}
	d->in_hand++;
	if (job_keep(d, j, &finished, e) < 0) {
		job_free(j);
		return -1;
	}
	if (!finished)
		return line_enter(d, j, e);
	j->aside = true;
	job_duplicate(d, j);
	return 0;
}

bool
dlv_room(const struct deliver *d)
{
	return d->in_hand < DELIVER_MAX;
}

bool
dlv_has_disk(const struct deliver *d, struct err *e)
{
	return upkeep_has_room(&d->upkeep, e);
}

bool
dlv_idle(const struct deliver *d)
{
	return !d->ready.head && !d->ended.head && !eng_pending(d->engine);
}

int
dlv_wait_ms(const struct deliver *d)
{
	int64_t now = clock_now(), least = d->locked.head ? LOCK_POLL_MS : -1;

	for (const struct job *j = d->settling.head; j; j = j->next) {
		int64_t left = j->until > now ? j->until - now : 0;

		if (least < 0 || left < least)
			least = left;
	}
	return (int)(least > 60000 ? 60000 : least);
}

long
dlv_through(const struct deliver *d)
{
	return d->through;
}

long
dlv_held(const struct deliver *d)
{
	return d->held;
}

long
dlv_dead(const struct deliver *d)
{
	return d->dead;
}

const char *
dlv_account_down(const struct deliver *d)
{
	return d->account.down ? d->account.why : NULL;
}

/* ---- the account ---- */

int
job_may_send(struct deliver *d, struct job *j, struct err *e)
{
	int rc;

	if (!d->account.down || d->probe == j)
		return 1;
	if (d->probe) {
		job_move(d, j, AT_LOCK); /* tried again every round */
		return 0;
	}
	rc = acct_claim(d->su->journal, &d->account, e);
	if (rc > 0 && d->account.down)
		d->probe = j;
	if (rc)
		return rc;
	rc = job_hold(d, j, d->account.why, d->account.probe, e);
	return rc < 0 ? -1 : 0;
}

bool
job_goes_again(const struct deliver *d, const struct job *j)
{
	const struct crm_verdict *v = &j->txn.verdict;

	return !j->txn.ended && v->code == CRM_AGAIN && v->scope == CRM_LIMIT &&
	       eng_waits(d->engine, v->wait_ms);
}

int
job_judge_account(struct deliver *d, struct job *j, struct err *e)
{
	bool probe = d->probe == j, down = d->account.down;

	/* Nothing was asked yet, or in vain for now: it still is the probe. */
	if (probe && (!j->txn.asked || job_goes_again(d, j)))
		return 0;
	if (probe)
		d->probe = NULL;
	if (acct_judge(d->su->journal, &d->account, &j->txn, probe, e) < 0)
		return -1;
	if (down && !d->account.down)
		eng_gently(d->engine);
	return 0;
}

/* ---- rounds ---- */

/* What is said here is on disk: the commit came before. */
static int
give_out(struct deliver *d, struct err *e)
{
	struct job *j;
	bool any = d->ended.head != NULL;
	int rc = 0;

	while (rc == 0 && (j = jobs_take(&d->ended))) {
		rc = d->out(d->ctx, rec_line(j->rec), e);
		if (j->locked)
			lock_drop(d->locks, j->keys.client);
		if (!j->aside)
			line_next(d, j->keys.client);
		d->in_hand--;
		d->through++;
		job_free(j);
	}
	return rc == 0 && any ? d->flush(d->ctx, e) : rc;
}

static int
start_one(struct deliver *d, struct job *j, struct err *e)
{
	int rc;

	if (j->locked) /* was settling, or waited for the probe */
		return j->plan ? job_next(d, j, e) : job_open(d, j, e);
	rc = lock_take(d->locks, j->keys.client, e);
	if (rc <= 0) {
		job_move(d, j, AT_LOCK);
		return rc;
	}
	j->locked = true;
	return job_open(d, j, e);
}

/*
 * Those whose time has come, and those whose client was busy, try again; all of
 * them if the clock was set back, as their times mean nothing any more.
 */
static void
wake(struct deliver *d)
{
	struct queue_of_jobs due = d->settling;
	int64_t now = clock_now();
	bool set_back = now < d->woken;
	struct job *j;

	d->woken = now;

	if (!due.head)
		due.tail = &due.head;
	jobs_init(&d->settling);
	while ((j = jobs_take(&due)))
		job_move(
		    d, j, set_back || j->until <= now ? AT_READY : AT_SETTLE);
	while ((j = jobs_take(&d->locked)))
		job_move(d, j, AT_READY);
}

static int
start_ready(struct deliver *d, struct err *e)
{
	struct job *last = NULL, *j;
	int rc = 0;

	/* Not those that become ready on the way: they come next round. */
	for (j = d->ready.head; j; j = j->next)
		last = j;
	while (rc == 0 && last && (j = jobs_take(&d->ready))) {
		bool end = j == last;

		rc = start_one(d, j, e);
		if (end)
			break;
	}
	return rc;
}

static int
take_back(struct deliver *d, struct crm_txn *back, struct err *e)
{
	int rc = 0;

	while (rc == 0 && back) {
		struct job *j = back->owner;
		struct crm_txn *next = back->next; /* j may submit it again */

		rc = job_judge_account(d, j, e);
		if (rc == 0)
			rc = j->txn.kind == CRM_LOOKUP ? job_looked(d, j, e)
						       : job_answered(d, j, e);
		back = next;
	}
	return rc;
}

/* Send, take what came back, commit, give out. */
static int
exchange(struct deliver *d, int timeout_ms, int fd, struct err *e)
{
	struct crm_txn *back = NULL;

	if (eng_pending(d->engine) &&
	    eng_run(d->engine, timeout_ms, fd, &back, e) < 0)
		return -1;
	/* Reading before the first write would lock the journal every time. */
	if (back && jnl_begin(d->su->journal, e) < 0)
		return -1;
	if (take_back(d, back, e) < 0 || jnl_commit(d->su->journal, e) < 0)
		return -1;
	return give_out(d, e);
}

/* All that may be in hand is, and waits for a time: nothing may be read. */
static void
wait_for_time(const struct deliver *d)
{
	int ms = dlv_wait_ms(d);

	assert(ms >= 0);
	poll(NULL, 0, ms < SLEEP_MAX_MS ? ms : SLEEP_MAX_MS);
}

int
dlv_run(struct deliver *d, int fd, struct err *e)
{
	if (lines_renew(d, e) < 0 || upkeep_run(&d->upkeep, e) < 0)
		return -1;
	wake(d);
	if (start_ready(d, e) < 0)
		return -1;
	/* Nothing is uncommitted, and nobody else held up, while it waits. */
	if (exchange(d, 0, -1, e) < 0)
		return -1;
	if (d->ready.head)
		return 0;
	if (dlv_idle(d) && !dlv_room(d))
		wait_for_time(d);
	return exchange(d, dlv_wait_ms(d), fd, e);
}

/* ---- the end ---- */

static int
hold_settling(struct deliver *d, struct err *e)
{
	struct job *j;

	while ((j = jobs_take(&d->settling)))
		if (job_hold(d, j,
			"sent, and no answer; will be looked up in the CRM",
			j->until, e) < 0)
			return -1;
	return 0;
}

static int
set_aside_all(
    struct deliver *d, struct queue_of_jobs *q, const char *why, struct err *e)
{
	struct job *j;

	while ((j = jobs_take(q)))
		if (job_set_aside(d, j, why, e) < 0)
			return -1;
	return 0;
}

int
dlv_finish(
    struct deliver *d, const volatile sig_atomic_t *stopped, struct err *e)
{
	int64_t patience = clock_mono() + LOCK_PATIENCE_MS;

	while (d->in_hand) {
		bool stop = *stopped;

		if (stop)
			eng_patience(d->engine, 0);
		/* Else a record would be in no room at all. */
		assert(!dlv_idle(d) || d->locked.head || d->settling.head);
		if (stop && set_aside_all(
				d, &d->ready, "ringo-push was stopped", e) < 0)
			return -1;
		if (dlv_idle(d) && !d->locked.head && hold_settling(d, e) < 0)
			return -1;
		if (dlv_idle(d) && d->locked.head) {
			if (clock_mono() < patience && !stop)
				poll(NULL, 0, LOCK_POLL_MS);
			else if (set_aside_all(d, &d->locked,
				     "another process has this client", e) < 0)
				return -1;
		}
		if (dlv_run(d, -1, e) < 0)
			return -1;
	}
	/* It may have been ringo-match that found the account down. */
	if (d->held && !d->account.down &&
	    (acct_load(d->su->journal, &d->account, e) < 0 ||
		jnl_commit(d->su->journal, e) < 0))
		return -1;
	return upkeep_end(&d->upkeep, e);
}
