/* SPDX-License-Identifier: MIT */
/*
 * What is finished and old leaves the journal: records, and with a call's last
 * record its actions and its frozen state. Open records stay, whatever their
 * age. How young the forgotten calls were is remembered: a call of that time
 * that comes again isn't new, nobody knows any more whether it was carried out.
 */
#ifndef JOURNAL_EXPIRE_H
#define JOURNAL_EXPIRE_H

#include "journal/journal.h"

/*
 * Forget up to 1,000 records, the oldest first, that were got before `before`
 * (ms): one short transaction, committed. How many, or -1.
 */
int jnl_expire(struct journal *j, int64_t before, struct err *e);
/* When the youngest forgotten call was, ms; 0 if none was forgotten. */
int jnl_forgotten(struct journal *j, int64_t *at, struct err *e);

#endif
