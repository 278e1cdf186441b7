/* SPDX-License-Identifier: MIT */
/*
 * The vendor's limits, kept by all processes of a project together: one file
 * `limit` in its directory, 32 bytes a bucket. A driver says in a table what
 * its vendor allows; what is drawn here comes never faster than that.
 *
 * A bucket holds burst units and gets rate units back a second. A backlog
 * leaves floor units in it, so that a live call goes at once. When the vendor
 * refuses all the same, the bucket is blocked for everybody and gets back 0.7
 * of what it got; that rises again slowly, never above the table's rate.
 *
 * Nothing here fails once the file is open: what is missing, foreign, damaged
 * or of another run of the machine begins anew, and the vendor's own refusals
 * put right what was forgotten.
 */
#ifndef NET_LIMIT_H
#define NET_LIMIT_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * One limit of a vendor. Requests don't arrive as evenly as they were granted:
 * where a live call may take the last unit, write a burst one or two below
 * what the vendor documents.
 */
struct limit_bucket {
	const char *name;
	double rate;  /* units a second; 0: only the vendor's refusals count */
	double burst; /* most units at once, at least 1 more than floor */
	double floor; /* units that a backlog leaves */
	unsigned slots; /* requests under way at once, at most 64; 0: any */
	unsigned spare; /* slots that a backlog leaves */
};

struct limit;

/* What a request holds from limit_take to limit_done. */
struct limit_use {
	unsigned bucket;
	int slot;        /* -1: none */
	int64_t granted; /* µs of clock_boot */
};

/*
 * table ends with a NULL name, has at least one bucket and stays the caller's.
 * percent of every limit is ours; the rest is for others on the same account.
 * NULL and e if DIR/limit can't be opened.
 */
struct limit *limit_open(const char *dir, const struct limit_bucket *table,
    int percent, struct err *e);
void limit_close(struct limit *l);

/*
 * Draw a unit, and a slot where the bucket has them, for one request. 0: it
 * may go, and limit_done takes *u back. Else ms until it is worth asking
 * again; nothing was drawn.
 */
int64_t limit_take(
    struct limit *l, unsigned bucket, bool live, struct limit_use *u);
/* The request is through. good: the vendor did not refuse it for a limit. */
void limit_done(struct limit *l, const struct limit_use *u, bool good);

/*
 * A bucket that is drawn from afterwards, by what a command turned out to
 * cost: 0 if commands may go now, else ms until they may.
 */
int64_t limit_wait(struct limit *l, unsigned bucket, bool live);
void limit_spend(struct limit *l, unsigned bucket, double cost);

/*
 * The vendor refused a request that was granted at this time: nobody draws
 * from the bucket for wait_ms (0: the vendor didn't say; then 1 s, doubled
 * with each refusal in a row up to 60 s). Returns for how many ms, at least 1.
 * Requests that were under way together count as one refusal.
 */
int64_t limit_block(
    struct limit *l, unsigned bucket, int64_t granted, int64_t wait_ms);
/* The account was away: begin with half of every rate, full in a minute. */
void limit_gently(struct limit *l);

#endif
