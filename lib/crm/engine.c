/* SPDX-License-Identifier: MIT */
/*
 * Commands wait in lanes: those of one bin, bucket and gate, live ones apart. A
 * request takes the oldest command that may go, and what else may share the
 * request, oldest first: a live call leaves at once, in a backlog packs fill
 * by themselves. A request refused whole with nobody named is halved until the
 * bad command stands alone.
 */
#include "crm/engine.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "call/project.h"

#include <poll.h>

enum {
	PATIENCE_MS = 60000,
	SLEEP_MAX_MS = 1000, /* a signal may come right before the sleep */
	LIVE_SHARE = 4,      /* of the connections one in so many is theirs */
};

/* What the newest command counts for in the pace of its gate. */
static const double newest = 0.125;

struct queue {
	struct crm_txn *head, **tail;
};

struct lane {
	bool live;
	unsigned bucket, gate;
	const char *bin; /* NULL: each goes alone */
	struct queue q;
	int64_t wait_ms; /* what the limiter said in this round; 0: go, or
			    not asked yet */
	bool full;       /* it was its bucket that said so */
	int64_t since;   /* clock_mono when its first was told to wait, or 0 */
	bool joins;      /* may share the request that is being filled */
	struct lane *next;
};

struct engine {
	const struct crm *crm;
	struct crm_transport *tp;
	struct limit *limit; /* NULL: none */
	eng_before *before;
	void *ctx;
	struct lane *lanes;
	struct queue back;
	unsigned long turn; /* of the next command that comes to wait */
	size_t most;  /* commands in the next request; halved by a refusal */
	double *pace; /* by gate: seconds that a command takes; 0: not known */
	size_t pending;
	unsigned under_way;
	unsigned long answers; /* requests that have come back */
	int64_t patience_ms;
};

static void
queue_init(struct queue *q)
{
	q->head = NULL;
	q->tail = &q->head;
}

static void
queue_add(struct queue *q, struct crm_txn *t)
{
	t->next = NULL;
	*q->tail = t;
	q->tail = &t->next;
}

static void
queue_add_first(struct queue *q, struct crm_txn *t)
{
	t->next = q->head;
	q->head = t;
	if (q->tail == &q->head)
		q->tail = &t->next;
}

static struct crm_txn *
queue_take(struct queue *q)
{
	struct crm_txn *t = q->head;

	q->head = t->next;
	if (!q->head)
		q->tail = &q->head;
	return t;
}

static size_t
count_limits(const struct crm_driver *driver)
{
	size_t n = 1; /* gate 0 is none */

	while (driver->limits && driver->limits[n - 1].name)
		n++;
	return n;
}

struct engine *
eng_new(const struct crm *c, struct crm_transport *tp, struct limit *limit,
    eng_before *before, void *ctx)
{
	struct engine *g = xcalloc(1, sizeof(*g));

	g->crm = c;
	g->tp = tp;
	g->limit = limit;
	g->before = before;
	g->ctx = ctx;
	g->most = c->driver->pack_max;
	g->pace = xcalloc(count_limits(c->driver), sizeof(*g->pace));
	g->patience_ms = PATIENCE_MS;
	queue_init(&g->back);
	return g;
}

struct engine *
eng_open(struct crm *c, eng_before *before, void *ctx, struct err *e)
{
	struct limit *l = limit_open(
	    c->project->dir, c->driver->limits, c->project->percent, e);
	struct crm_transport *tp = l ? c->driver->transport(c, e) : NULL;

	if (!tp) {
		limit_close(l);
		return NULL;
	}
	return eng_new(c, tp, l, before, ctx);
}

void
eng_free(struct engine *g)
{
	if (!g)
		return;
	while (g->lanes) {
		struct lane *a = g->lanes;

		g->lanes = a->next;
		free(a);
	}
	g->tp->close(g->tp);
	limit_close(g->limit);
	free(g->pace);
	free(g);
}

size_t
eng_pending(const struct engine *g)
{
	return g->pending;
}

void
eng_patience(struct engine *g, int64_t ms)
{
	g->patience_ms = ms;
}

bool
eng_waits(const struct engine *g, int64_t wait_ms)
{
	return wait_ms < g->patience_ms;
}

void
eng_gently(struct engine *g)
{
	if (g->limit)
		limit_gently(g->limit);
}

