/* SPDX-License-Identifier: MIT */
/*
 * A call's record: an activity of the entity that the call is on, shown on the
 * others it is on as well.
 *
 * Where the webhook may use telephony (documented for applications only, seen
 * with webhooks), the call is registered and finished there, which gives it a
 * player and a line in the statistics; the activity is made by that. Registered
 * twice within half an hour it is one call, and what is never finished shows
 * nowhere. Elsewhere, and for what telephony doesn't take, the activity is
 * added. Which it is is found out by the first call that is registered, and
 * known to this process from then on (facts.telephony).
 *
 * refs: "registered", the id that telephony gave, until the activity that it
 * made is as it shall be; "call", the activity; "call on ROLE" for each entity
 * that has been told of it.
 */
#include "crm/bitrix24.h"

#include "base/clock.h"
#include "base/str.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

#define REGISTERED "registered"
#define TOLD "call on "

static const json_t *
on_of(const struct crm_txn *t)
{
	return json_object_get(t->spec, "on");
}

/* ---- what it says ---- */

/* Text, status, recording, card: what may come later is here, and no label. */
static void
put_description(const json_t *spec, struct buf *q)
{
	static const char *const links[] = {"recording", "card"};
	const char *text = json_str(spec, "text"),
		   *status = json_str(spec, "status");
	struct buf b = {0};

	b24_bbcode(&b, text ? text : "");
	if (status) {
		buf_str(&b, b.len ? "\n" : "");
		b24_bbcode(&b, status);
	}
	for (size_t i = 0; i < 2; i++) {
		if (!json_str(spec, links[i]))
			continue;
		buf_str(&b, b.len ? "\n" : "");
		b24_bbcode_link(&b, json_str(spec, links[i]));
	}
	b24_put(q, "fields[DESCRIPTION]", buf_cstr(&b));
	if (b.len)
		b24_put(q, "fields[DESCRIPTION_TYPE]", "2"); /* BB-code */
	buf_free(&b);
}

static json_int_t
seconds(const json_t *spec, const char *of)
{
	return json_integer_value(
	    json_object_get(json_object_get(spec, "seconds"), of));
}

static void
put_end(const json_t *spec, struct buf *q)
{
	const char *at = json_str(spec, "at");
	struct buf end = {0};
	int64_t ms;
	bool zoned;

	if (!at || !clock_parse(str_span(at), &ms, &zoned))
		return;
	clock_local(ms + seconds(spec, "total") * 1000, &end);
	b24_put(q, "fields[END_TIME]", end.p);
	buf_free(&end);
}

static bool
is_outgoing(const json_t *spec)
{
	const char *direction = json_str(spec, "direction");

	return direction && strcmp(direction, "out") == 0;
}

static const char *
phone_of(const json_t *spec)
{
	return json_str(json_object_get(spec, "client"), "phone");
}

/* ---- telephony ---- */

static bool
is_possible(const struct crm *c, const struct crm_txn *t)
{
	return !json_is_false(json_object_get(c->facts, "telephony")) &&
	       !b24_heard(t, "plain") && phone_of(t->spec) &&
	       json_str(t->spec, "owner");
}

/* Telephony knows contacts and leads. */
static const char *
entity_for(const struct crm_txn *t, size_t *at, const char **id)
{
	for (*at = 0; *at < json_array_size(on_of(t)); (*at)++) {
		const char *role = b24_on(t, *at, id);

		if (role && strcmp(role, ROLE_CONTACT) == 0)
			return "CONTACT";
		if (role && strcmp(role, ROLE_LEAD) == 0)
			return "LEAD";
	}
	*id = NULL;
	return NULL;
}

