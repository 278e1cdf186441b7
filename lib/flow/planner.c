/* SPDX-License-Identifier: MIT */
/*
 * A record passes untouched if it is marked already (skip, a started plan),
 * marked `skip: duplicate` if the journal has finished it, with `hold` if its
 * client can't be looked up now, else with its plan. What is read of the
 * journal is read before the lookups: if push moves a client meanwhile, the
 * plan's basis is too old and push decides again. The journal is read in one
 * transaction before the lookups and in another behind them, since each costs
 * some ten system calls; neither is open while anybody is waited for.
 */
#include "flow/planner.h"

#include "base/map.h"
#include "base/str.h"
#include "base/xalloc.h"
#include "flow/account.h"
#include "flow/body.h"
#include "flow/explain.h"
#include "flow/overlay.h"
#include "io/jsonx.h"

enum { OVERLAY_CLIENTS = 65536 };

/* A client of the batch. */
struct who {
	char *last; /* client.last before the lookup; NULL: none */
	char *known;
	bool wanted; /* look it up */
	bool live;   /* some record of it is */
	json_t *spec;
	struct crm_txn txn;
	char hold[300]; /* why it could not be looked up */
};

struct item {
	struct rec *rec;
	struct keys keys;
	struct who *who;
	bool pass;       /* goes on as it is */
	bool duplicate;  /* the journal has finished it */
	struct buf said; /* while records are explained */
};

struct planner {
	const struct decider *d;
	struct engine *g;
	struct overlay *overlay;
	bool wanted; /* some client of the batch is to be looked up */
	struct account account;
	bool explain;
	struct item item[PLANNER_BATCH];
	size_t n;
	struct map clients; /* key → struct who */
};

struct planner *
pln_new(const struct decider *d, struct engine *g)
{
	struct planner *p = xcalloc(1, sizeof(*p));

	p->d = d;
	p->g = g;
	p->overlay = ovl_new(OVERLAY_CLIENTS);
	for (size_t i = 0; i < PLANNER_BATCH; i++)
		p->item[i].rec = rec_new();
	return p;
}

static void
who_free(void *ctx, void *value)
{
	struct who *w = value;

	(void)ctx;
	free(w->last);
	free(w->known);
	crm_txn_clear(&w->txn);
	json_decref(w->spec);
	free(w);
}

static void
end_batch(struct planner *p)
{
	map_each(&p->clients, who_free, NULL);
	map_free(&p->clients);
	p->n = 0;
	p->wanted = false;
}

void
pln_free(struct planner *p)
{
	if (!p)
		return;
	end_batch(p);
	for (size_t i = 0; i < PLANNER_BATCH; i++) {
		rec_free(p->item[i].rec);
		buf_free(&p->item[i].said);
	}
	ovl_free(p->overlay);
	free(p);
}

void
pln_explain(struct planner *p)
{
	p->explain = true;
}

size_t
pln_count(const struct planner *p)
{
	return p->n;
}

/* By phone, too: several numbers can share a client's lock. */
static struct who *
who_of(struct planner *p, const struct keys *k, struct err *e)
{
	char key[sizeof(k->client) + sizeof(k->phone) + 1];
	struct who *w;

	snprintf(key, sizeof(key), "%s|%s", k->client, k->phone);
	w = map_get(&p->clients, key);
	if (w)
		return w;
	w = xcalloc(1, sizeof(*w));
	map_set(&p->clients, key, w);
	if (jnl_client(p->d->journal, k->client, &w->last, &w->known, e) < 0)
		return NULL;
	return w;
}

/* Has the journal finished this record? */
static int
is_finished(struct planner *p, const struct keys *k, bool *yes, struct err *e)
{
	struct jnl_record r = {0};
	int rc = jnl_record(p->d->journal, k->record, &r, e);

	*yes = rc > 0 && jnl_final(r.state);
	jnl_record_free(&r);
	return rc < 0 ? -1 : 0;
}

/* Must the client be looked up, or does the overlay or the call know? */
static int
is_wanted(struct planner *p, struct item *it, bool *yes, struct err *e)
{
	json_t *view, *own, *mine = NULL;
	int rc;

	ovl_basis(p->overlay, it->keys.client, it->who->last);
	view = ovl_view_new(p->overlay, &it->keys, &mine);
	json_decref(mine);
	*yes = !view && !it->keys.hidden;
	json_decref(view);
	if (!*yes)
		return 0;
	rc = decide_frozen(p->d, &it->keys, &view, &own, e);
	json_decref(view);
	json_decref(own);
	*yes = rc == 0;
	return rc < 0 ? -1 : 0;
}

