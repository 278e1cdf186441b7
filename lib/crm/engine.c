/* SPDX-License-Identifier: MIT */
/*
 * One queue, live calls first. A request takes the first transaction's bin
 * and whatever else of that bin is ready: a live call leaves alone and at
 * once, in a backlog packs fill by themselves. A request refused whole with
 * nobody named is halved until the bad command stands alone.
 */
#include "crm/engine.h"

#include "base/xalloc.h"

struct queue {
	struct crm_txn *head, **tail;
};

struct engine {
	const struct crm *crm;
	struct crm_transport *tp;
	eng_before *before;
	void *ctx;
	struct queue live, backlog, back;
	size_t limit; /* commands in the next request; halved by a refusal */
	size_t pending;
	unsigned under_way;
	unsigned long answers; /* requests that have come back */
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

struct engine *
eng_new(const struct crm *c, struct crm_transport *tp, eng_before *before,
    void *ctx)
{
	struct engine *g = xcalloc(1, sizeof(*g));

	g->crm = c;
	g->tp = tp;
	g->before = before;
	g->ctx = ctx;
	g->limit = c->driver->pack_max;
	queue_init(&g->live);
	queue_init(&g->backlog);
	queue_init(&g->back);
	return g;
}

void
eng_free(struct engine *g)
{
	if (!g)
		return;
	g->tp->close(g->tp);
	free(g);
}

size_t
eng_pending(const struct engine *g)
{
	return g->pending;
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
		queue_add(t->live ? &g->live : &g->backlog, t);
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
	t->ended = false;
	json_decref(t->verdict.data);
	t->verdict = (struct crm_verdict){0};
	advance(g, t);
}

static bool
same_bin(const struct crm_txn *a, const struct crm_txn *b)
{
	return a->cmd.bin && b->cmd.bin && strcmp(a->cmd.bin, b->cmd.bin) == 0;
}

/* Moves what may share a request with first from q into v, up to max. */
static size_t
gather(struct queue *q, const struct crm_txn *first, struct crm_txn **v,
    size_t n, size_t max)
{
	struct crm_txn **p = &q->head;

	while (*p && n < max) {
		struct crm_txn *t = *p;

		if (t != first && !same_bin(first, t)) {
			p = &t->next;
			continue;
		}
		*p = t->next;
		v[n++] = t;
	}
	for (q->tail = &q->head; *q->tail; q->tail = &(*q->tail)->next)
		;
	return n;
}

/* What the adapter didn't fit goes back to where it came from, in order. */
static void
put_back(struct engine *g, struct crm_txn **v, size_t from, size_t n)
{
	while (n-- > from)
		queue_add_first(v[n]->live ? &g->live : &g->backlog, v[n]);
}

/* 1 if a request went out, 0 if nothing is ready, -1 if before failed. */
static int
send_one(struct engine *g, struct err *e)
{
	struct crm_txn *first = g->live.head ? g->live.head : g->backlog.head;
	struct crm_request *r;
	size_t n;

	if (!first || g->under_way >= g->tp->slots)
		return 0;
	r = xcalloc(1, sizeof(*r));
	r->txns = xcalloc(g->limit, sizeof(struct crm_txn *));
	n = gather(&g->live, first, r->txns, 0, g->limit);
	n = gather(&g->backlog, first, r->txns, n, g->limit);
	r->n = g->crm->driver->pack(g->crm, r->txns, n, r);
	put_back(g, r->txns, r->n, n);
	if (g->before && g->before(g->ctx, r->txns, r->n, e) < 0) {
		put_back(g, r->txns, 0, r->n);
		crm_request_free(r);
		return -1;
	}
	g->under_way++;
	g->tp->start(g->tp, r);
	return 1;
}

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

/* A whole pack was refused: its halves go first, the bad one gets alone. */
static void
halve(struct engine *g, struct crm_request *r)
{
	g->limit = (r->n + 1) / 2;
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
	if (answered && g->limit < g->crm->driver->pack_max)
		g->limit = g->limit * 2 < g->crm->driver->pack_max
			       ? g->limit * 2
			       : g->crm->driver->pack_max;
	for (size_t i = 0; i < r->n; i++) {
		struct crm_txn *t = r->txns[i];

		if (!answered)
			judge_silence(t, &r->answer, g->answers);
		if (t->verdict.code == CRM_OK)
			advance(g, t);
		else
			queue_add(&g->back, t);
	}
	crm_request_free(r);
}

int
eng_run(struct engine *g, int timeout_ms, struct crm_txn **back, struct err *e)
{
	struct crm_request *r;
	int rc;

	do
		rc = send_one(g, e);
	while (rc > 0);
	/* What is back already is worth more than an answer to come. */
	if (rc == 0 && g->under_way) {
		r = g->tp->wait(g->tp, g->back.head ? 0 : timeout_ms);
		if (r)
			settle_request(g, r);
	}
	*back = g->back.head;
	for (struct crm_txn *t = *back; t; t = t->next)
		g->pending--;
	queue_init(&g->back);
	return rc < 0 ? -1 : 0;
}