static enum crm_step
send_register(struct crm_txn *t)
{
	const char *id, *type;
	struct buf q = {0};
	size_t at;

	type = entity_for(t, &at, &id);
	b24_put(&q, "USER_ID", json_str(t->spec, "owner"));
	b24_put_line(&q, "PHONE_NUMBER", phone_of(t->spec));
	b24_put(&q, "TYPE", is_outgoing(t->spec) ? "1" : "2");
	b24_put(&q, "CALL_START_DATE", json_str(t->spec, "at"));
	b24_put(&q, "CRM_CREATE", "0");
	b24_put(&q, "CRM_ENTITY_TYPE", type);
	b24_put(&q, "CRM_ENTITY_ID", id);
	b24_put(&q, "SHOW", "0");
	b24_put(&q, "ADD_TO_CHAT", "0");
	b24_put_line(&q, "LINE_NUMBER", json_str(t->spec, "line"));
	b24_put(&q, "EXTERNAL_CALL_ID", json_str(t->spec, "key"));
	t->stage = B24_REGISTERED;
	b24_ask(t, B24_REGISTER, &q);
	b24_may_be_refused(t, true);
	return CRM_SEND;
}

static enum crm_step
send_finish(struct crm_txn *t, const char *registered)
{
	const char *outcome = json_str(t->spec, "outcome");
	bool answered = outcome && strcmp(outcome, "answered") == 0;
	char duration[24];
	struct buf q = {0};

	snprintf(duration, sizeof(duration), "%" JSON_INTEGER_FORMAT,
	    answered ? seconds(t->spec, "talk") : 0);
	b24_put(&q, "CALL_ID", registered);
	b24_put(&q, "USER_ID", json_str(t->spec, "owner"));
	b24_put(&q, "DURATION", duration);
	b24_put(&q, "STATUS_CODE", answered ? "200" : "304");
	b24_put(&q, "ADD_TO_CHAT", "0");
	b24_put(&q, "RECORD_URL", json_str(t->spec, "recording"));
	t->stage = B24_FINISHED;
	b24_ask(t, B24_FINISH, &q);
	b24_may_be_refused(t, false);
	return CRM_SEND;
}

/* "Call is not found" may mean that it was finished already. */
enum crm_step
b24_ask_statistic(struct crm_txn *t)
{
	struct buf q = {0};

	b24_put(&q, "FILTER[EXTERNAL_CALL_ID]", json_str(t->spec, "key"));
	t->stage = B24_ASKED_STATISTIC;
	b24_ask(t, B24_STATISTIC, &q);
	b24_may_be_refused(t, true);
	return CRM_SEND;
}

static void
drop_ref(struct crm_txn *t, const char *role)
{
	json_t *ref;
	size_t i;

	json_array_foreach (t->refs, i, ref)
		if (strcmp(json_str(ref, "role"), role) == 0) {
			json_array_remove(t->refs, i);
			return;
		}
}

static void
add_told(const struct crm *c, struct crm_txn *t, size_t at)
{
	const json_t *ref = json_array_get(on_of(t), at);
	char told[40];

	if (!json_str(ref, "role") || !json_str(ref, "id"))
		return;
	snprintf(told, sizeof(told), TOLD "%s", json_str(ref, "role"));
	crm_ref_add(c, t, told, json_str(ref, "id"));
}

void
b24_call_made(const struct crm *c, struct crm_txn *t, const json_t *said)
{
	const char *registered = crm_ref_id(t->refs, REGISTERED), *id;
	char activity[24];
	size_t at;

	b24_id(json_object_get(said, "CRM_ACTIVITY_ID"), activity);
	/* Where it has no activity, its own id says that it was made. */
	crm_ref_add(c, t, ROLE_CALL, activity[0] ? activity : registered);
	if (entity_for(t, &at, &id))
		add_told(c, t, at);
	if (!activity[0])
		drop_ref(t, REGISTERED);
}

/* The webhook may not do this, now or ever. */
static bool
is_forbidden(const char *code)
{
	static const char *const codes[] = {"WRONG_AUTH_TYPE", "ACCESS_DENIED",
	    "insufficient_scope", "ERROR_METHOD_NOT_FOUND"};

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (str_ieq(str_span(code), codes[i]))
			return true;
	return false;
}

