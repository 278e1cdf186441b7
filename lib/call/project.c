/* SPDX-License-Identifier: MIT */
#include "call/project.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "io/fsx.h"

#include <errno.h>

enum { DAY_MS = 86400000 };
#define KEEP_MS (INT64_C(14) * DAY_MS)
#define KEEP_MIN_MS (INT64_C(4) * DAY_MS)

static void
set_text(char **to, const struct conf_line *l)
{
	free(*to);
	*to = xstrdup(l->word[1]);
}

static void
set_crm(void *ctx, const struct conf *c, const struct conf_line *l,
    struct errs *errs)
{
	struct project *p = ctx;

	(void)c;
	(void)errs;
	set_text(&p->crm, l);
}

/* A file of the zone database; a wrong TZ would quietly be taken for UTC. */
static bool
zone_exists(const char *name)
{
	enum { ZONE_MAX = 1 << 20 };
	struct buf path = {0}, text = {0};
	struct err e = {0};
	bool good;

	buf_fmt(&path, "/usr/share/zoneinfo/%s", name);
	good = !strstr(name, "..") &&
	       fsx_read(path.p, ZONE_MAX, &text, &e) == 0 && text.len > 4 &&
	       memcmp(text.p, "TZif", 4) == 0;
	buf_free(&path);
	buf_free(&text);
	return good;
}

static void
set_zone(void *ctx, const struct conf *c, const struct conf_line *l,
    struct errs *errs)
{
	struct project *p = ctx;

	if (!zone_exists(l->word[1]))
		conf_wrong(c, l, errs,
		    "there is no zone \"%s\"; write it as Europe/Kyiv "
		    "(/usr/share/zoneinfo lists them)",
		    l->word[1]);
	set_text(&p->zone, l);
}

static void
set_language(void *ctx, const struct conf *c, const struct conf_line *l,
    struct errs *errs)
{
	struct project *p = ctx;

	if (strcmp(l->word[1], "ru") != 0 && strcmp(l->word[1], "uk") != 0 &&
	    strcmp(l->word[1], "en") != 0)
		conf_wrong(c, l, errs, "language is ru, uk or en");
	set_text(&p->language, l);
}

static void
set_senior(void *ctx, const struct conf *c, const struct conf_line *l,
    struct errs *errs)
{
	struct project *p = ctx;

	(void)c;
	(void)errs;
	set_text(&p->senior, l);
}

static void
set_country(void *ctx, const struct conf *c, const struct conf_line *l,
    struct errs *errs)
{
	struct project *p = ctx;

	p->country = phone_country(l->word[1]);
	if (!p->country)
		conf_wrong(
		    c, l, errs, "country is one of %s", phone_countries());
}

static void
set_match(void *ctx, const struct conf *c, const struct conf_line *l,
    struct errs *errs)
{
	struct project *p = ctx;

	if (!phone_match_word(l->word[1], &p->match))
		conf_wrong(
		    c, l, errs, "match is international, last9 or exact");
}

static void
set_settle(void *ctx, const struct conf *c, const struct conf_line *l,
    struct errs *errs)
{
	struct project *p = ctx;

	if (!str_duration(str_span(l->word[1]), &p->settle_ms))
		conf_wrong(c, l, errs, "write a time as 90s, 15m, 3h or 1d");
}

/* Longer than the replay window, or replay would bring what is forgotten. */
static void
set_keep(void *ctx, const struct conf *c, const struct conf_line *l,
    struct errs *errs)
{
	struct project *p = ctx;

	if (!str_duration(str_span(l->word[1]), &p->keep_ms) ||
	    p->keep_ms < KEEP_MIN_MS)
		conf_wrong(c, l, errs,
		    "write a time of at least 4d: replay goes back three days");
}

static void
set_min_free(void *ctx, const struct conf *c, const struct conf_line *l,
    struct errs *errs)
{
	struct project *p = ctx;

	if (!str_size(str_span(l->word[1]), &p->min_free))
		conf_wrong(c, l, errs, "write a size as 256M or 1G, or 0");
}

static void
set_rate(void *ctx, const struct conf *c, const struct conf_line *l,
    struct errs *errs)
{
	struct project *p = ctx;
	struct span s = str_span(l->word[1]);
	int64_t percent = 0;

	if (s.n && s.p[s.n - 1] == '%')
		str_num((struct span){s.p, s.n - 1}, 1, 100, &percent);
	if (percent == 0)
		conf_wrong(c, l, errs,
		    "write our share of the CRM's limits as 50%%, from 1%% to "
		    "100%%");
	p->percent = (int)percent;
}

/* The numbers themselves are read once the country is known. */
static void
set_line(void *ctx, const struct conf *c, const struct conf_line *l,
    struct errs *errs)
{
	(void)ctx;
	(void)c;
	(void)l;
	(void)errs;
}

