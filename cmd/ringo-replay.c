/* SPDX-License-Identifier: MIT */
/* What is open and due in the journal comes out as call records again. */
#include "base/clock.h"
#include "base/exits.h"
#include "base/log.h"
#include "flow/emit.h"
#include "flow/window.h"
#include "io/cli.h"
#include "io/progress.h"
#include "io/wr.h"
#include "journal/journal.h"
#include "call/project.h"

#include <signal.h>

enum { FULL_POLL_MS = 200 };

static volatile sig_atomic_t stopped;
static struct progress progress;
static bool forced;

static void
on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

static int
put(void *ctx, struct span line, struct err *e)
{
	return wr_line(ctx, line, e);
}

/* Of those that were due at the beginning. */
static void
show_progress(const struct emitter *m, int64_t due)
{
	struct buf text = {0};
	long n = emt_emitted(m);

	if (!progress_due(&progress))
		return;
	buf_fmt(&text, "%ld of %lld emitted", n, (long long)due);
	progress_rate(&progress, n, &text);
	progress_left(&progress, n, due, &text);
	log_status(text.p);
	buf_free(&text);
}

static int
emit_all(struct emitter *m, struct wr *out, int64_t due, struct err *e)
{
	int rc = 1;

	while (rc > 0 && !stopped) {
		rc = emt_step(m, put, out, e);
		if (rc >= 0 && wr_flush(out, e) < 0)
			rc = -1;
		show_progress(m, due);
		if (rc == 2 && wr_wait(out, FULL_POLL_MS, e) < 0)
			rc = -1;
	}
	return rc < 0 ? -1 : 0;
}

/* What stays behind, and what to do about it. */
static int
report(struct journal *j, int64_t since, struct emitter *m, struct err *e)
{
	int64_t waiting, older, now = clock_now();
	long out = emt_out(m, e);

	/* What this run has emitted is hidden, not withheld. */
	if (out < 0 || jnl_withheld(j, now, since, &waiting, &older, e) < 0)
		return -1;
	waiting -= out;
	if (waiting > 0)
		log_warn("%lld open record%s not due yet", (long long)waiting,
		    waiting == 1 ? "" : "s");
	if (older > 0)
		log_warn("%lld open record%s older than the window of three "
			 "days",
		    (long long)older, older == 1 ? "" : "s");
	return waiting > 0 || older > 0 ? EXITS_RETRY : EXITS_OK;
}

static int
replay(const struct project *p, struct wr *out)
{
	int64_t since = window_start(clock_now());
	struct err e = {0};
	struct journal *j = jnl_open(p->dir, &e);
	struct emitter *m;
	int64_t due;
	int rc;

	if (!j)
		return cli_fail(&e);
	m = emt_new(j, since);
	progress_begin(&progress, forced);
	rc = jnl_count_due(j, clock_now(), since, &due, &e);
	if (rc == 0)
		rc = emit_all(m, out, due, &e);
	progress_end(&progress);
	if (rc == 0)
		rc = report(j, since, m, &e);
	if (rc < 0)
		rc = cli_fail(&e);
	emt_free(m);
	jnl_close(j);
	return rc;
}

int
main(int argc, char **argv)
{
	static const struct cli_flag flags[] = {
	    {'p', "progress",
		"say how far it is, also if stderr is no terminal", &forced,
		false},
	    {0},
	};
	struct cli cli = {
	    .program = "ringo-replay",
	    .usage = "ringo-replay -C DIR | ringo-match -C DIR | ringo-push "
		     "-C DIR",
	    .help = "Emits the call records that are open and due, of today "
		    "and the two days before,\noldest first and every client "
		    "in order.\n",
	    .flags = flags,
	    .needs_project = true,
	    .no_input = true,
	};
	struct project project = {0};
	struct streams s;
	struct errs errs = {0};
	int rc = cli_start(&cli, argc, argv);

	if (rc >= 0)
		return rc;
	cli_on_stop(on_signal);
	if (project_load(&project, cli.dir, &errs) < 0) {
		rc = cli_fail_all(&errs);
	} else {
		cli_streams(&s, &cli);
		rc = cli_end(&s, replay(&project, s.out));
	}
	errs_free(&errs);
	project_free(&project);
	return rc;
}
