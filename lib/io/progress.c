/* SPDX-License-Identifier: MIT */
#include "io/progress.h"

#include "base/clock.h"
#include "base/log.h"

#include <sys/stat.h>
#include <unistd.h>

enum { EVERY_MS = 200, SOON_MS = 1000 };

void
progress_begin(struct progress *p, bool forced)
{
	*p = (struct progress){
	    .on = forced || isatty(STDERR_FILENO), .began = clock_mono()};
}

bool
progress_due(struct progress *p)
{
	int64_t now = clock_mono();

	if (!p->on || now - p->shown < EVERY_MS)
		return false;
	p->shown = now;
	return true;
}

void
progress_rate(const struct progress *p, long n, struct buf *out)
{
	int64_t ms = clock_mono() - p->began;

	if (ms > 0)
		buf_fmt(out, ", %lld/s", (long long)(n * 1000 / ms));
}

void
progress_left(const struct progress *p, int64_t n, int64_t all, struct buf *out)
{
	int64_t ms = clock_mono() - p->began;
	long long s;

	if (n <= 0 || all < n || ms < SOON_MS)
		return;
	s = (long long)((double)ms * (double)(all - n) / (double)n / 1000);
	if (s >= 3600)
		buf_fmt(out, ", %lld:%02lld:%02lld left", s / 3600, s / 60 % 60,
		    s % 60);
	else
		buf_fmt(out, ", %lld:%02lld left", s / 60, s % 60);
}

void
progress_input(int64_t *n, int64_t *all)
{
	struct stat st;

	*n = *all = 0;
	if (fstat(STDIN_FILENO, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	*n = lseek(STDIN_FILENO, 0, SEEK_CUR);
	*all = st.st_size;
}

void
progress_end(struct progress *p)
{
	if (p->on)
		log_status("");
}
