/* SPDX-License-Identifier: MIT */
/*
 * Calls as a batch. A label stands for one call, or for a list that several
 * transactions share: what they ask for by ids goes together as long as it fits
 * one page. Packing is greedy and in order, so that unpack, which does it once
 * more over the same transactions, comes to the same labels.
 */
#include "crm/bitrix24.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "io/jsonx.h"

#include <assert.h>

/* What is behind a label. */
struct group {
	json_t *call; /* the first call of it; borrowed */
	json_t *ids;  /* of all; NULL: no list by ids */
	size_t members;
};

/* The labels of a batch: where each call of each transaction went. */
struct batch {
	struct group group[B24_BATCH];
	size_t n;
	size_t *label; /* of every call, one transaction's after the other's */
	size_t calls;
};

/* ---- commands ---- */

static json_t *
calls_of(const struct crm_txn *t)
{
	return json_object_get(t->cmd.args, "calls");
}

void
b24_also(struct crm_txn *t, enum b24_method m, struct buf *query)
{
	json_array_append_new(
	    calls_of(t), json_pack("{s:i, s:s}", "method", (int)m, "query",
			     buf_cstr(query)));
	t->cmd.cost += b24_methods[m].cost;
	buf_free(query);
}

enum crm_step
b24_ask(struct crm_txn *t, enum b24_method m, struct buf *query)
{
	const struct b24_method_info *is = &b24_methods[m];

	t->cmd = (struct crm_command){
	    .name = is->name,
	    .bin = "batch",
	    .gate = is->gate,
	    .write = is->write,
	    .args = json_pack("{s:[]}", "calls"),
	};
	b24_also(t, m, query);
	return CRM_SEND;
}

void
b24_by_ids(struct crm_txn *t, const char *by, json_t *stolen_ids, bool alone)
{
	json_t *calls = calls_of(t);
	json_t *call = json_array_get(calls, json_array_size(calls) - 1);

	json_object_set_new(call, "by", json_string(by));
	json_object_set_new(call, "ids", stolen_ids);
	if (alone)
		json_object_set_new(call, "alone", json_true());
}

void
b24_about(struct crm_txn *t, const char *role, const char *id)
{
	json_put(t->cmd.args, "role", role);
	json_put(t->cmd.args, "id", id);
}

void
b24_may_be_refused(struct crm_txn *t, bool any)
{
	json_object_set_new(
	    t->cmd.args, "refusable", json_string(any ? "any" : "dead"));
}

/* ---- labels ---- */

static bool
has_id(const json_t *ids, const json_t *id)
{
	json_t *x;
	size_t i;

	json_array_foreach (ids, i, x)
		if (json_equal(x, id))
			return true;
	return false;
}

static size_t
count_new(const json_t *ids, const json_t *more)
{
	size_t i, n = 0;
	json_t *x;

	json_array_foreach (more, i, x)
		n += !has_id(ids, x);
	return n;
}

static bool
same(const json_t *a, const json_t *b, const char *key)
{
	return json_equal(json_object_get(a, key), json_object_get(b, key));
}

static bool
only_reads(const json_t *call)
{
	json_int_t m = json_integer_value(json_object_get(call, "method"));

	return !b24_methods[m].write;
}

/* May this call share the group's label? What is read alike is read once. */
static bool
may_share(const struct group *g, const json_t *call)
{
	const json_t *ids = json_object_get(call, "ids");

	if (!same(g->call, call, "method") || !same(g->call, call, "query"))
		return false;
	if (!g->ids || !ids)
		return !g->ids && !ids && only_reads(call);
	return same(g->call, call, "by") && !json_object_get(call, "alone") &&
	       !json_object_get(g->call, "alone") &&
	       json_array_size(g->ids) + count_new(g->ids, ids) <= B24_IDS;
}

static void
share(struct group *g, const json_t *call)
{
	json_t *x;
	size_t i;

	json_array_foreach (json_object_get(call, "ids"), i, x)
		if (!has_id(g->ids, x))
			json_array_append(g->ids, x);
}

/* The label for a call; B24_BATCH if there is no room for another one. */
static size_t
place(struct batch *b, json_t *call)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (may_share(&b->group[i], call))
			break;
	if (i == B24_BATCH)
		return i;
	if (i == b->n)
		b->group[b->n++] = (struct group){.call = call,
		    .ids = json_object_get(call, "ids") ? json_array() : NULL};
	if (b->group[i].ids)
		share(&b->group[i], call);
	b->group[i].members++;
	return i;
}

static size_t
count_calls(struct crm_txn *const *t, size_t n)
{
	size_t calls = 0;

	for (size_t i = 0; i < n; i++)
		calls += json_array_size(calls_of(t[i]));
	return calls;
}

/* As many transactions as have room; returns how many. */
static size_t
batch_of(struct batch *b, struct crm_txn *const *t, size_t n)
{
	size_t done = 0;

	*b = (struct batch){
	    .label = xcalloc(count_calls(t, n) + 1, sizeof(size_t))};
	for (; done < n; done++) {
		json_t *call;
		size_t i;

		if (b->n + json_array_size(calls_of(t[done])) > B24_BATCH)
			break;
		json_array_foreach (calls_of(t[done]), i, call) {
			b->label[b->calls] = place(b, call);
			assert(b->label[b->calls] < B24_BATCH);
			b->calls++;
		}
	}
	return done;
}

