/* SPDX-License-Identifier: MIT */
/* What the journal says of the days behind us, and the room for those ahead. */
#include "flow/check.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/str.h"
#include "base/xalloc.h"
#include "flow/upkeep.h"
#include "flow/window.h"

#include <stdlib.h>

enum {
	NEWEST = 10000, /* records that are looked at */
	SAMPLES = 100,  /* calls whose times are compared */
	SAMPLES_MIN = 3,
	HALF_HOUR_MS = 1800000,
};

struct look {
	int64_t since;
	long dead;
	char *last, *why; /* the youngest dead record, and its reason */
	size_t n;         /* samples: how many half hours late they are */
	int late[SAMPLES];
};

/* ---- times ---- */

/* "-1763712000.101/…", perhaps behind "ua7_": when the call began. */
static bool
epoch_of(const char *key, int64_t *ms)
{
	const char *dot = strchr(key, '.'), *p = strchr(key, '_');
	int64_t s;

	if (!dot)
		return false;
	p = p && p < dot ? p + 1 : key;
	p += *p == '-';
	if (!str_num((struct span){p, (size_t)(dot - p)}, 1000000000,
		9999999999, &s))
		return false;
	*ms = s * 1000;
	return true;
}

static int
look_at(void *ctx, const struct jnl_record *r, struct err *e)
{
	struct look *l = ctx;
	int64_t began;

	(void)e;
	if (l->n < SAMPLES && epoch_of(r->key, &began)) {
		int64_t late = r->at - began;

		late += late < 0 ? -HALF_HOUR_MS / 2 : HALF_HOUR_MS / 2;
		l->late[l->n++] = (int)(late / HALF_HOUR_MS);
	}
	if (r->state != JNL_DEAD || r->got < l->since)
		return 0;
	if (l->dead++ == 0) {
		l->last = xstrdup(r->key);
		l->why = xstrdup(r->reason ? r->reason : "no reason is known");
	}
	return 0;
}

static int
by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Most calls are off by the same half hours: that is no delay, but a zone. */
static void
check_zone(struct check *c, struct look *l)
{
	size_t same = 0;
	int half;

	if (l->n < SAMPLES_MIN || !c->su.project.zone)
		return;
	qsort(l->late, l->n, sizeof(*l->late), by_number);
	half = l->late[l->n / 2];
	for (size_t i = 0; i < l->n; i++)
		same += l->late[i] == half;
	if (half == 0 || same * 2 <= l->n)
		return;
	finding_add(c->findings, FINDING_ERROR, "zone", c->su.project.conf.file,
	    "write the zone that Ringostat's cabinet shows times in; it holds "
	    "for what is fed from then on",
	    "timezone %s can't be right: %zu of the last %zu calls are %d:%02d "
	    "hours %s than their ids say",
	    c->su.project.zone, same, l->n, abs(half) / 2, abs(half) % 2 * 30,
	    half < 0 ? "earlier" : "later");
}

/* ---- what is left ---- */

static void
check_dead(struct check *c, const struct look *l)
{
	struct buf mend = {0};

	if (l->dead == 0)
		return;
	buf_fmt(&mend,
	    "see what was refused: sqlite3 %s/journal.db \"SELECT key, error "
	    "FROM action WHERE state = 'dead'\"",
	    c->su.project.dir);
	finding_add(c->findings, FINDING_WARNING, "dead", "journal.db", mend.p,
	    "%ld record%s of the last three days can't be carried out; the "
	    "last is %s: %s",
	    l->dead, l->dead == 1 ? "" : "s", l->last, l->why);
	buf_free(&mend);
}

static int
check_open(struct check *c, int64_t since, struct err *e)
{
	int64_t waiting, older;

	if (jnl_withheld(
		c->su.journal, clock_now(), since, &waiting, &older, e) < 0)
		return -1;
	if (older > 0)
		finding_add(c->findings, FINDING_WARNING, "open-old",
		    "journal.db",
		    "feed their lines again: ringo-match and ringo-push take "
		    "calls of any age",
		    "%lld open record%s older than three days, which "
		    "ringo-replay leaves out",
		    (long long)older, older == 1 ? " is" : "s are");
	return 0;
}

static void
check_room(struct check *c)
{
	const struct upkeep u = {.su = &c->su};
	struct err e = {0};

	if (!upkeep_has_room(&u, &e))
		finding_said(c->findings, FINDING_ERROR, "disk",
		    c->su.project.dir, e.text, "see whether it is mounted");
}

void
check_journal(struct check *c)
{
	struct look l = {.since = window_start(clock_now())};
	struct err e = {0};

	check_room(c);
	if (!c->su.journal)
		return;
	if (jnl_newest(c->su.journal, NEWEST, look_at, &l, &e) < 0 ||
	    check_open(c, l.since, &e) < 0) {
		c->code = exits_worse(c->code, err_exit(&e));
		finding_said(c->findings, FINDING_ERROR, "journal",
		    "journal.db", e.text,
		    "see whether the disk is full or broken");
	}
	check_zone(c, &l);
	check_dead(c, &l);
	free(l.last);
	free(l.why);
}
