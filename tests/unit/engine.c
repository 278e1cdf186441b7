/* SPDX-License-Identifier: MIT */
/* The engine with a driver and a transport that do as a test tells them. */
#include "base/xalloc.h"
#include "crm/engine.h"
#include "../tap.h"

enum { MANY = 40 };

/* What the CRM does with a command, by the "do" of the transaction's spec. */
static struct {
	size_t requests;
	size_t sizes[MANY];
	char order[256];  /* names of the commands as they were sent */
	size_t fit;       /* most commands that pack takes */
	enum crm_how how; /* of every answer */
	int before_calls;
	bool before_fails;
} world;

static const char *
name_of(const struct crm_txn *t)
{
	return json_string_value(json_object_get(t->spec, "name"));
}

static bool
flag(const struct crm_txn *t, const char *name)
{
	return json_is_true(json_object_get(t->spec, name));
}

static enum crm_step
fake_step(const struct crm *c, struct crm_txn *t)
{
	json_int_t commands =
	    json_integer_value(json_object_get(t->spec, "commands"));

	(void)c;
	if (flag(t, "impossible")) {
		crm_verdict(t, CRM_DEAD, CRM_RECORD, "not here");
		return CRM_DONE;
	}
	if (t->stage == (int)commands)
		return CRM_DONE;
	t->stage++;
	t->cmd.name = "fake";
	t->cmd.bin = flag(t, "alone") ? NULL : flag(t, "other") ? "b" : "a";
	t->cmd.write = !flag(t, "read");
	return CRM_SEND;
}

static size_t
fake_pack(const struct crm *c, struct crm_txn *const *t, size_t n,
    struct crm_request *req)
{
	(void)c;
	(void)t;
	(void)req;
	return n < world.fit ? n : world.fit;
}

static bool
fake_unpack(const struct crm *c, const struct crm_request *req)
{
	(void)c;
	for (size_t i = 0; i < req->n; i++)
		if (flag(req->txns[i], "poison") && req->n > 1)
			return false;
	for (size_t i = 0; i < req->n; i++) {
		if (flag(req->txns[i], "poison"))
			crm_verdict(
			    req->txns[i], CRM_DEAD, CRM_RECORD, "poison");
		else
			req->txns[i]->verdict.code = CRM_OK;
	}
	return true;
}

static struct crm_request *answered;

static void
fake_start(struct crm_transport *tp, struct crm_request *r)
{
	(void)tp;
	world.sizes[world.requests++] = r->n;
	for (size_t i = 0; i < r->n; i++) {
		size_t n = strlen(world.order);

		snprintf(world.order + n, sizeof(world.order) - n, "%s%s",
		    name_of(r->txns[i]), i + 1 < r->n ? "" : " ");
	}
	r->answer.how = world.how;
	snprintf(r->answer.text, sizeof(r->answer.text), "the line went dead");
	answered = r;
}

static struct crm_request *
fake_wait(struct crm_transport *tp, int timeout_ms, int fd)
{
	struct crm_request *r = answered;

	(void)tp;
	(void)timeout_ms;
	(void)fd;
	answered = NULL;
	return r;
}

static void
fake_close(struct crm_transport *tp)
{
	(void)tp;
}

static const struct crm_driver driver = {
    .name = "fake",
    .pack_max = 8,
    .step = fake_step,
    .pack = fake_pack,
    .unpack = fake_unpack,
};
static struct crm crm = {.driver = &driver};
static struct crm_transport transport = {fake_start, fake_wait, fake_close, 1};

static int
before(void *ctx, struct crm_txn *const *t, size_t n, struct err *e)
{
	(void)ctx;
	(void)t;
	(void)n;
	world.before_calls++;
	return world.before_fails ? err_set(e, ERR_IO, "disk full") : 0;
}

static struct crm_txn txn[MANY];
static size_t ntxns;

static struct engine *
fresh(void)
{
	memset(&world, 0, sizeof(world));
	world.fit = MANY;
	for (size_t i = 0; i < ntxns; i++) {
		json_t *spec = json_incref(txn[i].owner);

		crm_txn_clear(&txn[i]);
		json_decref(spec);
		json_decref(spec);
	}
	ntxns = 0;
	return eng_new(&crm, &transport, NULL, before, NULL);
}

/* Submits a transaction whose spec is this JSON. */
static struct crm_txn *
submit(struct engine *g, const char *spec, bool live)
{
	struct crm_txn *t = &txn[ntxns++];
	json_error_t je;

	t->spec = json_loads(spec, 0, &je);
	t->owner = json_copy((json_t *)(uintptr_t)t->spec);
	json_decref((json_t *)(uintptr_t)t->spec);
	t->spec = t->owner;
	t->live = live;
	eng_submit(g, t);
	return t;
}

/* Runs until all are back; counts them. */
static size_t
run_all(struct engine *g)
{
	size_t n = 0;

	for (int rounds = 0; eng_pending(g) && rounds < 100; rounds++) {
		struct crm_txn *back;
		struct err e = {0};

		if (eng_run(g, -1, -1, &back, &e) < 0)
			break;
		for (; back; back = back->next)
			n++;
	}
	return n;
}

static void
one_request_for_all_that_is_ready(void)
{
	struct engine *g = fresh();

	for (int i = 0; i < 5; i++)
		submit(g, "{\"name\":\"x\",\"commands\":1}", false);
	is_int(run_all(g), 5, "all come back");
	is_int(world.requests, 1, "five commands of one bin, one request");
	is_int(world.before_calls, 1, "intent is made durable once a request");
	eng_free(g);
}

