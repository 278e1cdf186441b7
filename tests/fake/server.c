/* SPDX-License-Identifier: MIT */
/*
 * The fake CRM's server and the way there. Requests are carried out as they
 * come; their answers wait to be fetched, the last one first.
 */
#include "fake.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "call/project.h"
#include "crm/faults.h"
#include "crm/local_check.h"
#include "io/jsonx.h"
#include "items.h"

#include <poll.h>
#include <unistd.h>

enum { SLOTS = 3 };

struct fake {
	struct crm_transport base;
	const struct project *project;
	char *path, *log;
	struct local_crm crm;
	struct faults faults;
	struct {
		struct crm_request *req;
		int64_t ready; /* by clock_mono */
	} slot[SLOTS];
	size_t n;
};

/* DIR/requests says what was asked and what of it was done. */
static void
note(const struct fake *f, const char *what, const struct crm_request *req)
{
	FILE *log = fopen(f->log, "a");

	if (!log)
		return;
	fprintf(log, "%s %s %zu\n", what, req->path.p + 1, req->n);
	fclose(log);
}

/* ---- carrying out ---- */

static bool
run(struct fake *f, const char *sql)
{
	return local_db_run(f->crm.db, sql, NULL, NULL) == LOCAL_OK;
}

/* Each item in a savepoint of its own; NULL if the database failed. */
static json_t *
results_new(struct fake *f, const char *path, json_t *items, bool *bad)
{
	json_t *results = json_array(), *item;
	size_t i;

	*bad = false;
	json_array_foreach (items, i, item) {
		json_t *r = NULL;

		if (run(f, "SAVEPOINT item"))
			r = fake_item_new(&f->crm, path, item);
		if (json_object_get(r, "error")) {
			*bad = true;
			run(f, "ROLLBACK TO item");
		}
		if (!r || !run(f, "RELEASE item")) {
			json_decref(r);
			json_decref(results);
			return NULL;
		}
		json_array_append_new(results, r);
	}
	return results;
}

/* ---- answering ---- */

static void
answer(struct crm_request *req, int status, json_t *stolen)
{
	req->answer.how = CRM_ANSWERED;
	req->answer.status = status;
	if (stolen)
		json_append(&req->answer.body, stolen);
	json_decref(stolen);
}

static void
answer_rows(struct crm_request *req, json_t *results)
{
	json_t *rows = json_array(), *r;
	size_t i;

	json_array_foreach (results, i, r)
		json_array_extend(rows, json_object_get(r, "ok"));
	if (json_array_size(rows) > 0 ||
	    !(fake_is("none204") || fake_is("object") || fake_is("list"))) {
		answer(req, 200, json_pack("{s:o}", "items", rows));
		return;
	}
	json_decref(rows);
	if (fake_is("none204"))
		answer(req, 204, NULL);
	else
		answer(
		    req, 200, fake_is("object") ? json_object() : json_array());
}

static json_t *
request_id(json_t *items, size_t i)
{
	return json_object_get(json_array_get(items, i), "request_id");
}

/* The last one first, and where the trait says so not all. */
static void
answer_writes(struct crm_request *req, json_t *items, json_t *results)
{
	json_t *out = json_array(), *r;
	size_t n = json_array_size(results);
	bool partial = fake_is("partial") && n > 1;

	for (size_t i = n; i-- > 0;) {
		json_t *ok;

		if (partial && i % 2)
			continue;
		r = json_array_get(results, i);
		ok = json_object_get(r, "ok");
		r = ok ? json_copy(ok) : json_incref(r);
		json_object_set(r, "request_id", request_id(items, i));
		json_array_append_new(out, r);
	}
	answer(req, 200, json_pack("{s:o}", "items", out));
}

/* One bad item, and the request is refused: with names, or without. */
static void
refuse(struct crm_request *req, json_t *items, json_t *results)
{
	json_t *named = json_array(), *r;
	size_t i;

	if (fake_is("whole")) {
		r = json_array_get(results, 0);
		json_decref(named);
		answer(req, 400,
		    json_array_size(items) > 1 ? json_object()
					       : json_incref(r));
		return;
	}
	json_array_foreach (results, i, r) {
		json_t *error = json_object_get(r, "error");

		if (!error)
			continue;
		json_object_set(error, "request_id", request_id(items, i));
		json_array_append(named, error);
	}
	answer(req, 400, json_pack("{s:o}", "validation-errors", named));
}

static bool
refuses(void)
{
	return fake_is("named") || fake_is("stored") || fake_is("sure") ||
	       fake_is("whole");
}

