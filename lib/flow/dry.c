/* SPDX-License-Identifier: MIT */
#include "flow/dry.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/str.h"
#include "base/xalloc.h"
#include "crm/engine.h"
#include "flow/body.h"
#include "flow/explain.h"
#include "flow/planner.h"
#include "flow/running.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

enum { COMMANDS_MAX = 8 }; /* of one action */

struct dry {
	struct setup *su;
	struct engine *engine; /* for lookups */
	struct planner *planner;
	struct rec *rec;
	struct map basis; /* client → what the next plan here rests on, owned */
	struct buf planned; /* the line as the planner gave it back */
};

struct dry *
dry_new(struct setup *su, struct err *e)
{
	struct dry *d = xcalloc(1, sizeof(*d));

	d->su = su;
	d->rec = rec_new();
	d->engine = eng_open(&su->crm, NULL, NULL, e);
	if (!d->engine) {
		dry_free(d);
		return NULL;
	}
	d->planner = pln_new(&su->decider, d->engine);
	return d;
}

static void
free_basis(void *ctx, void *value)
{
	(void)ctx;
	free(value);
}

void
dry_free(struct dry *d)
{
	if (!d)
		return;
	pln_free(d->planner);
	eng_free(d->engine);
	rec_free(d->rec);
	map_each(&d->basis, free_basis, NULL);
	map_free(&d->basis);
	buf_free(&d->planned);
	free(d);
}

/* ---- requests ---- */

static void
put_request(const struct crm *c, struct crm_txn *t, struct buf *out)
{
	struct crm_request *r = xcalloc(1, sizeof(*r));
	struct span head;

	c->driver->pack(c, &t, 1, r);
	buf_fmt(out, "     %s %s", r->method, buf_cstr(&r->path));
	head = (struct span){buf_cstr(&r->head), r->head.len};
	while (head.n) {
		size_t n = strcspn(head.p, "\n");

		buf_fmt(out, "\n     %.*s", (int)n, head.p);
		n += head.p[n] == '\n';
		head = (struct span){head.p + n, head.n - n};
	}
	if (r->body.len)
		buf_fmt(out, "\n     %s", r->body.p);
	buf_chr(out, '\n');
	crm_request_free(r);
}

/*
 * Every command from here on, as if each were answered well, but with nothing
 * in the answer; with to_write up to the first that changes something.
 */
static void
put_commands(
    const struct crm *c, struct crm_txn *t, bool to_write, struct buf *out)
{
	const struct crm_driver *driver = c->driver;
	int most = COMMANDS_MAX;

	while (most-- > 0 && driver->step(c, t) == CRM_SEND) {
		put_request(c, t, out);
		if (t->cmd.write && to_write)
			break;
		json_decref(t->cmd.args);
		json_decref(t->verdict.data);
		t->cmd = (struct crm_command){0};
		t->verdict = (struct crm_verdict){.data = json_object()};
	}
	if (t->verdict.code != CRM_OK)
		buf_fmt(out, "     can't be done: %s\n", t->verdict.text);
}

/* The role of what an action makes; NULL if it only changes something. */
static const char *
made_role(const json_t *action)
{
	static const char *const same[] = {ROLE_TASK, ROLE_CALL, ROLE_NOTE};
	const char *does = json_str(action, "do");

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
		if (strcmp(does, same[i]) == 0)
			return same[i];
	if (strcmp(does, "create") == 0)
		return json_str(action, "entity");
	return strcmp(does, "unsorted") == 0 ? ROLE_LEAD : NULL;
}

/*
 * An answer would bring the id that later commands need, and nobody but the
 * adapter knows what it looks like: so the action is begun once more with that
 * id, as after a crash between two commands.
 */
