/* SPDX-License-Identifier: MIT */
/* Calls of another telephone system: telephony.externalCall.* */
#include "methods.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "io/jsonx.h"

#include <strings.h>

enum { SAME_MS = 30 * 60000 };

static void
core(struct b24_call *c, const char *text)
{
	b24_fail(c, 400, "ERROR_CORE", "%s", text);
}

/* USER_ID or USER_PHONE_INNER; 0 if he doesn't work here. */
static int64_t
user_of(const struct b24_call *c)
{
	int64_t id = b24_arg_id(c, "USER_ID");
	char inner[32];
	json_t *u;
	size_t i;

	b24_str(b24_arg(c, "USER_PHONE_INNER"), inner, sizeof(inner));
	json_array_foreach (c->b->users, i, u)
		if (!id && inner[0] &&
		    strcmp(b24_word(u, "UF_PHONE_INNER"), inner) == 0)
			id = b24_num(u, "ID");
	return b24_active(c->b, id) ? id : 0;
}

static json_t *
call_of(const struct b24_call *c)
{
	const struct b24_table *t = &c->b->t[B24_CALL];
	char id[80];

	b24_str(b24_arg(c, "CALL_ID"), id, sizeof(id));
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(b24_word(t->row[i].v, "CALL_ID"), id) == 0)
			return t->row[i].v;
	return NULL;
}

/* The same call, registered lately. */
static json_t *
known(const struct b24 *b, const json_t *call)
{
	static const char *const keys[] = {"PHONE_NUMBER", "TYPE",
	    "PORTAL_USER_ID", "LINE_NUMBER", "EXTERNAL_CALL_ID", NULL};
	const struct b24_table *t = &b->t[B24_CALL];

	for (size_t i = t->n; i-- > 0;) {
		bool same = t->row[i].at > sim_now(b->sim) - SAME_MS;

		for (size_t k = 0; keys[k] && same; k++)
			same = json_equal(json_object_get(t->row[i].v, keys[k]),
			    json_object_get(call, keys[k]));
		if (same)
			return t->row[i].v;
	}
	return NULL;
}

/* Whose call it is: as it was said, else by the number. */
static void
find_entity(struct b24_call *c, json_t *call, const char *phone)
{
	static const enum b24_kind order[] = {
	    B24_CONTACT, B24_COMPANY, B24_LEAD};
	char type[16];
	enum b24_kind k;
	int64_t id = b24_arg_id(c, "CRM_ENTITY_ID");
	const struct b24_entity *e = b24_entity_by_name(
	    b24_str(b24_arg(c, "CRM_ENTITY_TYPE"), type, sizeof(type)), &k);
	struct buf key = {0};

	if (e && !b24_row(&c->b->t[k], id))
		e = NULL;
	b24_phone(c->b, phone, &key);
	for (size_t i = 0; !e && i < 3; i++) {
		const struct b24_ids *ids =
		    b24_indexed(&c->b->t[order[i]], "PHONE", buf_cstr(&key));

		for (size_t j = 0; j < ids->n && !e; j++) {
			if (!b24_row(&c->b->t[order[i]], ids->v[j]))
				continue;
			e = &b24_entity[order[i]];
			id = ids->v[j];
		}
	}
	buf_free(&key);
	json_object_set_new(
	    call, "CRM_ENTITY_TYPE", e ? json_string(e->upper) : json_null());
	json_object_set_new(call, "CRM_ENTITY_ID", json_integer(e ? id : 0));
}

/* CRM_CREATE of somebody unknown. */
static void
create_lead(struct b24_call *c, json_t *call, const char *phone)
{
	json_t *lead = json_object(), *v;
	json_int_t id;

	json_put(lead, "TITLE", phone);
	json_object_set_new(lead, "ASSIGNED_BY_ID",
	    json_integer(b24_num(call, "PORTAL_USER_ID")));
	v = json_pack("[{s:s}]", "VALUE", phone);
	b24_multi(c->b, lead, "PHONE", v);
	json_decref(v);
	id = b24_store(c->b, B24_LEAD, lead);
	json_put(call, "CRM_ENTITY_TYPE", "LEAD");
	json_object_set_new(call, "CRM_ENTITY_ID", json_integer(id));
	json_object_set_new(call, "CREATED_LEAD", json_integer(id));
}

