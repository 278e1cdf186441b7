/* SPDX-License-Identifier: MIT */
#include "journal/expire.h"

#include "base/buf.h"
#include "base/str.h"
#include "base/xalloc.h"
#include "call/keys.h"
#include "journal/store.h"

enum { BATCH = 1000 };

static const char account_key[] = "forgotten";

struct old {
	int64_t id, at;
	char *key;
};

int
jnl_forgotten(struct journal *j, int64_t *at, struct err *e)
{
	char *text = NULL;
	int rc = jnl_account(j, account_key, &text, e);

	*at = 0;
	if (rc > 0)
		str_num(str_span(text), 0, INT64_MAX, at);
	free(text);
	return rc < 0 ? -1 : 0;
}

/*
 * Finished and old ones into v; ends at the first that is too young. One whose
 * call was dated ahead stays until that date is old, too: were it forgotten,
 * every call before it would count as forgotten.
 */
static int
select_old(
    struct journal *j, int64_t before, struct old *v, size_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT id, at, key, got, state IN ('done', 'dead', 'skipped') "
	    "FROM record ORDER BY id";
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(jnl_db(j), sql, -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	for (*n = 0; rc == SQLITE_ROW && *n < BATCH; rc = sqlite3_step(st)) {
		if (sqlite3_column_int64(st, 3) >= before)
			break;
		if (!sqlite3_column_int(st, 4) ||
		    sqlite3_column_int64(st, 1) >= before)
			continue;
		v[(*n)++] = (struct old){sqlite3_column_int64(st, 0),
		    sqlite3_column_int64(st, 1),
		    xstrdup((const char *)sqlite3_column_text(st, 2))};
	}
	sqlite3_finalize(st);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return jnl_fail(j, e, "can't be read");
	return 0;
}

/* "<call>" of "<call>/call.ended" and "<call>/call.amended/<hash>". */
static bool
call_of(const char *key, char call[KEY_MAX])
{
	const char *end = strstr(key, "/" EVENT_AMENDED "/");

	if (!end)
		end = strrchr(key, '/');
	if (!end || end == key)
		return false; /* a key cut for its length names no call */
	snprintf(call, KEY_MAX, "%.*s", (int)(end - key), key);
	return true;
}

/* Runs one of the statements below with its one parameter. */
static int
remove_by(struct journal *j, sqlite3_stmt *st, int64_t id, const char *call,
    struct err *e)
{
	int rc;

	if (call)
		sqlite3_bind_text(st, 1, call, -1, SQLITE_STATIC);
	else
		sqlite3_bind_int64(st, 1, id);
	rc = sqlite3_step(st);
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : jnl_fail(j, e, "can't be written");
}

/* The record, then what only its call's records kept. */
enum { D_RECORD, D_ACTIONS, D_CALL, DELETES };
#define WITHOUT_RECORDS                                           \
	"NOT EXISTS (SELECT 1 FROM record WHERE key > ?1 || '/' " \
	"AND key < ?1 || '0')"
static const char *const deletes[DELETES] = {
    [D_RECORD] = "DELETE FROM record WHERE id = ?1",
    [D_ACTIONS] = "DELETE FROM action WHERE key > ?1 || '/' AND "
		  "key < ?1 || '0' AND " WITHOUT_RECORDS,
    [D_CALL] = "DELETE FROM call WHERE key = ?1 AND " WITHOUT_RECORDS,
};

static int
forget(struct journal *j, const struct old *v, size_t n, struct err *e)
{
	sqlite3_stmt *st[DELETES] = {0};
	int rc = 0;

	for (size_t i = 0; i < DELETES && rc == 0; i++)
		if (sqlite3_prepare_v2(
			jnl_db(j), deletes[i], -1, &st[i], NULL) != SQLITE_OK)
			rc = jnl_fail(j, e, "can't be written");
	for (size_t i = 0; i < n && rc == 0; i++) {
		char call[KEY_MAX];

		rc = remove_by(j, st[D_RECORD], v[i].id, NULL, e);
		if (rc < 0 || !call_of(v[i].key, call))
			continue;
		rc = remove_by(j, st[D_ACTIONS], 0, call, e);
		if (rc == 0)
			rc = remove_by(j, st[D_CALL], 0, call, e);
	}
	for (size_t i = 0; i < DELETES; i++)
		sqlite3_finalize(st[i]);
	return rc;
}

static int
note_forgotten(struct journal *j, const struct old *v, size_t n, struct err *e)
{
	struct buf text = {0};
	int64_t at;
	int rc = jnl_forgotten(j, &at, e);

	for (size_t i = 0; i < n; i++)
		if (v[i].at > at)
			at = v[i].at;
	buf_fmt(&text, "%lld", (long long)at);
	if (rc == 0)
		rc = jnl_put_account(j, account_key, text.p, e);
	buf_free(&text);
	return rc;
}

int
jnl_expire(struct journal *j, int64_t before, struct err *e)
{
	struct old *v = xcalloc(BATCH, sizeof(*v));
	size_t n = 0;
	int rc = select_old(j, before, v, &n, e);

	if (rc == 0 && n) {
		rc = jnl_begin(j, e);
		if (rc == 0)
			rc = forget(j, v, n, e);
		if (rc == 0)
			rc = note_forgotten(j, v, n, e);
		if (rc == 0)
			rc = jnl_commit(j, e);
	}
	for (size_t i = 0; i < n; i++)
		free(v[i].key);
	free(v);
	return rc < 0 ? -1 : (int)n;
}
