/* SPDX-License-Identifier: MIT */
/* What the files of this directory share of the open journal. */
#ifndef JOURNAL_STORE_H
#define JOURNAL_STORE_H

#include "journal/journal.h"

#include <sqlite3.h>

/* The connection, the journal's. */
sqlite3 *jnl_db(struct journal *j);
/* -1 and e: what could not be done, and SQLite's words for it. */
int jnl_fail(struct journal *j, struct err *e, const char *what);

#endif
