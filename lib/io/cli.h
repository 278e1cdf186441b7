/* SPDX-License-Identifier: MIT */
/*
 * What all programs share: options that mean the same everywhere, the frame
 * of a filter, and the end that notices a full disk.
 *
 *   -C DIR  --project   project directory, else RINGO_PROJECT
 *   -x FILE --reject    where rejected lines go, else DIR/rejects.ndjson
 *   -q -v               say less, say more (-vv shows phone numbers)
 *   -h -V               help, version
 */
#ifndef IO_CLI_H
#define IO_CLI_H

#include "base/err.h"

#include <stdbool.h>

struct rd;
struct rejects;
struct wr;

/* An option of one program: a flag without argument. */
struct cli_flag {
	char letter;
	const char *name;
	const char *help; /* its line in --help, behind the name */
	bool *set;
	bool no_input; /* with it the program doesn't read standard input */
};

struct cli {
	const char *program;
	const char *usage; /* "ringo-match -C DIR < records" */
	const char *help;  /* what it does; lines end with newlines */
	const struct cli_flag *flags; /* NULL or ended by letter 0 */
	bool needs_project;
	bool no_input; /* it doesn't read standard input */
	const char *dir; /* NULL: none given */
	const char *reject;
};

/*
 * Parse the command line, set log and umask, catch what every program must.
 * -1: go on. Otherwise the exit code to end with (help was shown, or a usage
 * error said). The input must be standard input and no terminal.
 */
int cli_start(struct cli *c, int argc, char **argv);

/*
 * For programs that finish what they have in hand: on SIGTERM and SIGINT call
 * stop (which sets a flag, nothing else) and let reads return; a reader that
 * has gone shows as a failed write, not as a signal.
 */
void cli_on_stop(void (*stop)(int sig));

/* A filter's three streams; cli_streams_free releases, cli_end closes. */
struct streams {
	struct rd *in;
	struct wr *out;
	struct rejects *rejects;
};

void cli_streams(struct streams *s, const struct cli *c);
/* Say what is wrong and return its exit code. */
int cli_fail(const struct err *e);
/* Say all of them; the exit code for a broken configuration. */
int cli_fail_all(const struct errs *es);
/*
 * Flush and close standard output, count the rejects in, and free: the exit
 * code of the program, the worse of what happened.
 */
int cli_end(struct streams *s, int code);

#endif
