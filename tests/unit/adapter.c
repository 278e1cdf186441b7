/* SPDX-License-Identifier: MIT */
/*
 * Plays transcripts to the adapters: tests/crm/DRIVER/SLUG/ has
 *
 *   txn.json     {"kind":"act"|"find"|"lookup"|"survey","spec":{…}}, perhaps
 *                with "refs" (a transaction begun anew), "match" (the
 *                project's rule), "facts" (what the adapter knows of the
 *                account) and "fake" (RINGO_FAKE, the fake CRM's traits);
 *                several that share requests: txn.1.json, txn.2.json, …
 *   request.1    what must be sent first: "METHOD PATH", header lines, an empty
 *                line, the body, a newline
 *   answer.1     "status 200", "status 429 wait 5000", "status 302 moved URL",
 *                "no-answer" or "not-sent" on a line, then the body and a
 *                newline
 *   request.2 …  and so on; not a request more
 *   end.json     {"verdict","scope","refused","wait","gone","found","refs",
 *                "result"}, where there is such a thing, "text" and "facts" if
 *                they matter (end.1.json, end.2.json, …)
 *
 * The adapter is all that runs: what the engine would do stands in this file,
 * once more and simpler.
 */
#include "../tap.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "call/project.h"
#include "crm/crm.h"
#include "io/jsonx.h"

#include <dirent.h>

enum { TXNS_MAX = 64 };

struct play {
	const char *dir;
	struct project project;
	struct crm crm;
	struct crm_txn txn[TXNS_MAX];
	json_t *file[TXNS_MAX]; /* txn.json, which spec lies in */
	bool back[TXNS_MAX];    /* through */
	size_t n, limit;
	struct buf wrong; /* what is wrong with it; empty: nothing yet */
};

/* ---- files ---- */

/* dir/name.no.suffix as a whole; false if it isn't there. no 0: without. */
static bool
slurp(const struct play *p, struct buf *out, const char *name, size_t no,
    const char *suffix)
{
	struct buf path = {0};
	char block[4096];
	size_t n;
	FILE *f;

	buf_fmt(&path, "%s/%s", p->dir, name);
	if (no)
		buf_fmt(&path, ".%zu", no);
	buf_str(&path, suffix);
	f = fopen(path.p, "r");
	buf_free(&path);
	if (!f)
		return false;
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		buf_add(out, block, n);
	fclose(f);
	return true;
}

/* A JSON file; NULL if it isn't there, or isn't JSON: then that is wrong. */
static json_t *
slurp_new(struct play *p, const char *name, size_t no)
{
	struct buf text = {0};
	struct err e = {0};
	json_t *v = NULL;

	if (slurp(p, &text, name, no, ".json")) {
		v = json_text_load((struct span){text.p, text.len}, &e);
		if (!v)
			buf_fmt(&p->wrong, "%s: %s", name, e.text);
	}
	buf_free(&text);
	return v;
}

/* ---- words ---- */

static const char *const kinds[] = {[CRM_LOOKUP] = "lookup",
    [CRM_ACT] = "act",
    [CRM_FIND] = "find",
    [CRM_SURVEY] = "survey",
    NULL};
static const char *const codes[] = {[CRM_OK] = "ok",
    [CRM_AGAIN] = "again",
    [CRM_DEAD] = "dead",
    [CRM_DOUBT] = "doubt",
    [CRM_GONE] = "gone",
    [CRM_OWNER] = "owner"};
static const char *const scopes[] = {
    [CRM_RECORD] = "record", [CRM_ACCOUNT] = "account", [CRM_LIMIT] = "limit"};
static const char *const founds[] = {[CRM_UNKNOWN] = "unknown",
    [CRM_FOUND] = "found",
    [CRM_ABSENT] = "absent",
    [CRM_NEVER] = "never"};

/* ---- the transactions ---- */

static void
load_txn(struct play *p, json_t *file)
{
	const char *kind = json_str(file, "kind"), *m = json_str(file, "match");
	struct crm_txn *t = &p->txn[p->n];
	size_t k = 0;

	while (kinds[k] && (!kind || strcmp(kinds[k], kind) != 0))
		k++;
	if (!kinds[k] || (m && !phone_match_word(m, &p->project.match)))
		buf_str(&p->wrong, "txn.json: kind or match");
	t->kind = (enum crm_kind)k;
	if (json_str(file, "fake"))
		setenv("RINGO_FAKE", json_str(file, "fake"), 1);
	json_object_update(p->crm.facts, json_object_get(file, "facts"));
	t->spec = json_object_get(file, "spec");
	t->refs = json_deep_copy(json_object_get(file, "refs"));
	p->file[p->n++] = file;
}

