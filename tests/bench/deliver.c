/* SPDX-License-Identifier: MIT */
/*
 * Delivery in process, to a CRM whose answers cost nothing: what is left is
 * ours and the disk's. The project (with a fresh journal) and how to feed it
 * are named on the command line, records with their plans come on standard
 * input. Prints "calls N" and, of the same disk, "syncs N", a second.
 *
 *   bench-deliver DIR alone     a call when the result of the last is out
 *   bench-deliver DIR packed    as fast as they can be taken
 */
#include "base/clock.h"
#include "base/xalloc.h"
#include "crm/engine.h"
#include "flow/deliver.h"
#include "io/rd.h"

#include <fcntl.h>
#include <unistd.h>

enum {
	PACK = 50,
	PAGE = 4096,
	PAGES = 1024, /* then from the start again, as a journal's -wal */
	SYNCS_MS = 1000,
};

/* ---- a CRM that says yes ---- */

static enum crm_step
step(const struct crm *c, struct crm_txn *t)
{
	if (t->stage++ == 0) {
		t->cmd = (struct crm_command){
		    .name = "yes", .bin = "yes", .write = true};
		return CRM_SEND;
	}
	crm_ref_add(c, t, "lead", "1");
	return CRM_DONE;
}

static size_t
pack(const struct crm *c, struct crm_txn *const *t, size_t n,
    struct crm_request *req)
{
	(void)c;
	(void)t;
	(void)req;
	return n;
}

static bool
unpack(const struct crm *c, const struct crm_request *req)
{
	(void)c;
	for (size_t i = 0; i < req->n; i++)
		req->txns[i]->verdict.code = CRM_OK;
	return true;
}

static struct crm_request *answered;

static void
start(struct crm_transport *tp, struct crm_request *r)
{
	(void)tp;
	r->answer.how = CRM_ANSWERED;
	answered = r;
}

static struct crm_request *
wait_answer(struct crm_transport *tp, int timeout_ms)
{
	struct crm_request *r = answered;

	(void)tp;
	(void)timeout_ms;
	answered = NULL;
	return r;
}

static void
close_transport(struct crm_transport *tp)
{
	(void)tp;
}

static struct crm_transport *
transport(struct crm *c, struct err *e)
{
	static struct crm_transport tp = {.start = start,
	    .wait = wait_answer,
	    .close = close_transport,
	    .slots = 1};

	(void)c;
	(void)e;
	return &tp;
}

/* ---- feeding ---- */

static long out_n; /* results that are out */

static int
put(void *ctx, struct span line, struct err *e)
{
	(void)ctx;
	(void)line;
	(void)e;
	out_n++;
	return 0;
}

static int
flush(void *ctx, struct err *e)
{
	(void)ctx;
	(void)e;
	return 0;
}

static int
feed_all(struct deliver *d, bool alone, struct err *e)
{
	struct rd *in = rd_new(STDIN_FILENO, NULL, LINE_MAX_BYTES);
	struct span line;
	long fed = 0;
	int rc = 0;

	while (rc == 0 && rd_line(in, &line, e) == RD_LINE) {
		rc = dlv_feed(d, line, e);
		fed++;
		while (rc == 0 && (alone ? out_n < fed : !dlv_room(d)))
			rc = dlv_run(d, e);
	}
	rd_free(in);
	return rc ? -1 : dlv_finish(d, false, e);
}

/* How many times a second this disk makes a page durable. */
static long
syncs(const char *dir)
{
	static const char page[PAGE];
	struct buf path = {0};
	int64_t begun = 0, ms = 0;
	long n = 0;
	int fd;

	buf_fmt(&path, "%s/syncs", dir);
	fd = open(path.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	while (fd >= 0 && ms < SYNCS_MS &&
	       pwrite(fd, page, PAGE, (n % PAGES) * PAGE) == PAGE) {
		if (n == PAGES) /* from here on it overwrites, as they do */
			begun = clock_mono();
		if (n++ < PAGES)
			continue;
		if (fdatasync(fd) < 0)
			break;
		ms = clock_mono() - begun;
	}
	n -= PAGES;
	close(fd);
	unlink(path.p);
	buf_free(&path);
	return ms ? (long)(n * 1000 / ms) : 0;
}

int
main(int argc, char **argv)
{
	struct crm_driver yes = crm_local;
	struct deliver *d;
	struct setup su;
	struct errs errs = {0};
	struct err e = {0};
	int64_t begun;
	long before;

	yes.transport = transport;
	yes.step = step;
	yes.pack = pack;
	yes.unpack = unpack;
	yes.pack_max = PACK;
	if (argc != 3 || setup_open(&su, argv[1], &errs, &e) < 0) {
		fprintf(stderr, "bench-deliver DIR alone|packed; %s\n",
		    errs.n ? errs.v[0].text : e.text);
		return 1;
	}
	su.crm.driver = &yes;
	d = dlv_new(&su, put, flush, NULL, &e);
	before = syncs(argv[1]);
	begun = clock_mono();
	if (!d || feed_all(d, strcmp(argv[2], "alone") == 0, &e) < 0 ||
	    dlv_held(d) || dlv_dead(d)) {
		fprintf(stderr, "not all was delivered: %s\n", e.text);
		return 1;
	}
	printf(
	    "calls %ld\n", (long)(out_n * 1000 / (clock_mono() - begun + 1)));
	printf("syncs %ld\n", (before + syncs(argv[1])) / 2);
	dlv_free(d);
	setup_close(&su);
	return 0;
}
