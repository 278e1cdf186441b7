/* SPDX-License-Identifier: MIT */
/* One end of a call as Ringostat names it: a number, a SIP login, nobody. */
#ifndef CALL_PARTY_H
#define CALL_PARTY_H

#include "call/project.h"

enum party_kind {
	PARTY_NONE,      /* nothing there */
	PARTY_HIDDEN,    /* somebody whose number isn't shown */
	PARTY_PHONE,     /* a number that isn't ours: text is E.164 */
	PARTY_OURS,      /* a `line` of the project or an employee's number */
	PARTY_SIP,       /* a SIP login */
	PARTY_EXTENSION, /* a short internal number */
	PARTY_ODD,       /* digits that are no number we can read: as it came */
};

struct party {
	enum party_kind kind;
	char text[128]; /* cut if longer: no login or number is */
};

/*
 * Read one end. Forms met in the wild: plain; display form `"x" <x>`, also
 * HTML-escaped; two numbers glued with ; (the last counts); `number@trunk/n`.
 */
void party_read(struct span s, const struct project *p, struct party *out);

#endif
