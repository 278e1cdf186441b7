/* SPDX-License-Identifier: MIT */
/*
 * Bitrix24 behind an inbound webhook, as far as a program that records calls
 * can see it: what it accepts, what it refuses and with which words, and its
 * oddities. All in memory. Where the vendor's behaviour isn't known for sure,
 * or differs from portal to portal, there is a switch (main.c lists them).
 *
 * main.c     the address, credentials, scopes, the list of methods
 * batch.c    many commands in a request
 * limits.c   requests a second, seconds of work a method
 * store.c    rows with an index; fields.c, filter.c: what rows are made of
 * entity.c   leads, deals, contacts, companies by their own methods
 * item.c     the same by crm.item.*
 * link.c     who belongs to whom; duplicate.c: by phone
 * task.c  activity.c  comment.c  call.c  user.c  dictionary.c  system.c
 * audit.c    what tests ask
 */
#ifndef B24_H
#define B24_H

#include "../sim.h"

#include "base/map.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { B24_PAGE = 50, B24_BATCH = 50, B24_REQUEST_MS = 60000 };

/* ---- store ---- */

struct b24_ids {
	int64_t *v;
	size_t n;
};

struct b24_row {
	json_t *v;  /* fields by their UPPER_SNAKE names; NULL: deleted */
	int64_t at; /* when it was made */
};

struct b24_table {
	struct b24_row *row;
	size_t n;
	int64_t first;    /* id of row[0] */
	struct map index; /* "FIELD=value" → struct b24_ids */
};

/* Steals v, sets its ID. */
int64_t b24_insert(struct b24_table *t, json_t *v, int64_t at);
/* The row has changed. */
void b24_reindex(struct b24_table *t, int64_t id);
/* NULL if there is none (any more). Borrowed. */
json_t *b24_row(const struct b24_table *t, int64_t id);
bool b24_delete(struct b24_table *t, int64_t id);
/* Rows that may have this value in an indexed field: all that do, at least. */
const struct b24_ids *b24_indexed(
    const struct b24_table *t, const char *field, const char *value);
bool b24_is_indexed(const char *field);
void b24_table_free(struct b24_table *t);

/* ---- the portal ---- */

enum b24_kind {
	B24_LEAD,
	B24_DEAL,
	B24_CONTACT,
	B24_COMPANY,
	B24_TASK,
	B24_ACTIVITY,
	B24_COMMENT,
	B24_TASK_COMMENT,
	B24_CALL,
	B24_KINDS,
};

enum b24_type { /* of a field */
	T_STRING,
	T_INT,
	T_DOUBLE,
	T_FLAG,  /* Y, N */
	T_TIME,  /* stored as ms */
	T_MULTI, /* phones, e-mails */
	T_IDS,
	T_STRINGS,
	T_STATUS, /* a word of a dictionary */
	T_USER,
};

enum {            /* of a field */
	R = 1,    /* read-only */
	HIDE = 2, /* can't be selected or filtered in the old lists */
	NEED = 4, /* the vendor's own isRequired */
};

struct b24_field {
	const char *upper;
	const char *camel;
	enum b24_type type;
	unsigned flags;
};

struct b24_entity { /* of the first four kinds */
	int type_id;
	const char *name, *upper, *letter;
	const struct b24_field *fields; /* ended by upper NULL */
};

struct b24_usage { /* of one method: ms worked, by minute */
	int64_t minute[10], ms[10];
};

struct b24 {
	struct sim *sim;
	struct b24_table t[B24_KINDS];
	json_t *users; /* by id */
	json_t *uf[4]; /* user fields of leads, deals, contacts, companies */
	json_t *scopes;
	int64_t owner;
	double level; /* of the leaky bucket */
	int64_t level_at;
	struct map usage; /* method → struct b24_usage */
	int64_t next_multi, next_uf;
	bool direct; /* the call under way knows no limits */
};

/* ---- a call of a method ---- */

struct b24_call {
	struct b24 *b;
	const char *method; /* as in the list of methods */
	const json_t *args;
	const json_t *list; /* positional ones, if they came so */
	int status;
	json_t *result, *total, *next;
	bool failed;
	char code[160], text[256];
	int64_t work_ms; /* more than usual */
};

typedef void b24_method(struct b24_call *c);

struct b24_entry {
	const char *name; /* lower case */
	b24_method *run;
	const char *scope; /* "" needs none */
	int cost_ms;
	unsigned flags;
};
enum { APP_ONLY = 1, NO_BATCH = 2 };

const struct b24_entry *b24_find_method(const char *name);
/* Runs one command with all its checks; c->status says how it went. */
void b24_run(struct b24_call *c, const char *method, int64_t *cost_ms);
void b24_call_free(struct b24_call *c);
/* Whole request: the rest of the address and its parameters. */
void b24_batch(
    struct b24 *b, const struct sim_request *r, struct sim_answer *a);
json_t *b24_batch_commands(const json_t *args);
/* The "time" of an answer. */
json_t *b24_time_new(struct b24 *b, const char *method, int64_t ms);

