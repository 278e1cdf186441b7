/* SPDX-License-Identifier: MIT */
/*
 * The store: DIR/journal.db, SQLite. What is committed here is ours for ever;
 * what isn't, the source feeds again. People read it with sqlite3(1).
 *
 * Writing: every writing call begins a transaction if none is open; nothing is
 * durable before jnl_commit returns 0. Between two requests to a CRM lies a
 * commit; never a request inside a transaction. A failed commit or write is
 * ERR_IO and final: the process stops, its work is taken up by the next.
 *
 * Times are ms since the epoch. Strings in the structs are owned by them; the
 * _free functions release them. Calls that look something up return 1 if it is
 * there, 0 if not, -1 on failure.
 */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct journal;

/* States as the tables have them; ringo-push(1) says who moves them. */
enum jnl_state {
	JNL_KEPT,    /* record: stored, nothing started */
	JNL_PLANNED, /* record: an action has started; action: not sent */
	JNL_HELD,    /* record: can't go on now */
	JNL_SENT,    /* action: the request may have been executed */
	JNL_DONE,
	JNL_DEAD,
	JNL_SKIPPED,
	JNL_UNSURE, /* action: sent, and can't be found again */
};

const char *jnl_state_name(enum jnl_state s);
/* done, dead, skipped, unsure: nothing moves it any more. */
bool jnl_final(enum jnl_state s);

struct jnl_record {
	int64_t id; /* order of arrival */
	char *key;
	char *client; /* NULL: none */
	int64_t at, got, due;
	int64_t out; /* hidden until then, it is in a pipe; 0: it isn't */
	enum jnl_state state;
	char *reason; /* NULL: none */
	char *body;   /* the line without skip, plan, hold and result */
	char *plan;   /* NULL: not started */
	char *was;    /* marks of earlier bodies, see jnl_replace; NULL: none */
};

struct jnl_action {
	char *key;
	int64_t record; /* id of the record that began it */
	int n;          /* its place in that record's plan */
	enum jnl_state state;
	int tries;
	int64_t sent, due; /* 0: none */
	char *refs;        /* JSON array of {role,id,url}; NULL: none */
	char *error;       /* NULL: none */
};

void jnl_record_free(struct jnl_record *r);
void jnl_action_free(struct jnl_action *a);

/*
 * Open or make the journal of a project directory; migrates an older schema
 * in one transaction. Refuses network file systems and foreign files.
 */
struct journal *jnl_open(const char *dir, struct err *e);
void jnl_close(struct journal *j);
/*
 * Begin a transaction now: what is read from here on stays so until the
 * commit. Two processes that read and then write take turns.
 */
int jnl_begin(struct journal *j, struct err *e);
/* Make all writes since the last commit durable; nothing to do is fine. */
int jnl_commit(struct journal *j, struct err *e);
/*
 * From jnl_read to jnl_read_end all reads see one moment, and cost less;
 * nothing may be written. It keeps the file's -wal growing, so nothing outside
 * may be waited for meanwhile. A second begin or end does nothing.
 */
int jnl_read(struct journal *j, struct err *e);
int jnl_read_end(struct journal *j, struct err *e);

/* ---- records ---- */

int jnl_record(
    struct journal *j, const char *key, struct jnl_record *out, struct err *e);
/*
 * Store r (key, client, at and body) as kept and due now; a record that is
 * there already stays as it is. The order of these calls is the order in
 * which a client's records are carried out.
 */
int jnl_keep(struct journal *j, const struct jnl_record *r, struct err *e);
/*
 * Another body for a record of which nothing has started: kept again, with a
 * reason that outlives the old body or NULL. mark, the old body's, is added to
 * was: whoever sees that body again knows that it isn't newer.
 */
int jnl_replace(struct journal *j, int64_t id, const char *body,
    const char *reason, const char *mark, struct err *e);
/* Move a record that stays open, and is in no pipe; reason may be NULL. */
int jnl_hold(struct journal *j, int64_t id, const char *reason, int64_t due,
    struct err *e);
/*
 * An action is about to be sent: state planned, with the plan from now on and
 * the body that it was made of, for another may have come meanwhile.
 */
int jnl_start(struct journal *j, int64_t id, const char *plan, const char *body,
    struct err *e);
