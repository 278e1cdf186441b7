/* SPDX-License-Identifier: MIT */
#include "io/sqlx.h"

#include "base/clock.h"
#include "base/xalloc.h"

enum { PATIENCE_MS = 60000 };

int
sqlx_fail(sqlite3 *db, const char *what, struct err *e)
{
	int code = sqlite3_errcode(db) & 0xff, sys = sqlite3_system_errno(db);
	const char *text = sqlite3_errmsg(db);

	if (sys && (code == SQLITE_IOERR || code == SQLITE_CANTOPEN))
		return err_set(
		    e, ERR_IO, "%s: %s: %s", what, text, strerror(sys));
	return err_set(e, ERR_IO, "%s: %s", what, text);
}

int
sqlx_exec(sqlite3 *db, const char *path, const char *sql, struct err *e)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return sqlx_fail(db, path, e);
}

/* The one integer that a query answers. */
static int
number(
    sqlite3 *db, const char *path, const char *sql, int64_t *out, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int64(st, 0);
	else if (rc == SQLITE_NOTADB)
		err_set(e, ERR_CONFIG, "%s: %s", path, sqlite3_errmsg(db));
	else
		sqlx_fail(db, path, e);
	sqlite3_finalize(st); /* repeats what step said */
	return rc == SQLITE_ROW ? 0 : -1;
}

/* *version is 0 for a file without tables. */
static int
identify(sqlite3 *db, const char *path, const struct sqlx_schema *s,
    int64_t *version, struct err *e)
{
	int64_t app, tables;

	if (number(db, path, "PRAGMA application_id", &app, e) < 0 ||
	    number(db, path, "PRAGMA user_version", version, e) < 0 ||
	    number(db, path, "SELECT count(*) FROM sqlite_master", &tables, e) <
		0)
		return -1;
	if (app == 0 && *version == 0 && tables == 0)
		return 0;
	if (app != s->application || *version < 1)
		return err_set(e, ERR_CONFIG,
		    "%s: this is a database, but no %s; move it away", path,
		    s->what);
	if (*version > s->version)
		return err_set(e, ERR_CONFIG,
		    "%s: made by a newer ringo (version %d, this one knows "
		    "%d); upgrade this program",
		    path, (int)*version, s->version);
	return 0;
}

/*
 * Two processes that make the file at the same moment: SQLite answers BUSY at
 * once here, whatever the timeout, because waiting could be a deadlock.
 */
static int
set_wal(sqlite3 *db, const char *path, struct err *e)
{
	const struct timespec nap = {.tv_nsec = 5000000};
	int64_t end = clock_mono() + PATIENCE_MS;
	int rc;

	do {
		rc = sqlite3_exec(
		    db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
		if (rc != SQLITE_BUSY)
			break;
		nanosleep(&nap, NULL);
	} while (clock_mono() < end);
	if (rc == SQLITE_OK)
		return 0;
	return sqlx_fail(db, path, e);
}

static int
migrate(sqlite3 *db, const char *path, const struct sqlx_schema *s,
    int64_t version, struct err *e)
{
	char mark[100];

	for (; version < s->version; version++)
		if (sqlx_exec(db, path, s->step[version], e) < 0)
			return -1;
	snprintf(mark, sizeof(mark),
	    "PRAGMA application_id = %d; PRAGMA user_version = %d",
	    (int)s->application, s->version);
	return sqlx_exec(db, path, mark, e);
}

static int
prepare(
    sqlite3 *db, const char *path, const struct sqlx_schema *s, struct err *e)
{
	int64_t version;

	sqlite3_busy_timeout(db, PATIENCE_MS); /* only fails on misuse */
	/* Read in one transaction, or it may see half of what others make. */
	if (sqlx_exec(db, path, "BEGIN", e) < 0 ||
	    identify(db, path, s, &version, e) < 0 ||
	    sqlx_exec(db, path, "COMMIT", e) < 0 || set_wal(db, path, e) < 0 ||
	    sqlx_exec(db, path,
		"PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
		"PRAGMA trusted_schema = OFF",
		e) < 0)
		return -1;
	if (version == s->version)
		return 0;
	/* Once more: another process may have made the tables meanwhile. */
	if (sqlx_exec(db, path, "BEGIN IMMEDIATE", e) < 0 ||
	    identify(db, path, s, &version, e) < 0 ||
	    migrate(db, path, s, version, e) < 0)
		return -1; /* closing rolls back */
	return sqlx_exec(db, path, "COMMIT", e);
}

/* ---- memory ---- */

/*
 * A column that is NULL for want of memory looks like one that is NULL. So
 * SQLite gets memory or the process ends, which is safe at any moment.
 */
static sqlite3_mem_methods plain;

static void *
get_memory(int n)
{
	void *p = plain.xMalloc(n);

	if (!p)
		xalloc_failed();
	return p;
}

static void *
resize_memory(void *old, int n)
{
	void *p = plain.xRealloc(old, n);

	if (!p)
		xalloc_failed();
	return p;
}

static void
set_memory(void)
{
	sqlite3_mem_methods strict;

	if (plain.xMalloc)
		return;
	sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain);
	strict = plain;
	strict.xMalloc = get_memory;
	strict.xRealloc = resize_memory;
	sqlite3_config(SQLITE_CONFIG_MALLOC, &strict);
}

/* ---- opening ---- */

sqlite3 *
sqlx_open(const char *path, const struct sqlx_schema *schema, struct err *e)
{
	sqlite3 *db = NULL;
	int rc;

	set_memory();
	rc = sqlite3_open_v2(
	    path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);

	if (rc == SQLITE_OK && prepare(db, path, schema, e) == 0)
		return db;
	if (rc != SQLITE_OK)
		sqlx_fail(db, path, e); /* without a db, too */
	sqlite3_close(db);
	return NULL;
}