static void
put_action_requests(const struct crm *c, const json_t *action, struct buf *out)
{
	struct crm_txn t = {.kind = CRM_ACT, .spec = action};
	const char *role = made_role(action);
	struct buf id = {0};

	put_commands(c, &t, true, out);
	if (role && t.verdict.code == CRM_OK) {
		crm_txn_clear(&t);
		t = (struct crm_txn){.kind = CRM_ACT, .spec = action};
		buf_fmt(&id, "{id of %s}", json_str(action, "key"));
		crm_ref_add(c, &t, role, id.p);
		put_commands(c, &t, false, out);
		buf_free(&id);
	}
	crm_txn_clear(&t);
}

/* ---- actions ---- */

/* Ids for keys, as far as the journal knows them. */
static int
resolve(struct dry *d, json_t *action, struct err *e)
{
	json_t *ref;
	size_t i;

	json_array_foreach (json_object_get(action, "on"), i, ref) {
		struct jnl_action row = {0};
		const char *key = json_str(ref, "key");
		struct buf id = {0};
		json_t *refs;

		if (!key || json_str(ref, "id"))
			continue;
		if (jnl_action(d->su->journal, key, &row, e) < 0)
			return -1;
		refs = json_stored_load(row.refs);
		if (crm_ref_id(refs, json_str(ref, "role")))
			buf_str(&id, crm_ref_id(refs, json_str(ref, "role")));
		else
			buf_fmt(&id, "{id of %s}", key);
		json_put(ref, "id", id.p);
		json_decref(refs);
		buf_free(&id);
		jnl_action_free(&row);
	}
	return 0;
}

static int
put_action(struct dry *d, const json_t *planned, struct buf *out, struct err *e)
{
	const char *key = json_str(planned, "key"),
		   *does = json_str(planned, "do");
	struct jnl_action row = {0};
	json_t *action;
	int rc;

	if (!key || !does) {
		buf_str(out, "  -> damaged: no key, or nothing to do\n");
		return 0;
	}
	rc = jnl_action(d->su->journal, key, &row, e);
	explain_action(planned, out);
	if (rc > 0 && row.state == JNL_SENT)
		buf_str(out, "     sent already; is looked up in the CRM\n");
	if (rc > 0 && jnl_final(row.state))
		buf_fmt(out, "     nothing: it is %s already\n",
		    jnl_state_name(row.state));
	if (rc == 0 || (rc > 0 && row.state == JNL_PLANNED)) {
		action = json_deep_copy(planned);
		rc = resolve(d, action, e);
		if (!json_str(action, "owner") && json_str(action, "to"))
			json_put(action, "owner", "{the next in turn}");
		if (rc == 0)
			put_action_requests(&d->su->crm, action, out);
		json_decref(action);
	}
	jnl_action_free(&row);
	return rc < 0 ? -1 : 0;
}

/* ---- records ---- */

static int
take_planned(void *ctx, struct span line, struct err *e)
{
	struct dry *d = ctx;

	(void)e;
	buf_clear(&d->planned);
	buf_span(&d->planned, line);
	return 0;
}

/* The line has no plan: the same steps as match takes. */
static int
plan_now(struct dry *d, struct err *e)
{
	body_strip(d->rec);
	if (pln_add(d->planner, rec_line(d->rec), e) ||
	    pln_run(d->planner, take_planned, d, e) < 0)
		return -1;
	return rec_parse(d->rec, d->planned.p, d->planned.len, e);
}

/* 1 if something else was done, or is to be done here, for this client. */
static int
is_stale(struct dry *d, const struct keys *k, struct err *e)
{
	struct span basis = rec_str(d->rec, "plan.basis");
	const char *here = map_get(&d->basis, k->client);
	char *last = NULL, *known = NULL;
	int rc = 0;

	if (!here)
		rc = jnl_client(d->su->journal, k->client, &last, &known, e);
	if (!here)
		here = last ? last : "";
	if (rc >= 0)
		rc = !basis.p || !str_eq(basis, here);
	free(last);
	free(known);
	return rc;
}

/* What the next plan of this client must rest on. */
static void
note_basis(struct dry *d, const struct keys *k)
{
	struct span raw = rec_raw(d->rec, "plan");
	char next[BASIS_MAX];

	if (!raw.p)
		return;
	decide_basis(k->record, &raw, NULL, next);
	free(map_del(&d->basis, k->client));
	map_set(&d->basis, k->client, xstrdup(next));
}

