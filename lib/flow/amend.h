/* SPDX-License-Identifier: MIT */
/*
 * A record that came again with another body when its actions had begun: what
 * changed becomes a record of its own, event call.amended, which updates what
 * the call has and never creates.
 */
#ifndef FLOW_AMEND_H
#define FLOW_AMEND_H

#include "flow/decide.h"

/*
 * had is the record as stored, now as it came, k its keys. 0: nothing that
 * counts has changed. 1: stored, not committed yet, as *key. 2: it was there
 * already. -1 on a failure of the journal.
 */
int amend(struct journal *j, const struct jnl_record *had, struct rec *now,
    const struct keys *k, char key[KEY_MAX], struct err *e);

#endif
