/* SPDX-License-Identifier: MIT */
/*
 * The rooms a job goes through, and the rounds: start what can start, send,
 * take what came back, commit, give out.
 */
#include "flow/deliver.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/xalloc.h"
#include "flow/body.h"
#include "flow/emit.h"
#include "flow/job.h"
#include "io/jsonx.h"

#include <assert.h>
#include <poll.h>

enum {
	WAITING_MAX = 8,   /* records of one client behind the one that runs */
	LOCK_POLL_MS = 20, /* how often a busy client is tried again */
	LOCK_PATIENCE_MS = 2000, /* at the end of the input, in all */
	RENEW_MS = 120000,       /* how often replay is told what is in hand */
};

/* The jobs of one client in hand: one runs, the others wait in order. */
struct caller {
	struct job *running;
	struct queue_of_jobs waiting;
	size_t n; /* waiting */
};

/* ---- queues ---- */

static void
queue_init(struct queue_of_jobs *q)
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

static void
queue_add(struct queue_of_jobs *q, struct job *j)
{
	j->next = NULL;
	*q->tail = j;
	q->tail = &j->next;
}

static struct job *
queue_take(struct queue_of_jobs *q)
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

	j->place = to;
	if (q)
		queue_add(q, j);
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
	queue_init(&d->ready);
	queue_init(&d->locked);
	queue_init(&d->settling);
	queue_init(&d->ended);
	d->locks = locks_open(su->project.dir, e);
	if (d->locks)
		d->engine = eng_open(&su->crm, before_send, d, e);
	if (!d->engine) {
		locks_close(d->locks);
		free(d);
		return NULL;
	}
	if (acct_load(su->journal, &d->account, e) < 0 ||
	    upkeep_open(&d->upkeep, su, e) < 0 ||
	    jnl_commit(su->journal, e) < 0) {
		dlv_free(d);
		return NULL;
	}
	return d;
}

static void
free_queue(struct queue_of_jobs *q)
{
	struct job *j;

	while ((j = queue_take(q)))
		job_free(j);
}

static void
free_client(void *ctx, void *value)
{
	struct caller *c = value;

	(void)ctx;
	free_queue(&c->waiting);
	free(c);
}

/* After a failure jobs may be left in hand; the journal has what counts. */
void
dlv_free(struct deliver *d)
{
	if (!d)
		return;
	free_queue(&d->ready);
	free_queue(&d->locked);
	free_queue(&d->settling);
	free_queue(&d->ended);
	map_each(&d->clients, free_client, NULL);
	map_free(&d->clients);
	eng_free(d->engine);
	locks_close(d->locks);
	free(d);
}

/* ---- in ---- */

static char *
text_of(struct rec *rec, const char *key)
{
	struct span s = rec_str(rec, key);

	return s.p ? xstrndup(s.p, s.n) : NULL;
}

static struct job *
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

/* Into its client's line, which is in the order of the journal. */
static void
stand_in_line(struct caller *c, struct job *j)
{
	struct job **p = &c->waiting.head;

	while (*p && (*p)->row.id < j->row.id)
		p = &(*p)->next;
	j->place = AT_CLIENT;
	j->next = *p;
	*p = j;
	if (!j->next)
		c->waiting.tail = &j->next;
	c->n++;
}

/* The last of a client's line; it leaves it. */
static struct job *
last_in_line(struct caller *c)
{
	struct job **p = &c->waiting.head, *j;

	while ((*p)->next)
		p = &(*p)->next;
	j = *p;
	*p = NULL;
	c->waiting.tail = p;
	c->n--;
	return j;
}

static void
let_run(struct deliver *d, struct caller *c, struct job *j)
{
	c->running = j;
	job_move(d, j, AT_READY);
}

/* Behind the earlier records of its client; the latest are set aside. */
static int
queue_up(struct deliver *d, struct job *j, struct err *e)
{
	struct caller *c = map_get(&d->clients, j->keys.client);

	if (!c) {
		c = xcalloc(1, sizeof(*c));
		queue_init(&c->waiting);
		map_set(&d->clients, j->keys.client, c);
		let_run(d, c, j);
		return 0;
	}
	stand_in_line(c, j);
	if (c->n <= WAITING_MAX)
		return 0;
	j = last_in_line(c);
	j->aside = true;
	return job_set_aside(d, j, "many records of this client before it", e);
}

