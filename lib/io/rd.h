/* SPDX-License-Identifier: MIT */
/*
 * Reads a descriptor by blocks or by lines. Before a read that would block it
 * flushes the writer it was given, so that what is ready never waits for what
 * isn't there yet.
 */
#ifndef IO_RD_H
#define IO_RD_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

struct rd;
struct wr;

enum { LINE_MAX_BYTES = 1 << 20 }; /* longest record, newline excluded */

enum rd_got {
	RD_LINE, /* *line is the next line, without its newline */
	RD_LONG, /* a line over max: *line is its first max bytes */
	RD_NONE, /* nothing to read without blocking (rd_ready only) */
	RD_END,  /* end of the input */
	RD_FAIL, /* read error, e says which */
};

/* fd stays the caller's. out may be NULL; max is the longest line in bytes. */
struct rd *rd_new(int fd, struct wr *out, size_t max);
void rd_free(struct rd *r);
/*
 * The next line, waiting for it. A last line without newline counts. The span
 * lives until the next call. A signal that isn't restarted (SA_RESTART off)
 * makes it return RD_NONE.
 */
enum rd_got rd_line(struct rd *r, struct span *line, struct err *e);
/* The next line if a whole one can be had without waiting, else RD_NONE. */
enum rd_got rd_ready(struct rd *r, struct span *line, struct err *e);
/* Wait until something can be read, at most ms; a signal ends it too. */
void rd_wait(struct rd *r, int ms);
/* The next bytes, waiting for at least one; empty at the end of the input. */
int rd_block(struct rd *r, struct span *bytes, struct err *e);
/* What it reads, for those who wait for several things at once. */
int rd_fd(const struct rd *r);
/* Number of the line just returned, from 1. */
long rd_line_no(const struct rd *r);

#endif
