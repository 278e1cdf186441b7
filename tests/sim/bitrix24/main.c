/* SPDX-License-Identifier: MIT */
#include "b24.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "io/jsonx.h"

#include <strings.h>

static const struct sim_switch switches[] = {
    {"mode", "1|2", NULL, "CRM with leads, or simple: leads become deals"},
    {"admin", "yes|no", NULL, "is the webhook's owner an administrator?"},
    {"scopes", "", "crm,task,user_basic,department,telephony",
	"what the webhook may"},
    {"webhook-calls", "no|yes", NULL, "register and finish by webhook"},
    {"phones", "digits|whole", NULL, "findbycomm: punctuation doesn't count"},
    {"contact-filter", "primary|any", NULL, "CONTACT_ID of a deal's filter"},
    {"contact-ids", "refuse|match", NULL, "contactIds in crm.item's filter"},
    {"origin-filter", "yes|no", NULL, "ORIGIN_ID in filters"},
    {"xml-id-filter", "ignore|match", NULL, "XML_ID in tasks.task.list"},
    {"task-status", "ignore|store", NULL, "STATUS 5 in tasks.task.add"},
    {"complete-twice", "refuse|accept", NULL, "of a completed task"},
    {"bare-date", "server|utc|refuse", NULL, "dates without an offset"},
    {"uf-head", "yes|no", NULL, "department.get tells the head"},
    {"import-phone", "both|fm|PHONE", NULL, "phones of batchImport"},
    {"whole-reference", "yes|no", NULL, "$result[…] may be an array"},
    {"owner-check", "no|yes", NULL, "CRM objects need an active user"},
    {"language", "ru|en", NULL, "of what tasks say"},
    {"shuffle", "yes|no", NULL, "lists without order come in any order"},
    {"show-operating", "yes|no", NULL, "in time"},
    {"rate-status", "503|429", NULL, "of QUERY_LIMIT_EXCEEDED"},
    {"credentials", "401|403", NULL, "of INVALID_CREDENTIALS"},
    {"no-method", "404|400", NULL, "of ERROR_METHOD_NOT_FOUND"},
    {"gateway", "504|cut", NULL, "what ends a request of 60 s"},
    {"burst", "", "50", "requests that fit into the bucket"},
    {"rate", "", "2", "that flow out of it each second"},
    {"operating", "", "480", "seconds of work a method in 10 minutes; 0: any"},
    {0},
};

/* ---- the portal ---- */

static json_t *
scopes_new(const struct sim *s)
{
	struct span rest = str_span(sim_get(s, "scopes"));
	json_t *list = json_array();

	while (rest.n) {
		const char *comma = memchr(rest.p, ',', rest.n);
		size_t n = comma ? (size_t)(comma - rest.p) : rest.n;

		json_array_append_new(list, json_stringn(rest.p, n));
		n += comma != NULL;
		rest.p += n;
		rest.n -= n;
	}
	return list;
}

static void *
b24_open(struct sim *s)
{
	static const char staff[] =
	    "{\"ID\":1,\"NAME\":\"Ганна\",\"LAST_NAME\":\"Адмін\"}\n"
	    "{\"ID\":7,\"NAME\":\"Олена\",\"LAST_NAME\":\"Коваленко\","
	    "\"UF_PHONE_INNER\":\"101\"}\n"
	    "{\"ID\":8,\"NAME\":\"Іван\",\"LAST_NAME\":\"Петренко\","
	    "\"UF_PHONE_INNER\":\"102\"}\n"
	    "{\"ID\":9,\"NAME\":\"Мар'яна\",\"LAST_NAME\":\"Шевчук\","
	    "\"UF_PHONE_INNER\":\"103\"}\n";
	struct b24 *b = xcalloc(1, sizeof(*b));
	struct err e = {0};

	b->sim = s;
	b->owner = 1;
	b->next_multi = 1;
	b->next_uf = 801;
	/* Ids of different things differ, so that none passes for another. */
	for (int i = 0; i < B24_KINDS; i++)
		b->t[i].first = (int64_t)(i + 1) * 1000001;
	for (int i = 0; i < 4; i++)
		b->uf[i] = json_object();
	b24_users_load(b, str_span(staff), &e);
	return b;
}

static void
free_usage(void *ctx, void *value)
{
	(void)ctx;
	free(value);
}

static void
b24_close(void *vendor)
{
	struct b24 *b = vendor;

	for (int i = 0; i < B24_KINDS; i++)
		b24_table_free(&b->t[i]);
	for (int i = 0; i < 4; i++)
		json_decref(b->uf[i]);
	json_decref(b->users);
	json_decref(b->scopes);
	map_each(&b->usage, free_usage, NULL);
	map_free(&b->usage);
	free(b);
}

static int
b24_users(void *vendor, struct span text, struct err *e)
{
	return b24_users_load(vendor, text, e);
}

static void
b24_greet(void *vendor, struct buf *out)
{
	const struct b24 *b = vendor;

	buf_fmt(out, "/rest/%lld/%s/", (long long)b->owner, b->sim->secret);
}

/* ---- a request ---- */

/*
 * What follows the key: the method without ".json" and "/". NULL and the
 * error's code if the address is wrong.
 */