static int
add(struct planner *p, struct span line, struct err *e)
{
	struct item *it = &p->item[p->n];
	bool wanted;

	if (rec_parse(it->rec, line.p, line.n, e) < 0 ||
	    decide_keys(p->d, it->rec, &it->keys, e) < 0)
		return e->kind == ERR_INPUT ? 1 : -1;
	it->who = who_of(p, &it->keys, e);
	if (!it->who || is_finished(p, &it->keys, &it->duplicate, e) < 0)
		return -1;
	it->pass = rec_type(it->rec, "skip") == REC_STRING ||
		   rec_true(it->rec, "plan.started");
	if (!it->pass && !it->duplicate) {
		if (is_wanted(p, it, &wanted, e) < 0)
			return -1;
		it->who->wanted |= wanted;
		it->who->live |= decide_is_live(decide_at(it->rec));
		p->wanted |= wanted;
		if (wanted && !it->who->spec)
			it->who->spec =
			    decide_spec_new(it->rec, &it->keys, it->who->known);
	}
	p->n++;
	return 0;
}

int
pln_add(struct planner *p, struct span line, struct err *e)
{
	int rc = jnl_read(p->d->journal, e);

	if (rc == 0)
		rc = add(p, line, e);
	/* Who rejects it may have to wait. */
	if (rc > 0 && jnl_read_end(p->d->journal, e) < 0)
		rc = -1;
	return rc;
}

static void
submit(struct planner *p, struct who *w)
{
	crm_txn_clear(&w->txn);
	w->txn = (struct crm_txn){
	    .kind = CRM_LOOKUP, .spec = w->spec, .owner = w, .live = w->live};
	eng_submit(p->g, &w->txn);
}

/* Look up this client, if it is wanted and nobody said that it can't be. */
static void
start_lookup(void *ctx, void *value)
{
	struct planner *p = ctx;
	struct who *w = value;

	if (!w->wanted || w->hold[0] || w->txn.ended || w->txn.owner)
		return;
	/* While the account is down one client is the probe. */
	if (p->account.down && eng_pending(p->g))
		return;
	submit(p, w);
}

static void
hold_lookup(void *ctx, void *value)
{
	const struct planner *p = ctx;
	struct who *w = value;

	if (w->wanted && !w->txn.owner)
		snprintf(w->hold, sizeof(w->hold), "%s", p->account.why);
}

/* A lookup came back: found, to be asked again, or not to be had now. */
static int
looked_up(struct planner *p, struct who *w, bool probe, struct err *e)
{
	const struct crm_verdict *v = &w->txn.verdict;

	if (acct_judge(p->d->journal, &p->account, &w->txn, probe, e) < 0 ||
	    jnl_commit(p->d->journal, e) < 0)
		return -1;
	if (probe && !p->account.down)
		eng_gently(p->g);
	if (w->txn.ended || v->code == CRM_DEAD)
		return 0;
	if (v->code == CRM_AGAIN && v->scope == CRM_LIMIT &&
	    eng_waits(p->g, v->wait_ms))
		submit(p, w);
	else
		snprintf(w->hold, sizeof(w->hold), "%s", v->text);
	return 0;
}

static int
run_lookups(struct planner *p, struct err *e)
{
	map_each(&p->clients, start_lookup, p);
	while (eng_pending(p->g)) {
		bool probe = p->account.down;
		struct crm_txn *back, *next;

		if (eng_run(p->g, -1, -1, &back, e) < 0)
			return -1;
		for (; back; back = next) {
			next = back->next; /* it may be submitted again */
			if (looked_up(p, back->owner, probe, e) < 0)
				return -1;
		}
	}
	return 0;
}

/* Account down: nobody is looked up but, when its time has come, a probe. */
static int
look_up(struct planner *p, struct err *e)
{
	int rc;

	if (!p->wanted)
		return 0; /* nobody to ask for, no probe to take */
	if (acct_load(p->d->journal, &p->account, e) < 0)
		return -1;
	if (p->account.down) {
		rc = acct_claim(p->d->journal, &p->account, e);
		if (rc < 0 || jnl_commit(p->d->journal, e) < 0)
			return -1;
		if (rc > 0 && p->account.down && run_lookups(p, e) < 0)
			return -1;
	}
	if (p->account.down)
		map_each(&p->clients, hold_lookup, p);
	return run_lookups(p, e);
}

/* What is known of an item's client, and from where. */
struct sight {
	json_t *view, *own; /* owned */
	bool frozen;        /* the view is the one the call began with */
	const char *from;   /* for people */
};

/*
 * The call's in this stream, the call's in the journal, the client's in this
 * stream, or what was looked up. 0 with view NULL: can't be had (hidden, or
 * the lookup failed: who->hold).
 */
static int
sight_of(struct planner *p, struct item *it, struct sight *st, struct err *e)
{
	json_t *began;
	int rc;

	*st = (struct sight){.from = "as this input has planned so far"};
	st->view = ovl_view_new(p->overlay, &it->keys, &st->own);
	st->frozen = st->own != NULL;
	if (st->frozen)
		return 0;
	rc = decide_frozen(p->d, &it->keys, &began, &st->own, e);
	if (rc > 0) {
		json_decref(st->view);
		st->view = began;
		st->frozen = true;
		st->from = "as it was when this call began";
	}
	if (rc || st->view || it->keys.hidden)
		return rc < 0 ? -1 : 0;
	if (!it->who->txn.ended)
		return 0;
	st->from = "looked up in the CRM";
	st->view = decide_view_new(p->d, it->rec, it->who->txn.result, e);
	if (!st->view)
		return -1;
	ovl_lay(p->overlay, &it->keys, st->view);
	return 0;
}