static void
say_registered(struct b24_call *c, const json_t *call)
{
	json_t *lead = json_object_get(call, "CREATED_LEAD");
	json_t *made = json_array();

	if (lead)
		json_array_append_new(
		    made, json_pack("{s:s, s:O}", "ENTITY_TYPE", "LEAD",
			      "ENTITY_ID", lead));
	c->result = json_pack("{s:s, s:O?, s:o, s:O, s:O}", "CALL_ID",
	    b24_word(call, "CALL_ID"), "CRM_CREATED_LEAD", lead,
	    "CRM_CREATED_ENTITIES", made, "CRM_ENTITY_TYPE",
	    json_object_get(call, "CRM_ENTITY_TYPE"), "CRM_ENTITY_ID",
	    json_object_get(call, "CRM_ENTITY_ID"));
}

/* The call as it was told; NULL and an error if it can't be one. */
static json_t *
told_new(struct b24_call *c, const char *phone)
{
	const json_t *start = b24_arg(c, "CALL_START_DATE");
	int64_t type = 0, at = sim_now(c->b->sim), user = user_of(c);
	char line[40], outer[200];

	b24_int(b24_arg(c, "TYPE"), &type);
	if (!user)
		core(c, "User is not found or is not active");
	else if (type < 1 || type > 5)
		core(c, "Unknown TYPE");
	else if (!b24_has_digits(phone))
		core(c, "Unsupported phone number format");
	else if (start && !b24_time(c->b, start, &at))
		core(c, "CALL_START_DATE should be in the ISO-8601 format");
	if (c->failed)
		return NULL;
	return json_pack("{s:s, s:I, s:I, s:I, s:s, s:s}", "PHONE_NUMBER",
	    phone, "TYPE", (json_int_t)type, "PORTAL_USER_ID", (json_int_t)user,
	    "CALL_START_DATE", (json_int_t)at, "LINE_NUMBER",
	    b24_str(b24_arg(c, "LINE_NUMBER"), line, sizeof(line)),
	    "EXTERNAL_CALL_ID",
	    b24_str(b24_arg(c, "EXTERNAL_CALL_ID"), outer, sizeof(outer)));
}

void
m_call_register(struct b24_call *c)
{
	struct b24_table *t = &c->b->t[B24_CALL];
	char phone[64];
	json_t *call, *old;

	b24_str(b24_arg(c, "PHONE_NUMBER"), phone, sizeof(phone));
	call = told_new(c, phone);
	if (!call)
		return;
	old = known(c->b, call);
	if (old) {
		json_decref(call);
		say_registered(c, old);
		return;
	}
	find_entity(c, call, phone);
	if (b24_true(b24_arg(c, "CRM_CREATE")) &&
	    !b24_num(call, "CRM_ENTITY_ID"))
		create_lead(c, call, phone);
	json_object_set_new(call, "CALL_ID",
	    json_sprintf("externalCall.%zx.%lld", t->n + 0x5f0c77,
		(long long)(sim_now(c->b->sim) / 1000)));
	b24_insert(t, call, sim_now(c->b->sim));
	say_registered(c, call);
}

