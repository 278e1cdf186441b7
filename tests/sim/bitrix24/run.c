/* SPDX-License-Identifier: MIT */
/* One command, alone or in a batch: may it be, and what it answers. */
#include "b24.h"

#include "base/clock.h"
#include "io/jsonx.h"

#include <strings.h>

static bool
has_scope(const struct b24 *b, const char *scope)
{
	json_t *x;
	size_t i;

	if (!scope[0])
		return true;
	json_array_foreach (b->scopes, i, x) {
		const char *s = json_string_value(x);

		if (strcmp(s, scope) == 0 ||
		    (strcmp(scope, "user_brief") == 0 &&
			strncmp(s, "user", 4) == 0))
			return true;
	}
	return false;
}

/* A fault refuses this very command. */
static const char *
refused(const struct b24 *b, const char *method)
{
	const struct fault *f = b->sim->refuse;

	if (!f || b->direct || !f->name[0] || f->name[0] == '/')
		return NULL;
	return faults_match(f->name, method) ? f->arg : NULL;
}

static const struct {
	const char *code;
	int status;
	const char *text;
} codes[] = {
    {"QUERY_LIMIT_EXCEEDED", 503, "Too many requests"},
    {"OPERATION_TIME_LIMIT", 429,
	"Method is blocked due to operation time limit."},
    {"INVALID_CREDENTIALS", 401, "Invalid request credentials"},
    {"NO_AUTH_FOUND", 401, "Wrong authorization data"},
    {"expired_token", 401, "The access token provided has expired."},
    {"INVALID_REQUEST", 401, "Https required."},
    {"METHOD_CONFIRM_WAITING", 401, "Waiting for confirmation"},
    {"METHOD_CONFIRM_DENIED", 403, "Method call denied"},
    {"insufficient_scope", 403,
	"The request requires higher privileges than provided by the "
	"webhook token"},
    {"ACCESS_DENIED", 403, "REST API is available only on commercial plans."},
    {"WRONG_AUTH_TYPE", 403,
	"Current authorization type is denied for this method"},
    {"allowed_only_intranet_user", 403, "Allowed only for intranet users"},
    {"user_access_error", 403,
	"The user does not have access to the application."},
    {"PORTAL_DELETED", 500, "Portal was deleted"},
    {"OVERLOAD_LIMIT", 503, "REST API is blocked due to overload."},
    {"ERROR_METHOD_NOT_FOUND", 404, "Method not found!"},
    {"INTERNAL_SERVER_ERROR", 500, "Internal server error"},
    {"ERROR_UNEXPECTED_ANSWER", 500, "Server returned an unexpected response."},
    {"CRM_FIELD_ERROR_REQUIRED", 400, "Обязательное поле не заполнено<br>"},
    {"ERROR_CORE", 400, "Internal error<br>"},
    {"NOT_FOUND", 400, "Элемент не найден"},
};

void
b24_fail_code(struct b24_call *c, const char *code)
{
	const struct sim *s = c->b->sim;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		int status = codes[i].status;

		if (strcasecmp(code, codes[i].code) != 0)
			continue;
		if (status == 503 && code[0] == 'Q')
			status = (int)sim_num(s, "rate-status");
		if (strcmp(codes[i].code, "INVALID_CREDENTIALS") == 0)
			status = sim_is(s, "credentials", "401") ? 401 : 403;
		if (status == 404)
			status = sim_is(s, "no-method", "404") ? 404 : 400;
		b24_fail(c, status, codes[i].code, "%s", codes[i].text);
		return;
	}
	b24_fail(c, 400, code, "%s", "");
}

static bool
may_run(struct b24_call *c, const struct b24_entry *m, const char *method)
{
	struct b24 *b = c->b;
	const char *code = refused(b, method);

	if (!m)
		b24_fail_code(c, "ERROR_METHOD_NOT_FOUND");
	else if (b->direct)
		return true;
	else if (!has_scope(b, m->scope))
		b24_fail_code(c, "insufficient_scope");
	else if ((m->flags & APP_ONLY) && sim_is(b->sim, "webhook-calls", "no"))
		b24_fail_code(c, "WRONG_AUTH_TYPE");
	else if (code)
		b24_fail_code(c, code);
	else if (!b24_may_work(b, m->name))
		b24_fail_code(c, "OPERATION_TIME_LIMIT");
	return !c->failed;
}

void
b24_run(struct b24_call *c, const char *method, int64_t *cost_ms)
{
	const struct b24_entry *m = b24_find_method(method);

	c->status = 200;
	c->method = m ? m->name : method;
	*cost_ms = 1;
	if (may_run(c, m, method)) {
		m->run(c);
		*cost_ms = (int64_t)((double)(m->cost_ms + c->work_ms) *
				     c->b->sim->cost);
		if (!c->b->direct)
			b24_worked(c->b, m->name, *cost_ms);
	}
	if (c->failed) {
		json_decref(c->result);
		c->result = NULL;
	} else if (!c->result) {
		c->result = json_null();
	}
}

void
b24_call_free(struct b24_call *c)
{
	json_decref(c->result);
	json_decref(c->total);
	json_decref(c->next);
}

json_t *
b24_time_new(struct b24 *b, const char *method, int64_t ms)
{
	int64_t now = sim_now(b->sim), reset;
	double start = (double)now / 1000, took = (double)ms / 1000, worked;
	json_t *t = json_object();

	json_object_set_new(t, "start", json_real(start));
	json_object_set_new(t, "finish", json_real(start + took));
	json_object_set_new(t, "duration", json_real(took));
	json_object_set_new(t, "processing", json_real(took * 0.9));
	json_object_set_new(t, "date_start", b24_iso_new(now));
	json_object_set_new(t, "date_finish", b24_iso_new(now + ms));
	if (!method || sim_is(b->sim, "show-operating", "no"))
		return t;
	b24_operating(b, method, &worked, &reset);
	json_object_set_new(t, "operating_reset_at", json_integer(reset));
	json_object_set_new(t, "operating", json_real(worked));
	return t;
}