/* ---- lanes ---- */

static bool
same_bin(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* The lane for t's command; an empty one serves as any. */
static struct lane *
lane_of(struct engine *g, const struct crm_txn *t)
{
	const struct crm_command *c = &t->cmd;
	struct lane *a, *empty = NULL;

	for (a = g->lanes; a; a = a->next) {
		if (a->live == t->live && a->bucket == c->bucket &&
		    a->gate == c->gate && same_bin(a->bin, c->bin))
			return a;
		if (!a->q.head)
			empty = a;
	}
	a = empty;
	if (!a) {
		a = xcalloc(1, sizeof(*a));
		a->next = g->lanes;
		g->lanes = a;
		queue_init(&a->q);
	}
	a->live = t->live;
	a->bucket = c->bucket;
	a->gate = c->gate;
	a->bin = c->bin;
	a->since = 0;
	return a;
}

static void
line_up(struct engine *g, struct crm_txn *t)
{
	t->turn = g->turn++;
	queue_add(&lane_of(g, t)->q, t);
}

/*
 * Ask the adapter for the next command, after a verdict of CRM_OK. It may say
 * instead that this can't be done: a verdict without a request.
 */
static void
advance(struct engine *g, struct crm_txn *t)
{
	enum crm_step step;

	json_decref(t->cmd.args);
	t->cmd = (struct crm_command){0};
	step = g->crm->driver->step(g->crm, t);
	json_decref(t->verdict.data);
	t->verdict.data = NULL;
	if (step == CRM_SEND) {
		t->verdict = (struct crm_verdict){0};
		line_up(g, t);
	} else {
		t->ended = t->verdict.code == CRM_OK;
		queue_add(&g->back, t);
	}
}

void
eng_submit(struct engine *g, struct crm_txn *t)
{
	g->pending++;
	t->stage = 0;
	t->ended = t->asked = false;
	json_decref(t->verdict.data);
	t->verdict = (struct crm_verdict){0};
	advance(g, t);
}

/* What the adapter didn't fit goes back to where it came from, in order. */
static void
put_back(struct engine *g, struct crm_txn **v, size_t from, size_t n)
{
	while (n-- > from)
		queue_add_first(&lane_of(g, v[n])->q, v[n]);
}

/* ---- what may go ---- */

/* Of two lanes that may go: does a go before b? */
static bool
goes_before(const struct lane *a, const struct lane *b)
{
	if (!b || a->live != b->live)
		return !b || a->live;
	return a->q.head->turn < b->q.head->turn;
}

/*
 * Has one that goes before it been refused by its bucket? Then it isn't its
 * turn, and the unit that comes meanwhile isn't for it.
 */
static bool
is_behind(const struct engine *g, const struct lane *a)
{
	for (const struct lane *b = g->lanes; b; b = b->next)
		if (b->full && b->q.head && b->bucket == a->bucket &&
		    (b->live || !a->live))
			return true;
	return false;
}

static bool
connection_free(const struct engine *g, bool live)
{
	unsigned spare = live ? 0 : g->tp->slots / LIVE_SHARE;

	return g->under_way + spare < g->tp->slots;
}

/* The next lane to ask for in this round, NULL if all have been asked. */
static struct lane *
next_lane(const struct engine *g)
{
	struct lane *best = NULL;

	for (struct lane *a = g->lanes; a; a = a->next)
		if (a->q.head && !a->wait_ms && connection_free(g, a->live) &&
		    !is_behind(g, a) && goes_before(a, best))
			best = a;
	return best;
}

/* May a request of this lane go? Then u is what it has drawn. */
static bool
may_go(struct engine *g, struct lane *a, struct limit_use *u)
{
	if (!g->limit)
		return true;
	if (a->gate)
		a->wait_ms = limit_wait(g->limit, a->gate, a->live);
	if (!a->wait_ms) {
		a->wait_ms = limit_take(g->limit, a->bucket, a->live, u);
		a->full = a->wait_ms > 0;
	}
	if (a->wait_ms && !a->since)
		a->since = clock_mono();
	return !a->wait_ms;
}

/* Its commands wait longer for a limit than anybody wants to. */
static void
give_back(struct engine *g, struct lane *a)
{
	int64_t wait =
	    a->wait_ms > g->patience_ms ? a->wait_ms : g->patience_ms;
	unsigned bucket = a->full ? a->bucket : a->gate;

	while (a->q.head) {
		struct crm_txn *t = queue_take(&a->q);

		crm_verdict(t, CRM_AGAIN, CRM_LIMIT,
		    "the CRM's limit is used up (%s)",
		    g->crm->driver->limits[bucket].name);
		t->verdict.wait_ms = wait;
		queue_add(&g->back, t);
	}
	a->since = 0;
}

static bool
is_impatient(const struct engine *g, const struct lane *a)
{
	return !eng_waits(g, a->wait_ms) ||
	       clock_mono() - a->since >= g->patience_ms;
}

/* ---- pace ---- */

/* Seconds that the command is expected to take. */
static double
expected(const struct engine *g, const struct crm_command *c)
{
	return g->pace[c->gate] > 0 ? g->pace[c->gate] : c->cost;
}

static void
measure(struct engine *g, const struct crm_command *c, double seconds)
{
	if (c->gate && seconds > 0)
		g->pace[c->gate] =
		    expected(g, c) * (1 - newest) + seconds * newest;
}

/* Nothing came back of it: perhaps the vendor gave up what took too long. */
static void
slow_down(struct engine *g, const struct crm_request *r)
{
	double most = g->crm->driver->pack_seconds;

	for (size_t i = 0; i < r->n; i++) {
		const struct crm_command *c = &r->txns[i]->cmd;
		size_t first = 0;

		while (r->txns[first]->cmd.gate != c->gate)
			first++;
		if (first == i && c->gate)
			g->pace[c->gate] = expected(g, c) * 2 < most
					       ? expected(g, c) * 2
					       : most;
	}
}

static bool
is_lost(const struct crm_request *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->txns[i]->verdict.code != CRM_DOUBT)
			return false;
	return true;
}