static void
take_registered(const struct crm *c, struct crm_txn *t)
{
	const char *code, *why = b24_refused(t, 0, &code);
	const char *id = json_str(b24_result(t, 0), "CALL_ID");

	if (why)
		b24_hear(t, "plain", why);
	if (id)
		crm_ref_add(c, t, REGISTERED, id);
	if (id || (why && is_forbidden(code)))
		json_object_set_new(
		    c->facts, "telephony", json_boolean(id != NULL));
}

/*
 * Not in the statistics: telephony has lost it before it was finished. May
 * they not be seen: that it was finished is what the refusal means.
 */
static void
take_statistic(const struct crm *c, struct crm_txn *t)
{
	json_t *row = json_array_get(b24_rows(t, 0, B24_STATISTIC), 0);

	if (row || b24_refused(t, 0, NULL)) {
		b24_call_made(c, t, row);
	} else {
		drop_ref(t, REGISTERED);
		b24_hear(t, "plain", "");
	}
}

/* ---- the activity ---- */

/* Whose number it is: the contact's, the lead's, else the entity's. */
static void
put_communication(const struct crm_txn *t, struct buf *q)
{
	static const char *const roles[] = {ROLE_CONTACT, ROLE_LEAD, ROLE_DEAL};
	const char *id = NULL;
	char type[8] = "";

	for (size_t k = 0; k < 3 && !type[0]; k++)
		for (size_t i = 0; i < json_array_size(on_of(t)); i++) {
			const char *role = b24_on(t, i, &id);

			if (!role || strcmp(role, roles[k]) != 0)
				continue;
			snprintf(type, sizeof(type), "%d", b24_type(role));
			break;
		}
	b24_put(q, "fields[COMMUNICATIONS][0][TYPE]", "PHONE");
	b24_put_line(q, "fields[COMMUNICATIONS][0][VALUE]", phone_of(t->spec));
	b24_put(q, "fields[COMMUNICATIONS][0][ENTITY_TYPE_ID]", type);
	b24_put(q, "fields[COMMUNICATIONS][0][ENTITY_ID]", id);
}

static enum crm_step
send_activity(struct crm_txn *t)
{
	const json_t *spec = t->spec;
	const char *id, *role = b24_on(t, 0, &id);
	struct buf q = {0};
	char type[8];

	if (!phone_of(spec))
		return b24_cannot(t, "a call without a number can't be shown");
	snprintf(type, sizeof(type), "%d", b24_type(role));
	b24_put(&q, "fields[OWNER_TYPE_ID]", type);
	b24_put(&q, "fields[OWNER_ID]", id);
	b24_put(&q, "fields[TYPE_ID]", "2");
	b24_put(&q, "fields[DIRECTION]", is_outgoing(spec) ? "2" : "1");
	b24_put_line(&q, "fields[SUBJECT]", json_str(spec, "title"));
	b24_put(&q, "fields[COMPLETED]", "Y");
	b24_put(&q, "fields[RESPONSIBLE_ID]", json_str(spec, "owner"));
	b24_put(&q, "fields[START_TIME]", json_str(spec, "at"));
	put_end(spec, &q);
	put_description(spec, &q);
	put_communication(t, &q);
	b24_put(&q, "fields[ORIGINATOR_ID]", B24_ORIGINATOR);
	b24_put(&q, "fields[ORIGIN_ID]", json_str(spec, "key"));
	t->stage = B24_RECORDED;
	b24_ask(t, B24_ACTIVITY_ADD, &q);
	b24_about(t, json_str(json_array_get(on_of(t), 0), "role"),
	    json_str(json_array_get(on_of(t), 0), "id"));
	b24_may_be_refused(t, false);
	return CRM_SEND;
}

static enum crm_step
send_description(struct crm_txn *t, const char *id)
{
	struct buf q = {0};

	b24_put(&q, "id", id);
	put_end(t->spec, &q);
	put_description(t->spec, &q);
	return b24_ask(t, B24_ACTIVITY_UPDATE, &q);
}