/* One of the vendor's general errors, with its status and words. */
void b24_fail_code(struct b24_call *c, const char *code);
void b24_fail(struct b24_call *c, int status, const char *code, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

/* ---- parameters ---- */

/* Any case of the name. Borrowed, NULL if there is none. */
const json_t *b24_arg(const struct b24_call *c, const char *name);
const json_t *b24_in(const json_t *object, const char *name);
/* A whole number, or a string that is one. */
bool b24_int(const json_t *v, int64_t *out);
int64_t b24_arg_id(const struct b24_call *c, const char *name);
/* Y, 1, true */
bool b24_true(const json_t *v);
/* Text of a scalar into out; false if it is none. */
bool b24_text(const json_t *v, struct buf *out);
/* Its text, cut to size; "" if there is none. */
const char *b24_str(const json_t *v, char *out, size_t size);
/* ISO 8601; without an offset as the switch says. */
bool b24_time(const struct b24 *b, const json_t *v, int64_t *ms);
json_t *b24_iso_new(int64_t ms);

/* ---- limits ---- */

/* One request more: false if the bucket is full. */
bool b24_draw(struct b24 *b);
/* May the method be executed? */
bool b24_may_work(struct b24 *b, const char *method);
void b24_worked(struct b24 *b, const char *method, int64_t ms);
void b24_operating(
    struct b24 *b, const char *method, double *seconds, int64_t *reset_at);

/* ---- fields and rows ---- */

extern const struct b24_entity b24_entity[4];
const struct b24_entity *b24_entity_by_id(int64_t type_id, enum b24_kind *k);
const struct b24_entity *b24_entity_by_name(
    const char *name, enum b24_kind *kind);
const struct b24_field *b24_field(
    const struct b24_field *fields, const char *name, bool camel);
/* A user field of a kind by either name. Borrowed. */
json_t *b24_uf(const struct b24 *b, enum b24_kind k, const char *name);
char *b24_uf_camel(const char *upper, char *out, size_t size);
/*
 * The value as it is stored, a new reference; NULL if it is no value of that
 * type.
 */
json_t *b24_value_new(
    struct b24 *b, const struct b24_field *f, const json_t *v);
/* As the old methods show a field (strings), and as crm.item does. */
json_t *b24_old_new(const struct b24_field *f, const json_t *v);
json_t *b24_item_value_new(const struct b24_field *f, const json_t *v);
/* Phones: rows added, changed, removed as in the old or the new form. */
void b24_multi(struct b24 *b, json_t *row, const char *type, const json_t *v);
bool b24_has_digits(const char *s);
/* What of a number counts when it is compared. */
void b24_phone(const struct b24 *b, const char *s, struct buf *out);

/* A condition of a filter. */
struct b24_cond {
	const struct b24_field *f;
	char op[3]; /* "", "!", ">", ">=", "<", "<=", "@", "!@", "%", "=%" */
	const json_t *value;
};
/* "!@ID" → op and the rest. */
const char *b24_op(const char *key, char op[3]);
bool b24_holds(struct b24 *b, const struct b24_cond *c, const json_t *row);

/* What a list is asked for. */
struct b24_list {
	enum b24_kind kind;
	struct b24_cond *cond;
	size_t n;
	/* Beside the conditions, NULL: nothing. */
	bool (*also)(struct b24 *b, const json_t *row, const void *ctx);
	const void *ctx;
	const struct b24_field *order;
	bool down;
	int64_t start;
	bool search; /* lags behind */
};
/* Rows of the page; sets c->total and c->next. */
struct b24_ids b24_select(struct b24_call *c, const struct b24_list *l);

/* Does the webhook's owner see it? */
bool b24_sees(const struct b24 *b, enum b24_kind k, const json_t *row);
int64_t b24_num(const json_t *row, const char *key);
const char *b24_word(const json_t *row, const char *key);
void b24_stamp(struct b24 *b, json_t *row, bool new_one);

/* ---- entities ---- */

/* Fills what is derived: stage semantics, CLOSED, CONTACT_ID. */
void b24_derive(struct b24 *b, enum b24_kind k, json_t *row);
/* Values of a new row that weren't given. */
void b24_defaults(struct b24 *b, enum b24_kind k, json_t *row);
/* NULL, or the first mandatory user field that has no value. */
const char *b24_lacks(const struct b24 *b, enum b24_kind k, const json_t *row);
int64_t b24_store(struct b24 *b, enum b24_kind k, json_t *row);
/* Is it a user who works there? */
bool b24_active(const struct b24 *b, int64_t id);
bool b24_admin(const struct b24 *b);
json_t *b24_user(const struct b24 *b, int64_t id);

/* ---- dictionaries ---- */

/* The semantics of a stage ("P", "S", "F"), NULL if there is no such one. */
const char *b24_stage(enum b24_kind k, int64_t category, const char *stage);
const char *b24_first_stage(enum b24_kind k, int64_t category);
bool b24_category(int64_t id);
bool b24_source(const char *id);

int b24_users_load(struct b24 *b, struct span text, struct err *e);
json_t *b24_audit(void *vendor, const char *marker);
json_t *b24_state(void *vendor, bool compare);

#endif
