/* SPDX-License-Identifier: MIT */
/*
 * The contract between the engine and the CRM adapters.
 *
 * An adapter is pure: it turns a transaction (a lookup, an action, a find, a
 * survey) into commands, one after the other; says how commands pack into a
 * request; and reads an answer into one verdict a command. It opens no file and
 * no socket and prints nothing, so it is tested with text files. The engine
 * packs, asks the limiter, sends through a transport and steps the
 * transactions; it knows nothing of records.
 *
 *   step ──▶ command ──▶ pack ──▶ request ──▶ transport ──▶ answer
 *    ▲                                                        │
 *    └────────────── verdict, one a command ◀── unpack ◀──────┘
 *
 * lib/crm/README.md shows how the five vendors and the local CRM fit in.
 */
#ifndef CRM_CRM_H
#define CRM_CRM_H

#include "base/buf.h"
#include "base/err.h"
#include "net/limit.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct conf;
struct project;
struct crm;
struct crm_txn;

/* ---- verdicts ---- */

enum crm_code {
	CRM_OK,
	CRM_AGAIN, /* certainly not executed: may be sent again */
	CRM_DEAD,  /* will never be accepted as it is */
	CRM_DOUBT, /* sent, and nobody knows whether it was executed */
	CRM_GONE,  /* an entity it refers to is missing: see verdict.gone */
	CRM_OWNER, /* the owner isn't a user who can have it */
};

/*
 * Who suffers: this record only, everything that goes to the account, or, of
 * CRM_AGAIN, whatever draws on the limit that the vendor says is used up.
 */
enum crm_scope { CRM_RECORD, CRM_ACCOUNT, CRM_LIMIT };

struct crm_verdict {
	enum crm_code code;
	enum crm_scope scope;
	bool silent; /* no answer came: the network's word, not the CRM's */
	unsigned long request; /* silent: which request of the process it was */
	int64_t wait_ms; /* the vendor's own "not before", from now; 0 = none */
	bool gate;       /* CRM_LIMIT: of the command's gate, not its bucket */
	bool refused;    /* CRM_ACCOUNT: it is the credentials that won't do */
	double cost;     /* what the command took of its gate, measured */
	json_t *data;    /* CRM_OK: this command's part of the answer; owned */
	char gone[2][40]; /* CRM_GONE: role and id, "" if not said */
	char text[256];   /* the vendor's words, cut, for people */
};

/* ---- commands ---- */

struct crm_command {
	const char *name; /* the vendor's method, for logs: "crm.lead.add" */
	/*
	 * What may share a request: equal bins may, NULL goes alone. Static or
	 * owned by the adapter's state, never by the transaction.
	 */
	const char *bin;
	/*
	 * Which of the driver's limits: bucket gives a unit to each request,
	 * and only commands of one bucket share one. gate is a further limit
	 * that this command is under (0: none); it is drawn from afterwards,
	 * by the verdict's cost, and while it is used up such commands wait
	 * and others go.
	 */
	unsigned bucket, gate;
	/*
	 * The seconds of work it is expected to be, as long as none of its gate
	 * has been measured; only where the driver has pack_seconds.
	 */
	double cost;
	bool write;   /* no answer means CRM_DOUBT; of a read, CRM_AGAIN */
	json_t *args; /* the adapter's own, for pack and unpack; owned */
};

/* ---- transactions ---- */

enum crm_kind {
	CRM_LOOKUP, /* what does the CRM know of this client? */
	CRM_ACT,    /* carry out an action of a plan */
	CRM_FIND,   /* was this action, sent earlier, carried out? */
	CRM_SURVEY, /* what is the account like: users, pipelines, fields? */
};

enum crm_found {
	CRM_UNKNOWN, /* the find couldn't tell; try later */
	CRM_FOUND,   /* it is there: refs say what */
	CRM_ABSENT,  /* not there, or harmless to repeat: send again */
	CRM_NEVER,   /* this action leaves nothing that can be found */
};