/* The plan that counts: the journal's, the line's, or one that is made now. */
static int
find_plan(struct dry *d, const struct keys *k, const struct jnl_record *row,
    json_t **plan, struct buf *out, struct err *e)
{
	struct err bad = {0};
	struct span raw;
	int stale = 1;

	*plan = NULL;
	if (row->plan) {
		*plan = json_stored_load(row->plan);
		return 0;
	}
	if (rec_type(d->rec, "plan.actions") == REC_ARRAY) {
		stale = is_stale(d, k, e);
		if (stale > 0)
			buf_str(out, "  its plan is stale: something else was "
				     "done for this client; planned again\n");
	}
	if (stale < 0 || (stale && plan_now(d, e) < 0))
		return -1;
	note_basis(d, k);
	raw = rec_raw(d->rec, "plan");
	if (raw.p)
		*plan = json_text_load(raw, &bad);
	return 0;
}

static int
put_plan(struct dry *d, const json_t *plan, struct buf *out, struct err *e)
{
	const json_t *a, *actions = json_object_get(plan, "actions");
	size_t i;

	buf_fmt(out, "  matrix line %d, client=%s by=%s\n",
	    (int)json_integer_value(json_object_get(plan, "line")),
	    json_str(plan, "client") ? json_str(plan, "client") : "?",
	    json_str(plan, "by") ? json_str(plan, "by") : "?");
	json_array_foreach (actions, i, a)
		if (put_action(d, a, out, e) < 0)
			return -1;
	if (json_array_size(actions) == 0)
		buf_str(out, "  nothing to do\n");
	return 0;
}

/* Will nothing of it be sent, whatever its plan is? Says why. */
static bool
is_passed_over(
    const struct dry *d, const struct jnl_record *row, struct buf *out)
{
	struct span skip = rec_str(d->rec, "skip");
	int64_t got = row->key ? row->got : clock_now();

	if (row->key && jnl_final(row->state))
		buf_fmt(out, "  nothing: it is %s already\n",
		    jnl_state_name(row->state));
	else if (row->plan)
		return false;
	else if (skip.p)
		buf_fmt(out, "  nothing: %.*s\n", (int)skip.n, skip.p);
	else if (running_until(d->rec, decide_at(d->rec), got))
		buf_str(out, "  held: " RUNNING_MAYBE "\n");
	else if (rec_true(d->rec, "running"))
		buf_str(out, "  nothing: " RUNNING_WAS "\n");
	else
		return false;
	return true;
}

static int
put_record(struct dry *d, const struct keys *k, struct jnl_record *row,
    struct buf *out, struct err *e)
{
	struct span hold;
	json_t *plan;
	int rc;

	if (is_passed_over(d, row, out))
		return 0;
	if (rec_true(d->rec, "leg"))
		buf_str(
		    out, "  a further leg: nothing, if its call is there\n");
	if (find_plan(d, k, row, &plan, out, e) < 0)
		return -1;
	hold = rec_str(d->rec, "hold");
	if (!plan)
		buf_fmt(
		    out, "  held: %.*s\n", (int)hold.n, hold.p ? hold.p : "");
	rc = plan ? put_plan(d, plan, out, e) : 0;
	json_decref(plan);
	return rc;
}

int
dry_line(struct dry *d, struct span line, struct buf *out, struct err *e)
{
	struct jnl_record row = {0};
	struct keys k;
	int rc;

	if (rec_parse(d->rec, line.p, line.n, e) < 0 ||
	    decide_keys(&d->su->decider, d->rec, &k, e) < 0)
		return e->kind == ERR_INPUT ? 1 : -1;
	if (jnl_record(d->su->journal, k.record, &row, e) < 0)
		return -1;
	explain_head(d->rec, &k, out);
	rc = put_record(d, &k, &row, out, e);
	jnl_record_free(&row);
	return rc;
}
