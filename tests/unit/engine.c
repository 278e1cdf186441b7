/* SPDX-License-Identifier: MIT */
/* The engine with a driver and a transport that do as a test tells them. */
#include "base/clock.h"
#include "base/xalloc.h"
#include "crm/engine.h"
#include "../tap.h"

#include <unistd.h>

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
	bool silent;     /* no answer comes for now */
	int64_t wait_ms; /* what it says to those that it throttles */
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

static int
number(const struct crm_txn *t, const char *name)
{
	return (int)json_integer_value(json_object_get(t->spec, name));
}

static enum crm_step
fake_step(const struct crm *c, struct crm_txn *t)
{
	(void)c;
	if (flag(t, "impossible")) {
		crm_verdict(t, CRM_DEAD, CRM_RECORD, "not here");
		return CRM_DONE;
	}
	if (t->stage == number(t, "commands"))
		return CRM_DONE;
	t->stage++;
	t->cmd.name = "fake";
	t->cmd.bin = flag(t, "alone") ? NULL : flag(t, "other") ? "b" : "a";
	t->cmd.write = !flag(t, "read");
	t->cmd.bucket = (unsigned)number(t, "bucket");
	t->cmd.gate = (unsigned)number(t, "gate");
	t->cmd.cost = number(t, "expected");
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
		struct crm_txn *t = req->txns[i];

		if (flag(t, "poison"))
			crm_verdict(t, CRM_DEAD, CRM_RECORD, "poison");
		else if (flag(t, "throttled"))
			crm_verdict(t, CRM_AGAIN, CRM_LIMIT, "too many");
		else
			t->verdict.code = CRM_OK;
		t->verdict.gate = number(t, "gate") > 0;
		t->verdict.cost = number(t, "cost");
		if (t->verdict.code == CRM_AGAIN)
			t->verdict.wait_ms = world.wait_ms;
	}
	return true;
}

static struct crm_request *answered[MANY];
static size_t nanswered;

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
	answered[nanswered++] = r;
}

static struct crm_request *
fake_wait(struct crm_transport *tp, int timeout_ms, int fd)
{
	struct crm_request *r = answered[0];

	(void)tp;
	(void)timeout_ms;
	(void)fd;
	if (world.silent || nanswered == 0)
		return NULL;
	memmove(answered, answered + 1, --nanswered * sizeof(answered[0]));
	return r;
}

static void
fake_close(struct crm_transport *tp)
{
	(void)tp;
}

static const struct limit_bucket limits[] = {
    {.name = "requests", .rate = 10, .burst = 5, .floor = 2},
    {.name = "others"},
    {.name = "work", .rate = 1, .burst = 10, .floor = 2},
    {.name = "slots", .slots = 3, .spare = 2},
    {0},
};
enum { REQUESTS, OTHERS, WORK, SLOTS };

#define DRIVER                                                              \
	.name = "fake", .pack_max = 8, .limits = limits, .step = fake_step, \
	.pack = fake_pack, .unpack = fake_unpack

static const struct crm_driver driver = {DRIVER};
static const struct crm_driver slow_driver = {DRIVER, .pack_seconds = 10};
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

static struct clock_boot now;
static char dir[200];

/* NULL: none, everything may go. */
static struct limit *
limiter(bool yes)
{
	struct err e = {0};
	char path[220];

	if (!yes)
		return NULL;
	snprintf(path, sizeof(path), "%s/limit", dir);
	unlink(path);
	now = (struct clock_boot){.us = 1000000000, .id = "boot"};
	clock_boot_set(&now);
	return limit_open(dir, limits, 100, &e);
}

static struct engine *
fresh_with(struct limit *limit)
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
	nanswered = 0;
	transport.slots = 1;
	return eng_new(&crm, &transport, limit, before, NULL);
}

static struct engine *
fresh(void)
{
	return fresh_with(NULL);
}

