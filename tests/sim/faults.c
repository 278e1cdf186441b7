/* SPDX-License-Identifier: MIT */
#include "faults.h"

#include "form.h"

#include "base/str.h"
#include "base/xalloc.h"

#include <strings.h>

enum arg { NONE, NUMBER, TEXT };

static const struct {
	const char *name;
	enum fault_kind kind;
	enum arg arg;
	int64_t num;
} kinds[] = {
    {"drop-before", FAULT_DROP_BEFORE, NONE, 0},
    {"drop-after", FAULT_DROP_AFTER, NONE, 0},
    {"late", FAULT_LATE, NUMBER, 0},
    {"lag", FAULT_LAG, NUMBER, 0},
    {"refuse", FAULT_REFUSE, TEXT, 0},
    {"throttle", FAULT_THROTTLE, TEXT, 0},
    {"auth", FAULT_AUTH, NONE, 0},
    {"html", FAULT_HTML, NONE, 0},
    {"html-before", FAULT_HTML_BEFORE, NONE, 0},
    {"cut", FAULT_CUT, NUMBER, 0},
    {"error-before", FAULT_ERROR_BEFORE, NUMBER, 0},
    {"error-after", FAULT_ERROR_AFTER, NUMBER, 0},
    {"error500-before", FAULT_ERROR_BEFORE, NONE, 500},
    {"error500-after", FAULT_ERROR_AFTER, NONE, 500},
    {"stall", FAULT_STALL, NUMBER, 0},
    {"stall-before", FAULT_STALL_BEFORE, NUMBER, 0},
    {"delay", FAULT_DELAY, NUMBER, 0},
    {"slow", FAULT_SLOW, NUMBER, 0},
    {"moved", FAULT_MOVED, TEXT, 0},
};

const char *
faults_name(enum fault_kind kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].kind == kind)
			return kinds[i].name;
	return "";
}

void
faults_free(struct faults *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->v[i].arg);
		free(f->v[i].name);
	}
	free(f->v);
	*f = (struct faults){0};
}

/* ---- reading ---- */

/* Which: "3", "3+", "2/5" or "*". */
static bool
parse_count(struct span s, struct fault *f)
{
	const char *slash = s.n ? memchr(s.p, '/', s.n) : NULL;
	struct span tail;

	f->first = f->every = 1;
	f->last = INT64_MAX;
	if (str_eq(s, "*"))
		return true;
	if (slash) {
		tail =
		    (struct span){slash + 1, s.n - (size_t)(slash + 1 - s.p)};
		s.n = (size_t)(slash - s.p);
		return str_num(tail, 1, INT32_MAX, &f->every) &&
		       str_num(s, 1, f->every, &f->first);
	}
	if (s.n && s.p[s.n - 1] == '+') {
		s.n--;
		return str_num(s, 1, INT64_MAX, &f->first);
	}
	if (!str_num(s, 1, INT64_MAX, &f->first))
		return false;
	f->last = f->first;
	return true;
}

/* "N", "NAME" or "NAME:N" */
static bool
parse_which(const char *s, struct fault *f)
{
	const char *colon = strrchr(s, ':');

	if (parse_count(str_span(s), f)) {
		f->name = xstrdup("");
		return true;
	}
	f->name = xstrndup(s, colon ? (size_t)(colon - s) : strlen(s));
	return f->name[0] && parse_count(str_span(colon ? colon + 1 : "*"), f);
}

static bool
parse_what(const char *s, size_t n, struct fault *f)
{
	const char *eq = memchr(s, '=', n);
	struct span name = {s, eq ? (size_t)(eq - s) : n};
	struct buf arg = {0};
	size_t i = 0, all = sizeof(kinds) / sizeof(kinds[0]);

	while (i < all && !str_eq(name, kinds[i].name))
		i++;
	if (i == all || (kinds[i].arg == NONE) != !eq)
		return false;
	f->kind = kinds[i].kind;
	f->num = kinds[i].num;
	if (eq)
		form_decode(
		    (struct span){eq + 1, n - (size_t)(eq + 1 - s)}, &arg);
	f->arg = xstrdup(buf_cstr(&arg));
	buf_free(&arg);
	return kinds[i].arg != NUMBER ||
	       str_num(str_span(f->arg), 0, INT32_MAX, &f->num);
}

static bool
parse_one(const char *s, struct fault *f)
{
	const char *at = strchr(s, '@');

	return at && parse_what(s, (size_t)(at - s), f) &&
	       parse_which(at + 1, f);
}

int
faults_set(struct faults *f, const char *text, struct err *e)
{
	struct faults new = {0};
	struct span rest = str_trim(str_span(text));

	while (rest.n) {
		const char *end = memchr(rest.p, ',', rest.n);
		size_t n = end ? (size_t)(end - rest.p) : rest.n;
		char *one = xstrndup(rest.p, n);
		bool good;

		new.v = xrealloc(new.v, new.n + 1, sizeof(*new.v));
		new.v[new.n] = (struct fault){0};
		good = parse_one(one, &new.v[new.n++]);
		if (!good)
			err_set(e, ERR_CONFIG,
			    "fault \"%s\" is not KIND[=ARG]@[NAME:]N", one);
		free(one);
		if (!good) {
			faults_free(&new);
			return -1;
		}
		n += end != NULL;
		rest.p += n;
		rest.n -= n;
	}
	faults_free(f);
	*f = new;
	return 0;
}

/* ---- picking ---- */

bool
faults_match(const char *pattern, const char *name)
{
	size_t n = strlen(pattern);

	if (n && pattern[n - 1] == '*')
		return strncasecmp(pattern, name, n - 1) == 0;
	return strcasecmp(pattern, name) == 0;
}

static bool
named(const struct fault *f, const char *path, const json_t *commands)
{
	json_t *x;
	size_t i;

	if (!f->name[0])
		return true;
	if (f->name[0] == '/')
		return faults_match(f->name, path);
	json_array_foreach (commands, i, x)
		if (faults_match(f->name, json_string_value(x)))
			return true;
	return false;
}

const struct fault *
faults_pick(
    struct faults *f, const char *path, const json_t *commands, int64_t *lag)
{
	const struct fault *got = NULL;

	*lag = 0;
	for (size_t i = 0; i < f->n; i++) {
		struct fault *x = &f->v[i];

		if (!named(x, path, commands))
			continue;
		x->seen++;
		if (x->every > 1 ? x->seen % x->every != x->first % x->every
				 : x->seen < x->first || x->seen > x->last)
			continue;
		if (x->kind == FAULT_LAG)
			*lag = x->num > *lag ? x->num : *lag;
		else if (!got)
			got = x;
	}
	return got;
}
