/* SPDX-License-Identifier: MIT */
/*
 * push --dry-run: what would be sent for a record, without sending it. The
 * journal is only read; the CRM is only asked who a client is, and only where
 * a record comes without a plan.
 *
 * A request stands as it would go, alone instead of packed. "{secret}" is where
 * the transport puts one; "{id of KEY}" an id that only an answer brings.
 */
#ifndef FLOW_DRY_H
#define FLOW_DRY_H

#include "flow/setup.h"

struct dry;

/* su stays the caller's. NULL and e on failure. */
struct dry *dry_new(struct setup *su, struct err *e);
void dry_free(struct dry *d);

/*
 * Append what push would do with this line: a block of text for people, its
 * last line empty. 0; 1 if it is no record (e says why); -1 on failure.
 */
int dry_line(struct dry *d, struct span line, struct buf *out, struct err *e);

#endif
