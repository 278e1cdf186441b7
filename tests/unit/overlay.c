/* SPDX-License-Identifier: MIT */
/*
 * What a stream knows that the journal doesn't yet. JSON is written with ' for
 * ", and views and owns are compared as text.
 */
#include "flow/overlay.h"

#include "base/str.h"
#include "io/jsonx.h"

#include "../tap.h"

static struct overlay *o;

/* Keys of a call's phase: keys_for("675550101", "1.2", "call.ended"). */
static struct keys
keys_for(const char *client, const char *call, const char *event)
{
	struct keys k = {.hidden = false};

	snprintf(k.client, sizeof(k.client), "%s", client);
	snprintf(k.call, sizeof(k.call), "%s", call);
	snprintf(k.record, sizeof(k.record), "%.40s/%.40s", call, event);
	return k;
}

static json_t *
json_new(const char *text)
{
	struct buf b = {0};
	struct err e = {0};
	json_t *v;

	if (!text)
		return NULL;
	for (; *text; text++)
		buf_chr(&b, *text == '\'' ? '"' : *text);
	v = json_text_load((struct span){b.p, b.len}, &e);
	if (!v) {
		printf("Bail out! %s: %s\n", b.p, e.text);
		exit(99);
	}
	buf_free(&b);
	return v;
}

/* Gives the reference back. */
static void
is_json(json_t *got, const char *want, const char *promise)
{
	struct buf b = {0};

	if (got)
		json_append(&b, got);
	for (size_t i = 0; i < b.len; i++)
		if (b.p[i] == '"')
			b.p[i] = '\'';
	is_str(b.p, want, "%s", promise);
	json_decref(got);
	buf_free(&b);
}

/* A record is planned: on a view, with what its call had, making actions. */
static void
planned(struct keys k, const char *view, const char *own, bool frozen,
    const char *actions)
{
	json_t *v = json_new(view), *w = json_new(own);
	json_t *plan = json_new("{}");

	json_object_set_new(plan, "actions", json_new(actions));
	ovl_planned(o, &k, v, w, frozen, plan, k.record);
	json_decref(v);
	json_decref(w);
	json_decref(plan);
}

static void
is_view(struct keys k, const char *view, const char *own, const char *promise)
{
	json_t *got_own;
	json_t *got = ovl_view_new(o, &k, &got_own);

	is_json(got, view, promise);
	is_json(got_own, own, "... and what the call has of its own");
}

#define NEW "{'new_contact':'client/380675550101'}"
#define CREATES                                                           \
	"[{'key':'client/380675550101','do':'create','entity':'contact'," \
	"'owner':'7'},{'key':'1.1/lead','do':'create','entity':'lead',"   \
	"'owner':'8'},{'key':'1.1/task.talked','do':'task','owner':'8'}]"
#define CONTACT "'contact':{'key':'client/380675550101','owner':'7'}"
#define LEAD "'lead':{'key':'1.1/lead','owner':'8'}"

static void
a_new_client(void)
{
	struct keys first = keys_for("675550101", "1.1", "call.ended");
	struct keys again = keys_for("675550101", "1.1", "call.analysed");
	struct keys second = keys_for("675550101", "1.2", "call.ended");
	struct keys other = keys_for("675550102", "1.3", "call.ended");
	json_t *view;

	o = ovl_new(10);
	is_view(first, NULL, NULL, "nobody is known at first");
	ok(!ovl_basis(o, "675550101", NULL), "... and rests on nothing");
	planned(first, NEW, NULL, false, CREATES);
	is_str(ovl_basis(o, "675550101", NULL), "1.1/call.ended",
	    "a plan is what the next one rests on");
	is_view(second,
	    "{'new_contact':'client/380675550101'," CONTACT "," LEAD "}", NULL,
	    "the client's next call sees what will be made");
	is_view(again, NEW, "{" CONTACT "," LEAD "}",
	    "the same call goes on with the view it began with");
	is_view(other, NULL, NULL, "another client isn't known by that");
	view = json_new("{'lead':{'id':'5','owner':'9'},'x':1}");
	ovl_lay(o, &first, view);
	is_json(view, "{" LEAD ",'x':1," CONTACT "}",
	    "a view that was looked up is laid over");
	view = json_new("{'x':1}");
	ovl_lay(o, &other, view);
	is_json(view, "{'x':1}", "... for nobody else");
	ovl_free(o);
}

static void
phases(void)
{
	struct keys ringing = keys_for("1", "1.1", "call.ringing");
	struct keys ended = keys_for("1", "1.1", "call.ended");
	struct keys analysed = keys_for("1", "1.1", "call.analysed");

	o = ovl_new(10);
	planned(ringing, NEW, NULL, false, "[]");
	is_view(
	    ended, NEW, NULL, "a phase that starts nothing freezes nothing");
	is_str(ovl_basis(o, "1", NULL), "1.1/call.ringing",
	    "... but the next one rests on it");
	planned(ended, NEW, "{'lead':{'key':'1.1/lead'}}", false,
	    "[{'key':'1.1/deal','do':'create','entity':'deal'}]");
	is_view(analysed, NEW,
	    "{'lead':{'key':'1.1/lead'},'deal':{'key':'1.1/deal'}}",
	    "what a call makes is added to what it had");
	planned(analysed, "{'lead':{'id':'5'}}", NULL, false,
	    "[{'key':'1.1/task.x','do':'task'}]");
	is_view(analysed, NEW,
	    "{'lead':{'key':'1.1/lead'},'deal':{'key':'1.1/deal'}}",
	    "a frozen view isn't replaced");
	ovl_free(o);
}

