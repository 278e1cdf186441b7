/* SPDX-License-Identifier: MIT */
/*
 * Bitrix24 behind an inbound webhook: what the parts of its adapter share.
 *
 * bitrix24.c         the driver's table, its limits
 * bitrix24_site.c    the webhook's address, and those of pages
 * bitrix24_query.c   values as a command's query; texts as Bitrix24 wants them
 * bitrix24_pack.c    calls as a batch, its answer as results
 * bitrix24_answer.c  the table of refusals
 * bitrix24_lookup.c  what is known of a client
 * bitrix24_act.c     create, update, assign, task; what all acts share
 * bitrix24_note.c    notes
 * bitrix24_call.c    a call's record
 * bitrix24_find.c    was it carried out?
 * bitrix24_survey.c  what the portal is like
 *
 * A transaction's command is one or several *calls* of the vendor's methods,
 * which go in one `batch` in any case: the answer to a call that went alone
 * would have another shape. Calls that list by ids are shared by transactions.
 */
#ifndef CRM_BITRIX24_H
#define CRM_BITRIX24_H

#include "crm/crm.h"

enum { B24_BATCH = 50, B24_PAGE = 50, B24_IDS = 50 /* in one list */ };

/* Marks what we made: ORIGINATOR_ID, beside ORIGIN_ID = the action's key. */
#define B24_ORIGINATOR "ringostat"

enum b24_method {
	B24_DUPLICATE,
	B24_LEADS,
	B24_CONTACTS,
	B24_DEALS,
	B24_ITEM_ADD,
	B24_ITEM_UPDATE,
	B24_ITEM_LIST,
	B24_TASK_ADD,
	B24_TASK_UPDATE,
	B24_TASK_COMPLETE,
	B24_TASK_LIST,
	B24_ACTIVITY_ADD,
	B24_ACTIVITY_UPDATE,
	B24_ACTIVITY_LIST,
	B24_BINDING_ADD,
	B24_COMMENT_ADD,
	B24_COMMENT_LIST,
	B24_REGISTER,
	B24_FINISH,
	B24_STATISTIC,
	B24_MODE,
	B24_CATEGORIES,
	B24_USERS,
	B24_PROFILE,
	B24_SCOPE,
	B24_TIME,
	B24_ITEM_FIELDS,
	B24_METHODS,
};

/* What a method's result must look like to be of use. */
enum b24_shape {
	B24_ANY,     /* it is there */
	B24_ID,      /* a number, or its digits */
	B24_ITEM,    /* {"item":{"id"}} */
	B24_TASK,    /* {"task":{"id"}} */
	B24_CALL_ID, /* {"CALL_ID"} */
	B24_INTEGER,
	B24_BY_TYPE, /* {"LEAD":[ids]}, or [] */
	B24_ROWS,    /* objects with an id: in an array, or below a member */
};

struct b24_method_info {
	const char *name;
	unsigned gate; /* into the driver's limits; 0: none */
	bool write;
	double cost; /* seconds it takes, as long as none is measured */
	enum b24_shape shape;
	const char *rows; /* B24_ROWS: the member they are in; NULL: none */
};

extern const struct b24_method_info b24_methods[B24_METHODS];

/* ---- bitrix24_query.c ---- */

/* Appends key=value to a query; nothing if value is NULL or "". */
void b24_put(struct buf *q, const char *key, const char *value);
/* The same of a value that is one line: a title, a name, a number. */
void b24_put_line(struct buf *q, const char *key, const char *value);
/* A string, a whole number or a boolean, as lines are put. */
void b24_put_value(struct buf *q, const char *key, const json_t *value);
/* Appends text in which nothing is a tag; url: as a link. */
void b24_bbcode(struct buf *out, const char *text);
void b24_bbcode_link(struct buf *out, const char *url);
/*
 * What a text says of the action it was written for, to find it by; on: which
 * of its several texts it is, a role, NULL for the first.
 */
void b24_mark(const json_t *spec, const char *on, struct buf *out);
/* Does the text of a row say it? */
bool b24_is_marked(const json_t *spec, const char *on, const char *text);
/* The CRM's number and letters for a role; 0 and NULL for another. */
int b24_type(const char *role);
const char *b24_letter(const char *role);
/* "2" as contact; NULL if it is none of ours. */
const char *b24_role_of_type(json_int_t type);
/* A number or digits as a whole number, 0 if it is none. */
json_int_t b24_int(const json_t *v);
/* The same as an id, "" if it is none; in out, which is returned. */
const char *b24_id(const json_t *v, char out[24]);

/* ---- bitrix24_pack.c ---- */

/* Begin a command with one call. query is freed. Returns CRM_SEND. */
enum crm_step b24_ask(struct crm_txn *t, enum b24_method m, struct buf *query);
/* One call more in the command. */
void b24_also(struct crm_txn *t, enum b24_method m, struct buf *query);
/*
 * The last call lists what has one of ids (stolen) under the parameter `by`;
 * alone: not in a list with those of others.
 */
void b24_by_ids(
    struct crm_txn *t, const char *by, json_t *stolen_ids, bool alone);
/* What the command is about, so that "not found" can say who is gone. */
void b24_about(struct crm_txn *t, const char *role, const char *id);
/*
 * A refusal for good is an answer: the next step hears of it by b24_refused.
 * any: whatever the vendor refuses it for, unless it is a limit.
 */
