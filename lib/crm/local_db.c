/* SPDX-License-Identifier: MIT */
/*
 * Several processes share the file (match and push, overlapping cron jobs), so
 * everything waits up to a minute for a lock. The connection itself is the
 * cache of compiled statements: there are some thirty of them.
 */
#include "crm/local_db.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/xalloc.h"
#include "io/sqlx.h"

struct local_db {
	sqlite3 *db;
	char error[200];
};

/*
 * The tables, as sqlite3's .schema will show them. Ids are never used again:
 * what is gone must stay gone. Keys aren't unique: as with a vendor, doubles
 * are possible and can be seen.
 */
/* clang-format off */
#define OWN_COLUMNS /* of contact, lead and deal */ \
	"  key TEXT,\n" \
	"  owner TEXT REFERENCES user(id),\n" \
	"  name TEXT,\n" \
	"  phone TEXT,\n" \
	"  email TEXT,\n" \
	"  text TEXT,\n" \
	"  source TEXT,\n" \
	"  fields TEXT,\n" \
	"  at TEXT,\n" \
	"  created INTEGER NOT NULL DEFAULT (strftime('%s', 'now') * 1000),\n" \
	"  digits TEXT GENERATED ALWAYS AS (\n" \
	"    replace(replace(replace(replace(\n" \
	"    replace(replace(phone, '+', ''), '-', ''), ' ', ''), '(', ''),\n" \
	"    ')', ''), '.', '')) VIRTUAL,\n" \
	"  last9 TEXT GENERATED ALWAYS AS (substr(digits, -9)) VIRTUAL);\n"
#define INDEXES(table) \
	"CREATE INDEX " table "_key ON " table "(key);\n" \
	"CREATE INDEX " table "_phone ON " table "(phone);\n" \
	"CREATE INDEX " table "_digits ON " table "(digits);\n" \
	"CREATE INDEX " table "_last9 ON " table "(last9);\n"
#define WORK(table, more) \
	"CREATE TABLE " table "(\n" \
	"  id INTEGER PRIMARY KEY AUTOINCREMENT,\n" \
	"  title TEXT NOT NULL,\n" \
	"  open BOOLEAN NOT NULL DEFAULT 1 CHECK (open IN (0, 1)),\n" \
	"  contact INTEGER REFERENCES contact(id) ON DELETE SET NULL,\n" \
	more \
	OWN_COLUMNS \
	INDEXES(table) \
	"CREATE INDEX " table "_contact ON " table "(contact);\n"

/* What hangs on what; more roles beside the three. */
#define ON(table, more) \
	"CREATE TABLE " table "_on(\n" \
	"  " table " INTEGER NOT NULL\n" \
	"    REFERENCES " table "(id) ON DELETE CASCADE,\n" \
	"  role TEXT NOT NULL\n" \
	"    CHECK (role IN ('contact', 'lead', 'deal'" more ")),\n" \
	"  id INTEGER NOT NULL,\n" \
	"  PRIMARY KEY (" table ", role, id)) WITHOUT ROWID;\n" \
	"CREATE INDEX " table "_on_entity ON " table "_on(role, id);\n"