static void
old_views(void)
{
	struct keys frozen = keys_for("1", "1.1", "call.ended");
	struct keys next = keys_for("1", "1.2", "call.ended");
	struct keys hidden = keys_for("call:1.3", "1.3", "call.ended");
	json_t *view;

	o = ovl_new(10);
	planned(frozen, "{'contact':{'id':'1'}}", "{}", true,
	    "[{'key':'1.1/lead','do':'create','entity':'lead','owner':'8'}]");
	is_view(next, NULL, NULL,
	    "a view frozen long ago is no view for another call");
	view = json_new("{}");
	ovl_lay(o, &next, view);
	is_json(view, "{" LEAD "}", "... but what it will make counts");
	planned(next, "{}", NULL, false, "[]");
	is_view(keys_for("1", "1.4", "e"), "{" LEAD "}", NULL,
	    "... also over a later view");
	planned(hidden, NULL, NULL, false, "[]");
	is_str(ovl_basis(o, "call:1.3", NULL), "1.3/call.ended",
	    "a record without a view is rested on");
	is_view(hidden, NULL, NULL, "... and says nothing of the client");
	ovl_free(o);
}

static void
forgetting(void)
{
	struct keys k = keys_for("1", "1.1", "call.ended");

	o = ovl_new(10);
	planned(k, NEW, NULL, false, CREATES);
	is_str(ovl_basis(o, "1", "1.0/call.ended"), "1.1/call.ended",
	    "while push is behind, the stream knows more");
	ok(!ovl_basis(o, "1", "1.1/call.ended"),
	    "once push has come so far, the journal knows all");
	is_view(k, NULL, NULL, "... and the client is forgotten");
	ok(!ovl_basis(o, "1", NULL), "... for good");
	ovl_free(o);
}

static void
bounds(void)
{
	char client[20];

	o = ovl_new(3);
	for (int i = 0; i < 5; i++) {
		snprintf(client, sizeof(client), "%d", i);
		planned(keys_for(client, client, "e"), NEW, NULL, false, "[]");
		planned(keys_for("0", "0", "e"), NEW, NULL, false, "[]");
	}
	ok(ovl_basis(o, "0", NULL) && ovl_basis(o, "4", NULL) &&
		ovl_basis(o, "3", NULL),
	    "the clients planned for last are kept");
	ok(!ovl_basis(o, "1", NULL) && !ovl_basis(o, "2", NULL),
	    "... the others forgotten: there is a bound");
	ovl_free(o);
	ovl_free(NULL);
}

/* What it gives out is the caller's; what it got stays as it was. */
static void
ownership(void)
{
	struct keys k = keys_for("1", "1.1", "e"),
		    next = keys_for("1", "2", "e");
	json_t *view = json_new(NEW), *own = NULL, *got;
	json_t *plan = json_new("{'actions':" CREATES "}");

	o = ovl_new(3);
	ovl_planned(o, &k, view, NULL, false, plan, k.record);
	json_object_clear(view);
	json_object_clear(plan);
	got = ovl_view_new(o, &next, &own);
	json_object_del(got, "contact");
	json_object_set_new(got, "lead", json_true());
	json_decref(got);
	is_view(next,
	    "{'new_contact':'client/380675550101'," CONTACT "," LEAD "}", NULL,
	    "a caller may change the view it got");
	got = ovl_view_new(o, &k, &own);
	json_object_del(own, "lead");
	json_decref(got);
	json_decref(own);
	is_view(k, NEW, "{" CONTACT "," LEAD "}", "... and the call's own");
	json_decref(view);
	json_decref(plan);
	ovl_free(o);
}

/* Killed in the middle and fed again: the call has its own already. */
static void
an_earlier_run_began_it(void)
{
	struct keys k = keys_for("675550101", "1.1", "call.ended");
	struct keys next = keys_for("675550101", "1.2", "call.ended");
	json_t *view;

	o = ovl_new(10);
	planned(k, NEW,
	    "{'contact':{'key':'client/380675550101'},"
	    "'lead':{'key':'1.1/lead'}}",
	    true, CREATES);
	is_view(next, NULL, NULL, "an old view says nothing of other calls");
	view = json_new("{'contact':{'id':'3','owner':'9'}}");
	ovl_lay(o, &next, view);
	is_json(view,
	    "{'contact':{'id':'3','owner':'9'},'lead':{'key':'1.1/lead'}}",
	    "what the CRM shows counts, what it doesn't show yet is added");
	ovl_free(o);
}

int
main(void)
{
	an_earlier_run_began_it();
	a_new_client();
	phases();
	old_views();
	forgetting();
	bounds();
	ownership();
	return tap_done();
}
