/* SPDX-License-Identifier: MIT */
/*
 * ringo-check's work: everything about a project that can be known before the
 * first call, asked at once, and what is wrong with it as findings. It reads;
 * of the journal it writes the account's state alone: a CRM that answers as it
 * should brings the account up.
 *
 * What is asked of the CRM is one survey (crm/crm.h). What a CRM doesn't say
 * isn't checked.
 */
#ifndef FLOW_CHECK_H
#define FLOW_CHECK_H

#include "flow/finding.h"
#include "flow/setup.h"

struct check {
	struct setup su; /* as far as it could be opened */
	json_t *findings;
	json_t *survey; /* NULL: the CRM wasn't asked, or didn't say */
	int code;       /* exit code, the worst so far */
};

/* All of it for the project in dir. check_free afterwards. */
void check_run(struct check *c, const char *dir);
void check_free(struct check *c);

/* Appends what was found out, and the findings, for people. */
void check_text(const struct check *c, struct buf *out);
/* Appends the same as one JSON object on a line: ringo-check(1). */
void check_json(const struct check *c, struct buf *out);

/* ---- the parts ---- */

/* Modes and owners of what is secret or personal. */
void check_files(struct check *c);
/* The matrix as a whole, and whom it wants and isn't there. */
void check_matrix(struct check *c);
/* Numbers of ours that are an employee's, employees who share a user. */
void check_employees(struct check *c);
/* Ask the CRM: survey is set, or a finding says why not. */
void check_ask(struct check *c);
/* With the survey: whose user is missing, who has no employee. */
void check_users(struct check *c);
/* With the survey: what ringo.conf names in the CRM, and its clock. */
void check_targets(struct check *c);
/* What the journal has been waiting for, the times in it, the disk. */
void check_journal(struct check *c);

/* The employee who stands for this CRM user, NULL if nobody does. */
const struct employee *check_employee(
    const struct check *c, const json_t *user);
/* Is the user one who can have calls? Unless the CRM says no. */
bool check_active(const json_t *user);

#endif