static void
answer_results(struct fake *f, struct crm_request *req, json_t *items,
    json_t *results, bool bad)
{
	const char *path = req->path.p + 1;
	bool refused = bad && (refuses() || fake_reads(path));

	if (!run(f, refused && !fake_is("stored") ? "ROLLBACK" : "COMMIT")) {
		req->answer.how = CRM_NO_ANSWER;
		run(f, "ROLLBACK");
	} else if (refused) {
		refuse(req, items, results);
	} else if (fake_reads(path)) {
		answer_rows(req, results);
	} else {
		answer_writes(req, items, results);
	}
}

static void
carry_out(struct fake *f, struct crm_request *req)
{
	struct err e = {0};
	json_auto_t *root =
	    json_text_load((struct span){req->body.p, req->body.len}, &e);
	json_t *items = json_object_get(root, "items");
	const char *path = req->path.p + 1;
	size_t n = json_array_size(items);
	json_auto_t *results = NULL;
	bool bad;

	if (n == 0 || n > (fake_alone(path) ? 1 : FAKE_PACK_MAX)) {
		answer(req, 400, local_error_new("INVALID", "%zu items", n));
		return;
	}
	if (!f->crm.db ||
	    !run(f, fake_reads(path) ? "BEGIN" : "BEGIN IMMEDIATE") ||
	    !(results = results_new(f, path, items, &bad))) {
		answer(req, 500, NULL);
		if (f->crm.db)
			run(f, "ROLLBACK");
		return;
	}
	answer_results(f, req, items, results, bad);
	note(f, "done", req);
}

/* ---- the transport ---- */

static struct local_db *
open_db(struct fake *f, struct err *e)
{
	return local_db_open(f->path, &f->project->employees, e);
}

/* In another process, when nobody waits for it any more. */
static void
carry_out_late(struct fake *f, struct crm_request *req)
{
	struct err e = {0};
	bool child;

	local_db_close(f->crm.db);
	child = faults_fork(&f->faults);
	f->crm.db = open_db(f, &e);
	if (!child)
		return;
	carry_out(f, req);
	local_db_close(f->crm.db);
	_exit(0);
}

static void
start(struct crm_transport *tp, struct crm_request *req)
{
	struct fake *f = (struct fake *)tp;

	f->slot[f->n].req = req;
	f->slot[f->n].ready = clock_mono();
	note(f, "asked", req);
	if (!faults_before(&f->faults, req)) {
		f->crm.lag_ms = faults_lag(&f->faults);
		if (faults_late(&f->faults))
			carry_out_late(f, req);
		else
			carry_out(f, req);
		faults_after(&f->faults, req);
		f->slot[f->n].ready += faults_stall(&f->faults);
	}
	f->n++;
}

static struct crm_request *
wait_answer(struct crm_transport *tp, int timeout_ms, int fd)
{
	struct fake *f = (struct fake *)tp;
	int64_t now = clock_mono(), least = INT64_MAX;
	struct pollfd input = {.fd = fd, .events = POLLIN};

	for (size_t i = f->n; i-- > 0;) {
		struct crm_request *req = f->slot[i].req;

		if (f->slot[i].ready > now) {
			if (f->slot[i].ready - now < least)
				least = f->slot[i].ready - now;
			continue;
		}
		f->slot[i] = f->slot[--f->n];
		return req;
	}
	if (timeout_ms >= 0 && least > timeout_ms)
		least = timeout_ms;
	if (f->n && least > 0)
		poll(&input, 1, (int)least); /* fd -1 is passed over */
	return NULL;
}

static void
close_transport(struct crm_transport *tp)
{
	struct fake *f = (struct fake *)tp;

	for (size_t i = 0; i < f->n; i++)
		crm_request_free(f->slot[i].req);
	local_db_close(f->crm.db);
	faults_close(&f->faults);
	free(f->path);
	free(f->log);
	free(f);
}

struct crm_transport *
fake_open(struct crm *c, struct err *e)
{
	struct fake *f = xcalloc(1, sizeof(*f));

	f->base = (struct crm_transport){
	    .start = start,
	    .wait = wait_answer,
	    .close = close_transport,
	    .slots = fake_is("slots") ? SLOTS : 1,
	};
	f->project = c->project;
	f->path = project_path(c->project, "crm.db");
	f->log = project_path(c->project, "requests");
	if (fake_unknown()) {
		err_set(e, ERR_CONFIG, "RINGO_FAKE: %s is no trait",
		    fake_unknown());
		close_transport(&f->base);
		return NULL;
	}
	if (faults_open(&f->faults, e) < 0 || !(f->crm.db = open_db(f, e))) {
		close_transport(&f->base);
		return NULL;
	}
	return &f->base;
}
