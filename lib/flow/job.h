/* SPDX-License-Identifier: MIT */
/* One record in push's hands. Private to deliver*.c and job_*.c. */
#ifndef FLOW_JOB_H
#define FLOW_JOB_H

#include "base/map.h"
#include "crm/engine.h"
#include "flow/account.h"
#include "flow/deliver.h"
#include "flow/upkeep.h"
#include "journal/lock.h"

enum { ASIDE_MS = 1000 };       /* how long a record set aside stays hidden */
enum { TRY_MS = 60000 };        /* wait before a try; with tries squared */
enum { FIND_AGAIN_MS = 60000 }; /* after a find that could not tell */

/* Where a job is; it is in exactly one queue, or in the engine's hands. */
enum job_place {
	AT_CLIENT, /* behind another job of its client */
	AT_READY,  /* may start, or go on, now */
	AT_LOCK,   /* another process has its client */
	AT_ENGINE, /* a transaction of it is under way */
	AT_SETTLE, /* waits for job.until */
	AT_END,    /* through; given out after the next commit */
};

struct act {
	json_t *spec;          /* the action as sent: ids for keys; owned */
	const char *key;       /* into spec */
	struct jnl_action row; /* as the journal has it, or will */
	bool known;            /* the journal has it */
	bool fell; /* went to senior because its owner was refused */
};

struct job {
	struct rec *rec; /* the record; plan and the like are cut off */
	struct keys keys;
	json_t *line_plan; /* the plan that came with the line, or NULL */
	char line_basis[BASIS_MAX]; /* what rests on that plan, "" if none */
	bool by_line;               /* it is the plan that is carried out */
	char *skip, *hold;          /* as they came, or NULL */

	enum job_place place;
	struct job *next;      /* in its queue */
	int64_t until;         /* AT_SETTLE */
	bool locked;           /* its client's lock is ours */
	bool aside;            /* never stood in its client's line */
	char amended[KEY_MAX]; /* what its newer body was stored as, or "" */

	struct jnl_record row; /* once opened */
	json_t *plan;          /* the plan carried out */
	bool afresh;           /* decided anew, as what it was for had gone */
	bool started;       /* an action of it has been sent, now or earlier */
	json_t *view, *own; /* while it is decided again */
	bool overtaken;     /* a phase that comes after its call's end */
	char *last;         /* client.last when it was opened */
	json_t *spec;       /* of a lookup under way; owned */

	struct act *act;
	size_t nacts, cur;
	struct crm_txn txn;
};

struct queue_of_jobs {
	struct job *head, **tail;
};

struct deliver {
	struct setup *su;
	bool adopt; /* look for every action before it is sent */
	struct locks *locks;
	struct engine *engine;
	dlv_out *out;
	dlv_flush *flush;
	void *ctx;

	struct map clients; /* client key → struct caller */
	struct queue_of_jobs ready, locked, settling, ended;
	size_t in_hand;
	long through, held, dead;
	int64_t woken; /* when those that wait were last looked at, clock_now */
	int64_t renewed; /* when all in hand were hidden anew, clock_mono */
	struct upkeep upkeep;
	struct account account;
	struct job *probe; /* sends while the account is down; NULL: nobody */
};

/* ---- deliver.c ---- */

void job_move(struct deliver *d, struct job *j, enum job_place to);
void jobs_init(struct queue_of_jobs *q);
void jobs_add(struct queue_of_jobs *q, struct job *j);
/* The first, NULL if there is none. */
struct job *jobs_take(struct queue_of_jobs *q);
/* Free all jobs in it. */
void jobs_free(struct queue_of_jobs *q);
/*
 * May this job send now? 1: yes. 0: the account is down, and the job was held
 * or set aside until the probe is back. -1 on failure.
 */
int job_may_send(struct deliver *d, struct job *j, struct err *e);
/*
 * The vendor's limit let no command of j go, but the engine would wait until it
 * does: submit it again at once.
 */
bool job_goes_again(const struct deliver *d, const struct job *j);
/* Take note of what the last verdict of j says about the account. */
int job_judge_account(struct deliver *d, struct job *j, struct err *e);

/* ---- job_line.c: the records of one client, one after the other ---- */

/* Behind the earlier records of its client; the latest are set aside. */
int line_enter(struct deliver *d, struct job *j, struct err *e);
/*
 * If the record key is in hand, too, behind j in its client's line: lets it go
 * first and puts j back into the line. False if it isn't.
 */
