/* SPDX-License-Identifier: MIT */
/*
 * The integration matrix: which entities and tasks, for whom, in which
 * situation. ringo-matrix(5) is the language. The first `when` that matches
 * wins; its indented lines are the whole plan.
 */
#ifndef MATRIX_MATRIX_H
#define MATRIX_MATRIX_H

#include "call/keys.h"
#include "matrix/situation.h"

struct matrix;

/* What a CRM has: which entity words, and which actions it can carry out. */
struct words {
	/* The role behind an entity word, NULL if this CRM hasn't got it. */
	const char *(*role)(const void *ctx, const char *word);
	/* Can it do "create", "task", "call", "note", "update", …? */
	bool (*can)(const void *ctx, const char *verb);
	const void *ctx;
};

/*
 * Read and check a project's matrix (path), its texts (of the project's
 * language, from share/texts) and the `field` and `pipeline` statements of its
 * ringo.conf. Every mistake goes into errs as file:line: what to write
 * instead. NULL if there was one. p and w->ctx must outlive the matrix.
 */
struct matrix *matrix_load(const char *path, struct project *p,
    const struct words *w, struct errs *errs);
void matrix_free(struct matrix *m);

/* Index of the line that wins, -1 if none matches. */
int matrix_find(
    const struct matrix *m, const struct situation *s, struct rec *rec);
/* The number of that line in the file. */
long matrix_line(const struct matrix *m, int rule);

/* What a plan needs beside the situation. */
struct occasion {
	struct rec *rec;
	const struct keys *keys;
	const json_t *view; /* as for situation_of */
	/* What this call has created or will: {"lead":{"key":"…"}}, or NULL. */
	const json_t *own;
	const char *contact_key; /* action key for the client's own contact */
	int64_t now;
	int64_t ended; /* when the call was over */
};

/*
 * The plan of a rule (-1: none) without basis (matrix/plan.h), a new
 * reference; never NULL. No rule: "line" is 0 and there are no actions.
 */
json_t *matrix_plan_new(const struct matrix *m, const struct project *p,
    int rule, const struct situation *s, const struct occasion *o);

/*
 * Appends how the decision came about, for people: the facts, each line before
 * the winner with the first thing that kept it from matching, the winner.
 */
void matrix_explain(const struct matrix *m, const struct situation *s,
    struct rec *rec, struct buf *out);

/*
 * Walks the whole space of situations and appends, for people: situations that
 * no line covers, lines that can never match and what shadows them, actions
 * that can't do what they say. Returns how many findings.
 */
size_t matrix_check(const struct matrix *m, struct buf *out);
/* Appends every situation with the line that takes it, a table. */
void matrix_table(const struct matrix *m, struct buf *out);

#endif
