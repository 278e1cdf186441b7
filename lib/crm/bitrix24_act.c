/* SPDX-License-Identifier: MIT */
/*
 * Actions as calls. Each time it is asked, an action looks at what there is by
 * now (refs, what the account is known to be, what this run has heard) and
 * takes the next call that is missing: so one that is begun anew after a crash
 * goes on where the other stopped.
 */
#include "crm/bitrix24.h"

#include "base/str.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

enum { MODE_CLASSIC = 1, MODE_SIMPLE = 2 };

/* ---- what is heard ---- */

enum crm_step
b24_cannot(struct crm_txn *t, const char *why)
{
	crm_verdict(t, CRM_DEAD, CRM_RECORD, "%s", why);
	return CRM_DONE;
}

void
b24_hear(struct crm_txn *t, const char *name, const char *what)
{
	json_object_set_new(t->scratch, name, json_string(what ? what : ""));
}

const char *
b24_heard(const struct crm_txn *t, const char *name)
{
	return json_str(t->scratch, name);
}

/* ---- the account ---- */

static bool
is_simple(const struct crm *c)
{
	return b24_int(json_object_get(c->facts, "mode")) == MODE_SIMPLE;
}

static bool
concerns_lead(const json_t *spec)
{
	const char *entity = json_str(spec, "entity");

	return (entity && strcmp(entity, ROLE_LEAD) == 0) ||
	       crm_ref_id(json_object_get(spec, "on"), ROLE_LEAD);
}

static enum crm_step
ask_deal_of(struct crm_txn *t, const char *lead)
{
	struct buf q = {0};

	b24_put(&q, "filter[LEAD_ID]", lead);
	b24_put(&q, "select[0]", "ID");
	b24_put(&q, "select[1]", "CONTACT_ID");
	b24_put(&q, "order[ID]", "DESC");
	b24_put(&q, "start", "-1");
	t->stage = B24_ASKED_DEAL;
	return b24_ask(t, B24_DEALS, &q);
}

bool
b24_asks_first(const struct crm *c, struct crm_txn *t)
{
	const char *lead =
	    crm_ref_id(json_object_get(t->spec, "on"), ROLE_LEAD);
	struct buf q = {0};

	if (!concerns_lead(t->spec))
		return false;
	if (!json_object_get(c->facts, "mode")) {
		t->stage = B24_ASKED_MODE;
		b24_ask(t, B24_MODE, &q);
		return true;
	}
	if (!is_simple(c) || !lead || b24_heard(t, "deal"))
		return false;
	ask_deal_of(t, lead);
	return true;
}

const char *
b24_on(const struct crm_txn *t, size_t i, const char **id)
{
	const json_t *ref = json_array_get(json_object_get(t->spec, "on"), i);
	const char *role = json_str(ref, "role"), *deal = b24_heard(t, "deal");

	*id = json_str(ref, "id");
	if (role && strcmp(role, ROLE_LEAD) == 0 && deal && deal[0]) {
		*id = deal;
		return ROLE_DEAL;
	}
	return role;
}

/* What is new replaces what was known: pipelines are renamed. */
static void
take_pipelines(const struct crm *c, struct crm_txn *t)
{
	json_t *rows = b24_rows(t, 0, B24_CATEGORIES), *row;
	json_t *ids = json_object();
	char id[24];
	size_t i;

	json_array_foreach (rows, i, row) {
		const char *name = json_str(row, "name");

		snprintf(id, sizeof(id), "%" JSON_INTEGER_FORMAT,
		    b24_int(json_object_get(row, "id")));
		if (name && !json_object_get(ids, name))
			json_object_set_new(ids, name, json_string(id));
	}
	/* A dry run hears nothing: it names the pipeline as it can. */
	if (!rows)
		json_object_set_new(ids, json_str(t->spec, "pipeline"),
		    json_sprintf("{id of %s}", json_str(t->spec, "pipeline")));
	json_object_set_new(c->facts, "pipelines", ids);
	b24_hear(t, "pipelines", "");
}

