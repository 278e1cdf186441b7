/* SPDX-License-Identifier: MIT */
/*
 * A CRM that is as difficult as the vendors' are, for the test build only:
 * `crm fake` in ringo.conf. Its rows lie in DIR/crm.db, in the local CRM's
 * tables; its protocol, its refusals and its way to find things are its own.
 * Faults come from RINGO_FAULT (lib/crm/faults.h).
 * DIR/requests has a line "asked PATH ITEMS" for each request and "done PATH
 * ITEMS" for each that was carried out or refused by the CRM itself.
 *
 * A request is POST PATH with {"items":[…]}, all of one path. An answer is
 * {"items":[…]}, of a write in another order than it was asked, by request_id.
 *
 *   survey    {}: one row, what the account is like
 *   search    {"phone","match"}: one item; rows of all kinds
 *   read      {"role","id"}: rows; what isn't there is left out
 *   find/ROLE {"key"}: rows {"key","role","id"} and, of a lead, its "contact"
 *   mine/ROLE {"since",["owner"]}: one item; rows {"id","text"}
 *   add/ROLE, update/ROLE, assign, close, link, unsorted
 *             as the local CRM's commands; {"id"}, of unsorted also "contact"
 *
 * Environment RINGO_FAKE, words in any order, says which traits it has:
 *
 *   alone     a request carries one item
 *   named     one bad item: 400 names it; nothing of the request is stored,
 *             but the manual doesn't say so
 *   stored    the same, and the others were stored
 *   sure      as named, and the manual says so
 *   whole     one bad item: 400, and which one isn't said
 *   partial   the answer to a packed write leaves out every second item
 *   none204   what finds nothing is answered 204, without a body
 *   object    … with {}
 *   list      … with []
 *   unique    a second create with a key is refused, with the first one's id
 *   taken     … without it
 *   marker    tasks and notes have no field for a key: it is in their text
 *   lost      tasks, calls and notes can't be found again at all
 *   linked    a lead's or deal's contact is put in by a second command
 *   strict    to close what is closed is an error
 *   vague     what is missing is missing, but it isn't said what
 *   bare      the key lacks a right, a survey says so
 *   behind    the clock is a quarter of an hour behind
 *   slots     three requests at a time, answered in any order
 */
#ifndef FAKE_H
#define FAKE_H

#include "crm/crm.h"

enum { FAKE_PACK_MAX = 20 };

/* Has it the trait? */
bool fake_is(const char *trait);
/* The first word of RINGO_FAKE that is no trait, NULL if all are. */
const char *fake_unknown(void);

/* How many items a request may carry, by its path. */
bool fake_alone(const char *path);

struct crm_transport *fake_open(struct crm *c, struct err *e);

size_t fake_pack(const struct crm *c, struct crm_txn *const *t, size_t n,
    struct crm_request *req);
bool fake_unpack(const struct crm *c, const struct crm_request *req);

#endif
