/* SPDX-License-Identifier: MIT */
/*
 * GCRA by its level: a bucket is how much is drawn and when that was so; a unit
 * drawn is one more, and rate units a second run out. Read, computed and
 * written under an OFD lock on the bucket's own bytes, which dies with the
 * process. A slot is a lock as well, on a byte far behind the end of the file.
 * No fsync: what a crash of the machine loses is worth nothing after it.
 */
#include "net/limit.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "io/fsx.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum {
	SLOTS_MAX = 64,
	SLOTS_AT = 1 << 20, /* where the slots' bytes begin */
	SLOT_POLL_MS = 50,  /* how often a taken slot is tried again */
	SECOND = 1000000,   /* times are in µs of clock_boot */
	WAIT_MAX_MS = 24 * 3600 * 1000, /* longest wait a vendor is believed */
	BACKOFF_MS = 1000,              /* doubled with each refusal in a row */
	BACKOFF_MAX_MS = 60000,
	BELIEVED = 3, /* refusals in a row while a short wait is believed */
	REFUSALS_MAX = 15,
};

static const double cut = 0.7, factor_min = 0.05;
static const double slow_rise = 0.1 / 60, gentle_rise = 0.5 / 60; /* a second */
static const double rounding = 1e-4;                              /* units */

/* A bucket in the file. */
struct cell {
	int64_t at;            /* when it was so */
	int64_t slow;          /* when the factor was lowered last */
	float level;           /* units that are drawn and have not run out */
	float factor;          /* of the rate */
	uint32_t blocked : 27; /* ms from then; nothing is drawn before */
	uint32_t refusals : 4; /* in a row */
	uint32_t gentle : 1;   /* the factor rises fast */
	uint32_t check;
};

_Static_assert(sizeof(struct cell) == 32, "32 bytes a bucket");
_Static_assert(WAIT_MAX_MS < 1 << 27, "a wait fits into a cell");

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

/* It may come from any writer: no comparison is true of a NaN. */
static bool
is_good(const struct limit *l, const struct bucket *b, const struct cell *c,
    int64_t now)
{
	return c->check == check_of(l, b, c) && c->at <= now &&
	       c->slow <= c->at && c->level >= 0 &&
	       c->level <= 2 * (float)b->is.burst && c->factor > 0 &&
	       c->factor <= 1;
}

/* What has become of it by now. */
static void
advance(struct bucket *b, int64_t now)
{
	struct cell *c = &b->cell;
	double s = (double)(now - c->at) / SECOND;
	int64_t ms = (now - c->at) / 1000;
	double level = c->level - b->is.rate * c->factor * s;
	double factor = c->factor + s * (c->gentle ? gentle_rise : slow_rise);

	c->level = level > 0 ? (float)level : 0;
	c->factor = factor < 1 ? (float)factor : 1;
	c->blocked = c->blocked > ms ? c->blocked - (uint32_t)ms : 0;
	c->at = now;
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
	n = pread(l->fd, &c, sizeof(c), (off_t)(i * sizeof(c)));
	if (n == sizeof(c) && is_good(l, b, &c, now) && !l->alone)
		b->cell = c;
	else if (n >= 0 && !l->alone)
		b->cell = (struct cell){.at = now, .factor = 1};
	advance(b, now);
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
		l->v[i].cell.factor = 1;
	}
	clock_boot_id(l->boot);
	buf_fmt(&path, "%s/limit", dir);
	l->fd = fsx_open(path.p, O_RDWR | O_CREAT | O_NOFOLLOW);
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

/* ms until units can be drawn, 0: now. */
static int64_t
wait_for(const struct bucket *b, bool live, double units)
{
	const struct cell *c = &b->cell;
	double room = b->is.burst - (live ? 0 : b->is.floor);
	double lacks = c->level + units - room - rounding;
	int64_t ms = 0;

	if (b->is.rate > 0 && lacks > 0)
		ms = 1 + (int64_t)(lacks / (b->is.rate * c->factor) * 1000);
	return ms > c->blocked ? ms : c->blocked;
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
	int64_t wait = wait_for(b, live, 1);

	*u = (struct limit_use){bucket, -1, now};
	if (wait == 0 && b->is.slots &&
	    (u->slot = take_slot(l, bucket, live)) < 0)
		wait = SLOT_POLL_MS;
	if (wait == 0 && b->is.rate > 0)
		b->cell.level += 1;
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
	if (u->granted > b->cell.slow)
		b->cell.refusals = 0;
	leave(l, u->bucket, true);
}

int64_t
limit_wait(struct limit *l, unsigned bucket, bool live)
{
	int64_t wait;

	enter(l, bucket);
	wait = wait_for(&l->v[bucket], live, 0);
	leave(l, bucket, false);
	return wait;
}

void
limit_spend(struct limit *l, unsigned bucket, double cost)
{
	struct bucket *b = &l->v[bucket];

	enter(l, bucket);
	if (cost > 0)
		b->cell.level += (float)cost;
	if (b->cell.level > 2 * b->is.burst)
		b->cell.level = (float)(2 * b->is.burst);
	b->cell.refusals = 0;
	leave(l, bucket, true);
}

/* ---- refusals ---- */

/* How long nobody asks: the vendor's word, unless it proves too short. */
static int64_t
wait_of(int64_t asked_ms, unsigned refusals)
{
	int64_t own = (int64_t)BACKOFF_MS << (refusals - 1);

	if (own > BACKOFF_MAX_MS)
		own = BACKOFF_MAX_MS;
	if (asked_ms > 0 && (refusals <= BELIEVED || asked_ms > own))
		return asked_ms;
	return own;
}

/* Its rate is less from now on. The vendor's bucket is full, so is ours. */
static void
lower(struct bucket *b, int64_t now)
{
	struct cell *c = &b->cell;

	c->factor = (float)(c->factor * cut);
	if (c->factor < factor_min)
		c->factor = (float)factor_min;
	c->slow = now;
	c->gentle = 0;
	if (c->refusals < REFUSALS_MAX)
		c->refusals++;
	if (c->level < b->is.burst)
		c->level = (float)b->is.burst;
}

int64_t
limit_block(struct limit *l, unsigned bucket, int64_t granted, int64_t wait_ms)
{
	struct cell *c = &l->v[bucket].cell;
	int64_t now = enter(l, bucket);

	if (granted > c->slow) {
		lower(&l->v[bucket], now);
		wait_ms = wait_of(wait_ms, c->refusals);
	}
	if (wait_ms > WAIT_MAX_MS)
		wait_ms = WAIT_MAX_MS;
	if (wait_ms > c->blocked)
		c->blocked = (uint32_t)wait_ms;
	wait_ms = c->blocked;
	leave(l, bucket, true);
	return wait_ms > 0 ? wait_ms : 1;
}

void
limit_gently(struct limit *l)
{
	for (unsigned i = 0; i < l->n; i++) {
		struct cell *c = &l->v[i].cell;
		int64_t now = enter(l, i);
		bool half = c->factor > 0.5;

		if (half) {
			c->factor = 0.5;
			c->slow = now;
			c->gentle = 1;
		}
		leave(l, i, half);
	}
}