static const char *
pipeline_id(const struct crm *c, const struct crm_txn *t)
{
	const char *name = json_str(t->spec, "pipeline");

	return name ? json_str(json_object_get(c->facts, "pipelines"), name)
		    : NULL;
}

static enum crm_step
no_pipeline(const struct crm *c, struct crm_txn *t)
{
	struct buf why = {0};
	const char *name, *sep = "";
	json_t *id;

	buf_fmt(&why, "there is no pipeline %s, but there is: ",
	    json_str(t->spec, "pipeline"));
	json_object_foreach (json_object_get(c->facts, "pipelines"), name, id) {
		buf_fmt(&why, "%s%s", sep, name);
		sep = ", ";
	}
	b24_cannot(t, why.p);
	buf_free(&why);
	return CRM_DONE;
}

/* ---- the owner ---- */

enum crm_step
b24_ask_owner(struct crm_txn *t, const char *why)
{
	const char *owner = json_str(t->spec, "owner");
	struct buf q = {0};

	b24_hear(t, "refused", why);
	if (!owner)
		return b24_cannot(t, why);
	b24_put(&q, "FILTER[ID]", owner);
	b24_put(&q, "select[0]", "ID");
	b24_put(&q, "select[1]", "ACTIVE");
	t->stage = B24_ASKED_OWNER;
	b24_ask(t, B24_USERS, &q);
	b24_may_be_refused(t, true);
	return CRM_SEND;
}

/* Is this user listed, and active? */
static bool
is_active(const struct crm_txn *t, const char *user)
{
	char id[24];
	json_t *row;
	size_t i;

	json_array_foreach (b24_rows(t, 0, B24_USERS), i, row)
		if (strcmp(b24_id(json_object_get(row, "ID"), id), user) == 0)
			return !json_is_false(json_object_get(row, "ACTIVE"));
	return false;
}

/* Who isn't there any more has been dismissed; who can't be asked for, may. */
static enum crm_step
judge_owner(struct crm_txn *t)
{
	const char *owner = json_str(t->spec, "owner");

	if (b24_refused(t, 0, NULL) || is_active(t, owner))
		return b24_cannot(t, b24_heard(t, "refused"));
	crm_verdict(t, CRM_OWNER, CRM_RECORD, "user %s is dismissed: %s", owner,
	    b24_heard(t, "refused"));
	return CRM_DONE;
}

/* ---- create, update, assign ---- */

static const char *const utm[][2] = {
    {"utm_source", "fields[utmSource]"},
    {"utm_medium", "fields[utmMedium]"},
    {"utm_campaign", "fields[utmCampaign]"},
    {"utm_content", "fields[utmContent]"},
    {"utm_term", "fields[utmTerm]"},
};

static const char *
utm_field(const char *name)
{
	for (size_t i = 0; i < sizeof(utm) / sizeof(*utm); i++)
		if (strcmp(utm[i][0], name) == 0)
			return utm[i][1];
	return NULL;
}

/* What has no field of its own (client id, pool, landing page) is a text. */
static void
put_source(const json_t *spec, struct buf *q)
{
	json_t *source = json_object_get(spec, "source"), *value;
	struct buf more = {0};
	const char *name;

	json_object_foreach (source, name, value) {
		const char *text = json_string_value(value);

		if (!text || !text[0])
			continue;
		if (utm_field(name)) {
			b24_put_line(q, utm_field(name), text);
			continue;
		}
		buf_fmt(&more, "%s%s: ", more.len ? "\n" : "", name);
		b24_bbcode(&more, text);
	}
	b24_put(q, "fields[sourceDescription]", buf_cstr(&more));
	buf_free(&more);
}

