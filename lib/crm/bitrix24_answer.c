/* SPDX-License-Identifier: MIT */
/*
 * What Bitrix24's refusals mean. A call that is refused in a batch comes with
 * HTTP status 200; a batch that is refused whole, with its own status. Status,
 * code and words are judged together: a code may be empty, a number or a whole
 * sentence, and its case varies.
 *
 * Behind each row: where the vendor says so, as the path of its documentation's
 * page (github.com/bitrix24/b24restdocs), or who has seen it.
 */
#include "crm/bitrix24.h"

#include "base/str.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

static const char revoked[] =
    "Bitrix24 doesn't know this webhook (any more); make a new one (Developer "
    "resources, Inbound webhook), put its address into secrets/bitrix24, run "
    "ringo-check";
static const char scopes[] =
    "the webhook may not do this; edit it in Bitrix24 (Developer resources), "
    "tick crm, task, user_basic and telephony";
static const char rights[] =
    "the webhook's owner may not do this; make the webhook as an administrator";
static const char moved[] = "the portal has moved, nobody knows where";
static const char plan[] =
    "the portal's plan has no REST API (any more); that is a matter of its "
    "subscription";
static const char support[] =
    "REST is blocked on this portal; ask Bitrix24's support";

enum { ANY = 0, IN_BATCH = 200, REDIRECTED = 300 };