/* ---- requests ---- */

/* Moves what may share a request with lane first into v, the oldest first. */
static size_t
gather(struct engine *g, struct lane *first, struct crm_txn **v, size_t max)
{
	double fill = g->crm->driver->pack_seconds, seconds;
	size_t n = 0;

	for (struct lane *a = g->lanes; a; a = a->next)
		a->joins = a->bin && a->q.head && a->live == first->live &&
			   a->bucket == first->bucket &&
			   same_bin(a->bin, first->bin) &&
			   (!g->limit || !a->gate || a->gate == first->gate ||
			       !limit_wait(g->limit, a->gate, a->live));
	v[n++] = queue_take(&first->q);
	first->since = 0;
	seconds = expected(g, &v[0]->cmd);
	while (n < max) {
		struct lane *oldest = NULL;

		for (struct lane *a = g->lanes; a; a = a->next)
			if (a->joins && a->q.head && goes_before(a, oldest))
				oldest = a;
		if (!oldest)
			break;
		seconds += expected(g, &oldest->q.head->cmd);
		if (fill > 0 && seconds > fill)
			break;
		v[n++] = queue_take(&oldest->q);
		oldest->since = 0;
	}
	return n;
}

/* A request from this lane, which may go. -1 if before failed. */
static int
send_from(
    struct engine *g, struct lane *a, const struct limit_use *u, struct err *e)
{
	struct crm_request *r = xcalloc(1, sizeof(*r));
	size_t n;

	r->use = *u;
	r->txns = xcalloc(g->most, sizeof(struct crm_txn *));
	n = gather(g, a, r->txns, g->most);
	r->n = g->crm->driver->pack(g->crm, r->txns, n, r);
	put_back(g, r->txns, r->n, n);
	if (g->before && g->before(g->ctx, r->txns, r->n, e) < 0) {
		put_back(g, r->txns, 0, r->n);
		if (g->limit)
			limit_done(g->limit, &r->use, false);
		crm_request_free(r);
		return -1;
	}
	g->under_way++;
	g->tp->start(g->tp, r);
	return 0;
}

/*
 * Sends all that may go. *wait_ms becomes the time until a limit lets more go,
 * -1 if none keeps anything back. -1 if before failed.
 */