static void
put_custom(const json_t *spec, struct buf *q)
{
	json_t *fields = json_object_get(spec, "fields"), *value;
	const char *name;

	json_object_foreach (fields, name, value) {
		struct buf key = {0};

		buf_fmt(&key, "fields[%s]", name);
		b24_put_value(q, key.p, value);
		buf_free(&key);
	}
}

static void
begin_item(struct buf *q, const char *role, const char *id)
{
	char type[8];

	snprintf(type, sizeof(type), "%d", b24_type(role));
	b24_put(q, "entityTypeId", type);
	b24_put(q, "id", id);
	b24_put(q, "useOriginalUfNames", "Y");
}

/* Its name is all the title that a contact has; a lead should have both. */
static void
put_names(const json_t *spec, const char *role, struct buf *q)
{
	const json_t *client = json_object_get(spec, "client");
	const char *title = json_str(spec, "title");
	const char *name = json_str(client, "name");

	if (!name)
		name = json_str(client, "phone");
	if (strcmp(role, ROLE_CONTACT) == 0) {
		b24_put_line(q, "fields[name]", title ? title : name);
		return;
	}
	b24_put_line(q, "fields[title]", title);
	if (strcmp(role, ROLE_LEAD) == 0)
		b24_put_line(q, "fields[name]", name);
}

/* A deal has no number of its own: its contact has. */
static void
put_numbers(const json_t *spec, const char *role, struct buf *q)
{
	static const char *const kinds[][2] = {
	    {"phone", "PHONE"}, {"email", "EMAIL"}};
	const json_t *client = json_object_get(spec, "client");
	size_t n = 0;
	char key[40];

	for (size_t i = 0; i < 2 && strcmp(role, ROLE_DEAL) != 0; i++) {
		const char *value = json_str(client, kinds[i][0]);

		if (!value)
			continue;
		snprintf(key, sizeof(key), "fields[fm][%zu][typeId]", n);
		b24_put(q, key, kinds[i][1]);
		snprintf(key, sizeof(key), "fields[fm][%zu][valueType]", n);
		b24_put(q, key, "WORK");
		snprintf(key, sizeof(key), "fields[fm][%zu][value]", n++);
		b24_put_line(q, key, value);
	}
}

static enum crm_step
send_create(const struct crm *c, struct crm_txn *t, const char *role)
{
	const char *contact =
	    crm_ref_id(json_object_get(t->spec, "on"), ROLE_CONTACT);
	bool deal = strcmp(role, ROLE_DEAL) == 0;
	struct buf q = {0}, text = {0};

	begin_item(&q, role, NULL);
	put_names(t->spec, role, &q);
	b24_put(&q, "fields[assignedById]", json_str(t->spec, "owner"));
	b24_put(&q, "fields[originatorId]", B24_ORIGINATOR);
	b24_put(&q, "fields[originId]", json_str(t->spec, "key"));
	b24_put(&q, "fields[sourceId]", "CALL");
	put_source(t->spec, &q);
	if (json_str(t->spec, "text"))
		b24_bbcode(&text, json_str(t->spec, "text"));
	b24_put(&q, "fields[comments]", buf_cstr(&text));
	buf_free(&text);
	put_numbers(t->spec, role, &q);
	if (deal)
		b24_put(&q, "fields[categoryId]", pipeline_id(c, t));
	if (contact && strcmp(role, ROLE_CONTACT) != 0)
		b24_put(&q,
		    deal ? "fields[contactIds][0]" : "fields[contactId]",
		    contact);
	put_custom(t->spec, &q);
	t->stage = B24_MADE;
	b24_ask(t, B24_ITEM_ADD, &q);
	b24_about(t, contact ? ROLE_CONTACT : NULL, contact);
	b24_may_be_refused(t, false);
	return CRM_SEND;
}