/*
 * One transaction. The caller sets kind, spec, refs and owner, the engine and
 * the adapter the rest. crm_txn_clear releases what it owns.
 *
 * spec, borrowed for the transaction's life:
 *   CRM_LOOKUP  {"phone":"+380671234567","known":[{"role":"lead","id":"12"}]}
 *               known ids are read by id beside the search, whatever the
 *               search says; what doesn't come back is gone
 *   CRM_ACT, CRM_FIND  an action (matrix/plan.h), its "on" resolved to ids
 *   CRM_SURVEY  NULL
 *
 * refs, owned: what exists of the action so far, [{"role","id","url"}]. An
 * action of several commands (create the task, then close it) gets refs after
 * its first; the caller keeps them in the journal before the next command is
 * sent, and a transaction begun anew with them goes on behind it.
 */
struct crm_txn {
	enum crm_kind kind;
	const json_t *spec;
	json_t *refs;
	void *owner;

	int stage; /* where the adapter's program stands, 0 at first */
	/* CRM_LOOKUP, CRM_SURVEY: see crm_driver.step; owned */
	json_t *result;
	json_t *scratch;      /* the adapter's own, between its steps; owned */
	enum crm_found found; /* CRM_FIND */
	struct crm_command cmd;
	struct crm_verdict verdict; /* of the last command; CRM_OK when done */
	bool live;                  /* a live call: goes before a backlog */
	bool ended;                 /* step said CRM_DONE */
	bool asked;                 /* a request of it has come back */
	struct crm_txn *next; /* the engine's queue, or the list it returns */
	unsigned long turn;   /* the engine's: its place among all that wait */
};

void crm_txn_clear(struct crm_txn *t);

/* ---- requests and answers ---- */

enum crm_how {
	CRM_ANSWERED,
	CRM_NOT_SENT,  /* certainly: no connection, or refused before a byte */
	CRM_NO_ANSWER, /* sent in part or whole, nothing usable came back */
};

struct crm_answer {
	enum crm_how how;
	int status;      /* HTTP status; the local transport uses the same */
	int64_t wait_ms; /* Retry-After, 0 if there was none */
	struct buf body;
	char moved[280]; /* 3xx: "https://host" that it points to, or "" */
	char text[128];  /* why nothing came, for people */
};

/*
 * A request before secrets: where one belongs, path and head hold the word
 * "{secret}", which the transport fills in. So a request can be shown.
 */
struct crm_request {
	const char *method; /* "POST"; static */
	struct buf path;    /* behind the host */
	struct buf head;    /* "Name: value\n" lines */
	struct buf body;
	struct crm_answer answer;
	struct crm_txn **txns; /* whose commands it carries, in order */
	size_t n;
	struct limit_use use; /* the engine's: what it has drawn */
};

void crm_request_free(struct crm_request *r);

/*
 * Carries requests. start takes a request and returns at once or, where the
 * transport is synchronous, when the answer is there; wait returns a request
 * whose answer is filled in, NULL after timeout_ms without one, or when fd (-1:
 * none) can be read. A failure of the network is an answer (crm_how), not an
 * error.
 */
struct crm_transport {
	void (*start)(struct crm_transport *, struct crm_request *);
	struct crm_request *(*wait)(
	    struct crm_transport *, int timeout_ms, int fd);
	void (*close)(struct crm_transport *);
	unsigned slots; /* requests it can have under way at once */
};

/* ---- drivers ---- */

/*
 * Where the requests of a project go, and with which secret: base and path of
 * a request are its URL, the secret goes where they or head say "{secret}".
 */
struct crm_site {
	struct buf base;
	struct buf secret; /* at least 8 bytes, or the answers can't hide it */
};

enum crm_step { CRM_SEND, CRM_DONE };

struct crm_word { /* a name that the matrix may use, and the role behind it */
	const char *word;
	const char *role;
};

