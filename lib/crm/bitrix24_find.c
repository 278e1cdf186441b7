/* SPDX-License-Identifier: MIT */
/*
 * Was an action carried out? Entities and call activities have our key as
 * their ORIGIN_ID; tasks and comments have it in their text only, and are read
 * page by page. Not there is only what a whole list doesn't have: a list that
 * may have been cut can't tell.
 */
#include "crm/bitrix24.h"

#include "base/clock.h"
#include "base/str.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

enum { SHARED = B24_FIND, ALONE, PAGES };
enum { EARLIER_MS = 3600 * 1000 }; /* clocks may differ by so much */

static enum crm_step
ends(struct crm_txn *t, enum crm_found found)
{
	t->found = found;
	return CRM_DONE;
}

/* ---- by ORIGIN_ID ---- */

static enum crm_step
ask_item(struct crm_txn *t, const char *role, bool alone)
{
	struct buf q = {0};
	char type[8];

	snprintf(type, sizeof(type), "%d", b24_type(role));
	b24_put(&q, "entityTypeId", type);
	b24_put(&q, "filter[originatorId]", B24_ORIGINATOR);
	b24_put(&q, "select[0]", "id");
	b24_put(&q, "select[1]", "originId");
	b24_put(&q, "order[id]", "ASC");
	b24_put(&q, "start", "-1");
	b24_ask(t, B24_ITEM_LIST, &q);
	b24_by_ids(t, "filter[@originId]",
	    json_pack("[s]", json_str(t->spec, "key")), alone);
	return CRM_SEND;
}

static enum crm_step
ask_activity(struct crm_txn *t, bool alone)
{
	struct buf q = {0};

	b24_put(&q, "filter[ORIGINATOR_ID]", B24_ORIGINATOR);
	b24_put(&q, "select[0]", "ID");
	b24_put(&q, "select[1]", "ORIGIN_ID");
	b24_put(&q, "order[ID]", "ASC");
	b24_put(&q, "start", "-1");
	b24_ask(t, B24_ACTIVITY_LIST, &q);
	b24_by_ids(t, "filter[@ORIGIN_ID]",
	    json_pack("[s]", json_str(t->spec, "key")), alone);
	return CRM_SEND;
}

static enum crm_step
ask_origin(struct crm_txn *t, const char *role, bool alone)
{
	t->stage = alone ? ALONE : SHARED;
	if (strcmp(role, ROLE_CALL) == 0)
		return ask_activity(t, alone);
	return ask_item(t, role, alone);
}

/* Of several that lost answers may have made, the oldest is meant. */
static enum crm_step
take_origin(const struct crm *c, struct crm_txn *t, const char *role)
{
	bool call = strcmp(role, ROLE_CALL) == 0;
	enum b24_method m = call ? B24_ACTIVITY_LIST : B24_ITEM_LIST;
	const char *key = json_str(t->spec, "key"), *is;
	char id[24];
	json_t *row;
	size_t i;

	json_array_foreach (b24_rows(t, 0, m), i, row) {
		is = json_str(row, call ? "ORIGIN_ID" : "originId");
		if (!is || strcmp(is, key) != 0)
			continue;
		b24_id(json_object_get(row, call ? "ID" : "id"), id);
		crm_ref_add(c, t, role, id);
		return ends(t, CRM_FOUND);
	}
	if (!b24_is_cut(t, 0, m))
		return ends(t, CRM_ABSENT);
	if (t->stage == SHARED)
		return ask_origin(t, role, true);
	return ends(t, CRM_UNKNOWN);
}

/* ---- by the mark in the text ---- */

static void
put_start(const struct crm_txn *t, struct buf *q)
{
	char start[24];

	snprintf(start, sizeof(start), "%" JSON_INTEGER_FORMAT,
	    json_integer_value(json_object_get(t->scratch, "start")));
	b24_put(q, "start", start);
}

/* Since the call: by the portal's clock, which may be another. */
static void
put_since(const json_t *spec, struct buf *q)
{
	const char *at = json_str(spec, "at");
	struct buf since = {0};
	int64_t ms;
	bool zoned;

	if (!at || !clock_parse(str_span(at), &ms, &zoned))
		return;
	clock_local(ms - EARLIER_MS, &since);
	b24_put(q, "filter[>=CREATED_DATE]", since.p);
	buf_free(&since);
}

/* By what it hangs on, as its responsible may have changed; else by him. */
static enum crm_step
ask_tasks(struct crm_txn *t)
{
	const char *id, *letter = b24_letter(b24_on(t, 0, &id));
	struct buf q = {0};
	char binding[40];

	if (letter && id) {
		snprintf(binding, sizeof(binding), "%s_%s", letter, id);
		b24_put(&q, "filter[UF_CRM_TASK]", binding);
	} else {
		b24_put(
		    &q, "filter[RESPONSIBLE_ID]", json_str(t->spec, "owner"));
	}
	put_since(t->spec, &q);
	b24_put(&q, "select[0]", "ID");
	b24_put(&q, "select[1]", "DESCRIPTION");
	b24_put(&q, "order[ID]", "ASC");
	put_start(t, &q);
	t->stage = PAGES;
	return b24_ask(t, B24_TASK_LIST, &q);
}

