/* SPDX-License-Identifier: MIT */
/*
 * Bitrix24 behind an inbound webhook: the driver's table. bitrix24.h says which
 * file has the rest.
 *
 * Limits. Requests: 50 at once and two a second, a batch being one; two below
 * that, as requests don't arrive as evenly as they leave. The portal works
 * about a second on a write, whatever is asked at the same time, and doesn't
 * want to be asked in parallel: so a backlog is one request at a time, and what
 * is live goes beside it. Of each method it carries out 480 seconds in ten
 * minutes; it counts afterwards, so a request of 30 seconds may come on top of
 * what we allow, and what a backlog leaves to live calls is as much as that.
 */
#include "crm/bitrix24.h"

#include "crm/transport_http.h"
#include "matrix/plan.h"

static const struct crm_word words[] = {
    {"contact", ROLE_CONTACT},
    {"lead", ROLE_LEAD},
    {"deal", ROLE_DEAL},
    {0},
};

static const char *const verbs[] = {
    "create", "update", "assign", "task", "call", "note", NULL};

/* What draws on what; 0 is the requests. Lists of cards are asked together. */
enum {
	G_REQUESTS,
	G_DUPLICATE,
	G_CARDS,
	G_ITEM_ADD,
	G_ITEM_UPDATE,
	G_ITEM_LIST,
	G_TASK_ADD,
	G_TASK_UPDATE,
	G_TASK_COMPLETE,
	G_TASK_LIST,
	G_ACTIVITY_ADD,
	G_ACTIVITY_UPDATE,
	G_ACTIVITY_LIST,
	G_BINDING,
	G_COMMENT_ADD,
	G_COMMENT_LIST,
	G_REGISTER,
	G_FINISH,
	GATES,
};

/* 90 + 0.6 * 600 + 30 are 480. */
#define OPERATING .rate = 0.6, .burst = 90, .floor = 40

static const struct limit_bucket limits[GATES + 1] = {
    [G_REQUESTS] = {.name = "requests",
	.rate = 2,
	.burst = 48,
	.floor = 12,
	.slots = 4,
	.spare = 3},
    [G_DUPLICATE] = {.name = "crm.duplicate.findbycomm", OPERATING},
    [G_CARDS] = {.name = "crm.*.list", OPERATING},
    [G_ITEM_ADD] = {.name = "crm.item.add", OPERATING},
    [G_ITEM_UPDATE] = {.name = "crm.item.update", OPERATING},
    [G_ITEM_LIST] = {.name = "crm.item.list", OPERATING},
    [G_TASK_ADD] = {.name = "tasks.task.add", OPERATING},
    [G_TASK_UPDATE] = {.name = "tasks.task.update", OPERATING},
    [G_TASK_COMPLETE] = {.name = "tasks.task.complete", OPERATING},
    [G_TASK_LIST] = {.name = "tasks.task.list", OPERATING},
    [G_ACTIVITY_ADD] = {.name = "crm.activity.add", OPERATING},
    [G_ACTIVITY_UPDATE] = {.name = "crm.activity.update", OPERATING},
    [G_ACTIVITY_LIST] = {.name = "crm.activity.list", OPERATING},
    [G_BINDING] = {.name = "crm.activity.binding.add", OPERATING},
    [G_COMMENT_ADD] = {.name = "crm.timeline.comment.add", OPERATING},
    [G_COMMENT_LIST] = {.name = "crm.timeline.comment.list", OPERATING},
    [G_REGISTER] = {.name = "telephony.externalcall.register", OPERATING},
    [G_FINISH] = {.name = "telephony.externalcall.finish", OPERATING},
};

enum { READ = false, WRITE = true };