bool job_yield(struct deliver *d, struct job *j, const char *key);
/* The one that ran is through: the client's next record may run. */
void line_next(struct deliver *d, const char *client);
/* Now and then: hide all in hand for longer, or replay emits it once more. */
int lines_renew(struct deliver *d, struct err *e);
void lines_free(struct deliver *d);

/* ---- job_keep.c: intake ---- */

/* From a line; NULL and e (ERR_INPUT: it is no record). */
struct job *job_new(struct deliver *d, struct span line, struct err *e);
/* 1 and e: as old as what the journal has forgotten, and not in it. */
int job_is_forgotten(struct deliver *d, struct job *j, struct err *e);
/* Store its record, unless it is there; *finished: and has come to its end. */
int job_keep(struct deliver *d, struct job *j, bool *finished, struct err *e);
/* Its actions have begun: what it brings that is new is stored for later. */
int job_amend(struct deliver *d, struct job *j, const struct jnl_record *row,
    struct err *e);
/*
 * Its actions are about to begin: what another process has put in its body's
 * place since it was judged is stored for later.
 */
int job_amend_newer(struct deliver *d, struct job *j, struct err *e);

/* ---- job_open.c: from a line to a plan ---- */

/* The job's turn has come and its client is locked. Moves it on. */
int job_open(struct deliver *d, struct job *j, struct err *e);
/*
 * Nothing of it has been done, and what it was for is gone: plan it anew, with
 * a new lookup. The journal has forgotten the old plan.
 */
int job_afresh(struct deliver *d, struct job *j, struct err *e);
/* Its lookup came back. */
int job_looked(struct deliver *d, struct job *j, struct err *e);

/* ---- job_act.c: the plan's actions ---- */

/* Begin with job.plan. */
int job_begin(struct deliver *d, struct job *j, struct err *e);
/* Go on with the current action. */
int job_next(struct deliver *d, struct job *j, struct err *e);
/* About to be sent: make it durable (not committed yet). */
int job_intent(struct deliver *d, struct job *j, struct err *e);
/* Its record has started: plan and client state are frozen from now on. */
int job_start(struct deliver *d, struct job *j, struct err *e);

/*
 * The current action goes to another owner, or onto something else, than it
 * was planned: for good, as a later run must look for it there.
 */
int job_replan(struct deliver *d, struct job *j, struct err *e);

/* Release the actions; the job has none then. */
void acts_free(struct job *j);
/* The action whose turn it is. */
struct act *act_current(struct job *j);
/* Store the action's row as it is now. */
int act_put(struct deliver *d, struct act *a, struct err *e);
void act_set_error(struct act *a, const char *text);
void act_keep_refs(struct act *a, const json_t *refs);
/* The current action's final state; the next one's turn. */
int act_close(struct deliver *d, struct job *j, enum jnl_state state,
    const char *error, struct err *e);
/*
 * How long to wait after so many tries in vain, ms: a minute times their
 * square, at most an hour, and a fifth more or less, so that what failed
 * together isn't tried together.
 */
int64_t act_wait(const struct act *a, int tries);
/* Hand the current action to the engine. */
void act_submit(struct deliver *d, struct job *j, enum crm_kind kind);
/* Sent, and nobody knows what came of it: settle, then find. */
int act_doubt(struct deliver *d, struct job *j, struct err *e);

/* ---- job_answer.c ---- */

/* The current action can never be carried out, as its verdict says. */
int act_dead(struct deliver *d, struct job *j, struct err *e);

/* A transaction of an action came back. */
int job_answered(struct deliver *d, struct job *j, struct err *e);

/* ---- job_gone.c ---- */

/* Something that the current action refers to is gone (CRM_GONE). */
int job_gone(struct deliver *d, struct job *j, struct err *e);

/* ---- job_end.c: results ---- */

/* Final: stored, client.last moved, result made. reason may be NULL. */
int job_end(struct deliver *d, struct job *j, enum jnl_state state,
    const char *reason, struct err *e);
/* Open: stored as held until due, result made. */
int job_hold(struct deliver *d, struct job *j, const char *reason, int64_t due,
    struct err *e);
/* Held; without its client's lock it stays in the journal as it is. */
int job_set_aside(
    struct deliver *d, struct job *j, const char *reason, struct err *e);
/* The journal has it already: result `duplicate`, nothing is written. */
void job_duplicate(struct deliver *d, struct job *j);
void job_free(struct job *j);

#endif
