/* SPDX-License-Identifier: MIT */
/*
 * A server without a network: what start is given has its answer when start
 * returns. Commands are checked against tables of members first, so that an
 * adapter's mistake shows here and not only at a vendor's.
 */
#include "crm/transport_local.h"

#include "base/xalloc.h"
#include "call/project.h"
#include "crm/faults.h"
#include "crm/local_check.h"
#include "crm/local_cmd.h"
#include "io/jsonx.h"

#include <assert.h>
#include <unistd.h>

struct local {
	struct crm_transport base;
	const struct project *project;
	char *path;
	struct local_crm crm;
	struct faults faults;
	struct crm_request *done; /* answered, not yet fetched */
};

/* ---- requests ---- */

static const struct verb {
	const char *name;
	const char *must, *may; /* members */
	json_t *(*carry_new)(struct local_crm *, json_t *cmd);
	bool write;
} verbs[] = {
    {"lookup", "do", "phone match known", local_lookup_new, false},
    {"find", "do entity key", "", local_find_new, false},
    {"survey", "do", "", local_survey_new, false},
    {"create", "do entity key fields", "on", local_create_new, true},
    {"task", "do key fields", "on", local_make_new, true},
    {"call", "do key fields", "on", local_make_new, true},
    {"note", "do key fields on", "", local_make_new, true},
    {"update", "do entity id fields", "", local_update_new, true},
    {"assign", "do entity id owner", "", local_assign_new, true},
    {"close", "do id", "", local_close_new, true},
};

static const struct verb *
verb(const json_t *cmd)
{
	const char *name = json_str(cmd, "do");

	for (size_t i = 0; name && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static bool
run(struct local *l, const char *sql)
{
	return local_db_run(l->crm.db, sql, NULL, NULL) == LOCAL_OK;
}

/* One command in a savepoint of its own; NULL if the database failed. */
static json_t *
command_new(struct local *l, json_t *cmd)
{
	const struct verb *v = verb(cmd);
	json_t *r;

	if (!v)
		return local_error_new("INVALID", "unknown command");
	if ((r = local_wrong_new(cmd, v->must, v->may)))
		return r;
	if (!run(l, "SAVEPOINT command"))
		return NULL;
	r = v->carry_new(&l->crm, cmd);
	/* A trigger may have ended the transaction: then this fails as well. */
	if (!r ||
	    (json_object_get(r, "error") && !run(l, "ROLLBACK TO command")) ||
	    !run(l, "RELEASE command")) {
		json_decref(r);
		return NULL;
	}
	return r;
}

static json_t *
commands_new(struct local *l, json_t *cmds)
{
	json_t *results = json_array(), *cmd;
	size_t i;

	json_array_foreach (cmds, i, cmd) {
		json_t *r = command_new(l, cmd);

		if (!r) {
			json_decref(results);
			return NULL;
		}
		json_array_append_new(results, r);
	}
	return results;
}

static void
answer(struct crm_request *req, int status, json_t *body)
{
	req->answer.how = CRM_ANSWERED;
	req->answer.status = status;
	json_append(&req->answer.body, body);
}

static void
answer_error(
    struct crm_request *req, int status, const char *code, const char *why)
{
	json_auto_t *body = local_error_new(code, "%s", why);

	answer(req, status, body);
}

/* Only reading needs no write lock, and so waits for no writer. */
static const char *
begin(json_t *cmds)
{
	json_t *cmd;
	size_t i;

	json_array_foreach (cmds, i, cmd) {
		const struct verb *v = verb(cmd);

		if (v && v->write)
			return "BEGIN IMMEDIATE";
	}
	return "BEGIN";
}

static void
carry_out(struct local *l, struct crm_request *req)
{
	struct err e = {0};
	json_auto_t *root =
	    json_text_load((struct span){req->body.p, req->body.len}, &e);
	json_t *cmds = json_object_get(root, "cmds");
	json_auto_t *results = NULL, *body = NULL;

	if (json_object_size(root) != 1 || json_array_size(cmds) == 0 ||
	    json_array_size(cmds) > LOCAL_PACK_MAX) {
		answer_error(req, 400, "INVALID",
		    "a request is {\"cmds\":[...]}, not empty and not too "
		    "long");
		return;
	}
	if (!l->crm.db || !run(l, begin(cmds)) ||
	    !(results = commands_new(l, cmds))) {
		answer_error(req, 503, "BUSY",
		    l->crm.db ? local_db_error(l->crm.db)
			      : "crm.db can't be opened");
		if (l->crm.db)
			run(l, "ROLLBACK"); /* SQLite may have done it */
		return;
	}
	if (!run(l, "COMMIT")) {
		/* Perhaps it is on disk, perhaps it isn't. */
		req->answer.how = CRM_NO_ANSWER;
		snprintf(req->answer.text, sizeof(req->answer.text),
		    "crm.db: commit: %.100s", local_db_error(l->crm.db));
		run(l, "ROLLBACK");
		return;
	}
	body = json_pack("{s:O}", "results", results);
	answer(req, 200, body);
}

/* ---- the transport ---- */

static struct local_db *
open_db(struct local *l, struct err *e)
{
	return local_db_open(l->path, &l->project->employees, e);
}

/*
 * Another process carries the request out when we no longer wait for it.
 * SQLite doesn't survive a fork, so nobody has the database open during it.
 */
static void
carry_out_late(struct local *l, struct crm_request *req)
{
	struct err e = {0};
	bool child;

	local_db_close(l->crm.db);
	child = faults_fork(&l->faults);
	l->crm.db = open_db(l, &e);
	if (!child)
		return;
	carry_out(l, req);
	local_db_close(l->crm.db);
	_exit(0);
}

static void
start(struct crm_transport *tp, struct crm_request *req)
{
	struct local *l = (struct local *)tp;

	assert(!l->done);
	l->done = req;
	if (faults_before(&l->faults, req))
		return;
	l->crm.lag_ms = faults_lag(&l->faults);
	if (faults_late(&l->faults))
		carry_out_late(l, req);
	else
		carry_out(l, req);
	faults_after(&l->faults, req);
}

static struct crm_request *
wait_answer(struct crm_transport *tp, int timeout_ms, int fd)
{
	struct local *l = (struct local *)tp;
	struct crm_request *req = l->done;

	(void)timeout_ms; /* it is there, or nothing will come */
	(void)fd;
	l->done = NULL;
	return req;
}

static void
close_transport(struct crm_transport *tp)
{
	struct local *l = (struct local *)tp;

	crm_request_free(l->done);
	local_db_close(l->crm.db);
	faults_close(&l->faults);
	free(l->path);
	free(l);
}

struct crm_transport *
transport_local_open(struct crm *c, struct err *e)
{
	struct local *l = xcalloc(1, sizeof(*l));

	l->base = (struct crm_transport){
	    .start = start,
	    .wait = wait_answer,
	    .close = close_transport,
	    .slots = 1,
	};
	l->project = c->project;
	l->path = project_path(c->project, "crm.db");
	if (faults_open(&l->faults, e) < 0 || !(l->crm.db = open_db(l, e))) {
		close_transport(&l->base);
		return NULL;
	}
	return &l->base;
}
