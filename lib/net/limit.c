/* SPDX-License-Identifier: MIT */
/*
 * GCRA: of a bucket only the time at which it will be full again is kept, and
 * a unit moves that time by the interval 1/rate. Read, computed and written
 * under an OFD lock on the bucket's own bytes, which dies with the process. A
 * slot is a lock as well, on a byte far behind the end of the file. No fsync:
 * what a crash of the machine loses is worth nothing after it.
 */
#include "net/limit.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/xalloc.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum {
	SLOTS_MAX = 64,
	SLOTS_AT = 1 << 20,     /* where the slots' bytes begin */
	SLOT_POLL_MS = 50,      /* how often a taken slot is tried again */
	SECOND = 1000000,       /* the file's times are in µs */
	WAIT_MAX_S = 24 * 3600, /* longest wait that a vendor is believed */
	BACKOFF_MAX_S = 60,
	BELIEVED = 3,  /* refusals in a row while a short wait is believed */
	WHOLE = 10000, /* the factor 1 */
	FACTOR_MIN = 500,
};

static const double cut = 0.7;
static const double slow_rise = 0.1 / 60, gentle_rise = 0.5 / 60; /* a second */

/* A bucket in the file. */
struct cell {
	int64_t full;     /* when it will be full again, if nothing is drawn */
	int64_t blocked;  /* nothing is drawn before */
	int64_t since;    /* when the factor was set */
	uint16_t factor;  /* of the rate, in 1/WHOLE; it rises since then */
	uint8_t refusals; /* in a row */
	uint8_t gentle;   /* it rises fast */
	uint32_t check;
};

_Static_assert(sizeof(struct cell) == 32, "32 bytes a bucket");

struct bucket {
	struct limit_bucket is; /* our share of the table's */
	struct cell cell;       /* as last seen */
	uint64_t held;          /* slots that are ours */
};

struct limit {
	int fd;
	char boot[BOOT_ID_SIZE];
	bool alone; /* the file can't be written: this process counts alone */
	struct bucket *v;
	unsigned n;
};

/* ---- the file ---- */

static int
set_lock(struct limit *l, int how, short type, off_t at, off_t len)
{
	struct flock f = {
	    .l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = len};
	int rc;

	do
		rc = fcntl(l->fd, how, &f);
	while (rc < 0 && errno == EINTR);
	return rc;
}

static uint32_t
fnv(uint32_t h, const void *p, size_t n)
{
	const unsigned char *byte = p;

	while (n--)
		h = (h ^ *byte++) * 16777619u;
	return h;
}

/* Of another bucket or another run of the machine it is another. */
static uint32_t
check_of(const struct limit *l, const struct bucket *b, const struct cell *c)
{
	uint32_t h = fnv(2166136261u, c, offsetof(struct cell, check));

	h = fnv(h, b->is.name, strlen(b->is.name) + 1);
	return fnv(h, l->boot, strlen(l->boot));
}

/* The longest that full can lie ahead: what the smallest rate makes of it. */
static int64_t
farthest(const struct bucket *b)
{
	double s = WAIT_MAX_S;

	if (b->is.rate > 0)
		s += 2 * b->is.burst * WHOLE / FACTOR_MIN / b->is.rate;
	return (int64_t)(s * SECOND);
}

static bool
is_good(const struct limit *l, const struct bucket *b, const struct cell *c,
    int64_t now)
{
	return c->check == check_of(l, b, c) && c->since <= now &&
	       c->full <= now + farthest(b) &&
	       c->blocked <= now + (int64_t)WAIT_MAX_S * SECOND;
}

/* Locks the bucket and reads what the others have left of it; the time. */
static int64_t
enter(struct limit *l, unsigned i)
{
	struct bucket *b = &l->v[i];
	struct cell c;
	int64_t now;
	ssize_t n;

	set_lock(l, F_OFD_SETLKW, F_WRLCK, (off_t)(i * sizeof(c)), sizeof(c));
	now = clock_boot();
	if (l->alone)
		return now;
	n = pread(l->fd, &c, sizeof(c), (off_t)(i * sizeof(c)));
	if (n == sizeof(c) && is_good(l, b, &c, now))
		b->cell = c;
	else if (n >= 0)
		b->cell = (struct cell){.factor = WHOLE};
	return now;
}