static void
batch_free(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		json_decref(b->group[i].ids);
	free(b->label);
}

/* ---- requests ---- */

static void
put_command(json_t *cmd, const struct group *g, size_t label)
{
	json_int_t m = json_integer_value(json_object_get(g->call, "method"));
	const char *by = json_str(g->call, "by");
	struct buf query = {0}, text = {0};
	char name[24], key[64];
	json_t *x;
	size_t i;

	buf_str(&query, json_str(g->call, "query"));
	json_array_foreach (g->ids, i, x) {
		snprintf(key, sizeof(key), "%s[%zu]", by, i);
		b24_put(&query, key, json_string_value(x));
	}
	buf_fmt(&text, "%s%s%s", b24_methods[m].name, query.len ? "?" : "",
	    buf_cstr(&query));
	snprintf(name, sizeof(name), "c%zu", label);
	json_object_set_new(cmd, name, json_string(text.p));
	buf_free(&query);
	buf_free(&text);
}

size_t
b24_pack(const struct crm *c, struct crm_txn *const *t, size_t n,
    struct crm_request *req)
{
	json_t *cmd = json_object();
	json_auto_t *root = json_pack("{s:i, s:o}", "halt", 0, "cmd", cmd);
	struct batch b;

	(void)c;
	n = batch_of(&b, t, n);
	for (size_t i = 0; i < b.n; i++)
		put_command(cmd, &b.group[i], i);
	batch_free(&b);
	req->method = "POST";
	buf_str(&req->path, "/{secret}/batch");
	buf_str(&req->head, "Content-Type: application/json\n"
			    "Accept: application/json\n");
	json_append(&req->body, root);
	return n;
}

/* ---- results ---- */

static json_t *
answer_to(const struct crm_txn *t, size_t i)
{
	return json_array_get(t->verdict.data, i);
}

json_t *
b24_result(const struct crm_txn *t, size_t i)
{
	return json_object_get(answer_to(t, i), "result");
}

static json_t *
rows_in(json_t *result, enum b24_method m)
{
	const char *member = b24_methods[m].rows;

	/* No rows are [] even where rows are in an object. */
	if (member && json_is_object(result))
		result = json_object_get(result, member);
	return json_is_array(result) ? result : NULL;
}

json_t *
b24_rows(const struct crm_txn *t, size_t i, enum b24_method m)
{
	return rows_in(b24_result(t, i), m);
}

bool
b24_is_cut(const struct crm_txn *t, size_t i, enum b24_method m)
{
	return json_array_size(b24_rows(t, i, m)) >= B24_PAGE;
}

bool
b24_is_shared(const struct crm_txn *t, size_t i)
{
	return json_is_true(json_object_get(answer_to(t, i), "shared"));
}

const char *
b24_refused(const struct crm_txn *t, size_t i, const char **code)
{
	if (code)
		*code = json_str(answer_to(t, i), "code");
	return json_str(answer_to(t, i), "refused");
}

/* ---- what answers must look like ---- */

static bool
are_rows(json_t *result, enum b24_method m)
{
	json_t *rows = rows_in(result, m), *row;
	size_t i;

	json_array_foreach (rows, i, row)
		if (b24_int(json_object_get(row, "ID")) <= 0 &&
		    !json_object_get(row, "id"))
			return false;
	return rows != NULL;
}

static bool
is_one_below(const json_t *result, const char *member)
{
	const json_t *x = json_object_get(result, member);

	return b24_int(json_object_get(x, "id")) > 0;
}

static bool
fits(json_t *result, enum b24_method m)
{
	switch (b24_methods[m].shape) {
	case B24_ANY:
		return result != NULL;
	case B24_ID:
		return b24_int(result) > 0;
	case B24_INTEGER:
		return json_is_integer(result) || b24_int(result) > 0;
	case B24_ITEM:
		return is_one_below(result, "item");
	case B24_TASK:
		return is_one_below(result, "task");
	case B24_CALL_ID:
		return json_str(result, "CALL_ID") &&
		       json_str(result, "CALL_ID")[0];
	case B24_BY_TYPE:
		return json_is_object(result) ||
		       (json_is_array(result) && !json_array_size(result));
	case B24_ROWS:
		return are_rows(result, m);
	}
	return false;
}

/* ---- verdicts ---- */

/* The sections of an answer; those that are empty come as []. */
struct sections {
	const struct crm_answer *answer;
	const json_t *result, *error, *time;
	const json_t *whole_time;
};

/* Is the verdict an answer that the transaction waits for? */
static bool
is_awaited(const struct crm_txn *t, bool known)
{
	const char *awaits = json_str(t->cmd.args, "refusable");
	const struct crm_verdict *v = &t->verdict;

	if (awaits && strcmp(awaits, "any") == 0)
		return !known || v->scope != CRM_LIMIT;
	return awaits && known &&
	       (v->code == CRM_DEAD || (v->code == CRM_GONE && !t->cmd.write));
}