static int
send_all(struct engine *g, int64_t *wait_ms, struct err *e)
{
	struct limit_use u = {.slot = -1};
	struct lane *a;

	*wait_ms = -1;
	for (a = g->lanes; a; a = a->next) {
		a->wait_ms = 0;
		a->full = false;
	}
	while ((a = next_lane(g))) {
		if (may_go(g, a, &u)) {
			if (send_from(g, a, &u, e) < 0)
				return -1;
		} else if (is_impatient(g, a)) {
			give_back(g, a);
		} else if (*wait_ms < 0 || a->wait_ms < *wait_ms) {
			*wait_ms = a->wait_ms;
		}
	}
	return 0;
}

/* ---- answers ---- */

/* No answer: a write may have been executed, a read can be asked again. */
static void
judge_silence(
    struct crm_txn *t, const struct crm_answer *a, unsigned long request)
{
	if (a->how == CRM_NO_ANSWER && t->cmd.write)
		crm_verdict(t, CRM_DOUBT, CRM_RECORD, "%s", a->text);
	else
		crm_verdict(t, CRM_AGAIN, CRM_ACCOUNT, "%s", a->text);
	t->verdict.silent = true;
	t->verdict.request = request;
	t->verdict.wait_ms = a->wait_ms;
}

static bool
is_limited(const struct crm_txn *t)
{
	return t->verdict.code == CRM_AGAIN && t->verdict.scope == CRM_LIMIT;
}

/* What the answer says about the limits that its commands draw on. */
static void
account_for(struct engine *g, struct crm_request *r)
{
	bool good = true;

	if (!g->limit)
		return;
	for (size_t i = 0; i < r->n; i++) {
		const struct crm_command *c = &r->txns[i]->cmd;
		struct crm_verdict *v = &r->txns[i]->verdict;

		if (is_limited(r->txns[i])) {
			v->wait_ms =
			    limit_block(g->limit, v->gate ? c->gate : c->bucket,
				r->use.granted, v->wait_ms);
			good &= v->gate;
		} else if (c->gate) {
			limit_spend(g->limit, c->gate, v->cost);
		}
	}
	limit_done(g->limit, &r->use, good && r->answer.how == CRM_ANSWERED);
}

/* A whole pack was refused: its halves go first, the bad one gets alone. */
static void
halve(struct engine *g, struct crm_request *r)
{
	if (g->limit)
		limit_done(g->limit, &r->use, true);
	g->most = (r->n + 1) / 2;
	put_back(g, r->txns, 0, r->n);
}

static void
settle_request(struct engine *g, struct crm_request *r)
{
	bool answered = r->answer.how == CRM_ANSWERED;

	g->under_way--;
	g->answers++;
	if (answered && !g->crm->driver->unpack(g->crm, r)) {
		halve(g, r);
		crm_request_free(r);
		return;
	}
	/* Found the culprit, or nothing is wrong: packs grow again. */
	if (answered && g->most < g->crm->driver->pack_max)
		g->most = g->most * 2 < g->crm->driver->pack_max
			      ? g->most * 2
			      : g->crm->driver->pack_max;
	for (size_t i = 0; i < r->n && !answered; i++)
		judge_silence(r->txns[i], &r->answer, g->answers);
	for (size_t i = 0; i < r->n; i++)
		measure(g, &r->txns[i]->cmd, r->txns[i]->verdict.cost);
	if (is_lost(r))
		slow_down(g, r);
	account_for(g, r);
	for (size_t i = 0; i < r->n; i++) {
		struct crm_txn *t = r->txns[i];

		t->asked = true;
		if (t->verdict.code == CRM_OK)
			advance(g, t);
		else
			queue_add(&g->back, t);
	}
	crm_request_free(r);
}

/* ---- rounds ---- */

static int
least(int a, int64_t b)
{
	return b >= 0 && (a < 0 || b < a) ? (int)b : a;
}

int
eng_run(struct engine *g, int timeout_ms, int fd, struct crm_txn **back,
    struct err *e)
{
	struct crm_request *r;
	int64_t limited;
	int rc = send_all(g, &limited, e);
	int ms = least(least(timeout_ms, limited), SLEEP_MAX_MS);

	if (g->back.head)
		ms = 0; /* worth more than an answer to come */
	if (rc == 0 && g->under_way) {
		r = g->tp->wait(g->tp, ms, fd);
		if (r)
			settle_request(g, r);
	} else if (rc == 0 && limited >= 0 && ms > 0) {
		poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, ms);
	}
	*back = g->back.head;
	for (struct crm_txn *t = *back; t; t = t->next)
		g->pending--;
	queue_init(&g->back);
	return rc;
}