static int64_t
show_in_timeline(struct b24_call *c, json_t *call)
{
	enum b24_kind k;
	const struct b24_entity *e =
	    b24_entity_by_name(b24_word(call, "CRM_ENTITY_TYPE"), &k);
	json_int_t id = b24_num(call, "CRM_ENTITY_ID");
	json_t *row;

	if (!e)
		return 0;
	row = json_pack("{s:i, s:I, s:i, s:o, s:s, s:I, s:I, s:[o]}",
	    "OWNER_TYPE_ID", e->type_id, "OWNER_ID", id, "TYPE_ID", 2,
	    "SUBJECT", json_sprintf("Call %s", b24_word(call, "PHONE_NUMBER")),
	    "COMPLETED", "Y", "RESPONSIBLE_ID", b24_num(call, "PORTAL_USER_ID"),
	    "START_TIME", b24_num(call, "CALL_START_DATE"), "OWNER",
	    json_sprintf("%d_%lld", e->type_id, (long long)id));
	json_object_set(row, "ORIGIN_ID", json_object_get(call, "CALL_ID"));
	json_put(row, "ORIGINATOR_ID", "VI");
	return b24_insert(&c->b->t[B24_ACTIVITY], row, sim_now(c->b->sim));
}

void
m_call_finish(struct b24_call *c)
{
	json_t *call = call_of(c);
	int64_t seconds = 0, user = user_of(c);
	char status[12];

	if (!call || json_object_get(call, "CALL_FAILED_CODE"))
		core(c, "Call is not found (call should be registered prior "
			"to finishing)");
	else if (!user)
		core(c, "User is not found or is not active");
	if (c->failed)
		return;
	b24_int(b24_arg(c, "DURATION"), &seconds);
	b24_str(b24_arg(c, "STATUS_CODE"), status, sizeof(status));
	json_object_set_new(call, "CALL_DURATION", json_integer(seconds));
	json_put(call, "CALL_FAILED_CODE",
	    status[0] ? status
	    : seconds ? "200"
		      : "304");
	json_object_set_new(
	    call, "CRM_ACTIVITY_ID", json_integer(show_in_timeline(c, call)));
	c->result = json_deep_copy(call);
	json_object_set_new(c->result, "CALL_START_DATE", json_object());
}

void
m_call_attach(struct b24_call *c)
{
	json_t *call = call_of(c);
	char name[256];
	const char *dot;

	b24_str(b24_arg(c, "FILENAME"), name, sizeof(name));
	dot = strrchr(name, '.');
	if (!call || !json_object_get(call, "CALL_FAILED_CODE"))
		core(c, "Call is not found");
	else if (!name[0])
		b24_fail(c, 400, "INVALID_ARGUMENT", "FILENAME is empty");
	else if (!dot ||
		 (strcasecmp(dot, ".mp3") != 0 && strcasecmp(dot, ".wav") != 0))
		core(c, "Wrong file extension. Only mp3 and wav are allowed");
	if (c->failed)
		return;
	if (!b24_arg(c, "RECORD_URL") && !b24_arg(c, "FILE_CONTENT")) {
		c->result = json_pack("{s:s, s:s}", "uploadUrl",
		    "https://portal.example/upload", "fieldName", "file");
		return;
	}
	json_put(call, "RECORD_FILE", name);
	c->result = json_pack("{s:I}", "FILE_ID",
	    (json_int_t)(3000 + b24_num(call, "ID") % 1000));
}

void
m_call_show(struct b24_call *c)
{
	c->result = json_boolean(call_of(c) != NULL);
}

void
m_call_statistic(struct b24_call *c)
{
	const struct b24_table *t = &c->b->t[B24_CALL];
	char want[200];
	json_t *row;

	b24_str(b24_in(b24_arg(c, "FILTER"), "EXTERNAL_CALL_ID"), want,
	    sizeof(want));
	c->result = json_array();
	for (size_t i = 0; i < t->n && json_array_size(c->result) < B24_PAGE;
	     i++) {
		row = t->row[i].v;
		if (!json_object_get(row, "CALL_FAILED_CODE") ||
		    (want[0] &&
			strcmp(b24_word(row, "EXTERNAL_CALL_ID"), want) != 0))
			continue;
		row = json_deep_copy(row);
		json_object_set_new(row, "CALL_START_DATE",
		    b24_iso_new(b24_num(row, "CALL_START_DATE")));
		json_array_append_new(c->result, row);
	}
	c->total = json_integer((json_int_t)json_array_size(c->result));
}
