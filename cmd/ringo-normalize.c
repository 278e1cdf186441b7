/* SPDX-License-Identifier: MIT */
/* Ringostat's call log in, call records out: one row, one record. */
#include "base/exits.h"
#include "call/calllog.h"
#include "call/project.h"
#include "call/rec.h"
#include "io/cli.h"
#include "io/rd.h"
#include "io/reject.h"
#include "io/split.h"
#include "io/wr.h"

static int
one_row(struct streams *s, struct split *split, struct rec *rec,
    const struct project *p, struct span row, struct err *e)
{
	struct err bad = {0};
	struct buf out = {0};
	int rc;

	if (rec_parse(rec, row.p, row.n, &bad) == 0 &&
	    calllog_record(rec, p, &out, &bad) == 0)
		rc = wr_line(s->out, (struct span){out.p, out.len}, e);
	else
		rc = rej_add(
		    s->rejects, "row", split_row(split), bad.text, row, e);
	buf_free(&out);
	return rc;
}

static int
run(struct streams *s, const struct project *p)
{
	struct split *split = split_new(s->in, LINE_MAX_BYTES);
	struct rec *rec = rec_new();
	struct err e = {0};
	struct span row;
	int rc = 0;

	while (rc == 0) {
		struct err bad = {0};
		enum split_got got = split_next(split, &row, &bad);

		if (got == SPLIT_END)
			break;
		if (got == SPLIT_ROW)
			rc = one_row(s, split, rec, p, row, &e);
		else if (got == SPLIT_BAD)
			rc = rej_add(s->rejects, "row", split_row(split),
			    bad.text, row, &e);
		else
			rc = cli_fail(&bad);
	}
	rec_free(rec);
	split_free(split);
	return rc < 0 ? cli_fail(&e) : rc;
}

int
main(int argc, char **argv)
{
	struct cli cli = {
	    .program = "ringo-normalize",
	    .usage = "ringo-normalize [-C DIR] < calls.json > records.ndjson",
	    .help = "Turns Ringostat's call log (JSON array, or one object a "
		    "line) into call\nrecords, one a line. Records pass as "
		    "they are.\n",
	};
	struct project project = {0};
	struct streams s;
	struct errs errs = {0};
	int rc = cli_start(&cli, argc, argv);

	if (rc >= 0)
		return rc;
	if (cli.dir && project_load(&project, cli.dir, &errs) < 0) {
		rc = cli_fail_all(&errs);
	} else {
		cli_streams(&s, &cli);
		rc = cli_end(&s, run(&s, &project));
	}
	errs_free(&errs);
	project_free(&project);
	return rc;
}
