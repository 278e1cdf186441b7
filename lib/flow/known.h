/* SPDX-License-Identifier: MIT */
/*
 * What the journal remembers of a client (client.known), by phone number, as
 * several numbers can share a client's lock:
 *
 *   {"380671234567":{"lead":{"id":"12","owner":"7"},…,
 *     "once":{"callback":{"key":"…/task.callback","at":1795072361000}}}}
 */
#ifndef FLOW_KNOWN_H
#define FLOW_KNOWN_H

#include "call/keys.h"
#include "journal/journal.h"

#include <jansson.h>

struct known {
	json_t *all;  /* owned */
	json_t *mine; /* the part of this phone, in all; never NULL */
};

/* 0, or -1 on a failure of the journal; known_close in either case. */
int known_open(
    struct journal *j, const struct keys *k, struct known *kn, struct err *e);
int known_save(struct journal *j, const struct keys *k, const struct known *kn,
    struct err *e);
void known_close(struct known *kn);

#endif
