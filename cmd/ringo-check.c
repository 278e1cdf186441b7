/* SPDX-License-Identifier: MIT */
/* Is a project ready for calls? What is wrong with it, and how to mend it. */
#include "flow/check.h"
#include "io/cli.h"
#include "io/wr.h"

static bool json;

static int
check(const struct cli *cli, struct wr *out)
{
	struct check c;
	struct buf text = {0};
	struct err e = {0};
	int rc;

	check_run(&c, cli->dir);
	if (json)
		check_json(&c, &text);
	else
		check_text(&c, &text);
	rc = c.code;
	/* The writer ends the last line. */
	if (wr_line(out, (struct span){text.p, text.len - 1}, &e) < 0)
		rc = cli_fail(&e);
	buf_free(&text);
	check_free(&c);
	return rc;
}

int
main(int argc, char **argv)
{
	static const struct cli_flag flags[] = {
	    {'j', "json", "one JSON object instead of text", &json, false},
	    {0},
	};
	struct cli cli = {
	    .program = "ringo-check",
	    .usage = "ringo-check -C DIR [-j]",
	    .help = "Looks through a project before its first call: files, "
		    "matrix, credentials, users,\npipelines, fields, journal. "
		    "Says what is wrong and how to mend it; changes nothing.\n"
		    "Ends with 0, or 1 if it found something.\n",
	    .flags = flags,
	    .needs_project = true,
	    .no_input = true,
	};
	struct streams s;
	int rc = cli_start(&cli, argc, argv);

	if (rc >= 0)
		return rc;
	cli_streams(&s, &cli);
	return cli_end(&s, check(&cli, s.out));
}
