/* SPDX-License-Identifier: MIT */
/* What the files of this directory share of the open journal. */
#ifndef JOURNAL_STORE_H
#define JOURNAL_STORE_H

#include "journal/journal.h"

#include <sqlite3.h>

/* Statements are prepared once; the enum names them. */
enum stmt {
	S_BEGIN,
	S_READ,
	S_COMMIT,
	S_RECORD,
	S_KEEP,
	S_REPLACE,
	S_HOLD,
	S_START,
	S_REPLAN,
	S_UNSTART,
	S_UNFREEZE,
	S_STARTED,
	S_FINISH,
	S_LAST,
	S_WAKE,
	S_EARLIER,
	S_DUE,
	S_COUNT_DUE,
	S_NEWEST,
	S_BEFORE,
	S_AFTER,
	S_DEFER,
	S_HIDE,
	S_RENEW,
	S_HIDDEN,
	S_WITHHELD,
	S_CALL_CLIENT,
	S_ACTION,
	S_PUT_ACTION,
	S_DROP_ACTION,
	S_CALL,
	S_FREEZE,
	S_CLIENT,
	S_KNOW,
	S_ACCOUNT,
	S_PUT_ACCOUNT,
	S_COUNT,
};

/* Bind a parameter, from 1. The text must live until the statement has run. */
void st_text(struct journal *j, enum stmt s, int at, const char *text);
void st_int(struct journal *j, enum stmt s, int at, int64_t v);
/* Run a statement that writes, in a transaction, begun if none is open. */
int st_write(struct journal *j, enum stmt s, struct err *e);
/* 1 if there is a row: read its columns, then call st_done. 0, or -1. */
int st_row(struct journal *j, enum stmt s, struct err *e);
void st_done(struct journal *j, enum stmt s);
/* A column, from 0. The text is the caller's; NULL is NULL. */
char *st_col_text(struct journal *j, enum stmt s, int at);
int64_t st_col_int(struct journal *j, enum stmt s, int at);
enum jnl_state st_col_state(struct journal *j, enum stmt s, int at);
/* Is there a row? 1, 0 or -1. */
int st_there(struct journal *j, enum stmt s, struct err *e);
/* The same, and *text becomes its only column, the caller's. */
int st_one_text(struct journal *j, enum stmt s, char **text, struct err *e);

/* The connection, the journal's. */
sqlite3 *jnl_db(struct journal *j);
/* -1 and e: what could not be done, and SQLite's words for it. */
int jnl_fail(struct journal *j, struct err *e, const char *what);

#endif