static struct engine *
limited(void)
{
	return fresh_with(limiter(true));
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

/* Runs until nothing goes any more; counts those that come back. */
static int
go(struct engine *g)
{
	size_t sent;
	int n = 0, came;

	do {
		struct crm_txn *back;
		struct err e = {0};

		sent = world.requests;
		came = 0;
		if (eng_run(g, 0, -1, &back, &e) < 0)
			return -1;
		for (; back; back = back->next)
			came++;
		n += came;
	} while (world.requests > sent || came);
	return n;
}

static struct crm_txn *
alone(struct engine *g, const char *name, int bucket, bool live)
{
	char spec[100];

	snprintf(spec, sizeof(spec),
	    "{\"name\":\"%s\",\"commands\":1,\"alone\":true,"
	    "\"bucket\":%d}",
	    name, bucket);
	return submit(g, spec, live);
}

static void
live_before_backlog(void)
{
	struct engine *g = limited();

	for (int i = 0; i < 6; i++)
		alone(g, "b", REQUESTS, false);
	go(g);
	is_str(world.order, "b b b ", "a backlog goes down to the floor");
	for (int i = 0; i < 3; i++)
		alone(g, "l", REQUESTS, true);
	go(g);
	is_str(world.order, "b b b l l ", "live calls go at once, to zero");
	now.us += 100 * 1000;
	go(g);
	is_str(world.order, "b b b l l l ", "... and before what waits longer");
	now.us += 300 * 1000;
	go(g);
	is_str(world.order, "b b b l l l b ", "then the backlog goes on");
	now.us += 3000 * 1000;
	is_int(go(g), 2, "... to its end");
	eng_free(g);

	g = limited();
	submit(g, "{\"name\":\"b\",\"commands\":1}", false);
	submit(g, "{\"name\":\"l\",\"commands\":1}", true);
	go(g);
	is_str(world.order, "l b ", "it doesn't wait for a backlog's commands");
	eng_free(g);

	g = limited();
	transport.slots = 4;
	world.silent = true;
	for (int i = 0; i < 4; i++)
		alone(g, "b", OTHERS, false);
	go(g);
	alone(g, "l", OTHERS, true);
	go(g);
	is_str(world.order, "b b b l ", "a backlog leaves it a connection");
	world.silent = false;
	is_int(go(g), 5, "... and goes on when one is free");
	eng_free(g);
}

static void
one_limit_of_several(void)
{
	struct engine *g = limited();
	struct crm_txn *t;

	world.wait_ms = 5000;
	t = submit(
	    g, "{\"name\":\"t\",\"commands\":1,\"throttled\":true}", false);
	is_int(go(g), 1, "throttled: it comes back");
	ok(t->verdict.code == CRM_AGAIN && t->verdict.scope == CRM_LIMIT,
	    "... as not executed, for the limit");
	is_int(t->verdict.wait_ms, 5000, "... with the vendor's wait");
	is_str(t->verdict.text, "too many", "... and words");
	ok(eng_waits(g, t->verdict.wait_ms), "... which the engine would wait");
	alone(g, "b", REQUESTS, true);
	alone(g, "o", OTHERS, false);
	is_int(go(g), 1, "what draws on it waits");
	is_str(world.order, "t o ", "... and others go");
	now.us += 4999 * 1000;
	is_int(go(g), 0, "... until it is over");
	now.us += 1000;
	is_int(go(g), 1, "then it goes");
	eng_free(g);
}

static void
gates(void)
{
	struct engine *g = limited();
	struct crm_txn *t, *u;

	submit(
	    g, "{\"name\":\"1\",\"commands\":1,\"gate\":2,\"cost\":9}", false);
	is_int(go(g), 1, "a command within its gate goes");
	submit(g, "{\"name\":\"2\",\"commands\":1,\"gate\":2}", false);
	submit(g, "{\"name\":\"3\",\"commands\":1}", false);
	is_int(go(g), 1, "what it cost is more than a backlog may take");
	is_str(world.order, "1 3 ", "... such commands wait, others go");
	submit(g, "{\"name\":\"4\",\"commands\":1,\"gate\":2}", true);
	is_int(go(g), 1, "... so do live ones");
	now.us += 2000 * 1000;
	is_int(go(g), 1, "time opens the gate");
	is_str(world.order, "1 3 4 2 ", "...");

	world.wait_ms = 20000;
	t = submit(g,
	    "{\"name\":\"5\",\"commands\":1,\"gate\":2,"
	    "\"throttled\":true}",
	    false);
	u = submit(g, "{\"name\":\"6\",\"commands\":1}", false);
	is_int(go(g), 2, "of a pack one is refused for its gate");
	ok(t->verdict.code == CRM_AGAIN && u->ended,
	    "... its neighbour is done");
	now.us += 1000 * 1000;
	submit(g, "{\"name\":\"7\",\"commands\":1,\"gate\":2}", true);
	submit(g, "{\"name\":\"8\",\"commands\":1}", true);
	submit(g, "{\"name\":\"9\",\"commands\":1}", false);
	is_int(go(g), 2, "the gate is shut");
	is_str(world.order, "1 3 4 2 56 8 9 ", "... and not the bucket");
	eng_free(g);
}

static void
a_long_wait(void)
{
	struct engine *g = limited();
	struct crm_txn *b, *l;

	world.wait_ms = 90000;
	submit(g, "{\"name\":\"t\",\"commands\":1,\"throttled\":true}", false);
	go(g);
	b = alone(g, "b", REQUESTS, false);
	l = alone(g, "l", REQUESTS, true);
	alone(g, "o", OTHERS, false);
	is_int(go(g), 3, "what would wait for long comes back");
	is_str(world.order, "t o ", "... unsent");
	is_int(b->verdict.wait_ms, 90000, "... with the wait");
	is_str(b->verdict.text, "the CRM's limit is used up (requests)",
	    "... and the reason");
	ok(b->verdict.code == CRM_AGAIN && b->verdict.scope == CRM_LIMIT &&
		!l->ended && !eng_waits(g, l->verdict.wait_ms),
	    "... as if refused");
	now.us += 31 * 1000000;
	b = alone(g, "b", REQUESTS, false);
	is_int(go(g), 0, "less than a minute is waited for");
	eng_patience(g, 0);
	is_int(go(g), 1, "... unless there is no patience");
	is_int(b->verdict.wait_ms, 59000, "... and what is left is said");
	eng_free(g);
}

/* Behind many others it waits for its turn, not for the limit. */
static void
a_long_line(void)
{
	struct engine *g = limited();
	int back = 0;

	eng_patience(g, 150);
	for (int i = 0; i < 20; i++)
		alone(g, "a", REQUESTS, false);
	submit(g, "{\"name\":\"b\",\"commands\":1}", false);
	submit(g, "{\"name\":\"c\",\"commands\":1,\"alone\":true,\"gate\":2}",
	    false);
	back += go(g);
	for (int i = 0; i < 19; i++) {
		usleep(20 * 1000);
		now.us += 100 * 1000;
		back += go(g);
	}
	is_int(world.requests, 22, "a long line is no long wait for the limit");
	is_int(back, 22, "... all of it goes in its turn");
	eng_free(g);
}

static void
slots(void)
{
	struct engine *g = limited();
	struct crm_txn *back, *t;
	struct err e = {0};

	transport.slots = 16;
	world.silent = true;
	alone(g, "b", SLOTS, false);
	alone(g, "b", SLOTS, false);
	for (int i = 0; i < 3; i++)
		alone(g, "l", SLOTS, true);
	go(g);
	is_str(world.order, "l l l ", "as many at once as there are slots");
	world.silent = false;
	eng_run(g, 0, -1, &back, &e);
	world.silent = true;
	go(g);
	is_str(world.order, "l l l ", "a backlog doesn't take a live one's");
	world.silent = false;
	is_int(go(g), 4, "a slot is free again when its answer is there");
	is_str(world.order, "l l l b b ", "...");

	world.silent = true;
	eng_patience(g, 120);
	alone(g, "b", SLOTS, false);
	go(g);
	t = alone(g, "b", SLOTS, false);
	eng_run(g, 0, -1, &back, &e);
	ok(!back, "all taken: it waits");
	usleep(130 * 1000);
	eng_run(g, 0, -1, &back, &e);
	ok(back == t && t->verdict.scope == CRM_LIMIT, "... not for ever");
	ok(t->verdict.wait_ms >= 120, "... and asks for some time");
	eng_free(g);
	for (size_t i = 0; i < nanswered; i++)
		crm_request_free(answered[i]);
}

/* How long eng_run takes, in ms. */
static int64_t
run_ms(struct engine *g, int timeout_ms, int fd)
{
	int64_t begin = clock_mono();
	struct crm_txn *back;
	struct err e = {0};

	eng_run(g, timeout_ms, fd, &back, &e);
	return clock_mono() - begin;
}

static void
sleeps(void)
{
	struct engine *g = limited();
	int fd[2];
	int64_t ms;

	if (pipe(fd) < 0)
		return;
	world.wait_ms = 150;
	submit(g, "{\"name\":\"t\",\"commands\":1,\"throttled\":true}", false);
	go(g);
	alone(g, "l", REQUESTS, true);
	ms = run_ms(g, -1, fd[0]);
	ok(ms >= 149 && ms < 1000, "it sleeps until the limit lets more go");
	ms = run_ms(g, 20, fd[0]);
	ok(ms >= 19 && ms < 140, "... or as long as it is told to");
	if (write(fd[1], "x", 1) == 1)
		ok(run_ms(g, -1, fd[0]) < 100, "... or till fd can be read");
	close(fd[0]);
	close(fd[1]);
	eng_free(g);
}

/* Sizes of the first n requests, as text. */
static const char *
sizes(size_t n)
{
	static char text[80];

	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "%s%zu", i ? " " : "", world.sizes[i]);
	return text;
}