static void
sight_free(struct sight *st)
{
	json_decref(st->view);
	json_decref(st->own);
}

static void
set_text(struct rec *rec, const char *key, const char *text)
{
	struct buf b = {0};

	json_quote(&b, str_span(text));
	rec_set(rec, key, b.p, b.len);
	buf_free(&b);
}

/* The plan goes into the record; basis: what later plans rest on. */
static void
set_plan(struct item *it, const json_t *plan, char basis[BASIS_MAX])
{
	struct buf b = {0};

	json_append(&b, plan);
	body_strip(it->rec);
	rec_set(it->rec, "plan", b.p, b.len);
	decide_basis(it->keys.record, &(struct span){b.p, b.len}, NULL, basis);
	buf_free(&b);
}

/* It goes on without a plan, which still moves its client's basis. */
static void
unplanned(struct planner *p, const struct item *it, const char *mark)
{
	char basis[BASIS_MAX];

	decide_basis(it->keys.record, NULL, mark, basis);
	ovl_planned(p->overlay, &it->keys, NULL, NULL, false, NULL, basis);
}

static void
pass(struct planner *p, struct item *it)
{
	struct span skip = rec_str(it->rec, "skip");

	if (p->explain)
		buf_fmt(&it->said, "  passes as it is: %.*s\n",
		    it->duplicate ? 21 : (int)skip.n,
		    it->duplicate ? "finished, a duplicate"
		    : skip.p      ? skip.p
				  : "");
	if (!it->duplicate) {
		unplanned(p, it, skip.p ? DECIDE_SKIPPED : DECIDE_UNKNOWN);
	} else if (!skip.p) {
		body_strip(it->rec);
		set_text(it->rec, "skip", "duplicate");
	}
}

static void
hold(struct planner *p, struct item *it)
{
	if (p->explain)
		buf_fmt(&it->said, "  can't be looked up: %s\n", it->who->hold);
	body_strip(it->rec);
	set_text(it->rec, "hold", it->who->hold);
}

static int
plan(struct planner *p, struct item *it, struct err *e)
{
	struct sight st;
	char after[BASIS_MAX];
	const char *basis;
	json_t *made;
	int rc;

	basis = ovl_basis(p->overlay, it->keys.client, it->who->last);
	rc = sight_of(p, it, &st, e);
	/*
	 * Never to be had, or not asked for, as it seemed to be known: push
	 * has come past it since. Then the plan is push's matter.
	 */
	if (rc == 0 && !st.view && !it->keys.hidden && !it->who->hold[0]) {
		body_strip(it->rec);
		unplanned(p, it, DECIDE_UNKNOWN);
	} else if (rc == 0 && !st.view && !it->keys.hidden) {
		hold(p, it);
	} else if (rc == 0) {
		made = decide_plan_new(p->d, it->rec, &it->keys, st.view,
		    st.own, basis ? basis : it->who->last);
		if (p->explain)
			explain_plan(
			    p->d, it->rec, st.view, st.from, made, &it->said);
		set_plan(it, made, after);
		ovl_planned(p->overlay, &it->keys, st.view, st.own, st.frozen,
		    made, after);
		json_decref(made);
	}
	sight_free(&st);
	return rc;
}

/* The record becomes what goes out, or its item what is said of it. */
static int
treat(struct planner *p, struct item *it, struct err *e)
{
	buf_clear(&it->said);
	if (p->explain)
		explain_head(it->rec, &it->keys, &it->said);
	if (!it->pass && !it->duplicate)
		return plan(p, it, e);
	pass(p, it);
	return 0;
}

static int
plan_all(struct planner *p, struct err *e)
{
	int rc = jnl_read(p->d->journal, e);

	for (size_t i = 0; rc == 0 && i < p->n; i++)
		rc = treat(p, &p->item[i], e);
	return rc < 0 ? -1 : jnl_read_end(p->d->journal, e);
}

int
pln_run(struct planner *p,
    int (*out)(void *ctx, struct span line, struct err *e), void *ctx,
    struct err *e)
{
	int rc = jnl_read_end(p->d->journal, e);

	if (rc == 0)
		rc = look_up(p, e);
	if (rc == 0)
		rc = plan_all(p, e);
	for (size_t i = 0; rc == 0 && i < p->n; i++) {
		struct item *it = &p->item[i];

		rc = out(ctx,
		    p->explain ? (struct span){it->said.p, it->said.len}
			       : rec_line(it->rec),
		    e);
	}
	end_batch(p);
	return rc;
}