static void
bins_and_limits(void)
{
	struct engine *g = fresh();

	submit(g, "{\"name\":\"1\",\"commands\":1}", false);
	submit(g, "{\"name\":\"2\",\"commands\":1,\"other\":true}", false);
	submit(g, "{\"name\":\"3\",\"commands\":1}", false);
	submit(g, "{\"name\":\"4\",\"commands\":1,\"alone\":true}", false);
	submit(g, "{\"name\":\"5\",\"commands\":1,\"alone\":true}", false);
	is_int(run_all(g), 5, "all come back");
	is_str(world.order, "13 2 4 5 ",
	    "equal bins share a request, no bin goes alone, in order");
	eng_free(g);

	g = fresh();
	for (int i = 0; i < 20; i++)
		submit(g, "{\"name\":\"x\",\"commands\":1}", false);
	run_all(g);
	is_int(world.sizes[0], 8, "a request holds what the driver allows");
	is_int(world.requests, 3, "20 by 8 are three requests");
	eng_free(g);

	g = fresh();
	world.fit = 2;
	submit(g, "{\"name\":\"1\",\"commands\":1}", false);
	submit(g, "{\"name\":\"2\",\"commands\":1}", false);
	submit(g, "{\"name\":\"3\",\"commands\":1}", false);
	run_all(g);
	is_str(
	    world.order, "12 3 ", "what pack doesn't fit goes next, in order");
	eng_free(g);
}

static void
live_goes_first(void)
{
	struct engine *g = fresh();

	submit(g, "{\"name\":\"b\",\"commands\":1,\"other\":true}", false);
	submit(g, "{\"name\":\"l\",\"commands\":1}", true);
	run_all(g);
	is_str(world.order, "l b ", "a live call goes before a backlog");
	eng_free(g);
}

static void
nothing_to_send(void)
{
	struct engine *g = fresh();
	struct crm_txn *t;

	submit(g, "{\"name\":\"x\",\"commands\":0}", false);
	is_int(eng_pending(g), 1, "it is pending until it is given back");
	is_int(run_all(g), 1, "complete without a request: it comes back");
	ok(txn[0].ended, "and has ended");
	t = submit(g, "{\"name\":\"x\",\"impossible\":true}", false);
	is_int(run_all(g), 1, "impossible: it comes back");
	ok(!t->ended && t->verdict.code == CRM_DEAD,
	    "with the adapter's verdict");
	is_int(world.requests, 0, "no request was made for either");
	eng_free(g);
}

static void
a_bad_command_is_found(void)
{
	struct engine *g = fresh();
	size_t dead = 0, done = 0;

	for (int i = 0; i < 8; i++)
		submit(g,
		    i == 5 ? "{\"name\":\"x\",\"commands\":1,\"poison\":true}"
			   : "{\"name\":\"x\",\"commands\":1}",
		    false);
	is_int(run_all(g), 8, "refused whole: all come back in the end");
	for (size_t i = 0; i < 8; i++) {
		dead += txn[i].verdict.code == CRM_DEAD;
		done += txn[i].ended;
	}
	is_int(dead, 1, "one is dead");
	is_int(done, 7, "its neighbours are done");
	ok(txn[5].verdict.code == CRM_DEAD, "and it is the bad one");
	ok(world.requests <= 8, "found by halves, not one by one");
	eng_free(g);
}

static void
no_answer(void)
{
	struct engine *g = fresh();
	struct crm_txn *w, *r;

	world.how = CRM_NO_ANSWER;
	w = submit(g, "{\"name\":\"w\",\"commands\":1}", false);
	r = submit(g, "{\"name\":\"r\",\"commands\":1,\"read\":true}", false);
	run_all(g);
	ok(w->verdict.code == CRM_DOUBT, "a write without answer: doubt");
	ok(r->verdict.code == CRM_AGAIN, "a read without answer: again");
	is_str(w->verdict.text, "the line went dead", "and why");
	eng_free(g);

	g = fresh();
	world.how = CRM_NOT_SENT;
	w = submit(g, "{\"name\":\"w\",\"commands\":1}", false);
	run_all(g);
	ok(w->verdict.code == CRM_AGAIN, "a write never sent: again");
	ok(w->verdict.scope == CRM_ACCOUNT, "and no fault of this record");
	eng_free(g);
}

static void
no_intent_no_request(void)
{
	struct engine *g = fresh();
	struct crm_txn *back;
	struct err e = {0};

	world.before_fails = true;
	submit(g, "{\"name\":\"x\",\"commands\":1}", false);
	is_int(
	    eng_run(g, -1, -1, &back, &e), -1, "a failed intent fails the run");
	is_str(e.text, "disk full", "with its reason");
	is_int(world.requests, 0, "and nothing was sent");
	eng_free(g);
}

static void
several_commands(void)
{
	struct engine *g = fresh();

	submit(g, "{\"name\":\"x\",\"commands\":3}", false);
	submit(g, "{\"name\":\"y\",\"commands\":2}", false);
	is_int(run_all(g), 2, "each comes back once");
	is_str(world.order, "xy xy x ", "rounds of different ones share packs");
	is_int(world.before_calls, 3, "an intent before every request");
	eng_free(g);
}

int
main(void)
{
	one_request_for_all_that_is_ready();
	bins_and_limits();
	live_goes_first();
	nothing_to_send();
	a_bad_command_is_found();
	no_answer();
	no_intent_no_request();
	several_commands();
	eng_free(fresh()); /* releases the last transactions */
	return tap_done();
}
