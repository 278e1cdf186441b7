/* SPDX-License-Identifier: MIT */
/* Call records with their plans in, the same with their results out. */
#include "base/exits.h"
#include "base/log.h"
#include "flow/deliver.h"
#include "flow/dry.h"
#include "flow/program.h"
#include "io/progress.h"
#include "io/rd.h"
#include "io/wr.h"

#include <signal.h>

static volatile sig_atomic_t stopped;
static struct err full; /* the disk is; nothing more is read */
static struct {
	bool adopt, dry, progress;
} opts;
static struct progress progress;

static void
on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

/* Where results go, and what is counted on the way. */
struct sink {
	struct wr *out;
	struct deliver *d;
	long fed;
};

/* How far it is: of what was read so much is through. */
static void
show_progress(const struct sink *k)
{
	long held = dlv_held(k->d), dead = dlv_dead(k->d);
	long through = dlv_through(k->d);
	struct buf text = {0};
	int64_t n, all;

	if (!progress_due(&progress))
		return;
	progress_input(&n, &all);
	buf_fmt(&text, "%ld done, %ld held, %ld dead", through - held - dead,
	    held, dead);
	progress_rate(&progress, through, &text);
	progress_left(&progress, k->fed ? n * through / k->fed : 0, all, &text);
	log_status(text.p);
	buf_free(&text);
}

static int
put(void *ctx, struct span line, struct err *e)
{
	const struct sink *k = ctx;

	return wr_line(k->out, line, e);
}

static int
flush(void *ctx, struct err *e)
{
	const struct sink *k = ctx;

	show_progress(k);
	return wr_flush(k->out, e);
}

static int
feed(void *ctx, struct span line, struct err *e)
{
	struct sink *k = ctx;

	k->fed++;
	return dlv_feed(k->d, line, e);
}

/* Reads what there is; RD_END, RD_NONE or RD_FAIL says why it stopped. */
static enum rd_got
fill(struct streams *s, struct sink *k, struct err *e)
{
	struct deliver *d = k->d;
	enum rd_got got = RD_NONE;
	bool fed = false; /* then a round comes first, and its commit */

	if (!stopped && !dlv_has_disk(d, &full)) {
		log_error("%s", full.text);
		stopped = 1;
	}
	while (dlv_room(d) && !stopped) {
		struct span line;
		int wait = dlv_wait_ms(d);
		int rc = 0;

		if (dlv_idle(d) && wait < 0 && !fed)
			got = rd_line(s->in, &line, e);
		else
			got = rd_ready(s->in, &line, e);
		if (got == RD_LINE)
			rc = program_feed(s, line, feed, k, e);
		else if (got == RD_LONG)
			rc = program_reject(s, line, "longer than 1 MiB", e);
		else if (got == RD_NONE && dlv_idle(d) && wait > 0 && !fed)
			rd_wait(s->in, wait);
		if (rc < 0)
			return RD_FAIL;
		fed = true;
		if (got == RD_NONE || got == RD_END || got == RD_FAIL)
			return got;
	}
	return got;
}

/* 0 if all of the input was read, 1 if a signal came before, -1 on failure. */
static int
run(struct streams *s, struct sink *k, struct err *e)
{
	struct deliver *d = k->d;

	for (;;) {
		enum rd_got got = fill(s, k, e);

		if (got == RD_FAIL)
			return -1;
		if (got == RD_END || stopped) {
			if (dlv_finish(d, &stopped, e) < 0)
				return -1;
			return got != RD_END;
		}
		if (dlv_run(d, dlv_room(d) ? rd_fd(s->in) : -1, e) < 0)
			return -1;
	}
}

static int
report(const struct deliver *d, bool unread)
{
	int code = EXITS_OK;

	if (unread) {
		log_warn("stopped before the end of the input; feed it again");
		code = EXITS_RETRY;
	}
	if (dlv_account_down(d))
		log_error("nothing more was sent: %s", dlv_account_down(d));
	if (dlv_held(d)) {
		log_warn("%ld record%s held; ringo-replay brings them back",
		    dlv_held(d), dlv_held(d) == 1 ? "" : "s");
		code = EXITS_RETRY;
	}
	if (dlv_dead(d)) {
		log_warn("%ld record%s could not be carried out; see result",
		    dlv_dead(d), dlv_dead(d) == 1 ? "" : "s");
		code = exits_worse(code, EXITS_REJECT);
	}
	if (full.kind != ERR_NONE)
		code = exits_worse(code, EXITS_RETRY);
	return code;
}

/* A line's block of text goes where its result would. */
static int
show_line(struct streams *s, struct dry *d, struct span line, struct err *e)
{
	struct buf text = {0};
	struct err bad = {0};
	int rc = dry_line(d, line, &text, &bad);

	if (rc == 1)
		rc = program_reject(s, line, bad.text, e);
	else if (rc == 0)
		rc = wr_line(s->out, (struct span){text.p, text.len}, e);
	else
		*e = bad;
	if (rc == 0)
		rc = wr_flush(s->out, e);
	buf_free(&text);
	return rc;
}

static int
show_all(struct streams *s, struct dry *d, struct err *e)
{
	int rc = 0;

	while (rc == 0 && !stopped) {
		struct span line;
		enum rd_got got = rd_line(s->in, &line, e);

		if (got == RD_END)
			return 0;
		if (got == RD_FAIL)
			return -1;
		if (got == RD_LINE)
			rc = show_line(s, d, line, e);
		if (got == RD_LONG)
			rc = program_reject(s, line, "longer than 1 MiB", e);
	}
	return rc;
}

static int
dry_run(struct setup *su, struct streams *s)
{
	struct err e = {0};
	struct dry *d = dry_new(su, &e);
	int rc = EXITS_OK;

	if (!d || show_all(s, d, &e) < 0)
		rc = cli_fail(&e);
	dry_free(d);
	return rc;
}

static int
push(struct setup *su, struct streams *s)
{
	struct err e = {0};
	struct sink k = {.out = s->out};
	int rc;

	k.d = dlv_new(su, opts.adopt, put, flush, &k, &e);
	if (!k.d)
		return cli_fail(&e);
	progress_begin(&progress, opts.progress);
	rc = run(s, &k, &e);
	progress_end(&progress);
	rc = rc < 0 ? cli_fail(&e) : report(k.d, rc);
	dlv_free(k.d);
	return rc;
}

static int
work(struct setup *su, struct streams *s)
{
	return opts.dry ? dry_run(su, s) : push(su, s);
}

int
main(int argc, char **argv)
{
	static const struct cli_flag flags[] = {
	    {'a', "adopt", "look in the CRM for every action before it is sent",
		&opts.adopt, false},
	    {'n', "dry-run",
		"say what would be sent, for people; send and store nothing",
		&opts.dry, false},
	    {'p', "progress",
		"say how far it is, also if stderr is no terminal",
		&opts.progress, false},
	    {0},
	};
	struct cli cli = {
	    .program = "ringo-push",
	    .usage = "ringo-push -C DIR < records-with-plans > results",
	    .help = "Carries the plan of each call record out in the CRM, "
		    "exactly once, and adds the\nresult. A record without a "
		    "plan is planned first.\n",
	    .flags = flags,
	    .needs_project = true,
	};

	cli_on_stop(on_signal);
	return program_run(&cli, argc, argv, work);
}
