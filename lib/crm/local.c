/* SPDX-License-Identifier: MIT */
/*
 * The local CRM's adapter: actions, lookups and finds as commands of the local
 * transport (transport_local.h has their form). It does what an adapter to a
 * vendor does, and in as many steps: a task that is born closed is created and
 * then closed, so what goes wrong between the two goes wrong here as well.
 */
#include "crm/crm.h"

#include "call/project.h"
#include "crm/local_action.h"
#include "crm/transport_local.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

static enum crm_step step(const struct crm *c, struct crm_txn *t);
static size_t pack(const struct crm *c, struct crm_txn *const *t, size_t n,
    struct crm_request *req);
static bool unpack(const struct crm *c, const struct crm_request *req);
static void url(
    const struct crm *c, const char *role, const char *id, struct buf *out);

static const struct crm_word words[] = {
    {"contact", ROLE_CONTACT},
    {"lead", ROLE_LEAD},
    {"deal", ROLE_DEAL},
    {0},
};

static const char *const verb_names[] = {
    "create", "update", "assign", "task", "call", "note", NULL};

/* As fast as it can; only where a test has it refuse requests, it waits. */
static const struct limit_bucket limits[] = {{.name = "requests"}, {0}};

const struct crm_driver crm_local = {
    .name = "local",
    .entities = words,
    .verbs = verb_names,
    .pack_max = LOCAL_PACK_MAX,
    .settle_ms = 0, /* an answer is only given after the commit */
    .limits = limits,
    .transport = transport_local_open,
    .step = step,
    .pack = pack,
    .unpack = unpack,
    .url = url,
};

/* Any other answer: CRM_DOUBT for a write, CRM_AGAIN for a read. */
static const struct row {
	int status;
	const char *code;
	enum crm_code verdict;
	enum crm_scope scope;
} table[] = {
    {200, "GONE", CRM_GONE, CRM_RECORD},
    {200, "OWNER", CRM_OWNER, CRM_RECORD},
    {200, "INVALID", CRM_DEAD, CRM_RECORD},
    {400, "INVALID", CRM_DEAD, CRM_RECORD}, /* the request, not a command */
    {401, "AUTH", CRM_AGAIN, CRM_ACCOUNT},
    {429, "THROTTLE", CRM_AGAIN, CRM_LIMIT},
    {503, "BUSY", CRM_AGAIN, CRM_ACCOUNT},
};

/* ---- steps ---- */

static enum crm_step
next_command(struct crm_txn *t, const char *name, bool write, json_t *stolen)
{
	t->cmd = (struct crm_command){
	    .name = name,
	    .bin = "crm.db",
	    .write = write,
	    .args = stolen,
	};
	return CRM_SEND;
}

static enum crm_step
lookup(const struct crm *c, struct crm_txn *t)
{
	json_t *entities, *x, *cmd;
	size_t i;

	if (t->stage++ == 0) {
		cmd = local_command_new("lookup");
		if (json_object_get(t->spec, "phone")) {
			local_put(
			    cmd, "phone", json_object_get(t->spec, "phone"));
			json_object_set_new(cmd, "match",
			    json_string(phone_match_name(c->project->match)));
		}
		local_put_refs(cmd, "known", json_object_get(t->spec, "known"));
		return next_command(t, "lookup", false, cmd);
	}
	entities = json_object_get(t->verdict.data, "entities");
	json_decref(t->result);
	t->result = json_array();
	json_array_foreach (entities, i, x) {
		json_t *copy = json_copy(x);
		struct buf b = {0};

		url(c, json_str(x, "role"), json_str(x, "id"), &b);
		json_object_set_new(copy, "url", json_string(b.p));
		json_array_append_new(t->result, copy);
		buf_free(&b);
	}
	return CRM_DONE;
}

/* This CRM can't do it: the matrix was made for another. */
static enum crm_step
cannot(struct crm_txn *t)
{
	const char *verb = json_str(t->spec, "do"),
		   *x = json_str(t->spec, "entity");

	crm_verdict(t, CRM_DEAD, CRM_RECORD, "the local CRM can't %s%s%s",
	    verb ? verb : "do this", x ? " " : "", x ? x : "");
	return CRM_DONE;
}