static enum crm_step
ask_comments(struct crm_txn *t)
{
	const char *role, *id;
	struct buf q = {0};
	enum crm_step step;
	size_t at;
	int rc = b24_note_place(t, &at, &role, &id, &step);

	if (rc == 0)
		return ends(t, CRM_FOUND);
	if (rc < 0)
		return step;
	b24_put(&q, "filter[ENTITY_TYPE]", role);
	b24_put(&q, "filter[ENTITY_ID]", id);
	b24_put(&q, "select[0]", "ID");
	b24_put(&q, "select[1]", "COMMENT");
	b24_put(&q, "order[ID]", "ASC");
	put_start(t, &q);
	t->stage = PAGES;
	b24_ask(t, B24_COMMENT_LIST, &q);
	b24_may_be_refused(t, false);
	return CRM_SEND;
}

static enum crm_step
ask_page(const struct crm *c, struct crm_txn *t, const char *role)
{
	if (b24_asks_first(c, t))
		return CRM_SEND;
	return strcmp(role, ROLE_TASK) == 0 ? ask_tasks(t) : ask_comments(t);
}

static bool
is_not_found(const char *code)
{
	return str_ieq(str_span(code), "NOT_FOUND") ||
	       str_ieq(str_span(code), "OWNER_NOT_FOUND");
}

/* The id of the row that is marked, "" if none is. */
static const char *
marked_id(struct crm_txn *t, bool task, char id[24])
{
	json_t *rows = b24_rows(t, 0, task ? B24_TASK_LIST : B24_COMMENT_LIST);
	const char *on = NULL, *role, *place;
	enum crm_step step;
	json_t *row;
	size_t i;

	if (!task && b24_note_place(t, &i, &role, &place, &step) > 0)
		on = b24_note_on(t, i);
	json_array_foreach (rows, i, row)
		if (b24_is_marked(t->spec, on,
			json_str(row, task ? "description" : "COMMENT")))
			return b24_id(
			    json_object_get(row, task ? "id" : "ID"), id);
	return "";
}

static enum crm_step
take_page(const struct crm *c, struct crm_txn *t, const char *role)
{
	bool task = strcmp(role, ROLE_TASK) == 0;
	json_int_t start;
	const char *code;
	char id[24];

	/* What the comment would be on is gone, and the comment with it. */
	if (b24_refused(t, 0, &code))
		return ends(t, is_not_found(code) ? CRM_ABSENT : CRM_UNKNOWN);
	if (marked_id(t, task, id)[0]) {
		if (task)
			crm_ref_add(c, t, role, id);
		else
			b24_note_add(c, t, id);
		return ends(t, CRM_FOUND);
	}
	if (!b24_is_cut(t, 0, task ? B24_TASK_LIST : B24_COMMENT_LIST))
		return ends(t, CRM_ABSENT);
	start = json_integer_value(json_object_get(t->scratch, "start"));
	json_object_set_new(
	    t->scratch, "start", json_integer(start + B24_PAGE));
	return ask_page(c, t, role);
}

/* ---- calls of telephony ---- */

static enum crm_step
take_statistic(const struct crm *c, struct crm_txn *t)
{
	json_t *row = json_array_get(b24_rows(t, 0, B24_STATISTIC), 0);

	if (b24_refused(t, 0, NULL))
		return ends(t, CRM_NEVER);
	if (!row)
		return ends(t, CRM_ABSENT);
	b24_call_made(c, t, row);
	return ends(t, CRM_FOUND);
}

/* ---- steps ---- */

static enum crm_step
begin(const struct crm *c, struct crm_txn *t, const char *role)
{
	bool note = strcmp(role, ROLE_NOTE) == 0;

	json_decref(t->scratch);
	t->scratch = json_pack("{s:i}", "start", 0);
	if (b24_is_change(t->spec))
		return ends(t, CRM_ABSENT);
	/* Only what comes behind it is in doubt, and can be sent again. */
	if (!note && crm_ref_id(t->refs, role))
		return ends(t, CRM_FOUND);
	if (crm_ref_id(t->refs, "registered"))
		return b24_ask_statistic(t);
	if (note || strcmp(role, ROLE_TASK) == 0)
		return ask_page(c, t, role);
	return ask_origin(t, role, false);
}

enum crm_step
b24_find(const struct crm *c, struct crm_txn *t)
{
	const char *role = b24_made_role(t->spec);

	if (!role)
		return b24_cannot(t, "Bitrix24 can't do this");
	switch (t->stage) {
	case B24_BEGIN:
		return begin(c, t, role);
	case SHARED:
	case ALONE:
		return take_origin(c, t, role);
	case PAGES:
		return take_page(c, t, role);
	case B24_ASKED_MODE:
	case B24_ASKED_DEAL:
		b24_take_account(c, t, role);
		return ask_page(c, t, role);
	case B24_ASKED_CALL:
		if (!b24_note_take(c, t)) { /* with all that was said of it */
			t->verdict = (struct crm_verdict){0};
			return ends(t, CRM_ABSENT);
		}
		return ask_page(c, t, role);
	default:
		return take_statistic(c, t);
	}
}
