/* SPDX-License-Identifier: MIT */
#include "journal/journal.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "io/sqlx.h"
#include "journal/schema.h"
#include "journal/store.h"

#include <assert.h>
#include <errno.h>
#include <sys/vfs.h>

/* Not IN, for which SQLite makes a table anew each time it is evaluated. */
#define OPEN "(state = 'kept' OR state = 'planned' OR state = 'held')"
/*
 * A leg that waits for its call must not keep that call waiting. SQLite reads
 * no JSON as deep as a record may be: such a one is taken for no leg.
 */
#define BLOCKS                                                            \
	"CASE WHEN plan IS NOT NULL OR NOT json_valid(body) THEN 1 ELSE " \
	"json_extract(body, '$.leg') IS NOT 1 END"

/* Keys of the call ?1 begin with its key and a slash; 0 is behind it. */
#define OF_CALL "key > ?1 || '/' AND key < ?1 || '0'"
#define COLUMNS \
	"id, key, client, at, got, due, state, reason, body, plan, out, was"
/* In a pipe at ?1. An hour ahead: the clock was set back. */
#define OUT "(coalesce(out, 0) BETWEEN ?1 + 1 AND ?1 + 3600000)"

/* A day ahead: the clock was set back. */
#define IS_DUE                                           \
	" FROM record INDEXED BY record_due WHERE " OPEN \
	" AND (due <= ?1 OR due > ?1 + 86400000) AND NOT " OUT " AND at >= ?2"

static const char *const sql[S_COUNT] = {
    [S_BEGIN] = "BEGIN IMMEDIATE",
    [S_READ] = "BEGIN",
    [S_COMMIT] = "COMMIT",
    [S_RECORD] = "SELECT " COLUMNS " FROM record WHERE key = ?",
    [S_KEEP] = "INSERT INTO record(key, client, at, got, due, state, reason, "
	       "body) VALUES (?, ?, ?, ?, ?, 'kept', NULL, ?) "
	       "ON CONFLICT(key) DO NOTHING",
    [S_REPLACE] = "UPDATE record SET body = ?, state = 'kept', reason = ?, "
		  "was = coalesce(was || ' ', '') || ? WHERE id = ?",
    [S_HOLD] = "UPDATE record SET state = CASE state WHEN 'planned' THEN "
	       "'planned' ELSE 'held' END, reason = ?, due = ?, out = NULL "
	       "WHERE id = ?",
    [S_START] = "UPDATE record SET state = 'planned', plan = ?, "
		"body = ?, reason = NULL WHERE id = ?",
    [S_REPLAN] = "UPDATE record SET plan = ? WHERE id = ?",
    [S_UNSTART] = "UPDATE record SET state = 'kept', plan = NULL WHERE id = ?",
    [S_UNFREEZE] = "DELETE FROM call WHERE key = ?",
    [S_STARTED] = "SELECT 1 FROM record WHERE " OF_CALL " AND id <> ?2 AND "
		  "plan IS NOT NULL LIMIT 1",
    [S_FINISH] = "UPDATE record SET state = ?, reason = ?, out = NULL "
		 "WHERE id = ?",
    [S_LAST] = "INSERT INTO client(key, last) VALUES (?, ?) "
	       "ON CONFLICT(key) DO UPDATE SET last = excluded.last",
    [S_WAKE] = "UPDATE record SET due = ?2 WHERE id = (SELECT id FROM record "
	       "WHERE client = ?1 AND " OPEN " ORDER BY id LIMIT 1) "
	       "AND due > ?2",
    [S_EARLIER] = "SELECT key FROM record WHERE client = ?1 AND id <> ?2 AND "
		  "(id < ?2 OR plan IS NOT NULL) AND at >= ?3 AND " OPEN
		  " AND " BLOCKS " ORDER BY id LIMIT 1",
    [S_DUE] = "SELECT " COLUMNS IS_DUE " ORDER BY id",
    [S_COUNT_DUE] = "SELECT count(*)" IS_DUE,
    [S_NEWEST] = "SELECT " COLUMNS " FROM record WHERE "
		 "id > (SELECT max(id) FROM record) - ? ORDER BY id DESC",
    [S_BEFORE] =
	"SELECT id, out FROM record WHERE client = ?2 AND id < ?3 AND " OPEN
	" AND at >= ?4 AND (due > ?1 OR " OUT ") AND " BLOCKS " ORDER BY id",
    [S_AFTER] = "SELECT " COLUMNS " FROM record WHERE client = ? AND id > ? "
		"AND plan IS NULL AND " OPEN " ORDER BY id LIMIT 100",
    [S_DEFER] = "UPDATE record SET due = ?, out = NULL WHERE id = ? AND " OPEN,
    [S_HIDE] = "UPDATE record SET out = ? WHERE id = ? AND " OPEN,
    [S_RENEW] =
	"UPDATE record SET out = ? WHERE id = ? AND out NOT NULL AND " OPEN,
    [S_HIDDEN] = "SELECT 1 FROM record WHERE id = ? AND out >= ? AND " OPEN,
    [S_WITHHELD] =
	"SELECT count(*) FILTER (WHERE at >= ?2 AND (due > ?1 OR " OUT ")), "
	"count(*) FILTER (WHERE at < ?2) FROM record "
	"INDEXED BY record_due WHERE " OPEN,
    [S_CALL_CLIENT] = "SELECT client FROM record WHERE " OF_CALL " AND "
		      "client IS NOT NULL LIMIT 1",
    [S_ACTION] = "SELECT key, record, n, state, tries, sent, due, crm, error "
		 "FROM action WHERE key = ?",
    [S_PUT_ACTION] =
	"INSERT INTO action(key, record, n, state, tries, sent, due, crm, "
	"error) VALUES (?1, ?2, ?3, ?4, ?5, nullif(?6, 0), nullif(?7, 0), ?8, "
	"?9) ON CONFLICT(key) DO UPDATE SET state = ?4, tries = ?5, "
	"sent = nullif(?6, 0), due = nullif(?7, 0), crm = ?8, error = ?9",
    [S_DROP_ACTION] = "DELETE FROM action WHERE key = ?",
    [S_CALL] = "SELECT ids FROM call WHERE key = ?",
    [S_FREEZE] = "INSERT INTO call(key, client, state, ids) "
		 "VALUES (?, ?, ?, ?) ON CONFLICT(key) DO NOTHING",
    [S_CLIENT] = "SELECT last, known FROM client WHERE key = ?",
    [S_KNOW] = "INSERT INTO client(key, known) VALUES (?, ?) "
	       "ON CONFLICT(key) DO UPDATE SET known = excluded.known",
    [S_ACCOUNT] = "SELECT v FROM account WHERE k = ?",
    [S_PUT_ACCOUNT] = "INSERT INTO account(k, v) VALUES (?, ?) "
		      "ON CONFLICT(k) DO UPDATE SET v = excluded.v",
};

