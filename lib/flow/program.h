/* SPDX-License-Identifier: MIT */
/* The frame of a program that works on a project: options, set-up, end. */
#ifndef FLOW_PROGRAM_H
#define FLOW_PROGRAM_H

#include "flow/setup.h"
#include "io/cli.h"

/*
 * Parse the command line, open the project, run body between the streams and
 * close everything: the exit code of the program.
 */
int program_run(struct cli *cli, int argc, char **argv,
    int (*body)(struct setup *su, struct streams *s));

/*
 * Give a line that was read to feed, which returns 0, 1 for a line that is no
 * record (rejected here with e's reason), or -1.
 */
int program_feed(struct streams *s, struct span line,
    int (*feed)(void *ctx, struct span line, struct err *e), void *ctx,
    struct err *e);

/* Reject the line just read. -1 if it can't be kept. */
int program_reject(
    struct streams *s, struct span line, const char *reason, struct err *e);

#endif