/* In the simple mode the lead is a deal by now; the lead's refs say which. */
static enum crm_step
create(const struct crm *c, struct crm_txn *t, const char *role)
{
	const char *id = crm_ref_id(t->refs, role);
	bool pipeline = json_str(t->spec, "pipeline") != NULL;
	struct buf q = {0};

	if (!id && pipeline && !pipeline_id(c, t)) {
		if (b24_heard(t, "pipelines"))
			return no_pipeline(c, t);
		b24_put(&q, "entityTypeId", "2");
		t->stage = B24_ASKED_PIPELINES;
		return b24_ask(t, B24_CATEGORIES, &q);
	}
	if (!id)
		return send_create(c, t, role);
	if (strcmp(role, ROLE_LEAD) == 0 && is_simple(c) &&
	    !crm_ref_id(t->refs, ROLE_DEAL) && !b24_heard(t, "deal"))
		return ask_deal_of(t, id);
	return CRM_DONE;
}

/* Where it is among what the action hangs on, as it is named now. */
static const char *
target(const struct crm_txn *t, const char **role)
{
	const json_t *on = json_object_get(t->spec, "on");
	const char *id = NULL;

	for (size_t i = 0; i < json_array_size(on); i++) {
		const char *is = json_str(json_array_get(on, i), "role");

		if (is && strcmp(is, *role) == 0) {
			*role = b24_on(t, i, &id);
			break;
		}
	}
	return id;
}

static enum crm_step
change_item(const struct crm *c, struct crm_txn *t, const char *role)
{
	bool assign = strcmp(json_str(t->spec, "do"), "assign") == 0;
	const char *was = role, *id = target(t, &role);
	struct buf q = {0};
	size_t bare;

	if (json_array_size(t->refs))
		return CRM_DONE;
	if (!id)
		return b24_cannot(t, "it isn't there any more");
	begin_item(&q, role, id);
	bare = q.len;
	if (assign) {
		b24_put(&q, "fields[assignedById]", json_str(t->spec, "owner"));
	} else {
		put_source(t->spec, &q);
		put_custom(t->spec, &q);
	}
	if (q.len == bare) { /* nothing is known that could be set */
		buf_free(&q);
		crm_ref_add(c, t, role, id);
		return CRM_DONE;
	}
	t->stage = B24_MADE;
	b24_ask(t, B24_ITEM_UPDATE, &q);
	b24_about(t, was, crm_ref_id(json_object_get(t->spec, "on"), was));
	if (assign)
		b24_may_be_refused(t, false);
	return CRM_SEND;
}

/* ---- tasks ---- */

static void
put_description(const json_t *spec, bool marked, struct buf *q)
{
	struct buf text = {0};

	if (json_str(spec, "text"))
		b24_bbcode(&text, json_str(spec, "text"));
	if (marked) {
		buf_str(&text, text.len ? "\n\n" : "");
		b24_mark(spec, NULL, &text);
	}
	b24_put(q, "fields[DESCRIPTION]", buf_cstr(&text));
	buf_free(&text);
}

/* Its creator is the webhook's owner, who may close it again. */
static enum crm_step
send_task(struct crm_txn *t)
{
	const json_t *on = json_object_get(t->spec, "on");
	struct buf q = {0};
	const char *id;

	b24_put_line(&q, "fields[TITLE]", json_str(t->spec, "title"));
	b24_put(&q, "fields[RESPONSIBLE_ID]", json_str(t->spec, "owner"));
	b24_put(&q, "fields[DEADLINE]", json_str(t->spec, "due"));
	put_description(t->spec, true, &q);
	for (size_t i = 0; i < json_array_size(on); i++) {
		const char *letter = b24_letter(b24_on(t, i, &id));
		char key[48], value[40];

		if (!letter)
			continue;
		snprintf(key, sizeof(key), "fields[UF_CRM_TASK][%zu]", i);
		snprintf(value, sizeof(value), "%s_%s", letter, id);
		b24_put(&q, key, value);
	}
	t->stage = B24_MADE;
	b24_ask(t, B24_TASK_ADD, &q);
	b24_may_be_refused(t, false);
	return CRM_SEND;
}