/* The plan has changed on the way. */
int jnl_replan(struct journal *j, int64_t id, const char *plan, struct err *e);
/*
 * Undo jnl_start and the freezing of its call: nothing has been done for it,
 * and its plan has no object any more.
 */
int jnl_unstart(struct journal *j, int64_t id, const char *call, struct err *e);
/* 1 if another record of this call than id has started. */
int jnl_call_started(
    struct journal *j, const char *call, int64_t id, struct err *e);
/*
 * The end of a record: final state, client.last becomes basis (what later
 * plans rest on), and the client's next open record becomes due now.
 */
int jnl_finish(struct journal *j, const struct jnl_record *r,
    enum jnl_state state, const char *reason, const char *basis, struct err *e);
/*
 * Key of the client's first open record with at >= since that goes before this
 * one: an earlier one, or one whose actions have begun.
 */
int jnl_earlier(struct journal *j, const char *client, int64_t id,
    int64_t since, char **key, struct err *e);
/* Takes a record, which lives during the call. 0: go on, 1: stop, -1: failed.
 */
typedef int jnl_each(void *ctx, const struct jnl_record *r, struct err *e);
/*
 * The open records that are due and in no pipe at now, and not older than
 * since, oldest first.
 */
int jnl_due(struct journal *j, int64_t now, int64_t since, jnl_each *f,
    void *ctx, struct err *e);
/* How many jnl_due would find. */
int jnl_count_due(
    struct journal *j, int64_t now, int64_t since, int64_t *n, struct err *e);
/* Of the last n places in the journal, the newest first. */
int jnl_newest(struct journal *j, int n, jnl_each *f, void *ctx, struct err *e);
/*
 * Earlier open records of r's client that aren't due at now, or in a pipe until
 * out. 1 if f said false to one of them, else 0.
 */
int jnl_before(struct journal *j, const struct jnl_record *r, int64_t now,
    int64_t since, bool (*f)(void *ctx, int64_t id, int64_t out), void *ctx,
    struct err *e);
/*
 * Up to 100 open records of r's client behind r of which nothing has started,
 * in order.
 */
int jnl_open_after(struct journal *j, const struct jnl_record *r, jnl_each *f,
    void *ctx, struct err *e);
/* An open record goes out of hand as it is, to come again at due. */
int jnl_defer(struct journal *j, int64_t id, int64_t due, struct err *e);
/* Hide an open record: it is in a pipe, and comes out before until. */
int jnl_hide(struct journal *j, int64_t id, int64_t until, struct err *e);
/* Hide one for longer that is hidden already; others stay as they are. */
int jnl_renew(struct journal *j, int64_t id, int64_t until, struct err *e);
/* 1 if the record is still open and hidden, until then or longer. */
int jnl_hidden(struct journal *j, int64_t id, int64_t until, struct err *e);
/* Open records: not due or in a pipe, and older than the window. */
int jnl_withheld(struct journal *j, int64_t now, int64_t since,
    int64_t *waiting, int64_t *older, struct err *e);
/* The client of any record of this call (key prefix "<call>/"). */
int jnl_call_client(
    struct journal *j, const char *call, char **client, struct err *e);

/* ---- actions ---- */

int jnl_action(
    struct journal *j, const char *key, struct jnl_action *out, struct err *e);
/* Insert or overwrite the action's row. */
int jnl_put_action(
    struct journal *j, const struct jnl_action *a, struct err *e);
/* Forget an action that was never carried out. */
int jnl_drop_action(struct journal *j, const char *key, struct err *e);

/* ---- calls and clients ---- */

/* The client state that this call froze with its first intent. */
int jnl_call(struct journal *j, const char *call, char **view, struct err *e);
/* Freeze it; a call that is frozen already stays as it is. */
int jnl_freeze(struct journal *j, const char *call, const char *client,
    const char *state, const char *view, struct err *e);
/* last is the key of the client's last finished record, known a JSON view. */
int jnl_client(struct journal *j, const char *client, char **last, char **known,
    struct err *e);
int jnl_know(
    struct journal *j, const char *client, const char *known, struct err *e);

/* ---- the account ---- */

/* A small fact about the whole account ("distributed": who was last). */
int jnl_account(
    struct journal *j, const char *key, char **value, struct err *e);
int jnl_put_account(
    struct journal *j, const char *key, const char *value, struct err *e);

#endif
