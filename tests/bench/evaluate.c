/* SPDX-License-Identifier: MIT */
/*
 * The evaluator in process: how many decisions a second. The project is named
 * on the command line, records come on standard input; each is taken with
 * every client state in turn. Prints "decisions N" and "plans N", a second.
 */
#include "base/clock.h"
#include "base/xalloc.h"
#include "flow/setup.h"
#include "io/rd.h"

#include <unistd.h>

enum { RECORDS = 64, MS = 1500 };

static struct {
	struct rec *rec;
	struct keys keys;
} item[RECORDS];
static size_t n;

static json_t *view[CLIENTS];

static void
make_views(void)
{
	static const char *const text[CLIENTS] = {NULL,
	    "{\"new_contact\":\"client/380671234567\"}",
	    "{\"contact\":{\"id\":\"1\",\"owner\":\"7\"}}",
	    "{\"contact\":{\"id\":\"1\",\"owner\":\"7\"},"
	    "\"lead\":{\"id\":\"2\",\"owner\":\"8\"}}",
	    "{\"contact\":{\"id\":\"1\",\"owner\":\"7\"},"
	    "\"deal\":{\"id\":\"3\",\"owner\":\"9\"}}"};

	for (size_t i = 0; i < CLIENTS; i++)
		view[i] = text[i] ? json_loads(text[i], 0, NULL) : NULL;
}

static void
read_records(void)
{
	struct rd *in = rd_new(STDIN_FILENO, NULL, LINE_MAX_BYTES);
	struct err e = {0};
	struct span line;

	while (n < RECORDS && rd_line(in, &line, &e) == RD_LINE) {
		item[n].rec = rec_new();
		if (rec_parse(item[n].rec, line.p, line.n, &e) == 0 &&
		    keys_of(item[n].rec, false, &item[n].keys, &e) == 0)
			n++;
	}
	rd_free(in);
}

static long sink; /* so that nothing is optimised away */

static void
decide_one(const struct setup *su, size_t i, size_t c)
{
	struct situation s;

	situation_of(item[i].rec, view[c], &su->project, &s);
	sink += matrix_find(su->matrix, &s, item[i].rec);
}

static void
plan_one(const struct setup *su, size_t i, size_t c)
{
	json_t *plan = decide_plan_new(
	    &su->decider, item[i].rec, &item[i].keys, view[c], NULL, "");

	sink += (long)json_object_size(plan);
	json_decref(plan);
}

static long
rate(const struct setup *su,
    void (*one)(const struct setup *su, size_t i, size_t c))
{
	int64_t start = clock_mono(), ms;
	long count = 0;

	do {
		for (size_t i = 0; i < n; i++)
			for (size_t c = 0; c < CLIENTS; c++)
				one(su, i, c);
		count += (long)(n * CLIENTS);
		ms = clock_mono() - start;
	} while (ms < MS);
	return (long)(count * 1000 / ms);
}

int
main(int argc, char **argv)
{
	struct setup su;
	struct errs errs = {0};
	struct err e = {0};
	char text[900];

	if (argc != 2 || setup_open(&su, argv[1], &errs, &e) < 0) {
		for (size_t i = 0; i < errs.n; i++)
			fprintf(stderr, "%s\n",
			    err_text(&errs.v[i], text, sizeof(text)));
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	make_views();
	read_records();
	printf("decisions %ld\n", rate(&su, decide_one));
	printf("plans %ld\n", rate(&su, plan_one));
	for (size_t i = 0; i < n; i++)
		rec_free(item[i].rec);
	for (size_t i = 0; i < CLIENTS; i++)
		json_decref(view[i]);
	setup_close(&su);
	return sink == 42;
}