static const struct conf_word words[] = {
    {"crm", 1, 1, false, "crm NAME", set_crm},
    {"timezone", 1, 1, false, "timezone Europe/Kyiv", set_zone},
    {"country", 1, 1, false, "country UA", set_country},
    {"language", 1, 1, false, "language ru|uk|en", set_language},
    {"senior", 1, 1, false, "senior CODE", set_senior},
    {"match", 1, 1, false, "match international|last9|exact", set_match},
    {"settle", 1, 1, false, "settle 90s", set_settle},
    {"keep", 1, 1, false, "keep 14d", set_keep},
    {"min-free", 1, 1, false, "min-free 256M", set_min_free},
    {"rate", 1, 1, false, "rate 50%", set_rate},
    {"line", 1, 64, true, "line NUMBER...", set_line},
    {0},
};

static void
read_lines(struct project *p, struct errs *errs)
{
	for (size_t i = 0; i < p->conf.n; i++) {
		const struct conf_line *l = &p->conf.v[i];

		for (size_t w = 1; w < l->n && !strcmp(l->word[0], "line");
		     w++) {
			char phone[PHONE_MAX];

			if (!phone_e164(
				str_span(l->word[w]), p->country, phone)) {
				conf_wrong(&p->conf, l, errs,
				    "\"%s\" is no phone number; write "
				    "+380-44-123-45-67",
				    l->word[w]);
				continue;
			}
			p->lines = xrealloc(
			    p->lines, p->nlines + 1, sizeof(*p->lines));
			p->lines[p->nlines++] = xstrdup(phone);
		}
	}
}

static void
check_senior(struct project *p, const char *path, struct errs *errs)
{
	const struct employee *m = NULL;

	for (size_t i = 0; i < p->employees.n; i++) {
		const struct employee *x = &p->employees.v[i];

		if (!x->senior)
			continue;
		if (m)
			errs_add(errs, path, x->line,
			    "%s and %s are both senior; there is one senior "
			    "manager",
			    m->code, x->code);
		m = x;
	}
	if (p->senior && !employees_code(&p->employees, str_span(p->senior)))
		errs_add(errs, p->conf.file, 0,
		    "senior %s is no code in employees.csv", p->senior);
	if (!p->senior && !m)
		errs_add(errs, p->conf.file, 0,
		    "no senior manager; write `senior CODE` or put 1 into the "
		    "senior column of employees.csv");
	if (!p->senior && m)
		p->senior = xstrdup(m->code);
}

/* One that libc can't read now is UTC, under the first letters of its name. */
static bool
zone_lost(const char *zone)
{
	size_t n = strlen(tzname[0]);

	return strcmp(tzname[0], "UTC") != 0 && strcmp(tzname[0], "GMT") != 0 &&
	       timezone == 0 && !daylight && strncmp(tzname[0], zone, n) == 0;
}

static void
use_zone(const char *zone, struct errs *errs)
{
	errno = 0;
	if (setenv("TZ", zone, 1) == 0) {
		tzset();
		if (!zone_lost(zone))
			return;
	}
	if (errno == ENOMEM)
		xalloc_failed();
	errs_add(errs, NULL, 0, "the time zone %s can't be read: %s", zone,
	    strerror(errno));
}

int
project_load(struct project *p, const char *dir, struct errs *errs)
{
	size_t before = errs->n;
	bool whole;
	char *path;

	*p = (struct project){.dir = xstrdup(dir),
	    .settle_ms = -1,
	    .keep_ms = KEEP_MS,
	    .min_free = -1,
	    .percent = 100};
	path = project_path(p, "ringo.conf");
	whole = conf_load(&p->conf, path, errs) == 0;
	conf_apply(&p->conf, words, p, errs);
	read_lines(p, errs);
	if (whole && !p->crm)
		errs_add(errs, path, 0,
		    "no CRM; write `crm NAME`, for example: crm local");
	if (whole && !p->zone)
		errs_add(errs, path, 0,
		    "no time zone; write `timezone Europe/Kyiv`");
	free(path);
	if (p->zone && errs->n == before)
		use_zone(p->zone, errs);
	path = project_path(p, "employees.csv");
	if (employees_load(&p->employees, path, p->country, errs) == 0 && whole)
		check_senior(p, path, errs);
	free(path);
	return errs->n == before ? 0 : -1;
}

void
project_free(struct project *p)
{
	for (size_t i = 0; i < p->nlines; i++)
		free(p->lines[i]);
	free(p->lines);
	free(p->dir);
	free(p->crm);
	free(p->zone);
	free(p->language);
	free(p->senior);
	conf_free(&p->conf);
	employees_free(&p->employees);
	*p = (struct project){0};
}

char *
project_path(const struct project *p, const char *name)
{
	struct buf b = {0};

	buf_fmt(&b, "%s/%s", p->dir, name);
	return b.p;
}

bool
project_owns(const struct project *p, const char *phone)
{
	for (size_t i = 0; i < p->nlines; i++)
		if (strcmp(p->lines[i], phone) == 0)
			return true;
	return employees_phone(&p->employees, str_span(phone)) != NULL;
}

const char *
project_share(void)
{
	const char *dir = getenv("RINGO_SHARE");

	return dir && dir[0] ? dir : RINGO_DATADIR;
}
