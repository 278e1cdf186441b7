/* SPDX-License-Identifier: MIT */
/*
 * A note is a comment in the timeline of each entity that it is on, one call
 * for each: the first is `note` in the action's refs, others `note on ROLE`.
 * What is said about a call stands where the call is shown.
 */
#include "crm/bitrix24.h"

#include "io/jsonx.h"
#include "matrix/plan.h"

enum { REF_MAX = 40 };

static void
ref_name(const json_t *on, size_t i, char out[REF_MAX])
{
	const char *role = json_str(json_array_get(on, i), "role");

	snprintf(out, REF_MAX, "%s%s%s", ROLE_NOTE, i ? " on " : "",
	    i && role ? role : "");
}

static enum crm_step
ask_call(struct crm_txn *t, const char *id)
{
	struct buf q = {0};

	b24_put(&q, "filter[ID]", id);
	b24_put(&q, "select[0]", "ID");
	b24_put(&q, "select[1]", "OWNER_TYPE_ID");
	b24_put(&q, "select[2]", "OWNER_ID");
	b24_put(&q, "start", "-1");
	t->stage = B24_ASKED_CALL;
	return b24_ask(t, B24_ACTIVITY_LIST, &q);
}

int
b24_note_place(struct crm_txn *t, size_t *at, const char **role,
    const char **id, enum crm_step *step)
{
	const json_t *on = json_object_get(t->spec, "on");
	char ref[REF_MAX];

	for (*at = 0; *at < json_array_size(on); (*at)++) {
		ref_name(on, *at, ref);
		if (!crm_ref_id(t->refs, ref))
			break;
	}
	if (*at == json_array_size(on))
		return 0;
	*role = b24_on(t, *at, id);
	if (!*role || !*id || strcmp(*role, ROLE_CALL) != 0)
		return 1;
	if (!b24_heard(t, "place")) {
		*step = ask_call(t, *id);
		return -1;
	}
	*role = b24_heard(t, "place");
	*id = b24_heard(t, "place id");
	return 1;
}

/* Where the call is shown; it may be gone, with the entity or alone. */
static bool
take_call(struct crm_txn *t)
{
	json_t *row = json_array_get(b24_rows(t, 0, B24_ACTIVITY_LIST), 0);
	const char *role =
	    b24_role_of_type(b24_int(json_object_get(row, "OWNER_TYPE_ID")));
	struct crm_verdict *v = &t->verdict;
	char id[24];

	if (role) {
		b24_hear(t, "place", role);
		b24_hear(t, "place id",
		    b24_id(json_object_get(row, "OWNER_ID"), id));
		return true;
	}
	/* A dry run hears nothing. */
	if (!b24_rows(t, 0, B24_ACTIVITY_LIST)) {
		b24_hear(t, "place", "{where the call is}");
		b24_hear(t, "place id", "{its id}");
		return true;
	}
	crm_verdict(t, CRM_GONE, CRM_RECORD, "the call is gone");
	snprintf(v->gone[0], sizeof(v->gone[0]), "%s", ROLE_CALL);
	snprintf(v->gone[1], sizeof(v->gone[1]), "%s",
	    crm_ref_id(json_object_get(t->spec, "on"), ROLE_CALL));
	return false;
}

const char *
b24_note_on(const struct crm_txn *t, size_t at)
{
	const json_t *on = json_object_get(t->spec, "on");

	return at ? json_str(json_array_get(on, at), "role") : NULL;
}

void
b24_note_add(const struct crm *c, struct crm_txn *t, const char *id)
{
	char ref[REF_MAX];
	const char *role, *place;
	enum crm_step step;
	size_t at;

	if (b24_note_place(t, &at, &role, &place, &step) <= 0 || !id[0])
		return;
	ref_name(json_object_get(t->spec, "on"), at, ref);
	crm_ref_add(c, t, ref, id);
}

bool
b24_note_take(const struct crm *c, struct crm_txn *t)
{
	char id[24];

	if (t->stage == B24_ASKED_CALL)
		return take_call(t);
	b24_note_add(c, t, b24_id(b24_result(t, 0), id));
	return true;
}

enum crm_step
b24_note(struct crm_txn *t)
{
	const json_t *on = json_object_get(t->spec, "on");
	const char *role, *id, *title = json_str(t->spec, "title"),
			       *text = json_str(t->spec, "text");
	struct buf q = {0}, comment = {0};
	enum crm_step step;
	size_t at;
	int rc;

	if (json_array_size(on) == 0 && !crm_ref_id(t->refs, ROLE_NOTE))
		return b24_cannot(
		    t, "there is nothing that a note could be on");
	rc = b24_note_place(t, &at, &role, &id, &step);
	if (rc <= 0)
		return rc < 0 ? step : CRM_DONE;
	b24_put(&q, "fields[ENTITY_TYPE]", role);
	b24_put(&q, "fields[ENTITY_ID]", id);
	b24_bbcode(&comment, title ? title : "");
	buf_str(&comment, title && text ? "\n" : "");
	b24_bbcode(&comment, text ? text : "");
	buf_str(&comment, "\n\n");
	b24_mark(t->spec, b24_note_on(t, at), &comment);
	b24_put(&q, "fields[COMMENT]", comment.p);
	buf_free(&comment);
	t->stage = B24_COMMENTED;
	b24_ask(t, B24_COMMENT_ADD, &q);
	b24_about(t, json_str(json_array_get(on, at), "role"),
	    json_str(json_array_get(on, at), "id"));
	return CRM_SEND;
}
