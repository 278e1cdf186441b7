/* SPDX-License-Identifier: MIT */
/* The fake CRM's adapter: requests, and what their answers mean. */
#include "fake.h"

#include "io/jsonx.h"

size_t
fake_pack(const struct crm *c, struct crm_txn *const *t, size_t n,
    struct crm_request *req)
{
	json_t *items = json_array();
	json_auto_t *root = json_pack("{s:o}", "items", items);

	(void)c;
	if (n > FAKE_PACK_MAX)
		n = FAKE_PACK_MAX;
	for (size_t i = 0; i < n; i++) {
		json_t *item = json_copy(t[i]->cmd.args);

		if (t[i]->cmd.write)
			json_object_set_new(
			    item, "request_id", json_sprintf("r%zu", i));
		json_array_append_new(items, item);
	}
	req->method = "POST";
	buf_fmt(&req->path, "/%s", t[0]->cmd.name);
	json_append(&req->body, root);
	return n;
}

/* ---- one item ---- */

static void
judge_unusable(struct crm_txn *t, const struct crm_answer *a)
{
	crm_verdict(t, t->cmd.write ? CRM_DOUBT : CRM_AGAIN, CRM_RECORD,
	    "unusable answer, status %d: %.100s", a->status,
	    buf_cstr(&a->body));
}

static void
judge_gone(struct crm_txn *t, const json_t *error)
{
	const char *role = json_str(error, "role"), *id = json_str(error, "id");
	struct crm_verdict *v = &t->verdict;

	crm_verdict(t, CRM_GONE, CRM_RECORD, "%s", "not found");
	snprintf(v->gone[0], sizeof(v->gone[0]), "%s", role && id ? role : "");
	snprintf(v->gone[1], sizeof(v->gone[1]), "%s", role && id ? id : "");
}

static void
judge_ok(struct crm_txn *t, const json_t *data)
{
	crm_verdict(t, CRM_OK, CRM_RECORD, "%s", "");
	t->verdict.data = json_deep_copy(data);
}

/* "There already": done if it says who, else it is to be found. */
static void
judge_duplicate(struct crm_txn *t, const json_t *error)
{
	if (json_str(error, "id"))
		judge_ok(t, error);
	else
		crm_verdict(t, CRM_DOUBT, CRM_RECORD, "%s", "there already");
}

static void
judge_error(struct crm_txn *t, const struct crm_answer *a, const json_t *error)
{
	const char *code = json_str(error, "code"),
		   *why = json_str(error, "text");

	if (!code)
		judge_unusable(t, a);
	else if (strcmp(code, "GONE") == 0)
		judge_gone(t, error);
	else if (strcmp(code, "DUPLICATE") == 0)
		judge_duplicate(t, error);
	else if (strcmp(code, "CLOSED") == 0)
		judge_ok(t, t->cmd.args);
	else if (strcmp(code, "OWNER") == 0)
		crm_verdict(t, CRM_OWNER, CRM_RECORD, "%s", why);
	else
		crm_verdict(t, CRM_DEAD, CRM_RECORD, "%s", why ? why : code);
}

/* ---- the answer ---- */

/* The element of a list that answers the i-th command. */
static const json_t *
by_request_id(const json_t *list, size_t i)
{
	char id[32];
	const json_t *x;
	size_t k;

	snprintf(id, sizeof(id), "r%zu", i);
	json_array_foreach (list, k, x)
		if (json_str(x, "request_id") &&
		    strcmp(json_str(x, "request_id"), id) == 0)
			return x;
	return NULL;
}

static void
judge_write(struct crm_txn *t, const struct crm_answer *a, const json_t *x)
{
	bool two = strcmp(t->cmd.name, "unsorted") == 0;

	if (json_object_get(x, "error"))
		judge_error(t, a, json_object_get(x, "error"));
	else if (json_str(x, "id") && (!two || json_str(x, "contact")))
		judge_ok(t, x);
	else
		judge_unusable(t, a);
}