bool
job_yield(struct deliver *d, struct job *j, const char *key)
{
	struct caller *c = map_get(&d->clients, j->keys.client);
	struct job *first = c->waiting.head;

	/* The line is in order: if it is there, it stands first. */
	if (!first || strcmp(first->keys.record, key) != 0)
		return false;
	queue_take(&c->waiting);
	c->n--;
	lock_drop(d->locks, j->keys.client);
	j->locked = false;
	stand_in_line(c, j);
	let_run(d, c, first);
	return true;
}

/* The record isn't in the journal any more, or never was: nobody knows. */
static int
is_forgotten(struct deliver *d, struct job *j, struct err *e)
{
	struct jnl_record had = {0};
	int rc;

	if (d->adopt || decide_at(j->rec) > d->upkeep.forgotten)
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
	rc = is_forgotten(d, j, e);
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
		return queue_up(d, j, e);
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

	if (probe && job_goes_again(d, j))
		return 0; /* it still is the probe */
	if (probe)
		d->probe = NULL;
	if (acct_judge(d->su->journal, &d->account, &j->txn, probe, e) < 0)
		return -1;
	if (down && !d->account.down)
		eng_gently(d->engine);
	return 0;
}

/* ---- rounds ---- */

/* The client's next record may run. */
static void
next_of_client(struct deliver *d, const char *client)
{
	struct caller *c = map_get(&d->clients, client);
	struct job *j = queue_take(&c->waiting);

	if (j) {
		c->n--;
		let_run(d, c, j);
		return;
	}
	map_del(&d->clients, client);
	free(c);
}

/* What is said here is on disk: the commit came before. */
static int
give_out(struct deliver *d, struct err *e)
{
	struct job *j;
	bool any = d->ended.head != NULL;
	int rc = 0;

	while (rc == 0 && (j = queue_take(&d->ended))) {
		rc = d->out(d->ctx, rec_line(j->rec), e);
		if (j->locked)
			lock_drop(d->locks, j->keys.client);
		if (!j->aside)
			next_of_client(d, j->keys.client);
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
	queue_init(&d->settling);
	while ((j = queue_take(&due)))
		job_move(
		    d, j, set_back || j->until <= now ? AT_READY : AT_SETTLE);
	while ((j = queue_take(&d->locked)))
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
	while (rc == 0 && last && (j = queue_take(&d->ready))) {
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

struct renewal {
	struct journal *journal;
	int64_t until;
	int rc;
	struct err *e;
};

static void
renew_job(struct renewal *r, const struct job *j)
{
	if (r->rc == 0 && j->place != AT_END)
		r->rc = jnl_hide(r->journal, j->row.id, r->until, r->e);
}

static void
renew_client(void *ctx, void *value)
{
	const struct caller *c = value;

	renew_job(ctx, c->running);
	for (const struct job *j = c->waiting.head; j; j = j->next)
		renew_job(ctx, j);
}

/* Hide what is in hand for longer: replay must not emit it a second time. */
static int
renew(struct deliver *d, struct err *e)
{
	struct renewal r = {.journal = d->su->journal,
	    .until = clock_now() + EMIT_HIDE_MS,
	    .e = e};
	int64_t now = clock_mono();

	if (now - d->renewed < RENEW_MS)
		return 0;
	d->renewed = now;
	map_each(&d->clients, renew_client, &r);
	return r.rc;
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

int
dlv_run(struct deliver *d, int fd, struct err *e)
{
	if (renew(d, e) < 0 || upkeep_run(&d->upkeep, e) < 0)
		return -1;
	wake(d);
	if (start_ready(d, e) < 0)
		return -1;
	/* Nothing is uncommitted, and nobody else held up, while it waits. */
	if (exchange(d, 0, -1, e) < 0)
		return -1;
	if (d->ready.head)
		return 0;
	return exchange(d, dlv_wait_ms(d), fd, e);
}

/* ---- the end ---- */

static int
hold_settling(struct deliver *d, struct err *e)
{
	struct job *j;

	while ((j = queue_take(&d->settling)))
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

	while ((j = queue_take(q)))
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
	return upkeep_end(&d->upkeep, e);
}
