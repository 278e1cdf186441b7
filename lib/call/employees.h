/* SPDX-License-Identifier: MIT */
/*
 * employees.csv: who takes calls, and who that is in the CRM. UTF-8, separated
 * by ; or , with a header line. Columns, in any order:
 *
 *   staff_id    Ringostat's employee id
 *   code        our name for the employee, unique; [A-Za-z0-9._-]
 *   fio         full name
 *   email
 *   extension
 *   sip         SIP logins, several separated by a blank
 *   numbers     phone numbers, several separated by a blank
 *   distribution_of_unanswered   1: takes part in `to distributed`
 *   senior      1: the senior manager; exactly one
 *   crm_user_id the user's id in the CRM
 *
 * Only code and crm_user_id are required. Unknown columns are ignored.
 */
#ifndef CALL_EMPLOYEES_H
#define CALL_EMPLOYEES_H

#include "base/buf.h"
#include "base/err.h"
#include "call/phone.h"

#include <stdbool.h>

struct employee {
	char *staff_id, *code, *name, *email, *extension, *user; /* or "" */
	char **sips;   /* NULL-ended */
	char **phones; /* NULL-ended, E.164 */
	bool distributed, senior;
	long line;
};

struct employees {
	struct employee *v;
	size_t n;
};

/* 0, or -1 with every mistake in errs. A file that isn't there is a mistake. */
int employees_load(struct employees *es, const char *path,
    const struct phone_country *home, struct errs *errs);
void employees_free(struct employees *es);

/* All borrow; NULL if nobody matches. SIP logins fold case. */
const struct employee *employees_code(const struct employees *, struct span);
const struct employee *employees_sip(const struct employees *, struct span);
const struct employee *employees_phone(const struct employees *, struct span);
const struct employee *employees_staff(const struct employees *, struct span);
const struct employee *employees_user(const struct employees *, struct span);
const struct employee *employees_senior(const struct employees *);

#endif