/*
 * Shown on one entity more. Whatever is said against it (it is there already,
 * it is gone) leaves the call recorded.
 */
static enum crm_step
send_binding(struct crm_txn *t, size_t at, const char *activity)
{
	const char *id, *role = b24_on(t, at, &id);
	struct buf q = {0};
	char type[8];

	snprintf(type, sizeof(type), "%d", b24_type(role));
	b24_put(&q, "activityId", activity);
	b24_put(&q, "entityTypeId", type);
	b24_put(&q, "entityId", id);
	t->stage = B24_BOUND;
	b24_ask(t, B24_BINDING_ADD, &q);
	b24_may_be_refused(t, true);
	return CRM_SEND;
}

/* The first that hasn't been told; as many as there are if all have. */
static size_t
untold(const struct crm_txn *t)
{
	size_t n = json_array_size(on_of(t)), i;
	char told[40];

	for (i = 0; i < n; i++) {
		const char *role =
		    json_str(json_array_get(on_of(t), i), "role");

		snprintf(told, sizeof(told), TOLD "%s", role ? role : "");
		if (!crm_ref_id(t->refs, told))
			break;
	}
	return i;
}

/* ---- steps ---- */

/* Or the place of one, in a dry run; and no id of telephony's. */
static bool
is_activity(const char *id)
{
	return id && strchr("0123456789{", id[0]);
}

enum crm_step
b24_call_take(const struct crm *c, struct crm_txn *t)
{
	const char *why = b24_refused(t, 0, NULL);
	char id[24];

	switch (t->stage) {
	case B24_REGISTERED:
		take_registered(c, t);
		break;
	case B24_FINISHED:
		if (why)
			return b24_ask_statistic(t);
		b24_call_made(c, t, b24_result(t, 0));
		break;
	case B24_ASKED_STATISTIC:
		take_statistic(c, t);
		break;
	case B24_RECORDED:
		if (why)
			return b24_ask_owner(t, why);
		if (b24_id(b24_result(t, 0), id)[0]) {
			crm_ref_add(c, t, ROLE_CALL, id);
			add_told(c, t, 0);
		}
		break;
	case B24_DESCRIBED:
		drop_ref(t, REGISTERED);
		break;
	default: /* B24_BOUND */
		add_told(c, t, untold(t));
		break;
	}
	return CRM_SEND;
}

static enum crm_step
update(struct crm_txn *t)
{
	const char *id = crm_ref_id(on_of(t), ROLE_CALL);

	if (crm_ref_id(t->refs, ROLE_CALL))
		return CRM_DONE;
	if (!is_activity(id))
		return b24_cannot(t, "there is no call to update");
	t->stage = B24_MADE;
	send_description(t, id);
	b24_about(t, ROLE_CALL, id);
	return CRM_SEND;
}

/* What is missing of the record when its activity is there. */
static enum crm_step
complete(struct crm_txn *t, const char *id)
{
	size_t at = untold(t);

	if (!is_activity(id))
		return CRM_DONE;
	if (crm_ref_id(t->refs, REGISTERED)) {
		t->stage = B24_DESCRIBED;
		send_description(t, id);
		b24_may_be_refused(t, true);
		return CRM_SEND;
	}
	if (at < json_array_size(on_of(t)))
		return send_binding(t, at, id);
	return CRM_DONE;
}

enum crm_step
b24_call(const struct crm *c, struct crm_txn *t)
{
	const char *id = crm_ref_id(t->refs, ROLE_CALL);
	const char *registered = crm_ref_id(t->refs, REGISTERED);

	if (b24_is_change(t->spec))
		return update(t);
	if (id)
		return complete(t, id);
	if (registered)
		return send_finish(t, registered);
	if (is_possible(c, t))
		return send_register(t);
	if (json_array_size(on_of(t)) == 0)
		return b24_cannot(
		    t, "there is nothing that a call could be on");
	return send_activity(t);
}
