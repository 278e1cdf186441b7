/* SPDX-License-Identifier: MIT */
/*
 * One client at a time, over all processes: kernel locks on bytes of
 * DIR/journal.lock. They die with the process; nothing has to be cleaned up.
 */
#ifndef JOURNAL_LOCK_H
#define JOURNAL_LOCK_H

#include "base/err.h"

struct locks;

struct locks *locks_open(const char *dir, struct err *e);
void locks_close(struct locks *l);
/*
 * 1 if the client is ours now, 0 if another process has it (try later), -1 on
 * failure. Counted: two clients may share a byte, so each lock_take that
 * returned 1 wants its lock_drop.
 */
int lock_take(struct locks *l, const char *client, struct err *e);
void lock_drop(struct locks *l, const char *client);

#endif