static char *
method_of(const struct b24 *b, const char *path, const char **code)
{
	struct span user, key, rest = str_span(path);
	const char *slash;
	int64_t id = 0;

	*code = "";
	if (strncmp(path, "/rest/", 6) != 0 ||
	    strncmp(path, "/rest/api/", 10) == 0)
		return NULL;
	rest = str_span(path + 6);
	slash = strchr(rest.p, '/');
	*code = "ERROR_METHOD_NOT_FOUND";
	if (!slash)
		return NULL;
	user = (struct span){rest.p, (size_t)(slash - rest.p)};
	if (!str_num(user, 1, INT64_MAX, &id))
		return NULL;
	rest = str_span(slash + 1);
	slash = strchr(rest.p, '/');
	if (!slash)
		return NULL;
	key = (struct span){rest.p, (size_t)(slash - rest.p)};
	*code = "INVALID_CREDENTIALS";
	if (id != b->owner || !str_eq(key, b->sim->secret))
		return NULL;
	rest = str_span(slash + 1);
	if (rest.n && rest.p[rest.n - 1] == '/')
		rest.n--;
	if (rest.n > 5 && strncmp(rest.p + rest.n - 5, ".json", 5) == 0)
		rest.n -= 5;
	return xstrndup(rest.p, rest.n);
}

static json_t *
b24_commands(void *vendor, const struct sim_request *r)
{
	const char *code;
	char *method = method_of(vendor, r->path, &code);
	json_t *list;

	if (method && strcasecmp(method, "batch") == 0) {
		list = b24_batch_commands(r->args);
		json_array_insert_new(list, 0, json_string("batch"));
	} else {
		list = json_array();
		json_array_append_new(list, json_string(method ? method : "?"));
	}
	free(method);
	return list;
}

static void
say(struct sim_answer *a, int status, const json_t *v)
{
	a->status = status;
	buf_clear(&a->body);
	buf_str(&a->head, "Content-Type: application/json; charset=utf-8\r\n");
	json_append(&a->body, v);
}

static void
say_error(struct sim_answer *a, const struct b24_call *c)
{
	json_t *v = json_pack(
	    "{s:s, s:s}", "error", c->code, "error_description", c->text);

	say(a, c->status, v);
	json_decref(v);
	if (!a->notes)
		a->notes = json_object();
	json_object_set_new(a->notes, "", json_string(c->code));
}

static void
b24_refuse(void *vendor, const char *code, struct sim_answer *a)
{
	struct b24_call c = {.b = vendor};

	b24_fail_code(&c, code);
	say_error(a, &c);
}

static void
single(struct b24 *b, const char *method, const struct sim_request *r,
    struct sim_answer *a)
{
	struct b24_call c = {.b = b, .args = r->args};
	json_t *v;

	if (json_is_array(r->body))
		c.list = r->body;
	b24_run(&c, method, &a->cost_ms);
	if (c.failed) {
		say_error(a, &c);
	} else {
		v = json_object();
		json_object_set(v, "result", c.result);
		if (c.next)
			json_object_set(v, "next", c.next);
		if (c.total)
			json_object_set(v, "total", c.total);
		json_object_set_new(
		    v, "time", b24_time_new(b, c.method, a->cost_ms));
		say(a, 200, v);
		json_decref(v);
	}
	b24_call_free(&c);
}

static void
execute(struct b24 *b, const char *method, const struct sim_request *r,
    struct sim_answer *a)
{
	json_decref(b->scopes);
	b->scopes = scopes_new(b->sim);
	if (strcasecmp(method, "batch") == 0)
		b24_batch(b, r, a);
	else
		single(b, method, r, a);
	if (a->cost_ms < B24_REQUEST_MS)
		return;
	/* What was done is done. */
	buf_clear(&a->head);
	buf_clear(&a->body);
	a->cost_ms = B24_REQUEST_MS;
	a->status = sim_is(b->sim, "gateway", "504") ? 504 : 0;
	if (a->status)
		buf_str(&a->body, "<html><h1>504 Gateway Time-out</h1></html>");
}

static void
b24_handle(void *vendor, const struct sim_request *r, struct sim_answer *a)
{
	struct b24 *b = vendor;
	const struct fault *f = b->sim->refuse;
	const char *code;
	char *method = method_of(b, r->path, &code);
	bool whole = f && (!f->name[0] || f->name[0] == '/' ||
			      faults_match(f->name, "batch"));

	if (!method && !code[0]) {
		a->status = 404;
		buf_str(&a->body, "<html><h1>404 Not Found</h1></html>\n");
	} else if (!method || whole) {
		b24_refuse(b, method ? f->arg : code, a);
	} else if (!b24_draw(b)) {
		b24_refuse(b, "QUERY_LIMIT_EXCEEDED", a);
	} else {
		execute(b, method, r, a);
	}
	free(method);
}

static void
b24_direct(void *vendor, const struct sim_request *r, struct sim_answer *a)
{
	struct b24 *b = vendor;

	b->direct = true;
	execute(b, r->path + 1, r, a);
	a->cost_ms = 0;
	b->direct = false;
}

int
main(int argc, char **argv)
{
	static const struct sim_vendor bitrix24 = {
	    .program = "sim-bitrix24",
	    .about = "Plays a Bitrix24 portal on 127.0.0.1. It prints the "
		     "address of its webhook.",
	    .switches = switches,
	    .open = b24_open,
	    .close = b24_close,
	    .users = b24_users,
	    .commands = b24_commands,
	    .handle = b24_handle,
	    .direct = b24_direct,
	    .refuse = b24_refuse,
	    .throttle = "QUERY_LIMIT_EXCEEDED",
	    .revoked = "INVALID_CREDENTIALS",
	    .audit = b24_audit,
	    .state = b24_state,
	    .greet = b24_greet,
	};

	return sim_main(&bitrix24, argc, argv);
}
