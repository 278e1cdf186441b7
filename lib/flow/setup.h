/* SPDX-License-Identifier: MIT */
/* Everything match and push need of a project, opened and checked. */
#ifndef FLOW_SETUP_H
#define FLOW_SETUP_H

#include "crm/crm.h"
#include "flow/decide.h"

struct setup {
	struct project project;
	struct matrix *matrix;
	struct crm crm;
	struct journal *journal;
	struct decider decider; /* of the above */
};

/*
 * Load ringo.conf, employees.csv and the matrix of DIR as far as they can be,
 * with all their mistakes in errs.
 */
void setup_load(struct setup *s, const char *dir, struct errs *errs);
/*
 * The same, then open the journal.
 * -1 with all mistakes of the files in errs, or with e for anything else.
 */
int setup_open(
    struct setup *s, const char *dir, struct errs *errs, struct err *e);
void setup_close(struct setup *s);

#endif
