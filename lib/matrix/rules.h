/* SPDX-License-Identifier: MIT */
/* A matrix as read: what the parser makes, and match, plan and check walk. */
#ifndef MATRIX_RULES_H
#define MATRIX_RULES_H

#include "matrix/matrix.h"

enum { ROLES_MAX = 3 };

enum verb {
	VERB_CREATE,
	VERB_UNSORTED,
	VERB_UPDATE,      /* an entity */
	VERB_UPDATE_TASK, /* a task of this call */
	VERB_UPDATE_CALL, /* the call's own record in the CRM */
	VERB_ASSIGN,
	VERB_TASK,
	VERB_CALL,
	VERB_NOTE,
	VERB_NOTE_AI,
	VERB_IGNORE,
};

struct rule_action {
	long line;
	enum verb verb;
	const char *role;        /* create, update, assign: of what; static */
	char *who;               /* NULL where nobody is named */
	const struct text *text; /* task, note, update task */
	bool done;
	bool if_no_contact;
	int64_t within_ms; /* -1: no deadline */
	int64_t once_ms;   /* -1: every time */
	const char *on[ROLES_MAX];
	size_t non;
};

/* A condition on a field of the record. */
struct rule_field {
	char *path;
	char op; /* '=', '!', '<', '>' */
	char *value;
	int64_t number; /* value of < and > */
};

struct rule {
	long line;
	char *event;              /* NULL: any */
	enum direction direction; /* NONE: any */
	enum outcome outcome;     /* NONE: any */
	unsigned clients;         /* bit (1 << enum client) */
	unsigned bys;             /* bit (1 << enum by) */
	struct rule_field *field;
	size_t nfields;
	struct rule_action *action;
	size_t nactions;
};

struct text {
	long line; /* 0: from share/texts */
	char *name;
	char *body;
	struct text *next;
};

/* `field ENTITY.NAME = PATH [as TYPE]` of ringo.conf. */
enum field_type { FIELD_TEXT, FIELD_INTEGER, FIELD_BOOLEAN };

struct mapping {
	const char *role;
	char *name;
	char *path;
	enum field_type type;
	long line;
};

/* `pipeline NAME when FIELD` of ringo.conf. */
struct pipeline {
	char *name;
	struct rule_field when;
	long line;
};

struct matrix {
	char *file;
	struct rule *rule;
	size_t n;
	struct text *texts;
	char *no_texts; /* share/texts file that isn't there; NULL: read */
	struct mapping *mapping;
	size_t nmappings;
	struct pipeline *pipeline;
	size_t npipelines;
};

/* Does it only write into what is there? All that an amended call may do. */
bool verb_updates(enum verb v);

/* NULL if there is no text of that name. */
const struct text *matrix_text(const struct matrix *m, const char *name);

/* ---- condition.c ---- */

/*
 * Split "path=value", "path!=value", "path<10" or "path>10" into f. 0; 1 if
 * the word has no such form; -1 if < or > has no number behind it.
 */
int condition_parse(const char *word, struct rule_field *f);
void condition_free(struct rule_field *f);
bool condition_holds(const struct rule_field *f, struct rec *rec);

/* ---- match.c ---- */

bool rule_matches(
    const struct rule *r, const struct situation *s, struct rec *rec);

/* ---- mapping.c ---- */

/* Take the `field` and `pipeline` statements out of ringo.conf. */
void mapping_load(struct matrix *m, struct conf *conf, const struct words *w,
    struct errs *errs);
void mapping_free(struct matrix *m);
/* {"NAME":value,…} for an entity, NULL if nothing is mapped or there. */
json_t *mapping_fields_new(
    const struct matrix *m, const char *role, struct rec *rec);
/* The pipeline for this record, NULL: the CRM's default. */
const char *mapping_pipeline(const struct matrix *m, struct rec *rec);

/* ---- parse_action.c ---- */

struct parse {
	struct matrix *m;
	const struct project *p;
	const struct conf *conf;
	const struct words *words;
	struct errs *errs;
};

/* One indented line under the last rule. */
void parse_action(struct parse *ps, const struct conf_line *l);

#endif