/*
 * Is there nothing to do it to? There was, and somebody has removed it: then
 * the caller has dropped it from what the action hangs on.
 */
static bool
hangs_on_nothing(
    struct crm_txn *t, const struct local_verb *v, const char *role)
{
	const json_t *on = json_object_get(t->spec, "on");

	if (!v->hangs)
		return false;
	if (v->change && !crm_ref_id(on, role))
		crm_verdict(t, CRM_DEAD, CRM_RECORD, "there is no %s to %s",
		    role, v->name);
	else if (json_array_size(on) == 0)
		crm_verdict(t, CRM_DEAD, CRM_RECORD,
		    "there is nothing that a %s could be on", role);
	else
		return false;
	return true;
}

/*
 * Carry it out unless refs say that it was, then close what is to be closed. A
 * crash or a doubt between the two begins anew with refs, and so at the second.
 */
static enum crm_step
act(const struct crm *c, struct crm_txn *t)
{
	enum { BEGIN, CARRIED, CLOSED };
	const struct local_verb *v = local_verb(t->spec);
	const char *role = local_role(v, t->spec), *id;
	json_t *cmd;
	bool done;

	if (!role)
		return cannot(t);
	done = strcmp(v->name, "task") == 0 &&
	       json_is_true(json_object_get(t->spec, "done"));
	if (t->stage == CARRIED)
		crm_ref_add(c, t, role, json_str(t->verdict.data, "id"));
	id = crm_ref_id(t->refs, role);
	if (!id && hangs_on_nothing(t, v, role))
		return CRM_DONE;
	if (!id) {
		t->stage = CARRIED;
		return next_command(
		    t, v->name, true, v->command_new(t->spec, role));
	}
	if (!done || t->stage == CLOSED)
		return CRM_DONE;
	t->stage = CLOSED;
	cmd = local_command_new("close");
	json_object_set_new(cmd, "id", json_string(id));
	return next_command(t, "close", true, cmd);
}

/* Of several that a lost answer may have made, the oldest is meant. */
static enum crm_step
find(const struct crm *c, struct crm_txn *t)
{
	const struct local_verb *v = local_verb(t->spec);
	const char *role = local_role(v, t->spec);
	json_t *cmd, *first;

	if (!role)
		return cannot(t);
	if (v->change) {
		t->found = CRM_ABSENT;
		return CRM_DONE;
	}
	if (t->stage++ == 0) {
		cmd = local_command_new("find");
		json_object_set_new(cmd, "entity", json_string(role));
		local_put(cmd, "key", json_object_get(t->spec, "key"));
		return next_command(t, "find", false, cmd);
	}
	first = json_array_get(json_object_get(t->verdict.data, "found"), 0);
	t->found = first ? CRM_FOUND : CRM_ABSENT;
	if (first)
		crm_ref_add(c, t, role, json_str(first, "id"));
	return CRM_DONE;
}

static enum crm_step
survey(struct crm_txn *t)
{
	if (t->stage++ == 0)
		return next_command(
		    t, "survey", false, local_command_new("survey"));
	json_decref(t->result);
	t->result = json_copy(t->verdict.data);
	json_object_set_new(t->result, "any_field", json_true());
	return CRM_DONE;
}

static enum crm_step
step(const struct crm *c, struct crm_txn *t)
{
	switch (t->kind) {
	case CRM_LOOKUP:
		return lookup(c, t);
	case CRM_FIND:
		return find(c, t);
	case CRM_SURVEY:
		return survey(t);
	case CRM_ACT:
		break;
	}
	return act(c, t);
}

/* ---- requests and answers ---- */

static size_t
pack(const struct crm *c, struct crm_txn *const *t, size_t n,
    struct crm_request *req)
{
	json_t *cmds = json_array();
	json_auto_t *root = json_pack("{s:o}", "cmds", cmds);