/* It can't be closed: because it is, or is gone? */
static enum crm_step
ask_status(struct crm_txn *t, const char *id)
{
	struct buf q = {0};

	b24_put(&q, "filter[ID]", id);
	b24_put(&q, "select[0]", "ID");
	b24_put(&q, "select[1]", "STATUS");
	t->stage = B24_ASKED_STATUS;
	return b24_ask(t, B24_TASK_LIST, &q);
}

static enum crm_step
task(struct crm_txn *t)
{
	const char *id = crm_ref_id(t->refs, ROLE_TASK);
	struct buf q = {0};

	if (!id)
		return send_task(t);
	if (!json_is_true(json_object_get(t->spec, "done")) ||
	    b24_heard(t, "closed"))
		return CRM_DONE;
	if (b24_heard(t, "refused"))
		return ask_status(t, id);
	b24_put(&q, "taskId", id);
	t->stage = B24_CLOSED;
	b24_ask(t, B24_TASK_COMPLETE, &q);
	b24_may_be_refused(t, false);
	return CRM_SEND;
}

/* 5: closed; 4: closed, and somebody is to look at it. Not there: removed. */
static void
take_status(struct crm_txn *t)
{
	json_t *row = json_array_get(b24_rows(t, 0, B24_TASK_LIST), 0);
	json_int_t status = b24_int(json_object_get(row, "status"));

	if (!row || status == 4 || status == 5)
		b24_hear(t, "closed", "");
}

static enum crm_step
update_task(struct crm_txn *t)
{
	const char *role = ROLE_TASK, *id = target(t, &role);
	struct buf q = {0};

	if (crm_ref_id(t->refs, ROLE_TASK))
		return CRM_DONE;
	if (!id)
		return b24_cannot(t, "there is no task to update");
	b24_put(&q, "taskId", id);
	b24_put_line(&q, "fields[TITLE]", json_str(t->spec, "title"));
	put_description(t->spec, false, &q);
	t->stage = B24_MADE;
	b24_ask(t, B24_TASK_UPDATE, &q);
	b24_about(t, ROLE_TASK, id);
	return CRM_SEND;
}

/* ---- steps ---- */

static const char *const changes[] = {"update", "assign", NULL};

bool
b24_is_change(const json_t *spec)
{
	const char *does = json_str(spec, "do");

	for (size_t i = 0; does && changes[i]; i++)
		if (strcmp(changes[i], does) == 0)
			return true;
	return false;
}

const char *
b24_made_role(const json_t *spec)
{
	static const char *const own[] = {ROLE_TASK, ROLE_CALL, ROLE_NOTE};
	const char *does = json_str(spec, "do"),
		   *entity = json_str(spec, "entity");

	for (size_t i = 0; does && i < 3; i++) {
		if (strcmp(does, own[i]) == 0)
			return own[i];
		if (entity && strcmp(does, "update") == 0 && i < 2 &&
		    strcmp(entity, own[i]) == 0)
			return own[i];
	}
	if (!does || !entity ||
	    (strcmp(does, "create") != 0 && !b24_is_change(spec)))
		return NULL;
	return crm_role(&crm_bitrix24, entity);
}

/* The id of what was made, in the answer to what makes such a one. */
static void
take_made(const struct crm *c, struct crm_txn *t, const char *role)
{
	json_t *made = b24_result(t, 0);
	const char *changed;
	char id[24];

	if (b24_is_change(t->spec)) {
		changed = target(t, &role);
		crm_ref_add(c, t, role, changed);
		return;
	}
	made = json_object_get(
	    made, strcmp(role, ROLE_TASK) == 0 ? "task" : "item");
	/* A dry run hears nothing. */
	if (b24_id(json_object_get(made, "id"), id)[0])
		crm_ref_add(c, t, role, id);
}

