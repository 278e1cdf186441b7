/* SPDX-License-Identifier: MIT */
/*
 * Moves commands: takes transactions, packs their commands into requests, asks
 * the limiter, sends through the transport, and steps each transaction by its
 * verdict. It knows no records and no journal.
 *
 * A live call never waits behind a backlog: it goes first, in a request without
 * the backlog, and the backlog leaves it units, slots and connections. What the
 * vendor's limit keeps back waits here, unless that takes longer than the
 * engine is patient: then it comes back as CRM_AGAIN, CRM_LIMIT, like what the
 * vendor itself refused for a limit. Of both verdict.wait_ms says how long.
 */
#ifndef CRM_ENGINE_H
#define CRM_ENGINE_H

#include "crm/crm.h"

struct engine;

/*
 * Called with the transactions of a request right before it is sent: the
 * place to make the intent durable. It sees every kind of transaction. -1
 * with e set: the request isn't sent and eng_run fails.
 */
typedef int eng_before(
    void *ctx, struct crm_txn *const *t, size_t n, struct err *e);

/* c stays the caller's; transport and limiter become the engine's. */
struct engine *eng_new(const struct crm *c, struct crm_transport *tp,
    struct limit *limit, eng_before *before, void *ctx);
/* The same with those of the CRM's project. NULL and e on failure. */
struct engine *eng_open(
    struct crm *c, eng_before *before, void *ctx, struct err *e);
void eng_free(struct engine *g);

/*
 * Take a transaction; it stays the caller's memory but must not be touched
 * until eng_run gives it back. It may come back at once, without a request.
 */
void eng_submit(struct engine *g, struct crm_txn *t);
/* Transactions submitted and not yet given back. */
size_t eng_pending(const struct engine *g);

/*
 * Send what may go and wait for at most one answer, or until more may go:
 * timeout_ms at most (-1: any time, but not past a second, so that a caller
 * sees a signal), and not when fd (-1: none) can be read. *back becomes the
 * list (by ->next) of transactions that are through: ended (t->ended), or
 * stopped by a verdict other than CRM_OK. 0, or -1 when before failed: nothing
 * of that request was sent.
 */
int eng_run(struct engine *g, int timeout_ms, int fd, struct crm_txn **back,
    struct err *e);

/*
 * How long a transaction may wait here for a limit, at first a minute. 0: what
 * can't go at once comes back.
 */
void eng_patience(struct engine *g, int64_t ms);
/*
 * Would it wait this long? If so, a transaction that came back as CRM_AGAIN,
 * CRM_LIMIT with this wait may be submitted again at once.
 */
bool eng_waits(const struct engine *g, int64_t wait_ms);
/* The account was down and is up again: send slowly at first. */
void eng_gently(struct engine *g);

#endif