/* C promises 4095 characters a literal; compilers take more. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
static const char *const steps[] = {
	"CREATE TABLE user(\n"
	"  id TEXT PRIMARY KEY NOT NULL,\n"
	"  name TEXT,\n"
	"  email TEXT,\n"
	"  active BOOLEAN NOT NULL DEFAULT 1 CHECK (active IN (0, 1)));\n"

	"CREATE TABLE contact(\n"
	"  id INTEGER PRIMARY KEY AUTOINCREMENT,\n"
	OWN_COLUMNS
	INDEXES("contact")

	WORK("lead", "")

	"CREATE TABLE pipeline(name TEXT PRIMARY KEY NOT NULL);\n"
	"INSERT INTO pipeline VALUES('default');\n"
	WORK("deal",
	"  pipeline TEXT REFERENCES pipeline(name) ON UPDATE CASCADE,\n")
	"CREATE INDEX deal_pipeline ON deal(pipeline);\n"
	"CREATE TRIGGER deal_in_first_pipeline AFTER INSERT ON deal\n"
	"WHEN new.pipeline IS NULL BEGIN\n"
	"  UPDATE deal SET pipeline = (\n"
	"    SELECT name FROM pipeline ORDER BY rowid LIMIT 1)\n"
	"  WHERE id = new.id;\n"
	"END;\n"

	"CREATE TABLE task(\n"
	"  id INTEGER PRIMARY KEY AUTOINCREMENT,\n"
	"  title TEXT NOT NULL,\n"
	"  text TEXT,\n"
	"  done BOOLEAN NOT NULL DEFAULT 0 CHECK (done IN (0, 1)),\n"
	"  due TEXT,\n"
	"  key TEXT,\n"
	"  owner TEXT REFERENCES user(id),\n"
	"  at TEXT,\n"
	"  created INTEGER NOT NULL DEFAULT (strftime('%s', 'now') * 1000));\n"
	"CREATE INDEX task_key ON task(key);\n"

	ON("task", "")

	"CREATE TABLE call(\n"
	"  id INTEGER PRIMARY KEY AUTOINCREMENT,\n"
	"  title TEXT NOT NULL,\n"
	"  direction TEXT NOT NULL\n"
	"    CHECK (direction IN ('in', 'out', 'internal')),\n"
	"  outcome TEXT\n"
	"    CHECK (outcome IN ('answered', 'missed', 'voicemail')),\n"
	"  status TEXT,\n"
	"  phone TEXT,\n"
	"  line TEXT,\n"
	"  seconds INTEGER,\n"
	"  talk INTEGER,\n"
	"  recording TEXT,\n"
	"  card TEXT,\n"
	"  key TEXT,\n"
	"  owner TEXT REFERENCES user(id),\n"
	"  at TEXT,\n"
	"  created INTEGER NOT NULL DEFAULT (strftime('%s', 'now') * 1000));\n"
	"CREATE INDEX call_key ON call(key);\n"
	ON("call", "")

	"CREATE TABLE note(\n"
	"  id INTEGER PRIMARY KEY AUTOINCREMENT,\n"
	"  title TEXT,\n"
	"  text TEXT,\n"
	"  key TEXT,\n"
	"  at TEXT,\n"
	"  created INTEGER NOT NULL DEFAULT (strftime('%s', 'now') * 1000));\n"
	"CREATE INDEX note_key ON note(key);\n"
	ON("note", ", 'call'"),
};
#pragma GCC diagnostic pop
/* clang-format on */

static const struct sqlx_schema local_schema = {
    .what = "local CRM",
    .application = 0x72676c63, /* "rglc" */
    .version = sizeof(steps) / sizeof(*steps),
    .step = steps,
};

/* ---- opening ---- */

/* Who is there stays as people have set him, dismissed ones too. */
static int
add_users(struct local_db *l, const struct employees *es, const char *path,
    struct err *e)
{
	for (size_t i = 0; i < es->n; i++) {
		const struct employee *x = &es->v[i];
		json_auto_t *args = json_object();

		if (!x->user || !x->user[0])
			continue;
		json_object_set_new(args, "id", json_string(x->user));
		json_object_set_new(args, "name", json_string(x->name));
		json_object_set_new(args, "email", json_string(x->email));
		if (local_db_run(l,
			"INSERT OR IGNORE INTO user(id, name, email) "
			"VALUES(:id, :name, :email)",
			args, NULL) != LOCAL_OK)
			return err_set(
			    e, ERR_IO, "%s: %s", path, local_db_error(l));
	}
	return 0;
}

