/* SPDX-License-Identifier: MIT */
#include "flow/program.h"

#include "io/rd.h"
#include "io/reject.h"

int
program_run(struct cli *cli, int argc, char **argv,
    int (*body)(struct setup *su, struct streams *s))
{
	struct setup su;
	struct streams s;
	struct errs errs = {0};
	struct err e = {0};
	int rc = cli_start(cli, argc, argv);

	if (rc >= 0)
		return rc;
	if (setup_open(&su, cli->dir, &errs, &e) < 0) {
		rc = errs.n ? cli_fail_all(&errs) : cli_fail(&e);
	} else {
		cli_streams(&s, cli);
		rc = cli_end(&s, body(&su, &s));
	}
	setup_close(&su);
	errs_free(&errs);
	return rc;
}

int
program_reject(
    struct streams *s, struct span line, const char *reason, struct err *e)
{
	return rej_add(s->rejects, "line", rd_line_no(s->in), reason, line, e);
}

int
program_feed(struct streams *s, struct span line,
    int (*feed)(void *ctx, struct span line, struct err *e), void *ctx,
    struct err *e)
{
	struct err bad = {0};
	int rc = feed(ctx, line, &bad);

	if (rc == 1)
		return program_reject(s, line, bad.text, e);
	if (rc < 0)
		*e = bad;
	return rc;
}
