/* SPDX-License-Identifier: MIT */
/*
 * Part of the local CRM's adapter: what the matrix's verbs are as commands of
 * the local transport. As pure as local.c.
 */
#ifndef CRM_LOCAL_ACTION_H
#define CRM_LOCAL_ACTION_H

#include <jansson.h>
#include <stdbool.h>

struct local_verb {
	const char *name;
	const char *role; /* of what it makes; NULL: of its entity */
	bool others;      /* its entity may be a task or a call as well */
	bool hangs;       /* it must hang on something */
	/*
	 * It sets values of what is there. Sent twice it does no more than
	 * sent once, so a find needs no request: ABSENT, and it is sent again.
	 * That undoes no later action of ours: a client's actions are carried
	 * out one after the other, and the next one waits for this one's end.
	 */
	bool change;
	json_t *(*command_new)(const json_t *action, const char *role);
};

/* What the action does, NULL if this CRM can't do it. Static. */
const struct local_verb *local_verb(const json_t *action);
/*
 * The role of what the action makes or changes, NULL if this CRM hasn't got
 * it. v may be NULL. Static.
 */
const char *local_role(const struct local_verb *v, const json_t *action);

/* {"do":verb} */
json_t *local_command_new(const char *verb);
/* o[name] = value, unless there is none; value stays the caller's. */
void local_put(json_t *o, const char *name, json_t *value);
/* The same for [{"role","id"}], without what else a reference has. */
void local_put_refs(json_t *cmd, const char *name, json_t *refs);

#endif