/* A lead became a deal, and has a contact: they are this action's as well. */
static void
take_deal(const struct crm *c, struct crm_txn *t, const char *role)
{
	json_t *row = json_array_get(b24_rows(t, 0, B24_DEALS), 0);
	char deal[24], contact[24];

	b24_hear(t, "deal", b24_id(json_object_get(row, "ID"), deal));
	b24_id(json_object_get(row, "CONTACT_ID"), contact);
	if (strcmp(json_str(t->spec, "do"), "create") != 0 ||
	    strcmp(role, ROLE_LEAD) != 0)
		return;
	if (deal[0])
		crm_ref_add(c, t, ROLE_DEAL, deal);
	if (contact[0])
		crm_ref_add(c, t, ROLE_CONTACT, contact);
}

void
b24_take_account(const struct crm *c, struct crm_txn *t, const char *role)
{
	bool simple = b24_int(b24_result(t, 0)) == MODE_SIMPLE;

	if (t->stage == B24_ASKED_DEAL)
		take_deal(c, t, role);
	else
		json_object_set_new(c->facts, "mode",
		    json_integer(simple ? MODE_SIMPLE : MODE_CLASSIC));
}

/* CRM_SEND: go on; CRM_DONE: that was the end, the verdict says how. */
static enum crm_step
take(const struct crm *c, struct crm_txn *t, const char *role)
{
	const char *why = b24_refused(t, 0, NULL);

	switch (t->stage) {
	case B24_ASKED_MODE:
	case B24_ASKED_DEAL:
		b24_take_account(c, t, role);
		break;
	case B24_ASKED_PIPELINES:
		take_pipelines(c, t);
		break;
	case B24_MADE:
		if (why)
			return b24_ask_owner(t, why);
		take_made(c, t, role);
		break;
	case B24_ASKED_OWNER:
		return judge_owner(t);
	case B24_CLOSED:
		b24_hear(t, why ? "refused" : "closed", why);
		break;
	case B24_ASKED_STATUS:
		take_status(t);
		if (!b24_heard(t, "closed"))
			return b24_cannot(t, b24_heard(t, "refused"));
		break;
	default:
		break;
	}
	return CRM_SEND;
}

/* The next call that is missing, or the end. */
static enum crm_step
go_on(const struct crm *c, struct crm_txn *t, const char *role)
{
	const char *does = json_str(t->spec, "do");

	if (b24_asks_first(c, t))
		return CRM_SEND;
	if (strcmp(role, ROLE_CALL) == 0)
		return b24_call(c, t);
	if (strcmp(does, "create") == 0)
		return create(c, t, role);
	if (strcmp(does, "task") == 0)
		return task(t);
	if (strcmp(does, "note") == 0)
		return b24_note(t);
	if (strcmp(role, ROLE_TASK) == 0)
		return update_task(t);
	return change_item(c, t, role);
}

enum crm_step
b24_act(const struct crm *c, struct crm_txn *t)
{
	const char *role = b24_made_role(t->spec);
	int stage = t->stage;
	struct buf why = {0};

	if (!role) {
		buf_fmt(&why, "Bitrix24 can't %s", json_str(t->spec, "do"));
		if (json_str(t->spec, "entity"))
			buf_fmt(&why, " %s", json_str(t->spec, "entity"));
		b24_cannot(t, why.p);
		buf_free(&why);
		return CRM_DONE;
	}
	if (stage == B24_BEGIN) {
		json_decref(t->scratch);
		t->scratch = json_object();
	} else if (stage == B24_COMMENTED || stage == B24_ASKED_CALL) {
		if (!b24_note_take(c, t))
			return CRM_DONE;
	} else if (stage >= B24_CALL) {
		if (b24_call_take(c, t) == CRM_DONE)
			return CRM_DONE;
	} else if (take(c, t, role) == CRM_DONE) {
		return CRM_DONE;
	}
	/* What was heard last has asked already. */
	if (t->cmd.args)
		return CRM_SEND;
	return go_on(c, t, role);
}