static void
load_txns(struct play *p)
{
	json_t *file = slurp_new(p, "txn", 0);

	if (file)
		load_txn(p, file);
	else
		while (
		    p->n < TXNS_MAX && (file = slurp_new(p, "txn", p->n + 1)))
			load_txn(p, file);
	if (p->n == 0 && !p->wrong.len)
		buf_str(&p->wrong, "no txn.json");
}

static void
advance(struct play *p, size_t i)
{
	struct crm_txn *t = &p->txn[i];
	json_t *data = t->verdict.data;

	json_decref(t->cmd.args);
	t->cmd = (struct crm_command){0};
	p->back[i] = p->crm.driver->step(&p->crm, t) == CRM_DONE;
	t->verdict.data = NULL;
	json_decref(data);
}

/* ---- requests and answers ---- */

/* The first transactions that may share a request. */
static size_t
gather(struct play *p, struct crm_txn **v)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n && n < p->limit; i++) {
		struct crm_txn *t = &p->txn[i];

		if (p->back[i])
			continue;
		if (n > 0 && (!t->cmd.bin || !v[0]->cmd.bin ||
				 strcmp(t->cmd.bin, v[0]->cmd.bin) != 0))
			continue;
		v[n++] = t;
	}
	return n;
}

static bool
check_request(struct play *p, const struct crm_request *r, size_t no)
{
	struct buf want = {0}, got = {0};
	bool same, there = slurp(p, &want, "request", no, "");

	buf_fmt(&got, "%s %s\n%s\n%s\n", r->method, buf_cstr(&r->path),
	    buf_cstr(&r->head), buf_cstr(&r->body));
	same = there && strcmp(got.p, buf_cstr(&want)) == 0;
	if (!same)
		buf_fmt(&p->wrong, "request %zu\n got: %s want: %s", no, got.p,
		    there ? buf_cstr(&want) : "none\n");
	buf_free(&want);
	buf_free(&got);
	return same;
}

/* "200", "429 wait 5000" or "302 moved https://host" */
static bool
read_status(struct span s, struct crm_answer *a)
{
	size_t n = s.n < 3 ? s.n : 3;
	struct span more = {s.p + n, s.n - n};
	int64_t status;

	if (!str_num((struct span){s.p, n}, 100, 599, &status))
		return false;
	a->status = (int)status;
	if (more.n > 7 && strncmp(more.p, " moved ", 7) == 0)
		snprintf(a->moved, sizeof(a->moved), "%.*s", (int)more.n - 7,
		    more.p + 7);
	else if (more.n > 6 && strncmp(more.p, " wait ", 6) == 0)
		return str_num((struct span){more.p + 6, more.n - 6}, 0,
		    INT32_MAX, &a->wait_ms);
	else
		return more.n == 0;
	return true;
}

static bool
read_answer(struct play *p, struct crm_answer *a, size_t no)
{
	struct buf text = {0};
	struct span head, body;
	bool fine = false;

	if (slurp(p, &text, "answer", no, "") && strchr(text.p, '\n')) {
		head = (struct span){text.p, strcspn(text.p, "\n")};
		body =
		    (struct span){text.p + head.n + 1, text.len - head.n - 1};
		if (body.n && body.p[body.n - 1] == '\n')
			body.n--;
		fine = true;
		if (str_eq(head, "no-answer"))
			a->how = CRM_NO_ANSWER;
		else if (str_eq(head, "not-sent"))
			a->how = CRM_NOT_SENT;
		else
			fine = head.n > 7 && !strncmp(head.p, "status ", 7) &&
			       read_status(
				   (struct span){head.p + 7, head.n - 7}, a);
		buf_span(&a->body, body);
	}
	if (!fine)
		buf_fmt(&p->wrong, "no answer.%zu, or not an answer", no);
	buf_free(&text);
	return fine;
}

/* What the engine makes of an answer that never came. */
static void
judge_silence(struct crm_txn *t, const struct crm_answer *a)
{
	if (a->how == CRM_NO_ANSWER && t->cmd.write)
		crm_verdict(t, CRM_DOUBT, CRM_RECORD, "no answer");
	else
		crm_verdict(t, CRM_AGAIN, CRM_ACCOUNT, "no answer");
}

static void
settle(struct play *p, struct crm_request *r)
{
	bool answered = r->answer.how == CRM_ANSWERED;

	if (answered && !p->crm.driver->unpack(&p->crm, r)) {
		if (r->n == 1)
			buf_str(&p->wrong, "one command alone got no verdict");
		p->limit = (r->n + 1) / 2;
		return;
	}
	for (size_t i = 0; i < r->n; i++) {
		size_t at = (size_t)(r->txns[i] - p->txn);

		if (!answered)
			judge_silence(r->txns[i], &r->answer);
		if (r->txns[i]->verdict.code == CRM_OK)
			advance(p, at);
		else
			p->back[at] = true;
	}
}

