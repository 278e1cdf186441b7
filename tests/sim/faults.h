/* SPDX-License-Identifier: MIT */
/*
 * What a simulator does to requests, in the language of lib/crm/faults.h: a
 * comma list of KIND[=ARG]@[NAME:]N. N counts from 1, since the list was set:
 * "3" is the third, "3+" that and all behind it, "*" every one; "2/5" the
 * second of each five. With NAME (a command, or with a leading slash a path;
 * "*" at its end stands for any rest) only requests that have it count. NAME
 * alone is every one. The first that fits a request happens to it; lag happens
 * beside the others.
 *
 *   drop-before      not executed, the connection is reset
 *   drop-after       executed, and reset
 *   late=MS          executed MS later; now the connection is reset
 *   lag=MS           searches don't see what is younger than MS
 *   refuse=CODE      not executed, the vendor's own error of that code
 *   throttle=AFTER   not executed, the vendor's throttle answer; AFTER is the
 *                    value of Retry-After, "" for none
 *   auth             not executed, the vendor's answer to a revoked key
 *   html             executed, status 200 with a page of HTML
 *   html-before      the same, not executed
 *   cut=N            executed, N bytes of the body arrive, then a reset
 *   error-before=S   not executed, status S, no JSON
 *   error-after=S    executed, status S, no JSON
 *   error500-before, error500-after: with 500
 *   stall=MS         executed, no answer; reset after MS
 *   stall-before=MS  the same, not executed
 *   delay=MS         executed, answered MS later
 *   slow=N           executed, N bytes each 100 ms
 *   moved=URL        not executed, 302 to URL and the request's own path
 *
 * MS of late and lag is the simulator's time, elsewhere real time. In ARG a
 * byte may be spelt %XX (a comma must).
 */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum fault_kind {
	FAULT_DROP_BEFORE,
	FAULT_DROP_AFTER,
	FAULT_LATE,
	FAULT_LAG,
	FAULT_REFUSE,
	FAULT_THROTTLE,
	FAULT_AUTH,
	FAULT_HTML,
	FAULT_HTML_BEFORE,
	FAULT_CUT,
	FAULT_ERROR_BEFORE,
	FAULT_ERROR_AFTER,
	FAULT_STALL,
	FAULT_STALL_BEFORE,
	FAULT_DELAY,
	FAULT_SLOW,
	FAULT_MOVED,
};

struct fault {
	enum fault_kind kind;
	char *arg; /* "" if there is none */
	int64_t num;
	char *name; /* "": any */
	int64_t first, last, every;
	int64_t seen;
};

struct faults {
	struct fault *v;
	size_t n;
};

/* Put what text says in the place of what was; -1 and nothing changed. */
int faults_set(struct faults *f, const char *text, struct err *e);
void faults_free(struct faults *f);
/*
 * A request comes: the fault that happens to it, NULL if none, and how far
 * searches lag behind. commands are the names of what it asks for.
 */
const struct fault *faults_pick(
    struct faults *f, const char *path, const json_t *commands, int64_t *lag);
const char *faults_name(enum fault_kind kind);
/* Does pattern stand for the name? "*" at its end is any rest. */
bool faults_match(const char *pattern, const char *name);

#endif
