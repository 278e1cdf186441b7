/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const struct clock_boot *boot_instead;

int64_t
clock_now(void)
{
	const char *fixed = getenv("RINGO_NOW");
	struct timespec ts;
	int64_t ms;
	bool zoned;

	if (fixed && clock_parse(str_span(fixed), &ms, &zoned))
		return ms;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_mono(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_boot(void)
{
	struct timespec ts;

	if (boot_instead)
		return boot_instead->us;
	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

void
clock_boot_id(char out[BOOT_ID_SIZE])
{
	ssize_t n = -1;
	int fd;

	if (boot_instead) {
		snprintf(out, BOOT_ID_SIZE, "%s", boot_instead->id);
		return;
	}
	do
		fd = open(
		    "/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	if (fd >= 0) {
		n = read(fd, out, BOOT_ID_SIZE - 1);
		close(fd);
	}
	out[n > 0 ? n : 0] = '\0';
}

void
clock_boot_set(const struct clock_boot *instead)
{
	boot_instead = instead;
}

/* Cuts n digits off the front of s into *out. */
static bool
digits(struct span *s, size_t n, int min, int max, int *out)
{
	int64_t v;

	if (s->n < n || s->p[0] == '-' ||
	    !str_num((struct span){s->p, n}, min, max, &v))
		return false;
	*out = (int)v;
	s->p += n;
	s->n -= n;
	return true;
}

static bool
cut(struct span *s, const char *any)
{
	if (s->n == 0 || !strchr(any, s->p[0]) || s->p[0] == '\0')
		return false;
	s->p++;
	s->n--;
	return true;
}

/* Days since the epoch of a civil date (proleptic Gregorian). */
static int64_t
civil_days(int64_t y, int m, int d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool
date_exists(int y, int m, int d)
{
	static const int days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return d <= days[m - 1] + (m == 2 && leap);
}

/* "Z", "+02:00", "+0200" or "" (no zone); offset in seconds. */
static bool
parse_offset(struct span s, int *offset, bool *zoned)
{
	int sign, h, m;

	*offset = 0;
	*zoned = s.n > 0;
	if (s.n == 0 || (s.n == 1 && (s.p[0] == 'Z' || s.p[0] == 'z')))
		return true;
	sign = s.p[0] == '-' ? -1 : 1;
	if (!cut(&s, "+-") || !digits(&s, 2, 0, 23, &h))
		return false;
	cut(&s, ":");
	if (!digits(&s, 2, 0, 59, &m) || s.n)
		return false;
	*offset = sign * (h * 3600 + m * 60);
	return true;
}

bool
clock_parse(struct span s, int64_t *ms, bool *zoned)
{
	int y, mo, d, h, mi, sec, offset, milli = 0, scale = 100;
	int64_t t;

	if (!digits(&s, 4, 1970, 9999, &y) || !cut(&s, "-") ||
	    !digits(&s, 2, 1, 12, &mo) || !cut(&s, "-") ||
	    !digits(&s, 2, 1, 31, &d) || !cut(&s, "T t") ||
	    !digits(&s, 2, 0, 23, &h) || !cut(&s, ":") ||
	    !digits(&s, 2, 0, 59, &mi) || !cut(&s, ":") ||
	    !digits(&s, 2, 0, 60, &sec) || !date_exists(y, mo, d))
		return false;
	if (cut(&s, ".")) {
		if (s.n == 0 || s.p[0] < '0' || s.p[0] > '9')
			return false;
		for (; s.n && s.p[0] >= '0' && s.p[0] <= '9'; s.p++, s.n--) {
			milli += scale * (s.p[0] - '0');
			scale /= 10;
		}
	}
	if (!parse_offset(s, &offset, zoned))
		return false;
	if (*zoned) {
		t = civil_days(y, mo, d) * 86400 + h * 3600 + mi * 60 + sec -
		    offset;
	} else {
		struct tm tm = {.tm_year = y - 1900,
		    .tm_mon = mo - 1,
		    .tm_mday = d,
		    .tm_hour = h,
		    .tm_min = mi,
		    .tm_sec = sec,
		    .tm_isdst = -1};

		t = mktime(&tm);
	}
	*ms = t * 1000 + milli;
	return true;
}

static int64_t
floor_sec(int64_t ms)
{
	return ms >= 0 ? ms / 1000 : -((-ms + 999) / 1000);
}

void
clock_local(int64_t ms, struct buf *out)
{
	time_t t = (time_t)floor_sec(ms);
	struct tm tm;
	long off;

	localtime_r(&t, &tm);
	off = tm.tm_gmtoff;
	buf_fmt(out, "%04d-%02d-%02dT%02d:%02d:%02d%c%02ld:%02ld",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, off < 0 ? '-' : '+', labs(off) / 3600,
	    labs(off) / 60 % 60);
}

void
clock_utc(int64_t ms, struct buf *out)
{
	time_t t = (time_t)floor_sec(ms);
	struct tm tm;

	gmtime_r(&t, &tm);
	buf_fmt(out, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}