struct journal {
	sqlite3 *db;
	sqlite3_stmt *stmt[S_COUNT];
	bool writing, reading; /* a transaction is open */
};

static const char *const state_names[] = {
    [JNL_KEPT] = "kept",
    [JNL_PLANNED] = "planned",
    [JNL_HELD] = "held",
    [JNL_SENT] = "sent",
    [JNL_DONE] = "done",
    [JNL_DEAD] = "dead",
    [JNL_SKIPPED] = "skipped",
    [JNL_UNSURE] = "unsure",
};

const char *
jnl_state_name(enum jnl_state s)
{
	return state_names[s];
}

static enum jnl_state
state_of(const char *name)
{
	for (size_t i = 0; i < sizeof(state_names) / sizeof(*state_names); i++)
		if (name && strcmp(state_names[i], name) == 0)
			return (enum jnl_state)i;
	return JNL_DEAD; /* the CHECK of the schema lets nothing else in */
}

bool
jnl_final(enum jnl_state s)
{
	return s >= JNL_DONE;
}

void
jnl_record_free(struct jnl_record *r)
{
	free(r->key);
	free(r->client);
	free(r->reason);
	free(r->body);
	free(r->plan);
	free(r->was);
	*r = (struct jnl_record){0};
}

void
jnl_action_free(struct jnl_action *a)
{
	free(a->key);
	free(a->refs);
	free(a->error);
	*a = (struct jnl_action){0};
}

/* ---- opening ---- */

sqlite3 *
jnl_db(struct journal *j)
{
	return j->db;
}

int
jnl_fail(struct journal *j, struct err *e, const char *what)
{
	char text[60];

	snprintf(text, sizeof(text), "journal.db: %s", what);
	return sqlx_fail(j->db, text, e);
}

/* WAL and byte-range locks don't work over these. */
static int
refuse_network(const char *dir, struct err *e)
{
	static const unsigned long magics[] = {0x6969 /* NFS */,
	    0xff534d42 /* CIFS */, 0xfe534d42 /* SMB2 */, 0x517b /* SMB */,
	    0x01021997 /* 9P */};
	struct statfs fs;

	if (statfs(dir, &fs) < 0)
		return err_sys(e, ERR_CONFIG, "%s", dir);
	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if (((unsigned long)fs.f_type & 0xffffffff) == magics[i])
			return err_set(e, ERR_CONFIG,
			    "%s is on a network file system, where locks can't "
			    "be trusted; put the project on a local disk",
			    dir);
	return 0;
}