static void
leave(struct limit *l, unsigned i, bool changed)
{
	struct cell *c = &l->v[i].cell;
	off_t at = (off_t)(i * sizeof(*c));

	if (changed) {
		c->check = check_of(l, &l->v[i], c);
		l->alone = pwrite(l->fd, c, sizeof(*c), at) != sizeof(*c);
	}
	set_lock(l, F_OFD_SETLK, F_UNLCK, at, sizeof(*c));
}

/* ---- opening ---- */

static struct limit_bucket
share_of(const struct limit_bucket *whole, int percent)
{
	struct limit_bucket b = *whole;

	b.rate = b.rate * percent / 100;
	b.burst = b.burst * percent / 100 < 1 ? 1 : b.burst * percent / 100;
	b.floor = b.floor * percent / 100;
	if (b.floor > b.burst - 1)
		b.floor = b.burst - 1;
	if (b.slots && !(b.slots = b.slots * (unsigned)percent / 100))
		b.slots = 1;
	if (b.slots && b.spare >= b.slots)
		b.spare = b.slots - 1;
	return b;
}

struct limit *
limit_open(const char *dir, const struct limit_bucket *table, int percent,
    struct err *e)
{
	struct limit *l = xcalloc(1, sizeof(*l));
	struct buf path = {0};

