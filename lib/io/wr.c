/* SPDX-License-Identifier: MIT */
/*
 * Flushed when the buffer is full, before the reader would block, and at the
 * end: the speed of full buffering with the latency of a flush a line.
 */
#include "io/wr.h"

#include "base/xalloc.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { WR_FULL = 64 << 10 };

struct wr {
	int fd;
	int failed; /* errno of the failure that ended this writer */
	struct buf out;
};

struct wr *
wr_new(int fd)
{
	struct wr *w = xcalloc(1, sizeof(*w));

	w->fd = fd;
	return w;
}

void
wr_free(struct wr *w)
{
	if (!w)
		return;
	buf_free(&w->out);
	free(w);
}

int
wr_line(struct wr *w, struct span line, struct err *e)
{
	buf_span(&w->out, line);
	buf_chr(&w->out, '\n');
	return w->failed || w->out.len >= WR_FULL ? wr_flush(w, e) : 0;
}

/* Somebody who shares the descriptor may have made it non-blocking. */
static void
wait_for(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	poll(&p, 1, -1);
}

int
wr_flush(struct wr *w, struct err *e)
{
	size_t done = 0;

	while (!w->failed && done < w->out.len) {
		ssize_t n = write(w->fd, w->out.p + done, w->out.len - done);

		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			wait_for(w->fd);
		else if (n < 0 && errno != EINTR)
			w->failed = errno;
	}
	buf_clear(&w->out);
	if (!w->failed)
		return 0;
	errno = w->failed;
	return err_sys(e, ERR_IO, "standard output");
}

int
wr_wait(struct wr *w, int ms, struct err *e)
{
	struct pollfd p = {.fd = w->fd};

	if (poll(&p, 1, ms) > 0 && p.revents & POLLERR && !w->failed)
		w->failed = EPIPE;
	return wr_flush(w, e);
}

int
wr_close(struct wr *w, struct err *e)
{
	int rc = wr_flush(w, e);

	if (close(w->fd) < 0 && rc == 0)
		return err_sys(e, ERR_IO, "standard output");
	return rc;
}