static int
set_up(struct journal *j, const char *path, struct err *e)
{
	int persist = 1;

	j->db = sqlx_open(path, &journal_schema, e);
	if (!j->db)
		return -1;
	/* Without a kept -wal a full disk makes the journal unreadable. */
	sqlite3_file_control(j->db, NULL, SQLITE_FCNTL_PERSIST_WAL, &persist);
	/* The CHECKs are for people; what we write is of enum jnl_state. */
	if (sqlx_exec(j->db, path,
		"PRAGMA cache_size = -16384;"
		"PRAGMA ignore_check_constraints = ON;"
		"PRAGMA journal_size_limit = 4194304",
		e) < 0)
		return -1;
	for (size_t i = 0; i < S_COUNT; i++)
		if (sqlite3_prepare_v3(j->db, sql[i], -1,
			SQLITE_PREPARE_PERSISTENT, &j->stmt[i],
			NULL) != SQLITE_OK)
			return jnl_fail(j, e, "can't be used");
	return 0;
}

struct journal *
jnl_open(const char *dir, struct err *e)
{
	struct journal *j = xcalloc(1, sizeof(*j));
	struct buf path = {0};

	buf_fmt(&path, "%s/journal.db", dir);
	if (refuse_network(dir, e) < 0 || set_up(j, path.p, e) < 0) {
		jnl_close(j);
		j = NULL;
	}
	buf_free(&path);
	return j;
}

void
jnl_close(struct journal *j)
{
	if (!j)
		return;
	for (size_t i = 0; i < S_COUNT; i++)
		sqlite3_finalize(j->stmt[i]);
	sqlite3_close(j->db);
	free(j);
}

/* ---- statements ---- */

void
st_text(struct journal *j, enum stmt s, int at, const char *text)
{
	int rc = sqlite3_bind_text(j->stmt[s], at, text, -1, SQLITE_STATIC);

	assert(rc == SQLITE_OK);
}

void
st_int(struct journal *j, enum stmt s, int at, int64_t v)
{
	int rc = sqlite3_bind_int64(j->stmt[s], at, v);

	assert(rc == SQLITE_OK);
}

/* Runs a statement that returns no rows. */
static int
run(struct journal *j, enum stmt s, struct err *e)
{
	int rc = sqlite3_step(j->stmt[s]);

	sqlite3_reset(j->stmt[s]);
	sqlite3_clear_bindings(j->stmt[s]);
	return rc == SQLITE_DONE ? 0 : jnl_fail(j, e, "can't be written");
}

/* 1 if there is a row (the caller reads it, then calls done), 0, or -1. */
int
st_row(struct journal *j, enum stmt s, struct err *e)
{
	int rc = sqlite3_step(j->stmt[s]);

	if (rc == SQLITE_ROW)
		return 1;
	sqlite3_reset(j->stmt[s]);
	return rc == SQLITE_DONE ? 0 : jnl_fail(j, e, "can't be read");
}

void
st_done(struct journal *j, enum stmt s)
{
	sqlite3_reset(j->stmt[s]);
	sqlite3_clear_bindings(j->stmt[s]);
}

char *
st_col_text(struct journal *j, enum stmt s, int at)
{
	const unsigned char *p = sqlite3_column_text(j->stmt[s], at);

	return p ? xstrdup((const char *)p) : NULL;
}

int64_t
st_col_int(struct journal *j, enum stmt s, int at)
{
	return sqlite3_column_int64(j->stmt[s], at);
}

enum jnl_state
st_col_state(struct journal *j, enum stmt s, int at)
{
	return state_of((const char *)sqlite3_column_text(j->stmt[s], at));
}

int
st_there(struct journal *j, enum stmt s, struct err *e)
{
	int rc = st_row(j, s, e);

	if (rc > 0)
		st_done(j, s);
	return rc;
}

int
st_one_text(struct journal *j, enum stmt s, char **text, struct err *e)
{
	int rc = st_row(j, s, e);

	if (rc > 0) {
		*text = st_col_text(j, s, 0);
		st_done(j, s);
	}
	return rc;
}

int
jnl_begin(struct journal *j, struct err *e)
{
	assert(!j->reading);
	if (j->writing)
		return 0;
	if (run(j, S_BEGIN, e) < 0)
		return -1;
	j->writing = true;
	return 0;
}

int
st_write(struct journal *j, enum stmt s, struct err *e)
{
	return jnl_begin(j, e) < 0 ? -1 : run(j, s, e);
}

int
jnl_commit(struct journal *j, struct err *e)
{
	if (!j->writing)
		return 0;
	j->writing = false;
	return run(j, S_COMMIT, e);
}

int
jnl_read(struct journal *j, struct err *e)
{
	assert(!j->writing);
	if (j->reading)
		return 0;
	j->reading = run(j, S_READ, e) == 0;
	return j->reading ? 0 : -1;
}

int
jnl_read_end(struct journal *j, struct err *e)
{
	if (!j->reading)
		return 0;
	j->reading = false;
	return run(j, S_COMMIT, e);
}