	(void)c;
	if (n > LOCAL_PACK_MAX)
		n = LOCAL_PACK_MAX;
	for (size_t i = 0; i < n; i++)
		json_array_append(cmds, t[i]->cmd.args);
	req->method = "POST";
	buf_str(&req->path, "/");
	json_append(&req->body, root);
	return n;
}

/* Is this an array of things with role and id? */
static bool
is_list(json_t *list)
{
	json_t *x;
	size_t i;

	json_array_foreach (list, i, x)
		if (!json_str(x, "role") || !json_str(x, "id"))
			return false;
	return json_is_array(list);
}

/* Has the answer what the next step needs? */
static bool
fits(const struct crm_command *cmd, const json_t *ok)
{
	if (strcmp(cmd->name, "lookup") == 0)
		return is_list(json_object_get(ok, "entities"));
	if (strcmp(cmd->name, "find") == 0)
		return is_list(json_object_get(ok, "found"));
	if (strcmp(cmd->name, "survey") == 0)
		return json_is_array(json_object_get(ok, "users"));
	return json_str(ok, "id") && *json_str(ok, "id");
}

static void
judge_unusable(struct crm_txn *t, const struct crm_answer *a)
{
	crm_verdict(t, t->cmd.write ? CRM_DOUBT : CRM_AGAIN, CRM_RECORD,
	    "unusable answer, status %d: %.100s", a->status,
	    buf_cstr(&a->body));
}

static const struct row *
row(int status, const char *code)
{
	for (size_t i = 0; code && i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].status == status &&
		    strcmp(table[i].code, code) == 0)
			return &table[i];
	return NULL;
}

static void
judge_error(struct crm_txn *t, const struct crm_answer *a, const json_t *error)
{
	const char *code = json_str(error, "code"),
		   *why = json_str(error, "text");
	const struct row *r = row(a->status, code);

	if (!r) {
		judge_unusable(t, a);
		return;
	}
	crm_verdict(t, r->verdict, r->scope, "%s", why ? why : code);
	t->verdict.wait_ms = a->wait_ms;
	t->verdict.refused = a->status == 401;
	if (r->verdict == CRM_GONE && json_str(error, "role") &&
	    json_str(error, "id")) {
		snprintf(t->verdict.gone[0], sizeof(t->verdict.gone[0]), "%s",
		    json_str(error, "role"));
		snprintf(t->verdict.gone[1], sizeof(t->verdict.gone[1]), "%s",
		    json_str(error, "id"));
	}
}

static void
judge(struct crm_txn *t, const struct crm_answer *a, const json_t *result)
{
	json_t *ok = json_object_get(result, "ok");
	json_t *error = json_object_get(result, "error");

	if (error && !ok) {
		judge_error(t, a, error);
	} else if (ok && !error && fits(&t->cmd, ok)) {
		crm_verdict(t, CRM_OK, CRM_RECORD, "%s", "");
		t->verdict.data = json_incref(ok);
	} else {
		judge_unusable(t, a);
	}
}

static bool
unpack(const struct crm *c, const struct crm_request *req)
{
	const struct crm_answer *a = &req->answer;
	struct err e = {0};
	json_auto_t *root =
	    json_text_load((struct span){a->body.p, a->body.len}, &e);
	const json_t *results = json_object_get(root, "results");
	const json_t *whole = json_object_get(root, "error");
	bool listed = a->status == 200 && json_array_size(results) == req->n;

	(void)c;
	if (whole && a->status == 400 && req->n > 1)
		return false;
	for (size_t i = 0; i < req->n; i++) {
		if (listed)
			judge(req->txns[i], a, json_array_get(results, i));
		else if (whole && a->status != 200)
			judge_error(req->txns[i], a, whole);
		else
			judge_unusable(req->txns[i], a);
	}
	return true;
}

static void
url(const struct crm *c, const char *role, const char *id, struct buf *out)
{
	(void)c;
	buf_fmt(out, "local:%s/%s", role, id);
}
