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
	STRETCH = 64, /* calls between two looks at the disk */
	SYNCS = 16,   /* how many of them are a look */
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
wait_answer(struct crm_transport *tp, int timeout_ms, int fd)
{
	struct crm_request *r = answered;

	(void)tp;
	(void)timeout_ms;
	(void)fd;
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

/* ---- the disk ---- */

/* How fast it makes a page durable, looked at all through the run. */
struct disk {
	int fd;
	long n;     /* pages written and synced */
	int64_t ms; /* how long that took */
};

/* A file of full size: what is timed overwrites, as a journal's -wal does. */
static bool
disk_open(struct disk *k, const char *dir)
{
	static const char page[PAGE];
	struct buf path = {0};
	bool fine;

	buf_fmt(&path, "%s/syncs", dir);
	k->fd = open(path.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	fine = k->fd >= 0 && unlink(path.p) == 0;
	for (long n = 0; fine && n < PAGES; n++)
		fine = pwrite(k->fd, page, PAGE, n * PAGE) == PAGE;
	buf_free(&path);
	return fine && fsync(k->fd) == 0;
}

static bool
disk_look(struct disk *k)
{
	static const char page[PAGE];
	int64_t begun = clock_mono();

	for (int i = 0; i < SYNCS; i++, k->n++)
		if (pwrite(k->fd, page, PAGE, k->n % PAGES * PAGE) != PAGE ||
		    fdatasync(k->fd) < 0)
			return false;
	k->ms += clock_mono() - begun;
	return true;
}

/* ---- the calls ---- */

static const volatile sig_atomic_t stopped;

static int
feed_all(struct deliver *d, bool alone, struct disk *k, struct err *e)
{
	struct rd *in = rd_new(STDIN_FILENO, NULL, LINE_MAX_BYTES);
	struct span line;
	long fed = 0;
	int rc = 0;

	while (rc == 0 && rd_line(in, &line, e) == RD_LINE) {
		if (fed % STRETCH == 0 && !disk_look(k))
			rc = err_sys(e, ERR_IO, "syncs");
		if (rc == 0)
			rc = dlv_feed(d, line, e);
		fed++;
		while (rc == 0 && (alone ? out_n < fed : !dlv_room(d)))
			rc = dlv_run(d, -1, e);
	}
	rd_free(in);
	return rc ? -1 : dlv_finish(d, &stopped, e);
}

int
main(int argc, char **argv)
{
	struct crm_driver yes = crm_local;
	struct deliver *d;
	struct setup su;
	struct errs errs = {0};
	struct err e = {0};
	struct disk disk = {0};
	int64_t begun, ms;

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
	d = dlv_new(&su, false, put, flush, NULL, &e);
	begun = disk_open(&disk, argv[1]) ? clock_mono() : 0;
	if (!d || !begun ||
	    feed_all(d, strcmp(argv[2], "alone") == 0, &disk, &e) < 0 ||
	    dlv_held(d) || dlv_dead(d)) {
		fprintf(stderr, "not all was delivered: %s\n", e.text);
		return 1;
	}
	ms = clock_mono() - begun - disk.ms;
	printf("calls %ld\n", (long)(out_n * 1000 / (ms + 1)));
	printf("syncs %ld\n", (long)(disk.n * 1000 / (disk.ms + 1)));
	close(disk.fd);
	dlv_free(d);
	setup_close(&su);
	return 0;
}
