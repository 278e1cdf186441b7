/* SPDX-License-Identifier: MIT */
/* What the journal keeps beside records: actions, calls, clients, account. */
#include "journal/store.h"

int
jnl_action(
    struct journal *j, const char *key, struct jnl_action *out, struct err *e)
{
	int rc;

	st_text(j, S_ACTION, 1, key);
	rc = st_row(j, S_ACTION, e);
	if (rc > 0) {
		*out = (struct jnl_action){
		    .key = st_col_text(j, S_ACTION, 0),
		    .record = st_col_int(j, S_ACTION, 1),
		    .n = (int)st_col_int(j, S_ACTION, 2),
		    .state = st_col_state(j, S_ACTION, 3),
		    .tries = (int)st_col_int(j, S_ACTION, 4),
		    .sent = st_col_int(j, S_ACTION, 5),
		    .due = st_col_int(j, S_ACTION, 6),
		    .refs = st_col_text(j, S_ACTION, 7),
		    .error = st_col_text(j, S_ACTION, 8),
		};
		st_done(j, S_ACTION);
	}
	return rc;
}

int
jnl_put_action(struct journal *j, const struct jnl_action *a, struct err *e)
{
	st_text(j, S_PUT_ACTION, 1, a->key);
	st_int(j, S_PUT_ACTION, 2, a->record);
	st_int(j, S_PUT_ACTION, 3, a->n);
	st_text(j, S_PUT_ACTION, 4, jnl_state_name(a->state));
	st_int(j, S_PUT_ACTION, 5, a->tries);
	st_int(j, S_PUT_ACTION, 6, a->sent);
	st_int(j, S_PUT_ACTION, 7, a->due);
	st_text(j, S_PUT_ACTION, 8, a->refs);
	st_text(j, S_PUT_ACTION, 9, a->error);
	return st_write(j, S_PUT_ACTION, e);
}

int
jnl_drop_action(struct journal *j, const char *key, struct err *e)
{
	st_text(j, S_DROP_ACTION, 1, key);
	return st_write(j, S_DROP_ACTION, e);
}

/* ---- calls and clients ---- */

int
jnl_call(struct journal *j, const char *call, char **view, struct err *e)
{
	st_text(j, S_CALL, 1, call);
	return st_one_text(j, S_CALL, view, e);
}

int
jnl_freeze(struct journal *j, const char *call, const char *client,
    const char *state, const char *view, struct err *e)
{
	st_text(j, S_FREEZE, 1, call);
	st_text(j, S_FREEZE, 2, client);
	st_text(j, S_FREEZE, 3, state);
	st_text(j, S_FREEZE, 4, view);
	return st_write(j, S_FREEZE, e);
}

int
jnl_client(struct journal *j, const char *client, char **last, char **known,
    struct err *e)
{
	int rc;

	st_text(j, S_CLIENT, 1, client);
	rc = st_row(j, S_CLIENT, e);
	if (rc > 0) {
		*last = st_col_text(j, S_CLIENT, 0);
		*known = st_col_text(j, S_CLIENT, 1);
		st_done(j, S_CLIENT);
	}
	return rc;
}

int
jnl_know(
    struct journal *j, const char *client, const char *known, struct err *e)
{
	st_text(j, S_KNOW, 1, client);
	st_text(j, S_KNOW, 2, known);
	return st_write(j, S_KNOW, e);
}

/* ---- the account ---- */

int
jnl_account(struct journal *j, const char *key, char **value, struct err *e)
{
	st_text(j, S_ACCOUNT, 1, key);
	return st_one_text(j, S_ACCOUNT, value, e);
}

int
jnl_put_account(
    struct journal *j, const char *key, const char *value, struct err *e)
{
	st_text(j, S_PUT_ACCOUNT, 1, key);
	st_text(j, S_PUT_ACCOUNT, 2, value);
	return st_write(j, S_PUT_ACCOUNT, e);
}
