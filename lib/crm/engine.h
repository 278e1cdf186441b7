/* SPDX-License-Identifier: MIT */
/*
 * Moves commands: takes transactions, packs their commands into requests,
 * sends these through the transport, and steps each transaction by its
 * verdict. It knows no records and no journal.
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

/* c stays the caller's; the transport becomes the engine's. */
struct engine *eng_new(const struct crm *c, struct crm_transport *tp,
    eng_before *before, void *ctx);
void eng_free(struct engine *g);

/*
 * Take a transaction; it stays the caller's memory but must not be touched
 * until eng_run gives it back. It may come back at once, without a request.
 */
void eng_submit(struct engine *g, struct crm_txn *t);
/* Transactions submitted and not yet given back. */
size_t eng_pending(const struct engine *g);

/*
 * Send what is ready and wait for at most one answer (timeout_ms, -1 = for
 * ever). *back becomes the list (by ->next) of transactions that are through:
 * ended (t->ended), or stopped by a verdict other than CRM_OK. 0, or -1 when
 * before failed: nothing of that request was sent.
 */
int eng_run(struct engine *g, int timeout_ms, struct crm_txn **back,
    struct err *e);

#endif
