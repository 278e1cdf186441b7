/* SPDX-License-Identifier: MIT */
#include "admin.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "io/jsonx.h"

/* {"a":…} on one line, an array an element a line. */
static void
give(struct sim_answer *a, json_t *v)
{
	json_t *x;
	size_t i;

	buf_str(&a->head, "Content-Type: application/x-ndjson\r\n");
	if (json_is_array(v)) {
		json_array_foreach (v, i, x) {
			json_append(&a->body, x);
			buf_chr(&a->body, '\n');
		}
	} else {
		json_append(&a->body, v);
		buf_chr(&a->body, '\n');
	}
}

static bool
show(struct sim *s, const char *what, const json_t *args, struct sim_answer *a)
{
	const struct sim_vendor *v = s->vendor;
	json_t *got;

	if (strcmp(what, "audit") == 0)
		got = v->audit(s->of_vendor, json_str(args, "marker"));
	else if (strcmp(what, "state") == 0)
		got = v->state(s->of_vendor, json_str(args, "compare") != NULL);
	else if (strcmp(what, "log") == 0)
		got = json_incref(s->log);
	else if (strcmp(what, "counts") == 0)
		got = json_pack("{s:I, s:O}", "requests",
		    (json_int_t)s->requests, "commands", s->counts);
	else
		return false;
	give(a, got);
	json_decref(got);
	return true;
}

/* -1 and e if the body is wrong; 1 if there is no such path. */
static int
change(struct sim *s, const char *what, const char *body, struct err *e)
{
	int64_t ms;

	if (strcmp(what, "faults") == 0)
		return faults_set(&s->faults, body, e);
	if (strcmp(what, "set") == 0)
		return sim_set(s, body, e);
	if (strcmp(what, "users") == 0)
		return s->vendor->users(s->of_vendor, str_span(body), e);
	if (strcmp(what, "secret") == 0) {
		free(s->secret);
		s->secret = xstrdup(body);
		return 0;
	}
	if (strcmp(what, "clock") != 0 && strcmp(what, "off") != 0)
		return 1;
	if (!str_num(str_trim(str_span(body)), 0, INT64_MAX / 4, &ms))
		return err_set(
		    e, ERR_CONFIG, "\"%s\" is no number of ms", body);
	if (strcmp(what, "clock") == 0)
		s->ahead += ms;
	else
		http_off(&s->http, ms);
	return 0;
}

bool
admin_handle(struct sim *s, const struct sim_parsed *p, struct sim_answer *a)
{
	const char *path = buf_cstr(&p->path), *what = path + 6;
	bool get = strcmp(p->r.in->method, "GET") == 0;
	struct sim_request r = p->r;
	struct err e = {0};
	int rc;

	if (strncmp(path, "/_sim/", 6) != 0)
		return false;
	if (strncmp(what, "rest/", 5) == 0) {
		r.path = what + 4;
		s->vendor->direct(s->of_vendor, &r, a);
		return true;
	}
	if (get && show(s, what, p->args, a))
		return true;
	rc = get ? 1 : change(s, what, buf_cstr(&r.in->body), &e);
	a->status = rc == 0 ? 200 : rc < 0 ? 400 : 404;
	buf_fmt(&a->body, "%s\n",
	    rc == 0  ? "done"
	    : rc < 0 ? e.text
		     : "no such path; see tests/sim/admin.h");
	return true;
}