static const struct row {
	int status;         /* ANY, or REDIRECTED for 301 to 308 */
	const char *code;   /* NULL: any */
	const char *phrase; /* in the words or the code; NULL: any */
	enum crm_code verdict;
	enum crm_scope scope;
	const char *help; /* instead of the vendor's words */
} table[] = {
    /* limits.md: not executed, may be repeated; in 2024 it was 429 */
    {ANY, "QUERY_LIMIT_EXCEEDED", NULL, CRM_AGAIN, CRM_LIMIT, NULL},
    /* limits.md: refused before it is executed, until operating_reset_at */
    {ANY, "OPERATION_TIME_LIMIT", NULL, CRM_AGAIN, CRM_LIMIT, NULL},
    {429, NULL, NULL, CRM_AGAIN, CRM_LIMIT, NULL},
    /* _includes/system-errors.md: a manual block of REST */
    {ANY, "OVERLOAD_LIMIT", NULL, CRM_AGAIN, CRM_ACCOUNT, support},
    /* _includes/system-errors.md: the public part is closed */
    {ANY, "PORTAL_DELETED", NULL, CRM_AGAIN, CRM_ACCOUNT, support},
    /* settings/how-to-call-rest-api/change-domen.md */
    {REDIRECTED, NULL, NULL, CRM_AGAIN, CRM_ACCOUNT, moved},
    /* _includes/system-errors.md; github.com/bitrix24/b24jssdk/issues/500 */
    {ANY, "INVALID_CREDENTIALS", NULL, CRM_AGAIN, CRM_ACCOUNT, revoked},
    {ANY, "NO_AUTH_FOUND", NULL, CRM_AGAIN, CRM_ACCOUNT, revoked},
    {ANY, "expired_token", NULL, CRM_AGAIN, CRM_ACCOUNT, revoked},
    {ANY, "INVALID_REQUEST", "https", CRM_AGAIN, CRM_ACCOUNT, NULL},
    {ANY, "insufficient_scope", NULL, CRM_AGAIN, CRM_ACCOUNT, scopes},
    {ANY, "user_access_error", NULL, CRM_AGAIN, CRM_ACCOUNT, rights},
    {ANY, "allowed_only_intranet_user", NULL, CRM_AGAIN, CRM_ACCOUNT, rights},
    {ANY, "ACCESS_DENIED", "commercial plans", CRM_AGAIN, CRM_ACCOUNT, plan},
    /* rest-v3.md: unknown, or invisible for lack of scope; the webhook's
     * address without its user looks the same (b24pysdk/pull/3) */
    {ANY, "ERROR_METHOD_NOT_FOUND", NULL, CRM_AGAIN, CRM_ACCOUNT, scopes},
    {401, NULL, NULL, CRM_AGAIN, CRM_ACCOUNT, revoked},
    {403, NULL, NULL, CRM_AGAIN, CRM_ACCOUNT, rights},
    /* telephony/index.md: not with a webhook */
    {ANY, "WRONG_AUTH_TYPE", NULL, CRM_DEAD, CRM_RECORD, NULL},
    /* batch.md: for those behind the fiftieth */
    {ANY, "ERROR_BATCH_LENGTH_EXCEEDED", NULL, CRM_AGAIN, CRM_RECORD, NULL},
    {ANY, "ERROR_BATCH_METHOD_NOT_ALLOWED", NULL, CRM_DEAD, CRM_RECORD, NULL},

    /* crm/timeline/comments/crm-timeline-comment-add.md, todo, binding */
    {IN_BATCH, "OWNER_NOT_FOUND", NULL, CRM_GONE, CRM_RECORD, NULL},
    /* crm/universal/crm-item-update.md */
    {IN_BATCH, "NOT_FOUND", NULL, CRM_GONE, CRM_RECORD, NULL},
    /* crm/timeline/activities/activity-base/crm-activity-add.md */
    {IN_BATCH, NULL, "Could not find '", CRM_GONE, CRM_RECORD, NULL},
    {IN_BATCH, NULL, "Could not build binding", CRM_GONE, CRM_RECORD, NULL},
    /* telephony/telephony-external-call-register.md */
    {IN_BATCH, NULL, "User is not found or is not active", CRM_OWNER,
	CRM_RECORD, NULL},
    /* telephony/telephony-external-call-finish.md: ended already, or never
     * begun; seen with an empty code */
    {IN_BATCH, NULL, "Call is not found", CRM_DEAD, CRM_RECORD, NULL},
    /* crm/deals/contacts, crm/leads: the entity itself */
    {IN_BATCH, "", "Not found", CRM_GONE, CRM_RECORD, NULL},

    /* crm/universal, crm/leads, tasks/tasks-task-add.md, task-complete.md,
     * telephony: data that will be refused again */
    {IN_BATCH, "", NULL, CRM_DEAD, CRM_RECORD, NULL},
    {IN_BATCH, "0", NULL, CRM_DEAD, CRM_RECORD, NULL},
    {IN_BATCH, "100", NULL, CRM_DEAD, CRM_RECORD, NULL},
    {IN_BATCH, "-", NULL, CRM_DEAD, CRM_RECORD, NULL},
    {IN_BATCH, "ERROR_CORE", NULL, CRM_DEAD, CRM_RECORD, NULL},
    {IN_BATCH, "ERROR_ARGUMENT", NULL, CRM_DEAD, CRM_RECORD, NULL},
    {IN_BATCH, "INVALID_ARGUMENT", NULL, CRM_DEAD, CRM_RECORD, NULL},
    {IN_BATCH, "INVALID_ARG_VALUE", NULL, CRM_DEAD, CRM_RECORD, NULL},
    {IN_BATCH, "WRONG_DATETIME_FORMAT", NULL, CRM_DEAD, CRM_RECORD, NULL},
    {IN_BATCH, "ACCESS_DENIED", NULL, CRM_DEAD, CRM_RECORD, NULL},
    {IN_BATCH, NULL, "CRM_FIELD_ERROR_", CRM_DEAD, CRM_RECORD, NULL},
    {IN_BATCH, NULL, "_ITEM_RESTRICTED", CRM_DEAD, CRM_RECORD, NULL},
    /* crm/duplicates/crm-duplicate-find-by-comm.md: the code is a sentence */
    {IN_BATCH, "Access denied", NULL, CRM_DEAD, CRM_RECORD, NULL},
};

static bool
has_status(const struct row *r, int status)
{
	if (r->status == REDIRECTED)
		return status > 300 && status < 309 && status != 304;
	return r->status == ANY || r->status == status;
}

