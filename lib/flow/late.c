/* SPDX-License-Identifier: MIT */
#include "flow/late.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/xalloc.h"
#include "flow/known.h"
#include "io/jsonx.h"
#include "matrix/rules.h"

/* Of the calls in client.known: {"key":TASK,"records":[ID,…]}. */
static const char member[] = "late";

struct others {
	const struct keys *keys;
	json_t *ids; /* owned */
	struct buf times;
	struct rec *rec;
};

/* An open task: somebody has to do something. */
static bool
is_open_task(const json_t *action)
{
	const char *does = json_str(action, "do");

	return does && strcmp(does, "task") == 0 &&
	       !json_is_true(json_object_get(action, "done"));
}

/* Its body goes into rec. */
static bool
is_missed(const struct jnl_record *r, struct rec *rec)
{
	struct err bad = {0};

	return rec_parse(rec, r->body, strlen(r->body), &bad) == 0 &&
	       rec_is(rec, "event", "call.ended") &&
	       rec_is(rec, "outcome", "missed");
}

static bool
is_late_missed(
    const struct jnl_record *r, struct rec *rec, const struct keys *k)
{
	struct err bad = {0};
	struct keys is;

	return !decide_is_live(r->at) && is_missed(r, rec) &&
	       keys_of(rec, false, &is, &bad) == 0 &&
	       strcmp(is.phone, k->phone) == 0;
}

static void
put_time(int64_t at, struct buf *out)
{
	time_t t = (time_t)(at / 1000);
	char text[32];
	struct tm tm;

	localtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm);
	buf_fmt(out, "%s%s", out->len ? ", " : "", text);
}

static int
add_other(void *ctx, const struct jnl_record *r, struct err *e)
{
	struct others *o = ctx;

	(void)e;
	if (!is_late_missed(r, o->rec, o->keys))
		return 0;
	json_array_append_new(o->ids, json_integer(r->id));
	put_time(r->at, &o->times);
	return 0;
}

/* A line more under the task's text. */
static void
name_others(const struct decider *d, json_t *task, const char *times)
{
	const struct text *t = matrix_text(d->matrix, "missed-too");
	const char *had = json_str(task, "text");
	struct buf text = {0};

	buf_fmt(&text, "%s%s%s %s", had ? had : "", had ? "\n" : "",
	    t ? t->body : "Also missed:", times);
	json_put(task, "text", text.p);
	buf_free(&text);
}

static int
remember(const struct decider *d, const struct keys *k, const char *key,
    json_t *ids, struct err *e)
{
	struct known kn;
	int rc = known_open(d->journal, k, &kn, e);

	json_object_set_new(kn.mine, member,
	    json_pack("{s:s, s:O}", "key", key, "records", ids));
	if (rc == 0)
		rc = known_save(d->journal, k, &kn, e);
	known_close(&kn);
	return rc;
}

/* The others into the plan's open tasks, and into the journal. */
static int
gather(const struct decider *d, struct others *o, json_t *plan, struct err *e)
{
	const char *key = NULL;
	json_t *a;
	size_t i;

	json_array_foreach (json_object_get(plan, "actions"), i, a) {
		if (!is_open_task(a))
			continue;
		name_others(d, a, o->times.p);
		if (!key)
			key = json_str(a, "key");
	}
	return key ? remember(d, o->keys, key, o->ids, e) : 0;
}

/* 1 if the record is named in a task that was made, *key. */
static int
is_named(const struct decider *d, const struct keys *k, int64_t id, char **key,
    struct err *e)
{
	const json_t *late, *x;
	struct known kn;
	bool named = false;
	size_t i;
	int rc = known_open(d->journal, k, &kn, e);

	late = json_object_get(kn.mine, member);
	json_array_foreach (json_object_get(late, "records"), i, x)
		named |= json_integer_value(x) == id;
	if (rc == 0 && named && json_str(late, "key"))
		rc =
		    decide_was_made(d->journal, json_str(late, "key"), NULL, e);
	if (rc > 0)
		*key = xstrdup(json_str(late, "key"));
	known_close(&kn);
	return rc;
}

int
late_gather(const struct decider *d, const struct keys *k,
    const struct jnl_record *r, json_t *plan, struct err *e)
{
	struct others o = {.keys = k, .ids = json_array(), .rec = rec_new()};
	char *key = NULL;
	int rc = 1;

	if (r->out && !k->hidden && is_late_missed(r, o.rec, k))
		rc = is_named(d, k, r->id, &key, e);
	if (rc == 0)
		rc = jnl_open_after(d->journal, r, add_other, &o, e);
	if (rc == 0 && json_array_size(o.ids))
		rc = gather(d, &o, plan, e);
	free(key);
	json_decref(o.ids);
	rec_free(o.rec);
	buf_free(&o.times);
	return rc < 0 ? -1 : 0;
}

int
late_named(const struct decider *d, const struct keys *k,
    const struct jnl_record *r, const json_t *action, char **key, struct err *e)
{
	struct rec *rec;
	bool missed;

	if (!is_open_task(action) || k->hidden)
		return 0;
	rec = rec_new();
	missed = is_missed(r, rec); /* it may have come again, changed */
	rec_free(rec);
	return missed ? is_named(d, k, r->id, key, e) : 0;
}
