/* SPDX-License-Identifier: MIT */
#include "io/rd.h"

#include "base/xalloc.h"
#include "io/wr.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { RD_BLOCK = 64 << 10 };

struct rd {
	int fd;
	struct wr *out;
	size_t max;
	struct buf in;  /* bytes read and not yet given out: in.p + pos … */
	size_t pos;     /* where they begin */
	size_t scanned; /* bytes behind pos known to hold no newline */
	bool end;       /* read(2) said 0 */
	bool skipping;  /* inside a line that was too long */
	long line_no;
};

struct rd *
rd_new(int fd, struct wr *out, size_t max)
{
	struct rd *r = xcalloc(1, sizeof(*r));

	r->fd = fd;
	r->out = out;
	r->max = max;
	return r;
}

void
rd_free(struct rd *r)
{
	if (!r)
		return;
	buf_free(&r->in);
	free(r);
}

long
rd_line_no(const struct rd *r)
{
	return r->line_no;
}

static bool
readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) != 0;
}

/* Somebody who shares the descriptor may have made it non-blocking. */
static ssize_t
read_some(struct rd *r, bool wait)
{
	struct pollfd p = {.fd = r->fd, .events = POLLIN};

	for (;;) {
		ssize_t n = read(r->fd, r->in.p + r->in.len, RD_BLOCK);

		if (n >= 0 || errno != EAGAIN || !wait)
			return n;
		if (poll(&p, 1, -1) < 0)
			return -1;
	}
}

/* 1 if there are more bytes or the end is known, 0 if not now, -1 failed. */
static int
fill(struct rd *r, bool wait, struct err *e)
{
	ssize_t n;

	if (r->end)
		return 1;
	if (!wait || r->out) {
		bool now = readable(r->fd);

		if (!now && !wait)
			return 0;
		if (!now && wr_flush(r->out, e) < 0)
			return -1;
	}
	if (r->pos) {
		memmove(r->in.p, r->in.p + r->pos, r->in.len - r->pos);
		r->in.len -= r->pos;
		r->pos = 0;
	}
	buf_room(&r->in, RD_BLOCK);
	n = read_some(r, wait);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0)
		return err_sys(e, ERR_IO, "standard input");
	r->in.len += (size_t)n;
	r->end = n == 0;
	return 1;
}

/* Gives out n bytes as a line and drops the newline behind them. */
static enum rd_got
give(struct rd *r, size_t n, bool newline, struct span *line)
{
	bool tail = r->skipping;

	*line = (struct span){r->in.p + r->pos, n};
	r->pos += n + newline;
	r->scanned = 0;
	r->skipping = false;
	if (tail)
		return RD_NONE; /* the rest of a line that was reported */
	r->line_no++;
	return RD_LINE;
}

/* The next line in the buffer; RD_NONE if it needs more bytes. */
static enum rd_got
from_buffer(struct rd *r, struct span *line)
{
	const char *nl;
	size_t left;

again:
	left = r->in.len - r->pos;
	if (left == 0)
		return r->end ? RD_END : RD_NONE;
	nl = memchr(r->in.p + r->pos + r->scanned, '\n', left - r->scanned);
	if (nl || r->end) {
		size_t n = nl ? (size_t)(nl - r->in.p) - r->pos : left;

		if (!r->skipping && n > r->max)
			goto cut;
		if (give(r, n, nl != NULL, line) == RD_LINE)
			return RD_LINE;
		goto again;
	}
	r->scanned = left;
	if (r->skipping) {
		r->pos += left;
		r->scanned = 0;
		return RD_NONE;
	}
	if (left <= r->max)
		return RD_NONE;
cut:
	give(r, r->max, false, line);
	r->skipping = true;
	return RD_LONG;
}

static enum rd_got
next(struct rd *r, bool wait, struct span *line, struct err *e)
{
	for (;;) {
		enum rd_got got = from_buffer(r, line);
		int rc;

		if (got != RD_NONE)
			return got;
		rc = fill(r, wait, e);
		if (rc <= 0)
			return rc < 0 ? RD_FAIL : RD_NONE;
	}
}

enum rd_got
rd_line(struct rd *r, struct span *line, struct err *e)
{
	return next(r, true, line, e);
}

enum rd_got
rd_ready(struct rd *r, struct span *line, struct err *e)
{
	return next(r, false, line, e);
}

void
rd_wait(struct rd *r, int ms)
{
	struct pollfd p = {.fd = r->fd, .events = POLLIN};

	if (!r->end)
		poll(&p, 1, ms);
}

int
rd_fd(const struct rd *r)
{
	return r->fd;
}

int
rd_block(struct rd *r, struct span *bytes, struct err *e)
{
	while (r->in.len == r->pos && !r->end)
		if (fill(r, true, e) < 0)
			return -1;
	*bytes =
	    (struct span){r->in.p ? r->in.p + r->pos : "", r->in.len - r->pos};
	r->pos = r->in.len;
	r->scanned = 0;
	return 0;
}
