/* SPDX-License-Identifier: MIT */
/* Call records in, the same records with their plans out. */
#include "base/exits.h"
#include "flow/planner.h"
#include "flow/program.h"
#include "io/rd.h"
#include "io/wr.h"

static int
put(void *ctx, struct span line, struct err *e)
{
	return wr_line(ctx, line, e);
}

static int
feed(void *ctx, struct span line, struct err *e)
{
	return pln_add(ctx, line, e);
}

/* What is readable without waiting makes a batch, up to its size. */
static int
run(struct streams *s, struct planner *p, struct err *e)
{
	for (;;) {
		struct span line;
		enum rd_got got = pln_count(p) ? rd_ready(s->in, &line, e)
					       : rd_line(s->in, &line, e);
		int rc = 0;

		if (got == RD_FAIL)
			return -1;
		if (got == RD_LINE)
			rc = program_feed(s, line, feed, p, e);
		if (got == RD_LONG)
			rc = program_reject(s, line, "longer than 1 MiB", e);
		if (rc == 0 && (got == RD_NONE || got == RD_END ||
				   pln_count(p) == PLANNER_BATCH))
			rc = pln_run(p, put, s->out, e);
		if (rc < 0 || got == RD_END)
			return rc;
	}
}

static struct {
	bool explain, check, table;
} opts;

static int
match(struct setup *su, struct streams *s)
{
	struct err e = {0};
	struct engine *g = eng_open(&su->crm, NULL, NULL, &e);
	struct planner *p;
	int rc;

	if (!g)
		return cli_fail(&e);
	p = pln_new(&su->decider, g);
	if (opts.explain)
		pln_explain(p);
	rc = run(s, p, &e) < 0 ? cli_fail(&e) : 0;
	pln_free(p);
	eng_free(g);
	return rc;
}

/* The matrix itself, without input: its table, or what is wrong with it. */
static int
inspect(const struct matrix *m, struct streams *s)
{
	struct buf out = {0};
	struct err e = {0};
	size_t findings = 0;
	int rc = EXITS_OK;

	if (opts.table)
		matrix_table(m, &out);
	else
		findings = matrix_check(m, &out);
	if (out.len) /* the writer ends the last line */
		rc = wr_line(s->out, (struct span){out.p, out.len - 1}, &e);
	buf_free(&out);
	if (rc < 0)
		return cli_fail(&e);
	return findings ? EXITS_NO : EXITS_OK;
}

static int
work(struct setup *su, struct streams *s)
{
	if (opts.check || opts.table)
		return inspect(su->matrix, s);
	return match(su, s);
}

static const struct cli_flag flags[] = {
    {'e', "explain", "say how each decision comes about, for people",
	&opts.explain, false},
    {'c', "check", "check the whole matrix and end with 1 if it has gaps",
	&opts.check, true},
    {'t', "table", "print every situation with the line that takes it",
	&opts.table, true},
    {0},
};

int
main(int argc, char **argv)
{
	struct cli cli = {
	    .program = "ringo-match",
	    .usage = "ringo-match -C DIR [-e] < records > records-with-plans\n"
		     "       ringo-match -C DIR -c | -t",
	    .help = "Looks the client of each call record up in the CRM and "
		    "adds the plan that the\nproject's matrix makes for it. "
		    "Writes nothing to the CRM.\n",
	    .flags = flags,
	    .needs_project = true,
	};

	return program_run(&cli, argc, argv, work);
}
