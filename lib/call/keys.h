/* SPDX-License-Identifier: MIT */
/*
 * Names of things in the journal and in the CRM. A key is a pure function of
 * the record: no clock, no counter, nothing that may change between two
 * readings of one call. Keys hold [A-Za-z0-9._:/~-] only, any other byte as
 * _XX, and at most 100 bytes: a `+` that some API reads as a blank would make
 * a look-up miss and a safe protocol create doubles.
 */
#ifndef CALL_KEYS_H
#define CALL_KEYS_H

#include "base/err.h"
#include "call/change.h"
#include "call/rec.h"

#include <stdbool.h>

enum { KEY_MAX = 101 };

#define EVENT_AMENDED "call.amended"

struct keys {
	char call[KEY_MAX];   /* "-1763712000.101" */
	char record[KEY_MAX]; /* "-1763712000.101/call.ended" */
	char client[KEY_MAX]; /* last 9 digits; "mail:…", "chat:…", "call:…" */
	char phone[24];       /* all digits of the number, "" if none */
	char amended[CHANGE_HASH]; /* of an amended record, else "" */
	bool hidden; /* no phone: the CRM can't be asked who it is */
};

/*
 * Keys of a normalised record. whole: name the call by its full id, for a call
 * whose short key another client's call has already. -1 and e if the record
 * has no id or no event: it wasn't normalised.
 */
int keys_of(struct rec *r, bool whole, struct keys *k, struct err *e);

/*
 * The key of what was amended in a call: <call>/call.amended/<hash>, as there
 * may be several.
 */
void keys_amended(struct rec *r, const char *call, char out[KEY_MAX]);

/* Appends s as a piece of a key: bytes outside the set as _XX. */
void key_clean(struct buf *out, struct span s);
/* b as a key: as it is up to 100 bytes, else its head, ~ and a hash. */
void key_fit(const struct buf *b, char out[KEY_MAX]);

#endif
