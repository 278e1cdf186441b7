/* SPDX-License-Identifier: MIT */
/*
 * push's work, the delivery protocol: takes records with their plans, carries
 * the plans out, and gives every record back with its result.
 *
 *   one transaction, committed:  record, plan, action `sent`
 *   the request
 *   one transaction, committed:  what came of it, client.last
 *   the record with its result
 *
 * Killed anywhere in between, the next run finds an action `sent` without an
 * outcome: DOUBT. It waits settle, looks the action's key up in the CRM, and
 * sends again only what isn't there. ringo-push(1) has the table of states.
 */
#ifndef FLOW_DELIVER_H
#define FLOW_DELIVER_H

#include "flow/setup.h"

#include <signal.h>
#include <stdbool.h>

enum { DELIVER_MAX = 1024 /* records in hand */ };

struct deliver;

/* A record that is through, its result in it; what it says is on disk. */
typedef int dlv_out(void *ctx, struct span line, struct err *e);
/* The records of a round are out; those that wait for them shall see them. */
typedef int dlv_flush(void *ctx, struct err *e);

/*
 * su stays the caller's. adopt: what the journal doesn't know may have been
 * carried out all the same (it was lost, or has forgotten it), so each action
 * is looked for in the CRM before it is sent the first time. NULL and e if
 * locks or transport can't be opened.
 */
struct deliver *dlv_new(struct setup *su, bool adopt, dlv_out *out,
    dlv_flush *flush, void *ctx, struct err *e);
void dlv_free(struct deliver *d);

/* Is there room for another record? */
bool dlv_room(const struct deliver *d);
/* Is there room on the disk? False and e, which says what to do. */
bool dlv_has_disk(const struct deliver *d, struct err *e);
/* Is there nothing that dlv_run could do before another record comes? */
bool dlv_idle(const struct deliver *d);
/*
 * Milliseconds until something in hand becomes due, -1 if nothing waits for a
 * time: how long a reader may sleep.
 */
int dlv_wait_ms(const struct deliver *d);

/*
 * Take a line. 0; 1 if it is no record (e says why; reject it); -1 on a
 * failure of the journal, which is final.
 */
int dlv_feed(struct deliver *d, struct span line, struct err *e);
/*
 * One round: start what can start, send, take answers. Where only an answer or
 * the CRM's limit is waited for, it waits, but not when fd (-1: none) can be
 * read. -1 is final.
 */
int dlv_run(struct deliver *d, int fd, struct err *e);
/*
 * No more input: carry on what needs no long waiting, hold the rest. Once
 * *stopped: start nothing more either, only let what is under way come back.
 */
int dlv_finish(
    struct deliver *d, const volatile sig_atomic_t *stopped, struct err *e);

/* How many records are through, how many of them held, how many dead. */
long dlv_through(const struct deliver *d);
long dlv_held(const struct deliver *d);
long dlv_dead(const struct deliver *d);
/* Why nothing is sent any more, NULL while the account is up. */
const char *dlv_account_down(const struct deliver *d);

#endif