void b24_may_be_refused(struct crm_txn *t, bool any);

/* In the next step: the i-th call's result, borrowed. */
json_t *b24_result(const struct crm_txn *t, size_t i);
/* …its rows; an array, or NULL. */
json_t *b24_rows(const struct crm_txn *t, size_t i, enum b24_method m);
/* …may have more rows than were listed; because it was shared? */
bool b24_is_cut(const struct crm_txn *t, size_t i, enum b24_method m);
bool b24_is_shared(const struct crm_txn *t, size_t i);
/* …the words it was refused with, NULL if it wasn't; *code, or NULL: its code.
 */
const char *b24_refused(const struct crm_txn *t, size_t i, const char **code);

size_t b24_pack(const struct crm *c, struct crm_txn *const *t, size_t n,
    struct crm_request *req);
bool b24_unpack(const struct crm *c, const struct crm_request *req);

/* ---- bitrix24_answer.c ---- */

/*
 * Set t's verdict from {"error","error_description"}: status is the answer's
 * (200: of one call in a batch), time the call's or the answer's. False, and
 * nothing set, if the table doesn't know it.
 */
bool b24_judge(
    struct crm_txn *t, int status, const json_t *error, const json_t *time);
/* Nothing that can be read: nobody knows, or a read goes again. */
void b24_judge_unusable(struct crm_txn *t, const struct crm_answer *a);
/* Seconds that a call took, as its time says. */
double b24_seconds(const json_t *time);

/* ---- bitrix24_site.c ---- */

/* base: https://PORTAL/rest/USER. */
int b24_site(const struct crm *c, struct span pasted, struct crm_site *out,
    struct err *e);
void b24_url(
    const struct crm *c, const char *role, const char *id, struct buf *out);

/* ---- the steps ---- */

enum crm_step b24_lookup(const struct crm *c, struct crm_txn *t);
enum crm_step b24_act(const struct crm *c, struct crm_txn *t);
enum crm_step b24_find(const struct crm *c, struct crm_txn *t);
enum crm_step b24_survey(struct crm_txn *t);

/* Stages of acts and finds; those from B24_CALL on are b24_call's. */
enum b24_stage {
	B24_BEGIN,
	B24_ASKED_MODE,
	B24_ASKED_PIPELINES,
	B24_ASKED_DEAL,
	B24_MADE,
	B24_ASKED_OWNER,
	B24_CLOSED,
	B24_ASKED_STATUS,
	B24_ASKED_CALL, /* b24_note's */
	B24_COMMENTED,
	B24_CALL,
	B24_REGISTERED = B24_CALL,
	B24_FINISHED,
	B24_RECORDED,
	B24_ASKED_STATISTIC,
	B24_DESCRIBED,
	B24_BOUND,
	B24_FIND, /* and behind it b24_find's own */
};

/* What an action makes or changes, NULL if Bitrix24 hasn't got it. */
const char *b24_made_role(const json_t *spec);
/* Does it set values of what is there, so that twice is as good as once? */
bool b24_is_change(const json_t *spec);
/* It can't be done: the verdict, and CRM_DONE. */
enum crm_step b24_cannot(struct crm_txn *t, const char *why);
/* Not carried out, and the owner may be why: ask for him, else it is dead. */
enum crm_step b24_ask_owner(struct crm_txn *t, const char *why);
/* What an action has heard since it began; NULL: nothing of that name. */
void b24_hear(struct crm_txn *t, const char *name, const char *what);
const char *b24_heard(const struct crm_txn *t, const char *name);
/*
 * In the simple mode leads become deals at once, and what hangs on the lead
 * belongs on its deal. True while that must be asked: then the command is set.
 */
bool b24_asks_first(const struct crm *c, struct crm_txn *t);
/* What came of it: the stages B24_ASKED_MODE and B24_ASKED_DEAL. */
void b24_take_account(const struct crm *c, struct crm_txn *t, const char *role);
/* The i-th of what the action hangs on, as it is to be named now. */
const char *b24_on(const struct crm_txn *t, size_t i, const char **id);

/* The next call of a note; of a call's record, or of an update to one. */
enum crm_step b24_note(struct crm_txn *t);
enum crm_step b24_call(const struct crm *c, struct crm_txn *t);
/* What their stages brought. False, CRM_DONE: that was the end. */
bool b24_note_take(const struct crm *c, struct crm_txn *t);
enum crm_step b24_call_take(const struct crm *c, struct crm_txn *t);
/* Did telephony finish the call? Of its statistics; and what they say. */
enum crm_step b24_ask_statistic(struct crm_txn *t);
void b24_call_made(const struct crm *c, struct crm_txn *t, const json_t *said);
/* The role that the at-th comment's mark names, NULL for the first. */
const char *b24_note_on(const struct crm_txn *t, size_t at);
/* One comment more is there. */
void b24_note_add(const struct crm *c, struct crm_txn *t, const char *id);
/*
 * Where the next comment goes, *at of what the action hangs on. 0: nowhere, all
 * are there. 1: role and id say where. -1: that is asked first, or the verdict
 * says that it can't be known (*step).
 */
int b24_note_place(struct crm_txn *t, size_t *at, const char **role,
    const char **id, enum crm_step *step);

#endif
