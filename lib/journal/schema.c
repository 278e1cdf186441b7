/* SPDX-License-Identifier: MIT */
#include "journal/schema.h"

/* A landed step is never edited: files out there were made by it. */
static const char *const steps[] = {
    "CREATE TABLE record("
    " id INTEGER PRIMARY KEY,"
    " key TEXT NOT NULL UNIQUE,"
    " client TEXT,"
    " at INTEGER NOT NULL, got INTEGER NOT NULL, due INTEGER NOT NULL,"
    " state TEXT NOT NULL CHECK (state IN"
    "  ('kept', 'planned', 'held', 'done', 'dead', 'skipped')),"
    " reason TEXT, body TEXT NOT NULL, plan TEXT);"
    "CREATE INDEX record_open ON record(client, id)"
    " WHERE state IN ('kept', 'planned', 'held');"
    "CREATE INDEX record_due ON record(due)"
    " WHERE state IN ('kept', 'planned', 'held');"
    "CREATE TABLE action("
    " key TEXT PRIMARY KEY,"
    " record INTEGER NOT NULL, n INTEGER NOT NULL,"
    " state TEXT NOT NULL CHECK (state IN"
    "  ('planned', 'sent', 'done', 'dead', 'skipped', 'unsure')),"
    " tries INTEGER NOT NULL DEFAULT 0,"
    " sent INTEGER, due INTEGER, crm TEXT, error TEXT)"
    " WITHOUT ROWID;"
    "CREATE INDEX action_open ON action(record)"
    " WHERE state IN ('planned', 'sent');"
    "CREATE TABLE call("
    " key TEXT PRIMARY KEY, client TEXT, state TEXT NOT NULL, ids TEXT)"
    " WITHOUT ROWID;"
    "CREATE TABLE client("
    " key TEXT PRIMARY KEY, last TEXT, known TEXT) WITHOUT ROWID;"
    "CREATE TABLE account(k TEXT PRIMARY KEY, v TEXT) WITHOUT ROWID;",
    /*
     * out: hidden until then, it is in a pipe. was: marks of the bodies that
     * stood here before. Nobody read action_open.
     */
    "ALTER TABLE record ADD COLUMN out INTEGER;"
    "ALTER TABLE record ADD COLUMN was TEXT;"
    "DROP INDEX action_open;"
    "DROP INDEX record_open;"
    "DROP INDEX record_due;"
    "CREATE INDEX record_open ON record(client, id)"
    " WHERE state = 'kept' OR state = 'planned' OR state = 'held';"
    "CREATE INDEX record_due ON record(id, due, at, out)"
    " WHERE state = 'kept' OR state = 'planned' OR state = 'held';",
};

const struct sqlx_schema journal_schema = {
    .what = "journal",
    .application = 0x72696e67, /* "ring" */
    .version = sizeof(steps) / sizeof(*steps),
    .step = steps,
};
