/* SPDX-License-Identifier: MIT */
/*
 * The local CRM: what it has, as a table of members and statements, and the
 * state of one CRM while it carries commands out.
 */
#ifndef CRM_LOCAL_ENTITY_H
#define CRM_LOCAL_ENTITY_H

#include "crm/local_db.h"

#include <stdbool.h>
#include <stdint.h>

struct local_crm {
	struct local_db *db; /* NULL: couldn't be opened again */
	enum local_got got;  /* how the last statement ended */
	int64_t lag_ms;      /* searches don't see what is younger */
};

/* Words are separated by a blank. Statements are NULL where it can't be. */
struct local_entity {
	const char *role;
	const char *must, *may;  /* fields of a new one */
	const char *changes;     /* fields that an update may have */
	const char *on;          /* roles that it may hang on */
	const char *by_phone[3]; /* by enum phone_match */
	const char *by_id;       /* contact, lead, deal: as lookups show it */
	const char *by_key;
	const char *insert;
	const char *merged; /* old values of what an update merges */
	const char *update, *assign, *close;
	const char *hang; /* on one more */
};

/* The index-th entity, NULL behind the last. */
const struct local_entity *local_entity_at(size_t index);
/* NULL if there is none of that role. */
const struct local_entity *local_entity(const char *role);
/* The same, of those that have a phone: contact, lead and deal. */
const struct local_entity *local_client_entity(const char *role);

/* SQLite takes " 12" and "12.0" for 12; a vendor doesn't. */
bool local_is_id(const char *id);
/* A statement's rows; NULL, and why in l->got, if it wasn't LOCAL_OK. */
json_t *local_rows_new(
    struct local_crm *l, const char *sql, const json_t *args);
/* The rows of x with this id, one or none; NULL as above. */
json_t *local_by_id_new(
    struct local_crm *l, const struct local_entity *x, const char *id);
/* After that: {"error"} if the tables refused it, NULL if they failed. */
json_t *local_failed_new(const struct local_crm *l);

#endif
