/* SPDX-License-Identifier: MIT */
/*
 * A project directory: ringo.conf and what belongs to it. One project, one
 * CRM; its zone becomes the process's (TZ).
 */
#ifndef CALL_PROJECT_H
#define CALL_PROJECT_H

#include "base/err.h"
#include "call/employees.h"
#include "call/phone.h"
#include "io/conf.h"

#include <stdbool.h>
#include <stdint.h>

struct project {
	char *dir;
	char *crm;      /* `crm NAME`: which driver */
	char *zone;     /* `timezone Europe/Kyiv` */
	char *language; /* `language uk` */
	char *senior;   /* `senior CODE`, else the senior in employees.csv */
	const struct phone_country *country; /* `country UA` */
	enum phone_match match;              /* `match international` */
	int64_t settle_ms;                   /* `settle 90s`; -1: not said */
	int64_t keep_ms;                     /* `keep 14d`: finished records */
	int64_t min_free;                    /* `min-free 256M`; -1: not said */
	int percent;                         /* `rate 50%`; 100: not said */
	char **lines; /* `line NUMBER …`: ours, E.164 */
	size_t nlines;
	struct conf conf; /* all statements, for the layers above */
	struct employees employees;
};

/*
 * Read DIR/ringo.conf and DIR/employees.csv and set the process's zone. Every
 * mistake goes into errs. 0 if there was none. Statements that no layer knows
 * are reported by conf_unknown, when all layers had their turn.
 */
int project_load(struct project *p, const char *dir, struct errs *errs);
void project_free(struct project *p);
/* DIR/name; free() it. */
char *project_path(const struct project *p, const char *name);
/*
 * Where presets and texts are: RINGO_SHARE, else where `make install` put
 * them. Static.
 */
const char *project_share(void);
/* Is this E.164 number one of ours: a `line`, or an employee's? */
bool project_owns(const struct project *p, const char *phone);

#endif