/* False when nothing is left to be sent, or something is wrong. */
static bool
one_request(struct play *p, size_t no)
{
	struct crm_request *r = xcalloc(1, sizeof(*r));
	bool sent = false;

	r->txns = xcalloc(TXNS_MAX, sizeof(struct crm_txn *));
	r->n = gather(p, r->txns);
	if (r->n > 0) {
		r->n = p->crm.driver->pack(&p->crm, r->txns, r->n, r);
		sent =
		    check_request(p, r, no) && read_answer(p, &r->answer, no);
	}
	if (sent)
		settle(p, r);
	crm_request_free(r);
	return sent && !p->wrong.len;
}

/* ---- the end ---- */

static json_t *
end_new(const struct crm_txn *t)
{
	const struct crm_verdict *v = &t->verdict;
	json_t *end = json_pack("{s:s}", "verdict", codes[v->code]);

	if (v->code != CRM_OK) {
		json_object_set_new(
		    end, "scope", json_string(scopes[v->scope]));
		json_object_set_new(end, "text", json_string(v->text));
	} else if (t->kind == CRM_FIND) {
		json_object_set_new(
		    end, "found", json_string(founds[t->found]));
	}
	if (v->refused)
		json_object_set_new(end, "refused", json_true());
	if (v->wait_ms)
		json_object_set_new(end, "wait", json_integer(v->wait_ms));
	if (v->gate)
		json_object_set_new(end, "gate", json_true());
	if (v->gone[0][0])
		json_object_set_new(
		    end, "gone", json_pack("[s,s]", v->gone[0], v->gone[1]));
	if (json_array_size(t->refs))
		json_object_set(end, "refs", t->refs);
	if (t->result)
		json_object_set(end, "result", t->result);
	return end;
}

static void
check_end(struct play *p, size_t i, size_t no)
{
	json_auto_t *want = slurp_new(p, "end", no), *got = end_new(&p->txn[i]);
	struct buf text = {0};

	if (json_object_get(want, "facts"))
		json_object_set(got, "facts", p->crm.facts);
	if (!json_object_get(want, "text"))
		json_object_del(got, "text");
	if (want && !json_equal(want, got)) {
		json_append(&text, got);
		buf_fmt(&p->wrong, "end %zu\n got: %s\nwant: ", no, text.p);
		json_append(&p->wrong, want);
	} else if (!want) {
		buf_fmt(&p->wrong, "no end %zu", no);
	}
	buf_free(&text);
}

static void
play(struct play *p)
{
	struct buf extra = {0};
	size_t no = 1;

	load_txns(p);
	for (size_t i = 0; i < p->n && !p->wrong.len; i++)
		advance(p, i);
	while (!p->wrong.len && one_request(p, no))
		no++;
	if (!p->wrong.len && slurp(p, &extra, "request", no, ""))
		buf_fmt(&p->wrong, "request %zu wasn't sent", no);
	buf_free(&extra);
	for (size_t i = 0; i < p->n && !p->wrong.len; i++)
		check_end(p, i, p->n == 1 ? 0 : i + 1);
}

/* The lines of text as comments. */
static void
diag(const char *text)
{
	for (size_t n = strcspn(text, "\n"); *text; n = strcspn(text, "\n")) {
		printf("# %.*s\n", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static void
play_dir(const struct crm_driver *d, const char *name, const char *dir)
{
	struct play *p = xcalloc(1, sizeof(*p));

	p->dir = dir;
	p->crm = (struct crm){.driver = d,
	    .project = &p->project,
	    .facts = json_object(),
	    .base = "https://crm.example/rest/17"};
	p->limit = d->pack_max;
	unsetenv("RINGO_FAKE");
	play(p);
	if (!ok(!p->wrong.len, "%s: %s", d->name, name))
		diag(p->wrong.p);
	for (size_t i = 0; i < p->n; i++) {
		crm_txn_clear(&p->txn[i]);
		json_decref(p->file[i]);
	}
	json_decref(p->crm.facts);
	buf_free(&p->wrong);
	free(p);
}

static int
not_hidden(const struct dirent *x)
{
	return x->d_name[0] != '.';
}

/* Every directory in dir, in order; returns how many. */
static int
each(const char *dir, const struct crm_driver *d)
{
	struct dirent **v = NULL;
	int n = scandir(dir, &v, not_hidden, alphasort);

	for (int i = 0; i < n; i++) {
		const char *name = v[i]->d_name;
		struct buf path = {0};

		buf_fmt(&path, "%s/%s", dir, name);
		if (d)
			play_dir(d, name, path.p);
		else if (crm_driver(name))
			ok(each(path.p, crm_driver(name)) > 0,
			    "%s has transcripts", name);
		else
			ok(false, "%s is a driver", name);
		buf_free(&path);
		free(v[i]);
	}
	free(v);
	return n;
}

int
main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "tests/crm";

	ok(each(dir, NULL) > 0, "there are transcripts in %s", dir);
	return tap_done();
}