struct crm_driver {
	const char *name;
	const struct crm_word *entities; /* NULL-ended */
	const char *const *verbs; /* matrix actions it can do; NULL-ended */
	unsigned pack_max;        /* most commands in a request */
	/*
	 * Most seconds of work in a request, by what commands turn out to cost
	 * (their gates then count seconds); a single command may take longer.
	 * 0: only their number counts.
	 */
	double pack_seconds;
	/*
	 * How long after a command of unknown fate its effect may still appear:
	 * client timeout + the vendor's longest execution + index lag.
	 * `settle` in ringo.conf overrides it.
	 */
	int64_t settle_ms;
	/* What the vendor allows; crm_command.bucket counts from 0 in it. */
	const struct limit_bucket *limits;
	struct crm_transport *(*transport)(struct crm *, struct err *);
	/*
	 * Of transport_http_open: take what people put into DIR/secrets/NAME
	 * apart, without the blanks around it; out is empty. -1 and e, which
	 * repeats nothing of it, if that is no `credential`: what belongs
	 * there, in words ("the URL of the inbound webhook").
	 */
	int (*site)(const struct crm *, struct span pasted,
	    struct crm_site *out, struct err *e);
	const char *credential;
	/*
	 * The next command of t into t->cmd (CRM_SEND), or the end (CRM_DONE).
	 * Called with stage 0 first, then after each CRM_OK with its data.
	 * Where this CRM can't do what spec asks for, step sets a verdict
	 * (CRM_DEAD) itself, sends nothing and returns CRM_DONE.
	 * At the end of a lookup t->result is an array of all entities found:
	 *   {"role":"lead","id":"12","owner":"7","open":true,"at":179507…,
	 *    "name":"…","url":"…"}
	 * at is when it was made; open is absent for contacts.
	 * At the end of a survey it is an object, in as few requests as can be:
	 *   {"user":{"id","name"},  whose rights the credentials have
	 *    "users":[{"id","name","email","phones":[…],"active":true}],
	 *    "pipelines":[{"id","name"}],
	 *    "fields":{"lead":[{"name","title","type"}]},  the custom ones
	 *    "any_field":true,      they needn't be made before they are used
	 *    "clock":"2026-…+03:00","zone":"Europe/Kyiv",
	 *    "wrong":[{"text","mend","uses"}]}  what else a person has to
	 *                           mend, such as a right that the
	 *                           credentials lack. With uses ("call",
	 *                           "create lead") it matters only where
	 *                           the matrix has such an action, which
	 *                           then works otherwise than it is meant
	 * type is "text", "integer" or "boolean" for what takes one such value,
	 * else the vendor's own word. All but a user's, a pipeline's and a
	 * field's id or name may be absent: what the CRM can't say isn't
	 * checked. Absent fields or users are unknown, empty ones are none.
	 */
	enum crm_step (*step)(const struct crm *, struct crm_txn *t);
	/*
	 * Fill req with as many of the n commands, all of one bin, as fit, from
	 * the first on; returns how many (at least 1).
	 */
	size_t (*pack)(const struct crm *, struct crm_txn *const *t, size_t n,
	    struct crm_request *req);
	/*
	 * Set every t[i]->verdict from req->answer (CRM_ANSWERED). False: the
	 * vendor refused the request whole and named no culprit, nothing was
	 * executed; the engine then halves it. A single command must get its
	 * verdict.
	 */
	bool (*unpack)(const struct crm *, const struct crm_request *req);
	/* Appends the address of an entity's card; nothing if it has none. */
	void (*url)(const struct crm *, const char *role, const char *id,
	    struct buf *out);
};

enum { CRM_BASE = 400 };

/* One project's CRM: what the pure functions see beside the transaction. */
struct crm {
	const struct crm_driver *driver;
	const struct project *project;
	int64_t settle_ms;
	/*
	 * What the adapter has learned of the account and needn't ask for again
	 * while this process lives; an object, whose members are the adapter's.
	 */
	json_t *facts;
	char base[CRM_BASE]; /* the site's, "" as long as none is open */
};

extern const struct crm_driver crm_local;
extern const struct crm_driver crm_bitrix24;

/* The driver that ringo.conf names; NULL if there is none of that name. */
const struct crm_driver *crm_driver(const char *name);
/* "local, …": the names that crm_driver knows, for messages. */
const char *crm_driver_names(void);
/* The driver's entity word as a role, NULL if this CRM hasn't got it. */
const char *crm_role(const struct crm_driver *d, const char *word);

/* Can the CRM carry out this action of the matrix ("create")? */
bool crm_can(const struct crm_driver *d, const char *verb);

/* For adapters: one verdict, its text cut to fit. */
void crm_verdict(struct crm_txn *t, enum crm_code code, enum crm_scope scope,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* For adapters: add {"role","id","url"} to t->refs unless it is there. */
void crm_ref_add(
    const struct crm *c, struct crm_txn *t, const char *role, const char *id);
/* The id that refs has for a role (NULL: none), NULL if none. Borrowed. */
const char *crm_ref_id(const json_t *refs, const char *role);

#endif
