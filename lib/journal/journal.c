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
/* A leg that waits for its call must not keep that call waiting. */
#define BLOCKS "(plan IS NOT NULL OR json_extract(body, '$.leg') IS NOT 1)"

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
	S_BEFORE,
	S_AFTER,
	S_DEFER,
	S_HIDE,
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
    [S_BEFORE] =
	"SELECT id, out FROM record WHERE client = ?2 AND id < ?3 AND " OPEN
	" AND at >= ?4 AND (due > ?1 OR " OUT ") AND " BLOCKS " ORDER BY id",
    [S_AFTER] = "SELECT " COLUMNS " FROM record WHERE client = ? AND id > ? "
		"AND plan IS NULL AND " OPEN " ORDER BY id LIMIT 100",
    [S_DEFER] = "UPDATE record SET due = ?, out = NULL WHERE id = ? AND " OPEN,
    [S_HIDE] = "UPDATE record SET out = ? WHERE id = ? AND " OPEN,
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

static void
bind_text(struct journal *j, enum stmt s, int at, const char *text)
{
	int rc = sqlite3_bind_text(j->stmt[s], at, text, -1, SQLITE_STATIC);

	assert(rc == SQLITE_OK);
}

static void
bind_int(struct journal *j, enum stmt s, int at, int64_t v)
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
static int
row(struct journal *j, enum stmt s, struct err *e)
{
	int rc = sqlite3_step(j->stmt[s]);

	if (rc == SQLITE_ROW)
		return 1;
	sqlite3_reset(j->stmt[s]);
	return rc == SQLITE_DONE ? 0 : jnl_fail(j, e, "can't be read");
}

static void
done(struct journal *j, enum stmt s)
{
	sqlite3_reset(j->stmt[s]);
	sqlite3_clear_bindings(j->stmt[s]);
}

static char *
col_text(struct journal *j, enum stmt s, int at)
{
	const unsigned char *p = sqlite3_column_text(j->stmt[s], at);

	return p ? xstrdup((const char *)p) : NULL;
}

static int64_t
col_int(struct journal *j, enum stmt s, int at)
{
	return sqlite3_column_int64(j->stmt[s], at);
}

