/* SPDX-License-Identifier: MIT */
/*
 * Opening SQLite files of ours: WAL, synchronous=FULL, foreign keys, a minute
 * of patience for locks; the schema made or brought up to date. For the
 * journal and the local CRM only.
 */
#ifndef IO_SQLX_H
#define IO_SQLX_H

#include "base/err.h"

#include <sqlite3.h>
#include <stdint.h>

struct sqlx_schema {
	const char *what;        /* "journal", "local CRM": for messages */
	int32_t application;     /* application_id of such a file */
	int version;             /* of the newest schema */
	const char *const *step; /* step[n] brings version n to n + 1 */
};

/*
 * Open or make the file. Somebody else's database is refused before anything
 * is changed in it, and so is one of a newer version. Several processes may
 * do this at once. NULL and e on failure; sqlite3_close what it returns.
 */
sqlite3 *sqlx_open(
    const char *path, const struct sqlx_schema *schema, struct err *e);
/* -1 and "WHAT: why", of the db's last call and of the system behind it. */
int sqlx_fail(sqlite3 *db, const char *what, struct err *e);
/* Run statements that return nothing. */
int sqlx_exec(sqlite3 *db, const char *path, const char *sql, struct err *e);

#endif