/* Does the row answer this command, and not another of its request? */
static bool
is_mine(const json_t *row, const struct crm_command *cmd)
{
	static const char *const by[] = {"key", "role", "id"};

	for (size_t i = 0; i < 3; i++) {
		const char *asked = json_str(cmd->args, by[i]);
		const char *got = json_str(row, by[i]);

		if (asked && (!got || strcmp(asked, got) != 0))
			return false;
	}
	return true;
}

static bool
are_rows(const json_t *rows)
{
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row)
		if (!json_str(row, "id"))
			return false;
	return json_is_array(rows);
}

/* rows: of all commands of the request. */
static void
judge_read(struct crm_txn *t, const struct crm_answer *a, const json_t *rows)
{
	json_t *mine, *row;
	size_t i;

	if (!are_rows(rows)) {
		judge_unusable(t, a);
		return;
	}
	mine = json_array();
	json_array_foreach (rows, i, row)
		if (is_mine(row, &t->cmd))
			json_array_append(mine, row);
	judge_ok(t, mine);
	json_decref(mine);
}

/* What was found, in all the ways of saying "nothing"; NULL: no answer. */
static json_t *
rows_new(const struct crm_answer *a, json_t *root)
{
	json_t *items = json_object_get(root, "items");

	if (a->status == 204 && a->body.len == 0)
		return json_array();
	if (a->status != 200)
		return NULL;
	if (items)
		return json_incref(items);
	if ((json_is_object(root) || json_is_array(root)) &&
	    json_object_size(root) + json_array_size(root) == 0)
		return json_array();
	return NULL;
}

/* 400 with names: the named are judged, of the others it isn't known. */
static void
judge_named(const struct crm_request *req, const json_t *named)
{
	for (size_t i = 0; i < req->n; i++) {
		const json_t *x = by_request_id(named, i);
		struct crm_txn *t = req->txns[i];

		if (x)
			judge_error(t, &req->answer, x);
		else if (!t->cmd.write || fake_is("sure"))
			crm_verdict(t, CRM_AGAIN, CRM_RECORD, "%s",
			    "refused for another item of the request");
		else
			crm_verdict(t, CRM_DOUBT, CRM_RECORD, "%s",
			    "another item of the request was refused");
	}
}

/* What is said to the account and not to a command; false: nothing is. */
static bool
judge_account(const struct crm_request *req)
{
	const struct crm_answer *a = &req->answer;

	if (a->status != 401 && a->status != 429)
		return false;
	for (size_t i = 0; i < req->n; i++) {
		crm_verdict(req->txns[i], CRM_AGAIN,
		    a->status == 429 ? CRM_LIMIT : CRM_ACCOUNT, "status %d",
		    a->status);
		req->txns[i]->verdict.refused = a->status == 401;
		req->txns[i]->verdict.wait_ms = a->wait_ms;
	}
	return true;
}

static void
judge_each(const struct crm_request *req, json_t *root)
{
	const struct crm_answer *a = &req->answer;
	json_auto_t *rows = rows_new(a, root);

	for (size_t i = 0; i < req->n; i++) {
		if (req->txns[i]->cmd.write)
			judge_write(req->txns[i], a,
			    a->status == 200 ? by_request_id(rows, i) : NULL);
		else
			judge_read(req->txns[i], a, rows);
	}
}

bool
fake_unpack(const struct crm *c, const struct crm_request *req)
{
	const struct crm_answer *a = &req->answer;
	struct err e = {0};
	json_auto_t *root =
	    json_text_load((struct span){a->body.p, a->body.len}, &e);
	const json_t *named = json_object_get(root, "validation-errors");

	(void)c;
	if (judge_account(req))
		return true;
	/* Half a refusal could have named somebody. */
	if (a->status != 400 || !root)
		judge_each(req, root);
	else if (json_is_array(named))
		judge_named(req, named);
	else if (req->n > 1)
		return false;
	else
		judge_error(req->txns[0], a, json_object_get(root, "error"));
	return true;
}