static void
submit_many(struct engine *g, int n, const char *spec)
{
	for (int i = 0; i < n; i++)
		submit(g, spec, false);
}

static void
a_pack_ends_by_seconds(void)
{
	struct engine *g;

	crm.driver = &slow_driver;
	g = fresh();
	submit_many(g, 8,
	    "{\"name\":\"x\",\"commands\":1,\"gate\":2,\"expected\":4,"
	    "\"cost\":1}");
	is_int(run_all(g), 8, "eight that may take four seconds each");
	is_str(sizes(world.requests), "2 3 3",
	    "...fill ten, and then more, as they take one");
	submit_many(
	    g, 1, "{\"name\":\"x\",\"commands\":1,\"gate\":3,\"expected\":40}");
	is_int(run_all(g), 1, "one that takes longer than that goes alone");
	eng_free(g);

	g = fresh();
	submit_many(g, 9, "{\"name\":\"x\",\"commands\":1,\"expected\":1}");
	is_int(run_all(g), 9, "what has no gate isn't measured");
	is_str(sizes(world.requests), "8 1", "...and fills by its number");
	eng_free(g);

	g = fresh();
	world.how = CRM_NO_ANSWER;
	submit_many(
	    g, 8, "{\"name\":\"x\",\"commands\":1,\"gate\":2,\"expected\":2}");
	is_int(run_all(g), 8, "packs that nobody answers");
	is_str(sizes(world.requests), "5 2 1", "...get smaller, not below one");
	eng_free(g);
	crm.driver = &driver;
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%s/engine.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		return 99;
	one_request_for_all_that_is_ready();
	bins_and_limits();
	live_goes_first();
	nothing_to_send();
	a_bad_command_is_found();
	no_answer();
	no_intent_no_request();
	several_commands();
	live_before_backlog();
	one_limit_of_several();
	gates();
	a_long_wait();
	a_long_line();
	slots();
	sleeps();
	a_pack_ends_by_seconds();
	eng_free(fresh()); /* releases the last transactions */
	limit_close(limiter(true));
	if (chdir(dir) == 0 && unlink("limit") == 0)
		rmdir(dir);
	return tap_done();
}