/* A write is taken for 2.5 s, a read for half of one, until it is measured. */
const struct b24_method_info b24_methods[B24_METHODS] = {
    [B24_DUPLICATE] = {"crm.duplicate.findbycomm", G_DUPLICATE, READ, 0.5,
	B24_BY_TYPE, NULL},
    [B24_LEADS] = {"crm.lead.list", G_CARDS, READ, 0.2, B24_ROWS, NULL},
    [B24_CONTACTS] = {"crm.contact.list", G_CARDS, READ, 0.2, B24_ROWS, NULL},
    [B24_DEALS] = {"crm.deal.list", G_CARDS, READ, 0.2, B24_ROWS, NULL},
    [B24_ITEM_ADD] = {"crm.item.add", G_ITEM_ADD, WRITE, 2.5, B24_ITEM, NULL},
    [B24_ITEM_UPDATE] = {"crm.item.update", G_ITEM_UPDATE, WRITE, 2.5, B24_ITEM,
	NULL},
    [B24_ITEM_LIST] = {"crm.item.list", G_ITEM_LIST, READ, 0.5, B24_ROWS,
	"items"},
    [B24_TASK_ADD] = {"tasks.task.add", G_TASK_ADD, WRITE, 2.5, B24_TASK, NULL},
    [B24_TASK_UPDATE] = {"tasks.task.update", G_TASK_UPDATE, WRITE, 2.5,
	B24_ANY, NULL},
    [B24_TASK_COMPLETE] = {"tasks.task.complete", G_TASK_COMPLETE, WRITE, 2.5,
	B24_ANY, NULL},
    [B24_TASK_LIST] = {"tasks.task.list", G_TASK_LIST, READ, 0.5, B24_ROWS,
	"tasks"},
    [B24_ACTIVITY_ADD] = {"crm.activity.add", G_ACTIVITY_ADD, WRITE, 2.5,
	B24_ID, NULL},
    [B24_ACTIVITY_UPDATE] = {"crm.activity.update", G_ACTIVITY_UPDATE, WRITE,
	2.5, B24_ANY, NULL},
    [B24_ACTIVITY_LIST] = {"crm.activity.list", G_ACTIVITY_LIST, READ, 0.5,
	B24_ROWS, NULL},
    [B24_BINDING_ADD] = {"crm.activity.binding.add", G_BINDING, WRITE, 2.5,
	B24_ANY, NULL},
    [B24_COMMENT_ADD] = {"crm.timeline.comment.add", G_COMMENT_ADD, WRITE, 2.5,
	B24_ID, NULL},
    [B24_COMMENT_LIST] = {"crm.timeline.comment.list", G_COMMENT_LIST, READ,
	0.5, B24_ROWS, NULL},
    [B24_REGISTER] = {"telephony.externalcall.register", G_REGISTER, WRITE, 2.5,
	B24_CALL_ID, NULL},
    [B24_FINISH] = {"telephony.externalcall.finish", G_FINISH, WRITE, 2.5,
	B24_CALL_ID, NULL},
    [B24_STATISTIC] = {"voximplant.statistic.get", 0, READ, 0.5, B24_ROWS,
	NULL},
    [B24_MODE] = {"crm.settings.mode.get", 0, READ, 0.1, B24_INTEGER, NULL},
    [B24_CATEGORIES] = {"crm.category.list", 0, READ, 0.5, B24_ROWS,
	"categories"},
    [B24_USERS] = {"user.get", 0, READ, 0.5, B24_ROWS, NULL},
    [B24_PROFILE] = {"profile", 0, READ, 0.1, B24_ANY, NULL},
    [B24_SCOPE] = {"scope", 0, READ, 0.1, B24_ANY, NULL},
    [B24_TIME] = {"server.time", 0, READ, 0.1, B24_ANY, NULL},
    [B24_ITEM_FIELDS] = {"crm.item.fields", 0, READ, 0.5, B24_ANY, NULL},
};

static enum crm_step
step(const struct crm *c, struct crm_txn *t)
{
	switch (t->kind) {
	case CRM_LOOKUP:
		return b24_lookup(c, t);
	case CRM_FIND:
		return b24_find(c, t);
	case CRM_SURVEY:
		return b24_survey(t);
	case CRM_ACT:
		break;
	}
	return b24_act(c, t);
}

const struct crm_driver crm_bitrix24 = {
    .name = "bitrix24",
    .entities = words,
    .verbs = verbs,
    .pack_max = B24_BATCH,
    .pack_seconds = 25,
    .settle_ms = 90000, /* a request may be worked on for 60 s */
    .limits = limits,
    .transport = transport_http_open,
    .site = b24_site,
    .credential = "the address of the inbound webhook, as Bitrix24 shows it: "
		  "https://PORTAL/rest/USER/SECRET/",
    .step = step,
    .pack = b24_pack,
    .unpack = b24_unpack,
    .url = b24_url,
};
