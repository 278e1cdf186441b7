/* SPDX-License-Identifier: MIT */
/*
 * What this stream has planned and the journal doesn't know yet. match runs
 * ahead of push: the second call of a new client must see the lead that the
 * first call's plan will create. Forgotten once push has come that far.
 */
#ifndef FLOW_OVERLAY_H
#define FLOW_OVERLAY_H

#include "flow/decide.h"

#include <jansson.h>
#include <stdbool.h>

struct overlay;

struct overlay *ovl_new(size_t max_clients);
void ovl_free(struct overlay *o);

/*
 * The basis (decide.h) of the client's last record in this stream, NULL if push
 * has reached it (last is the journal's client.last, or NULL) or there is none:
 * then the journal and the CRM know all. Borrowed until the next call.
 */
const char *ovl_basis(struct overlay *o, const char *client, const char *last);
/*
 * What the client will have, a new reference; NULL if the overlay can't say:
 * look the client up, then lay the plans over with ovl_lay. For a call that
 * this stream has planned something for, *own is what that is (new reference,
 * else NULL), and the view is the one that the call began with.
 */
json_t *ovl_view_new(struct overlay *o, const struct keys *k, json_t **own);
/* Put what this stream will create for the client into a view looked up. */
void ovl_lay(struct overlay *o, const struct keys *k, json_t *view);
/*
 * A record was planned on this view and what its call had of its own (NULL:
 * nothing); view NULL: on none (hidden, skipped). frozen: the view is an old
 * one of its call, good for no other call. basis: of this record from now on.
 */
void ovl_planned(struct overlay *o, const struct keys *k, const json_t *view,
    const json_t *own, bool frozen, const json_t *plan, const char *basis);

#endif