static const struct row *
row(int status, const char *code, const char *words)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const struct row *r = &table[i];

		if (!has_status(r, status) ||
		    (r->code && (!code || !str_ieq(str_span(code), r->code))))
			continue;
		if (!r->phrase || strcasestr(words ? words : "", r->phrase) ||
		    strcasestr(code ? code : "", r->phrase))
			return r;
	}
	return NULL;
}

/* ---- who is gone ---- */

static void
set_gone(struct crm_verdict *v, const char *role, const char *id)
{
	snprintf(v->gone[0], sizeof(v->gone[0]), "%s", role ? role : "");
	snprintf(v->gone[1], sizeof(v->gone[1]), "%s", role && id ? id : "");
}

/* "Could not find 'CONTACT' with ID: 14" says who; else the command does. */
static void
judge_gone(struct crm_txn *t, const char *words)
{
	static const char *const roles[] = {ROLE_CONTACT, ROLE_LEAD, ROLE_DEAL};
	const char *who = words ? strcasestr(words, "could not find '") : NULL;
	const char *id = who ? strcasestr(who, "ID:") : NULL;
	char digits[24] = "";

	if (!who)
		set_gone(&t->verdict, json_str(t->cmd.args, "role"),
		    json_str(t->cmd.args, "id"));
	if (id) {
		id += strspn(id, "IDid: ");
		snprintf(digits, sizeof(digits), "%.*s",
		    (int)strspn(id, "0123456789"), id);
	}
	for (size_t i = 0; who && digits[0] && i < 3; i++)
		if (strncasecmp(who + strlen("could not find '"), roles[i],
			strlen(roles[i])) == 0)
			set_gone(&t->verdict, roles[i], digits);
}

/* ---- limits ---- */

double
b24_seconds(const json_t *time)
{
	double s = json_number_value(json_object_get(time, "duration"));

	return s > 0 ? s : 0;
}

/* By the portal's own clock, which its answers say. */
static int64_t
reset_ms(const json_t *time)
{
	double reset =
	    json_number_value(json_object_get(time, "operating_reset_at"));
	double now = json_number_value(json_object_get(time, "finish"));
	double s = reset - now;

	return reset > 0 && now > 0 && s > 0 && s < 86400 ? (int64_t)(s * 1000)
							  : 0;
}

/* ---- verdicts ---- */

void
b24_judge_unusable(struct crm_txn *t, const struct crm_answer *a)
{
	crm_verdict(t, t->cmd.write ? CRM_DOUBT : CRM_AGAIN, CRM_RECORD,
	    "unusable answer, status %d: %.100s", a->status,
	    buf_cstr(&a->body));
}

static void
judge_by(struct crm_txn *t, const struct row *r, const char *code,
    const char *words, const json_t *time)
{
	const char *why = words && words[0] ? words
			  : code && code[0] ? code
					    : "refused without a word";

	if (r->help && code && code[0])
		crm_verdict(
		    t, r->verdict, r->scope, "%s (%.60s)", r->help, code);
	else
		crm_verdict(
		    t, r->verdict, r->scope, "%s", r->help ? r->help : why);
	if (r->verdict == CRM_GONE)
		judge_gone(t, words);
	/* Another webhook mends that, or another owner of it. */
	t->verdict.refused =
	    r->help == revoked || r->help == scopes || r->help == rights;
	if (r->scope == CRM_LIMIT)
		t->verdict.wait_ms = reset_ms(time);
}

bool
b24_judge(
    struct crm_txn *t, int status, const json_t *error, const json_t *time)
{
	const char *code = json_str(error, "error"),
		   *words = json_str(error, "error_description");
	char number[24];
	const struct row *r;

	/* Also 0 and 100 have been seen as numbers. */
	if (json_is_integer(json_object_get(error, "error"))) {
		snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
		    json_integer_value(json_object_get(error, "error")));
		code = number;
	}
	r = row(status, code, words);
	if (!r)
		return false;
	judge_by(t, r, code, words, time);
	t->verdict.gate = status == IN_BATCH && r->scope == CRM_LIMIT &&
			  t->cmd.gate &&
			  str_ieq(str_span(code), "OPERATION_TIME_LIMIT");
	return true;
}