	while (table[l->n].name)
		l->n++;
	l->v = xcalloc(l->n, sizeof(*l->v));
	for (unsigned i = 0; i < l->n; i++) {
		assert(table[i].slots <= SLOTS_MAX);
		l->v[i].is = share_of(&table[i], percent);
		l->v[i].cell.factor = WHOLE;
	}
	clock_boot_id(l->boot);
	buf_fmt(&path, "%s/limit", dir);
	l->fd = open(path.p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (l->fd < 0) {
		err_sys(e, ERR_IO, "%s", path.p);
		limit_close(l);
		l = NULL;
	}
	buf_free(&path);
	return l;
}

void
limit_close(struct limit *l)
{
	if (!l)
		return;
	if (l->fd >= 0)
		close(l->fd);
	free(l->v);
	free(l);
}

/* ---- rate ---- */

/* What is got back now, in parts of the whole rate. */
static double
factor(const struct cell *c, int64_t now)
{
	double f = (double)c->factor / WHOLE;

	f += (double)(now - c->since) / SECOND *
	     (c->gentle ? gentle_rise : slow_rise);
	return f < 1 ? f : 1;
}

/* From one unit to the next, in µs. */
static double
interval(const struct bucket *b, int64_t now)
{
	return SECOND / (b->is.rate * factor(&b->cell, now));
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* µs until units can be drawn; at most 0: now. */
static int64_t
wait_for(const struct bucket *b, int64_t now, bool live, double units)
{
	int64_t wait = b->cell.blocked - now;
	double room = b->is.burst - (live ? 0 : b->is.floor) - units;

	if (b->is.rate > 0)
		wait = later(wait, later(b->cell.full, now) - now -
				       (int64_t)(room * interval(b, now)));
	return wait;
}

static void
draw(struct bucket *b, int64_t now, double units)
{
	int64_t most = now + farthest(b);

	if (b->is.rate <= 0)
		return;
	b->cell.full =
	    later(b->cell.full, now) + (int64_t)(units * interval(b, now));
	if (b->cell.full > most)
		b->cell.full = most;
}

static int64_t
to_ms(int64_t us)
{
	return us <= 0 ? 0 : (us + 999) / 1000;
}

/* ---- slots ---- */

static off_t
slot_at(unsigned bucket, unsigned slot)
{
	return SLOTS_AT + (off_t)bucket * SLOTS_MAX + slot;
}

/*
 * A live call begins with those that a backlog never takes. -1: all are taken.
 */
static int
take_slot(struct limit *l, unsigned i, bool live)
{
	struct bucket *b = &l->v[i];
	unsigned n = live ? b->is.slots : b->is.slots - b->is.spare;

	for (unsigned k = 0; k < n; k++) {
		unsigned slot = live ? n - 1 - k : k;

		/* The kernel would give us again what is ours. */
		if (b->held >> slot & 1)
			continue;
		if (set_lock(l, F_OFD_SETLK, F_WRLCK, slot_at(i, slot), 1) < 0)
			continue;
		b->held |= UINT64_C(1) << slot;
		return (int)slot;
	}
	return -1;
}

/* ---- requests ---- */

int64_t
limit_take(struct limit *l, unsigned bucket, bool live, struct limit_use *u)
{
	struct bucket *b = &l->v[bucket];
	int64_t now = enter(l, bucket);
	int64_t wait = to_ms(wait_for(b, now, live, 1));

	*u = (struct limit_use){bucket, -1, now};
	if (wait == 0 && b->is.slots &&
	    (u->slot = take_slot(l, bucket, live)) < 0)
		wait = SLOT_POLL_MS;
	if (wait == 0)
		draw(b, now, 1);
	leave(l, bucket, wait == 0 && b->is.rate > 0);
	return wait;
}

void
limit_done(struct limit *l, const struct limit_use *u, bool good)
{
	struct bucket *b = &l->v[u->bucket];

	if (u->slot >= 0) {
		set_lock(l, F_OFD_SETLK, F_UNLCK,
		    slot_at(u->bucket, (unsigned)u->slot), 1);
		b->held &= ~(UINT64_C(1) << u->slot);
	}
	/* No look into the file while all goes well. */
	if (!good || !b->cell.refusals)
		return;
	enter(l, u->bucket);
	if (u->granted > b->cell.since)
		b->cell.refusals = 0;
	leave(l, u->bucket, true);
}

int64_t
limit_wait(struct limit *l, unsigned bucket, bool live)
{
	int64_t now = enter(l, bucket);
	int64_t wait = to_ms(wait_for(&l->v[bucket], now, live, 0));

	leave(l, bucket, false);
	return wait;
}

void
limit_spend(struct limit *l, unsigned bucket, double cost)
{
	struct bucket *b = &l->v[bucket];
	int64_t now = enter(l, bucket);

	if (cost > 0)
		draw(b, now, cost < b->is.burst ? cost : b->is.burst);
	b->cell.refusals = 0;
	leave(l, bucket, true);
}

/* ---- refusals ---- */

/* How long nobody asks: the vendor's word, unless it proves too short. */
static int64_t
wait_of(int64_t asked_us, unsigned refusals)
{
	unsigned doublings = refusals < 7 ? refusals - 1 : 6;
	int64_t own = (int64_t)SECOND << doublings;

	if (own > (int64_t)BACKOFF_MAX_S * SECOND)
		own = (int64_t)BACKOFF_MAX_S * SECOND;
	if (asked_us > 0 && refusals <= BELIEVED)
		return asked_us;
	return later(asked_us, own);
}

/* Its rate is less from now on. The vendor's bucket is full, so is ours. */
static void
lower(struct bucket *b, int64_t now)
{
	double f = factor(&b->cell, now) * cut * WHOLE;

	b->cell.factor = f > FACTOR_MIN ? (uint16_t)f : FACTOR_MIN;
	b->cell.since = now;
	b->cell.gentle = 0;
	if (b->cell.refusals < UINT8_MAX)
		b->cell.refusals++;
	if (b->is.rate > 0)
		b->cell.full = later(b->cell.full,
		    now + (int64_t)(b->is.burst * interval(b, now)));
}

int64_t
limit_block(struct limit *l, unsigned bucket, int64_t granted, int64_t wait_ms)
{
	struct bucket *b = &l->v[bucket];
	int64_t now = enter(l, bucket), wait;

	if (wait_ms > (int64_t)WAIT_MAX_S * 1000)
		wait_ms = (int64_t)WAIT_MAX_S * 1000;
	wait = wait_ms * 1000;
	if (granted > b->cell.since) {
		lower(b, now);
		wait = wait_of(wait, b->cell.refusals);
	}
	b->cell.blocked = later(b->cell.blocked, now + wait);
	wait = to_ms(b->cell.blocked - now);
	leave(l, bucket, true);
	return wait > 0 ? wait : 1;
}

void
limit_gently(struct limit *l)
{
	for (unsigned i = 0; i < l->n; i++) {
		struct cell *c = &l->v[i].cell;
		int64_t now = enter(l, i);
		bool half = l->v[i].is.rate > 0 && factor(c, now) > 0.5;

		if (half) {
			c->factor = WHOLE / 2;
			c->since = now;
			c->gentle = 1;
		}
		leave(l, i, half);
	}
}
