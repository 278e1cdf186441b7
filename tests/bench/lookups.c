/* SPDX-License-Identifier: MIT */
/*
 * Looking up in a journal that tests/bench/journal.sql has filled with N
 * calls: how long the first answer takes, opening included, and how many more
 * there are a second. Prints "first MS" and "lookups N".
 *
 *   bench-lookups DIR N
 */
#include "base/clock.h"
#include "base/str.h"
#include "journal/journal.h"

#include <stdio.h>
#include <time.h>

enum { MS = 2000, ROUND = 1000 };

static double
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* One of the keys, far from the last. 1 if it is there. */
static int
look(struct journal *j, int64_t calls, struct err *e)
{
	static uint64_t seed = 1;
	struct jnl_action a = {0};
	char key[64];
	int64_t n;
	int rc;

	seed = seed * 6364136223846793005u + 1442695040888963407u;
	n = (int64_t)(seed >> 33) % calls;
	snprintf(key, sizeof(key), "-%lld.%08lld/lead",
	    (long long)(1790000000 + n / 10), (long long)n);
	rc = jnl_action(j, key, &a, e);
	jnl_action_free(&a);
	return rc;
}

int
main(int argc, char **argv)
{
	double begun = now_ms(), first;
	struct journal *j = NULL;
	struct err e = {0};
	int64_t calls, end;
	long n = 0;

	if (argc == 3 && str_num(str_span(argv[2]), 1, INT64_MAX, &calls))
		j = jnl_open(argv[1], &e);
	if (!j || look(j, calls, &e) != 1)
		goto fail;
	first = now_ms() - begun;
	end = clock_mono() + MS;
	for (; clock_mono() < end; n += ROUND)
		for (int i = 0; i < ROUND; i++)
			if (look(j, calls, &e) != 1)
				goto fail;
	printf("first %.1f\n", first);
	printf("lookups %ld\n", n * 1000 / MS);
	jnl_close(j);
	return 0;
fail:
	fprintf(stderr, "an action can't be found: %s\n", e.text);
	jnl_close(j);
	return 1;
}