struct local_db *
local_db_open(const char *path, const struct employees *users, struct err *e)
{
	struct local_db *l = xcalloc(1, sizeof(*l));

	l->db = sqlx_open(path, &local_schema, e);
	if (!l->db || sqlx_exec(l->db, path, "BEGIN IMMEDIATE", e) < 0 ||
	    add_users(l, users, path, e) < 0 ||
	    sqlx_exec(l->db, path, "COMMIT", e) < 0) {
		local_db_close(l); /* rolls back */
		return NULL;
	}
	return l;
}

void
local_db_close(struct local_db *l)
{
	sqlite3_stmt *st;

	if (!l)
		return;
	while (l->db && (st = sqlite3_next_stmt(l->db, NULL)))
		sqlite3_finalize(st);
	/* All statements are gone, so it can't be refused. */
	sqlite3_close(l->db);
	free(l);
}

/* ---- statements ---- */

static sqlite3_stmt *
statement(struct local_db *l, const char *sql)
{
	sqlite3_stmt *st = NULL;

	while ((st = sqlite3_next_stmt(l->db, st)))
		if (strcmp(sqlite3_sql(st), sql) == 0)
			return st;
	if (sqlite3_prepare_v3(l->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st,
		NULL) != SQLITE_OK)
		return NULL;
	return st;
}

static int
bind_value(sqlite3_stmt *st, int i, const json_t *value)
{
	char *text;

	if (!value)
		return sqlite3_bind_null(st, i);
	if (json_is_integer(value))
		return sqlite3_bind_int64(st, i, json_integer_value(value));
	if (json_is_string(value))
		return sqlite3_bind_text64(st, i, json_string_value(value),
		    json_string_length(value), SQLITE_TRANSIENT, SQLITE_UTF8);
	text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	return sqlite3_bind_text(st, i, text, -1, free);
}

static int
bind_all(sqlite3_stmt *st, const json_t *args)
{
	int n = sqlite3_bind_parameter_count(st);

	for (int i = 1; i <= n; i++) {
		/* ":name" */
		const char *name = sqlite3_bind_parameter_name(st, i) + 1;
		int rc = bind_value(st, i, json_object_get(args, name));

		if (rc != SQLITE_OK)
			return rc;
	}
	return SQLITE_OK;
}

static json_t *
column_new(sqlite3_stmt *st, int i)
{
	const char *type = sqlite3_column_decltype(st, i), *text;

	switch (sqlite3_column_type(st, i)) {
	case SQLITE_NULL:
		return NULL;
	case SQLITE_INTEGER:
		if (type && strcmp(type, "BOOLEAN") == 0)
			return json_boolean(sqlite3_column_int64(st, i) != 0);
		return json_integer(sqlite3_column_int64(st, i));
	default:
		text = (const char *)sqlite3_column_text(st, i);
		/* NULL if it isn't UTF-8: people can write anything. */
		return json_string(text);
	}
}

static json_t *
row_new(sqlite3_stmt *st)
{
	json_t *row = json_object();

	for (int i = 0; i < sqlite3_column_count(st); i++) {
		json_t *value = column_new(st, i);

		if (value)
			json_object_set_new(
			    row, sqlite3_column_name(st, i), value);
	}
	return row;
}

enum local_got
local_db_run(
    struct local_db *l, const char *sql, const json_t *args, json_t *rows)
{
	sqlite3_stmt *st = statement(l, sql);
	int rc = st ? bind_all(st, args) : sqlite3_errcode(l->db);

	if (st && rc == SQLITE_OK)
		while ((rc = sqlite3_step(st)) == SQLITE_ROW)
			if (rows)
				json_array_append_new(rows, row_new(st));
	if (rc != SQLITE_DONE)
		snprintf(
		    l->error, sizeof(l->error), "%s", sqlite3_errmsg(l->db));
	if (st) {
		sqlite3_reset(st); /* repeats what step said */
		sqlite3_clear_bindings(st);
	}
	if (rc == SQLITE_DONE)
		return LOCAL_OK;
	return (rc & 0xff) == SQLITE_CONSTRAINT ? LOCAL_REFUSED : LOCAL_FAILED;
}

const char *
local_db_error(const struct local_db *l)
{
	return l->error;
}
