/* SPDX-License-Identifier: MIT */
/*
 * From a record to its plan: look the client up, lay over it what the journal
 * and this stream know will exist, evaluate the matrix. match does it ahead of
 * push; push does it again, by the same calls, when a plan has grown stale.
 *
 * A view (matrix/plan.h) says what the client has. It comes from one of
 *   - the call: frozen in the journal with the call's first intent;
 *   - the overlay: what this stream has planned for the client already;
 *   - a lookup in the CRM, with the ids that the journal knows read by id.
 */
#ifndef FLOW_DECIDE_H
#define FLOW_DECIDE_H

#include "call/keys.h"
#include "crm/crm.h"
#include "journal/journal.h"
#include "matrix/matrix.h"

struct decider {
	const struct project *project;
	const struct matrix *matrix;
	struct journal *journal;
};

/*
 * Keys of a record as the journal has them: a call whose short key another
 * client's call has already goes by its full id. -1 and e if it is no record
 * (ERR_INPUT) or the journal failed.
 */
int decide_keys(
    const struct decider *d, struct rec *rec, struct keys *k, struct err *e);

/*
 * 1 if this call has frozen its client state: *view is it (new reference). 0
 * if it hasn't. *own becomes what the call has created or begun to, as
 * matrix_plan_new takes it (new reference, possibly empty).
 */
int decide_frozen(const struct decider *d, const struct keys *k, json_t **view,
    json_t **own, struct err *e);

/*
 * 1 if the journal says that this action was carried out, 0 if not or not yet.
 * *refs (refs NULL: not wanted) becomes what it made, a new reference or NULL.
 */
int decide_was_made(
    struct journal *j, const char *key, json_t **refs, struct err *e);

/* The spec of a lookup for this client; known is client.known or NULL. */
json_t *decide_spec_new(
    struct rec *rec, const struct keys *k, const char *known);
/*
 * The view that a lookup's result makes; NULL on a journal failure. Of several
 * open leads or deals the newest counts, of several contacts the oldest.
 */
json_t *decide_view_new(const struct decider *d, struct rec *rec,
    const json_t *result, struct err *e);

enum { BASIS_MAX = KEY_MAX + 24 };

/*
 * What later plans of a client rest on: a record's key and a mark of what was
 * decided for it, so that a plan made on another decision is seen to be stale.
 * plan is the plan's text in the line, or NULL for one of the marks below; if
 * anything else was done, the basis that the record itself came behind.
 */
#define DECIDE_SKIPPED "-" /* marked `skip` before a plan was made */
#define DECIDE_UNKNOWN "?" /* for a plan behind it: never what was done */
void decide_basis(const char *record, const struct span *plan, const char *mark,
    char out[BASIS_MAX]);
/* The record's key in a basis: how many bytes. */
size_t decide_basis_key(const char *basis);

/* The plan, complete. view is NULL for a client who can't be looked up. */
json_t *decide_plan_new(const struct decider *d, struct rec *rec,
    const struct keys *k, const json_t *view, const json_t *own,
    const char *basis);

/* "at" of a record in ms; 0 if it has none. */
int64_t decide_at(struct rec *rec);
/* Is what came at this time so young that it goes before a backlog? */
bool decide_is_live(int64_t at);

#endif