static json_t *
code_of(const json_t *error)
{
	const char *code = json_str(error, "error");

	return json_string(code ? code : "");
}

/* True if the refusal is an answer: then it is appended to data. */
static bool
judge_refusal(struct crm_txn *t, const struct sections *s, const json_t *error,
    const json_t *time, json_t *data)
{
	bool known =
	    b24_judge(t, s->answer->status, error, time ? time : s->whole_time);

	if (is_awaited(t, known)) {
		json_array_append_new(
		    data, json_pack("{s:s, s:o}", "refused",
			      known ? t->verdict.text : "refused", "code",
			      code_of(error)));
		t->verdict.gone[0][0] = t->verdict.gone[1][0] = '\0';
		return true;
	}
	if (!known)
		b24_judge_unusable(t, s->answer);
	else if (!t->cmd.write) /* refused for good, it would lose its call */
		t->verdict.code = CRM_AGAIN;
	return false;
}

/* One call's part; false if that is the transaction's verdict. */
static bool
judge_call(struct crm_txn *t, const struct sections *s, const struct group *g,
    size_t label, const json_t *call, json_t *data)
{
	json_int_t m = json_integer_value(json_object_get(call, "method"));
	json_t *result, *error, *entry;
	const json_t *time;
	char name[24];

	snprintf(name, sizeof(name), "c%zu", label);
	result = json_object_get(s->result, name);
	error = json_object_get(s->error, name);
	time = json_object_get(s->time, name);
	t->verdict.cost += b24_seconds(time) / (double)g->members;
	if (error)
		return judge_refusal(t, s, error, time, data);
	if (!fits(result, (enum b24_method)m)) {
		b24_judge_unusable(t, s->answer);
		return false;
	}
	entry = json_pack("{s:O}", "result", result);
	if (g->members > 1)
		json_object_set_new(entry, "shared", json_true());
	json_array_append_new(data, entry);
	return true;
}

static void
judge_txn(struct crm_txn *t, const struct sections *s, const struct batch *b,
    const size_t *label)
{
	json_t *data = json_array(), *call;
	double cost;
	size_t i;

	json_array_foreach (calls_of(t), i, call)
		if (!judge_call(
			t, s, &b->group[label[i]], label[i], call, data))
			break;
	cost = t->verdict.cost;
	if (i < json_array_size(calls_of(t))) {
		json_decref(data);
		return;
	}
	crm_verdict(t, CRM_OK, CRM_RECORD, "%s", "");
	t->verdict.wait_ms = 0;
	t->verdict.gate = t->verdict.refused = false;
	t->verdict.cost = cost;
	t->verdict.data = data;
}

/* The batch was refused as a whole, for a reason that the table knows. */
static bool
judge_known(struct crm_txn *t, const struct crm_answer *a, const json_t *root)
{
	if (a->status == 200 ||
	    !b24_judge(t, a->status, root, json_object_get(root, "time")))
		return false;
	if (a->wait_ms)
		t->verdict.wait_ms = a->wait_ms;
	if (a->moved[0])
		crm_verdict(t, t->verdict.code, t->verdict.scope,
		    "the portal has moved to %s; put the webhook's new address "
		    "into secrets/bitrix24",
		    a->moved);
	return true;
}

/* An answer that the whole batch got. False: refused, and nobody knows why. */
static bool
judge_whole(const struct crm_request *req, const json_t *root)
{
	const struct crm_answer *a = &req->answer;
	const char *why = json_str(root, "error_description");
	bool refused = json_is_object(root) && json_object_get(root, "error") &&
		       a->status >= 400 && a->status < 500;

	for (size_t i = 0; i < req->n; i++) {
		struct crm_txn *t = req->txns[i];

		if (judge_known(t, a, root))
			continue;
		if (refused && req->n > 1)
			return false;
		if (refused)
			crm_verdict(t, CRM_AGAIN, CRM_RECORD, "%s",
			    why && why[0] ? why : "refused without a word");
		else
			b24_judge_unusable(t, a);
	}
	return true;
}

static void
judge_each(const struct crm_request *req, const struct sections *s)
{
	const size_t *label;
	struct batch b;

	batch_of(&b, req->txns, req->n);
	label = b.label;
	for (size_t i = 0; i < req->n; i++) {
		judge_txn(req->txns[i], s, &b, label);
		label += json_array_size(calls_of(req->txns[i]));
	}
	batch_free(&b);
}

bool
b24_unpack(const struct crm *c, const struct crm_request *req)
{
	const struct crm_answer *a = &req->answer;
	struct err e = {0};
	json_auto_t *root =
	    json_text_load((struct span){a->body.p, a->body.len}, &e);
	const json_t *result = json_object_get(root, "result");
	struct sections s = {
	    .answer = a,
	    .result = json_object_get(result, "result"),
	    .error = json_object_get(result, "result_error"),
	    .time = json_object_get(result, "result_time"),
	    .whole_time = json_object_get(root, "time"),
	};

	(void)c;
	if (a->status != 200 || !json_is_object(result))
		return judge_whole(req, root);
	judge_each(req, &s);
	return true;
}
