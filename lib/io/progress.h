/* SPDX-License-Identifier: MIT */
/*
 * How far a program is, on stderr: where that is a terminal, or where
 * --progress asks for it. Silent under cron.
 */
#ifndef IO_PROGRESS_H
#define IO_PROGRESS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool on;
	int64_t began, shown; /* clock_mono */
};

void progress_begin(struct progress *p, bool forced);
/* Is it time to say it again? Five times a second at most. */
bool progress_due(struct progress *p);
/* Appends ", 45/s" for so many since the beginning. */
void progress_rate(const struct progress *p, long n, struct buf *out);
/* Appends ", 1:05:30 left" if so much of all is read of it; 0: not known. */
void progress_left(
    const struct progress *p, int64_t n, int64_t all, struct buf *out);
/* Standard input, if it is a file: what is read and how long it is, else 0. */
void progress_input(int64_t *n, int64_t *all);
/* Nothing of it stays on the screen. */
void progress_end(struct progress *p);

#endif