static enum jnl_state
col_state(struct journal *j, enum stmt s, int at)
{
	return state_of((const char *)sqlite3_column_text(j->stmt[s], at));
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

/* ---- records ---- */

/* The columns of S_RECORD and S_DUE. */
static struct jnl_record
read_record(struct journal *j, enum stmt s)
{
	return (struct jnl_record){
	    .id = col_int(j, s, 0),
	    .key = col_text(j, s, 1),
	    .client = col_text(j, s, 2),
	    .at = col_int(j, s, 3),
	    .got = col_int(j, s, 4),
	    .due = col_int(j, s, 5),
	    .state = col_state(j, s, 6),
	    .reason = col_text(j, s, 7),
	    .body = col_text(j, s, 8),
	    .plan = col_text(j, s, 9),
	    .out = col_int(j, s, 10),
	    .was = col_text(j, s, 11),
	};
}

int
jnl_record(
    struct journal *j, const char *key, struct jnl_record *out, struct err *e)
{
	int rc;

	bind_text(j, S_RECORD, 1, key);
	rc = row(j, S_RECORD, e);
	if (rc > 0) {
		*out = read_record(j, S_RECORD);
		done(j, S_RECORD);
	}
	return rc;
}

/* Every row of a statement, its parameters bound, to f. */
static int
each_record(
    struct journal *j, enum stmt st, jnl_each *f, void *ctx, struct err *e)
{
	int rc;

	while ((rc = row(j, st, e)) > 0) {
		struct jnl_record r = read_record(j, st);

		rc = f(ctx, &r, e);
		jnl_record_free(&r);
		if (rc)
			break;
	}
	done(j, st);
	return rc < 0 ? -1 : 0;
}

int
jnl_due(struct journal *j, int64_t now, int64_t since, jnl_each *f, void *ctx,
    struct err *e)
{
	bind_int(j, S_DUE, 1, now);
	bind_int(j, S_DUE, 2, since);
	return each_record(j, S_DUE, f, ctx, e);
}

int
jnl_open_after(struct journal *j, const struct jnl_record *r, jnl_each *f,
    void *ctx, struct err *e)
{
	bind_text(j, S_AFTER, 1, r->client);
	bind_int(j, S_AFTER, 2, r->id);
	return each_record(j, S_AFTER, f, ctx, e);
}

int
jnl_count_due(
    struct journal *j, int64_t now, int64_t since, int64_t *n, struct err *e)
{
	int rc;

	bind_int(j, S_COUNT_DUE, 1, now);
	bind_int(j, S_COUNT_DUE, 2, since);
	rc = row(j, S_COUNT_DUE, e);
	if (rc > 0) {
		*n = col_int(j, S_COUNT_DUE, 0);
		done(j, S_COUNT_DUE);
	}
	return rc < 0 ? -1 : 0;
}

int
jnl_before(struct journal *j, const struct jnl_record *r, int64_t now,
    int64_t since, bool (*f)(void *ctx, int64_t id, int64_t out), void *ctx,
    struct err *e)
{
	int rc;

	if (!r->client)
		return 0;
	bind_int(j, S_BEFORE, 1, now);
	bind_text(j, S_BEFORE, 2, r->client);
	bind_int(j, S_BEFORE, 3, r->id);
	bind_int(j, S_BEFORE, 4, since);
	while ((rc = row(j, S_BEFORE, e)) > 0)
		if (!f(ctx, col_int(j, S_BEFORE, 0), col_int(j, S_BEFORE, 1)))
			break;
	done(j, S_BEFORE);
	return rc;
}

static int
set_time(
    struct journal *j, enum stmt st, int64_t id, int64_t time, struct err *e)
{
	if (jnl_begin(j, e) < 0)
		return -1;
	bind_int(j, st, 1, time);
	bind_int(j, st, 2, id);
	return run(j, st, e);
}

int
jnl_defer(struct journal *j, int64_t id, int64_t due, struct err *e)
{
	return set_time(j, S_DEFER, id, due, e);
}

int
jnl_hide(struct journal *j, int64_t id, int64_t until, struct err *e)
{
	return set_time(j, S_HIDE, id, until, e);
}

int
jnl_hidden(struct journal *j, int64_t id, int64_t until, struct err *e)
{
	int rc;

	bind_int(j, S_HIDDEN, 1, id);
	bind_int(j, S_HIDDEN, 2, until);
	rc = row(j, S_HIDDEN, e);
	if (rc > 0)
		done(j, S_HIDDEN);
	return rc;
}

int
jnl_withheld(struct journal *j, int64_t now, int64_t since, int64_t *waiting,
    int64_t *older, struct err *e)
{
	int rc;

	bind_int(j, S_WITHHELD, 1, now);
	bind_int(j, S_WITHHELD, 2, since);
	rc = row(j, S_WITHHELD, e);
	if (rc > 0) {
		*waiting = col_int(j, S_WITHHELD, 0);
		*older = col_int(j, S_WITHHELD, 1);
		done(j, S_WITHHELD);
	}
	return rc < 0 ? -1 : 0;
}

int
jnl_keep(struct journal *j, const struct jnl_record *r, struct err *e)
{
	int64_t now = clock_now();

	if (jnl_begin(j, e) < 0)
		return -1;
	bind_text(j, S_KEEP, 1, r->key);
	bind_text(j, S_KEEP, 2, r->client);
	bind_int(j, S_KEEP, 3, r->at);
	bind_int(j, S_KEEP, 4, now);
	bind_int(j, S_KEEP, 5, now);
	bind_text(j, S_KEEP, 6, r->body);
	return run(j, S_KEEP, e);
}

int
jnl_replace(struct journal *j, int64_t id, const char *body, const char *reason,
    const char *mark, struct err *e)
{
	if (jnl_begin(j, e) < 0)
		return -1;
	bind_text(j, S_REPLACE, 1, body);
	bind_text(j, S_REPLACE, 2, reason);
	bind_text(j, S_REPLACE, 3, mark);
	bind_int(j, S_REPLACE, 4, id);
	return run(j, S_REPLACE, e);
}

int
jnl_hold(struct journal *j, int64_t id, const char *reason, int64_t due,
    struct err *e)
{
	if (jnl_begin(j, e) < 0)
		return -1;
	bind_text(j, S_HOLD, 1, reason);
	bind_int(j, S_HOLD, 2, due);
	bind_int(j, S_HOLD, 3, id);
	return run(j, S_HOLD, e);
}

int
jnl_start(struct journal *j, int64_t id, const char *plan, const char *body,
    struct err *e)
{
	if (jnl_begin(j, e) < 0)
		return -1;
	bind_text(j, S_START, 1, plan);
	bind_text(j, S_START, 2, body);
	bind_int(j, S_START, 3, id);
	return run(j, S_START, e);
}

int
jnl_replan(struct journal *j, int64_t id, const char *plan, struct err *e)
{
	if (jnl_begin(j, e) < 0)
		return -1;
	bind_text(j, S_REPLAN, 1, plan);
	bind_int(j, S_REPLAN, 2, id);
	return run(j, S_REPLAN, e);
}

int
jnl_unstart(struct journal *j, int64_t id, const char *call, struct err *e)
{
	if (jnl_begin(j, e) < 0)
		return -1;
	bind_int(j, S_UNSTART, 1, id);
	if (run(j, S_UNSTART, e) < 0)
		return -1;
	bind_text(j, S_UNFREEZE, 1, call);
	return run(j, S_UNFREEZE, e);
}

int
jnl_call_started(struct journal *j, const char *call, int64_t id, struct err *e)
{
	int rc;

	bind_text(j, S_STARTED, 1, call);
	bind_int(j, S_STARTED, 2, id);
	rc = row(j, S_STARTED, e);
	if (rc > 0)
		done(j, S_STARTED);
	return rc;
}

int
jnl_finish(struct journal *j, const struct jnl_record *r, enum jnl_state state,
    const char *reason, const char *basis, struct err *e)
{
	if (jnl_begin(j, e) < 0)
		return -1;
	bind_text(j, S_FINISH, 1, jnl_state_name(state));
	bind_text(j, S_FINISH, 2, reason);
	bind_int(j, S_FINISH, 3, r->id);
	if (run(j, S_FINISH, e) < 0)
		return -1;
	if (!r->client)
		return 0;
	bind_text(j, S_LAST, 1, r->client);
	bind_text(j, S_LAST, 2, basis);
	if (run(j, S_LAST, e) < 0)
		return -1;
	bind_text(j, S_WAKE, 1, r->client);
	bind_int(j, S_WAKE, 2, clock_now());
	return run(j, S_WAKE, e);
}

int
jnl_earlier(struct journal *j, const char *client, int64_t id, int64_t since,
    char **key, struct err *e)
{
	int rc;

	bind_text(j, S_EARLIER, 1, client);
	bind_int(j, S_EARLIER, 2, id);
	bind_int(j, S_EARLIER, 3, since);
	rc = row(j, S_EARLIER, e);
	if (rc > 0) {
		*key = col_text(j, S_EARLIER, 0);
		done(j, S_EARLIER);
	}
	return rc;
}

int
jnl_call_client(
    struct journal *j, const char *call, char **client, struct err *e)
{
	int rc;

	bind_text(j, S_CALL_CLIENT, 1, call);
	rc = row(j, S_CALL_CLIENT, e);
	if (rc > 0) {
		*client = col_text(j, S_CALL_CLIENT, 0);
		done(j, S_CALL_CLIENT);
	}
	return rc;
}

/* ---- actions ---- */

int
jnl_action(
    struct journal *j, const char *key, struct jnl_action *out, struct err *e)
{
	int rc;

	bind_text(j, S_ACTION, 1, key);
	rc = row(j, S_ACTION, e);
	if (rc > 0) {
		*out = (struct jnl_action){
		    .key = col_text(j, S_ACTION, 0),
		    .record = col_int(j, S_ACTION, 1),
		    .n = (int)col_int(j, S_ACTION, 2),
		    .state = col_state(j, S_ACTION, 3),
		    .tries = (int)col_int(j, S_ACTION, 4),
		    .sent = col_int(j, S_ACTION, 5),
		    .due = col_int(j, S_ACTION, 6),
		    .refs = col_text(j, S_ACTION, 7),
		    .error = col_text(j, S_ACTION, 8),
		};
		done(j, S_ACTION);
	}
	return rc;
}

int
jnl_put_action(struct journal *j, const struct jnl_action *a, struct err *e)
{
	if (jnl_begin(j, e) < 0)
		return -1;
	bind_text(j, S_PUT_ACTION, 1, a->key);
	bind_int(j, S_PUT_ACTION, 2, a->record);
	bind_int(j, S_PUT_ACTION, 3, a->n);
	bind_text(j, S_PUT_ACTION, 4, jnl_state_name(a->state));
	bind_int(j, S_PUT_ACTION, 5, a->tries);
	bind_int(j, S_PUT_ACTION, 6, a->sent);
	bind_int(j, S_PUT_ACTION, 7, a->due);
	bind_text(j, S_PUT_ACTION, 8, a->refs);
	bind_text(j, S_PUT_ACTION, 9, a->error);
	return run(j, S_PUT_ACTION, e);
}

int
jnl_drop_action(struct journal *j, const char *key, struct err *e)
{
	if (jnl_begin(j, e) < 0)
		return -1;
	bind_text(j, S_DROP_ACTION, 1, key);
	return run(j, S_DROP_ACTION, e);
}

/* ---- calls and clients ---- */

int
jnl_call(struct journal *j, const char *call, char **view, struct err *e)
{
	int rc;

	bind_text(j, S_CALL, 1, call);
	rc = row(j, S_CALL, e);
	if (rc > 0) {
		*view = col_text(j, S_CALL, 0);
		done(j, S_CALL);
	}
	return rc;
}

int
jnl_freeze(struct journal *j, const char *call, const char *client,
    const char *state, const char *view, struct err *e)
{
	if (jnl_begin(j, e) < 0)
		return -1;
	bind_text(j, S_FREEZE, 1, call);
	bind_text(j, S_FREEZE, 2, client);
	bind_text(j, S_FREEZE, 3, state);
	bind_text(j, S_FREEZE, 4, view);
	return run(j, S_FREEZE, e);
}

int
jnl_client(struct journal *j, const char *client, char **last, char **known,
    struct err *e)
{
	int rc;

	bind_text(j, S_CLIENT, 1, client);
	rc = row(j, S_CLIENT, e);
	if (rc > 0) {
		*last = col_text(j, S_CLIENT, 0);
		*known = col_text(j, S_CLIENT, 1);
		done(j, S_CLIENT);
	}
	return rc;
}

int
jnl_know(
    struct journal *j, const char *client, const char *known, struct err *e)
{
	if (jnl_begin(j, e) < 0)
		return -1;
	bind_text(j, S_KNOW, 1, client);
	bind_text(j, S_KNOW, 2, known);
	return run(j, S_KNOW, e);
}

/* ---- the account ---- */

int
jnl_account(struct journal *j, const char *key, char **value, struct err *e)
{
	int rc;

	bind_text(j, S_ACCOUNT, 1, key);
	rc = row(j, S_ACCOUNT, e);
	if (rc > 0) {
		*value = col_text(j, S_ACCOUNT, 0);
		done(j, S_ACCOUNT);
	}
	return rc;
}

int
jnl_put_account(
    struct journal *j, const char *key, const char *value, struct err *e)
{
	if (jnl_begin(j, e) < 0)
		return -1;
	bind_text(j, S_PUT_ACCOUNT, 1, key);
	bind_text(j, S_PUT_ACCOUNT, 2, value);
	return run(j, S_PUT_ACCOUNT, e);
}
