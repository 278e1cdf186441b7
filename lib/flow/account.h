/* SPDX-License-Identifier: MIT */
/*
 * Is the account up? One fact for all processes of a project, in the journal.
 * While it is down nothing is sent but a probe: after 1, 2, 4 … 15 minutes one
 * process may send for one record; a good answer brings the account up.
 */
#ifndef FLOW_ACCOUNT_H
#define FLOW_ACCOUNT_H

#include "crm/crm.h"
#include "journal/journal.h"

#include <stdbool.h>

struct account {
	bool down;
	char why[256]; /* what a person has to know */
	int64_t since; /* when it went down, ms */
	int64_t probe; /* when the next probe may go, ms */
	int tries;     /* failed probes */
	int silent;    /* requests of this process in a row without answer */
	unsigned long silent_request; /* the last of them */
	int64_t good;                 /* when an action was last carried out */
	int64_t good_stored;          /* what the journal has of that */
};

/* Read the journal's word; what only this process knows stays. */
int acct_load(struct journal *j, struct account *a, struct err *e);
/*
 * 1 if this process may send the probe: it is due and nobody else has taken
 * it. Not committed yet; 0 if not.
 */
int acct_claim(struct journal *j, struct account *a, struct err *e);
/*
 * What a transaction that came back says about the account; probe: it was
 * sent as the probe.
 */
int acct_judge(struct journal *j, struct account *a, const struct crm_txn *t,
    bool probe, struct err *e);
/* Was any action carried out within the last hour? */
bool acct_works(const struct account *a);

#endif
