/* SPDX-License-Identifier: MIT */
/*
 * The local CRM's database, DIR/crm.db: tables that people read and edit with
 * sqlite3(1). Statements take their values by name from a JSON object and give
 * their rows back as JSON objects, so that the callers see no SQLite.
 *
 *   values  a string, an integer; an object or array goes as its JSON text;
 *           a name that the object hasn't got is NULL
 *   rows    {"column": string | integer | boolean (columns declared so)},
 *           without the columns that are NULL
 */
#ifndef CRM_LOCAL_DB_H
#define CRM_LOCAL_DB_H

#include "base/err.h"
#include "call/employees.h"

#include <jansson.h>

struct local_db;

enum local_got {
	LOCAL_OK,
	LOCAL_REFUSED, /* against a constraint or a trigger of the tables */
	LOCAL_FAILED,  /* disk, memory, lock: nothing to do with the values */
};

/*
 * Open or make it; the employees' CRM users that aren't there yet are added.
 * NULL and e if it can't be had or isn't a local CRM.
 */
struct local_db *local_db_open(
    const char *path, const struct employees *users, struct err *e);
/* db may be NULL. */
void local_db_close(struct local_db *db);
/*
 * Run one statement to its end. args may be NULL; rows, if it isn't NULL, is
 * an array that the rows are appended to. Each text is compiled once.
 */
enum local_got local_db_run(
    struct local_db *db, const char *sql, const json_t *args, json_t *rows);
/* What the last local_db_run that wasn't LOCAL_OK said. Borrowed. */
const char *local_db_error(const struct local_db *db);

#endif
