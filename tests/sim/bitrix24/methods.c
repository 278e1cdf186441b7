/* SPDX-License-Identifier: MIT */
/*
 * The list of methods, with the scope that each needs and how long it works:
 * the durations that the vendor's documentation prints in its samples.
 */
#include "methods.h"

#include <strings.h>

#define ENTITY(e, add, update)                                     \
	{"crm." e ".add", m_old_add, "crm", add, 0},               \
	    {"crm." e ".get", m_old_get, "crm", 100, 0},           \
	    {"crm." e ".list", m_old_list, "crm", 100, 0},         \
	    {"crm." e ".update", m_old_update, "crm", update, 0},  \
	    {"crm." e ".delete", m_old_delete, "crm", 500, 0},     \
	    {"crm." e ".fields", m_old_fields, "crm", 50, 0},      \
	    {"crm." e ".userfield.list", m_uf_list, "crm", 50, 0}, \
	{                                                          \
		"crm." e ".userfield.add", m_uf_add, "crm", 300, 0 \
	}
#define LINKS(e)                                                              \
	{"crm." e ".contact.add", m_link_add, "crm", 400, 0},                 \
	    {"crm." e ".contact.delete", m_link_delete, "crm", 400, 0},       \
	    {"crm." e ".contact.items.get", m_link_get, "crm", 50, 0},        \
	    {"crm." e ".contact.items.set", m_link_set, "crm", 400, 0},       \
	{                                                                     \
		"crm." e ".contact.items.delete", m_link_clear, "crm", 400, 0 \
	}
#define CALLS "telephony.externalcall."

static const struct b24_entry methods[] = {
    {"profile", m_profile, "", 20, 0},
    {"scope", m_scope, "", 20, 0},
    {"method.get", m_method_get, "", 20, 0},
    {"methods", m_methods, "", 20, 0},
    {"server.time", m_server_time, "", 10, 0},
    {"app.info", m_app_info, "", 20, 0},
    {"crm.settings.mode.get", m_mode, "crm", 20, 0},
    ENTITY("lead", 4200, 1000),
    ENTITY("deal", 900, 900),
    ENTITY("contact", 1500, 900),
    ENTITY("company", 1500, 900),
    LINKS("deal"),
    LINKS("lead"),
    {"crm.item.add", m_item_add, "crm", 2300, 0},
    {"crm.item.get", m_item_get, "crm", 200, 0},
    {"crm.item.list", m_item_list, "crm", 600, 0},
    {"crm.item.update", m_item_update, "crm", 3700, 0},
    {"crm.item.delete", m_item_delete, "crm", 500, 0},
    {"crm.item.fields", m_item_fields, "crm", 100, 0},
    {"crm.item.batchimport", m_item_import, "crm", 300, 0},
    {"crm.duplicate.findbycomm", m_findbycomm, "crm", 50, 0},
    {"crm.status.list", m_status_list, "crm", 50, 0},
    {"crm.category.list", m_category_list, "crm", 50, 0},
    {"crm.dealcategory.list", m_dealcategory_list, "crm", 50, 0},
    {"crm.activity.add", m_activity_add, "crm", 600, 0},
    {"crm.activity.get", m_activity_get, "crm", 50, 0},
    {"crm.activity.list", m_activity_list, "crm", 200, 0},
    {"crm.activity.update", m_activity_update, "crm", 500, 0},
    {"crm.activity.delete", m_activity_delete, "crm", 300, 0},
    {"crm.activity.todo.add", m_todo_add, "crm", 400, 0},
    {"crm.activity.binding.add", m_binding_add, "crm", 200, 0},
    {"crm.activity.binding.list", m_binding_list, "crm", 50, 0},
    {"crm.timeline.comment.add", m_comment_add, "crm", 90, 0},
    {"crm.timeline.comment.get", m_comment_get, "crm", 50, 0},
    {"crm.timeline.comment.list", m_comment_list, "crm", 100, 0},
    {"crm.timeline.comment.update", m_comment_update, "crm", 90, 0},
    {"crm.timeline.comment.delete", m_comment_delete, "crm", 90, 0},
    {"tasks.task.add", m_task_add, "task", 1000, 0},
    {"tasks.task.get", m_task_get, "task", 200, 0},
    {"tasks.task.list", m_task_list, "task", 300, 0},
    {"tasks.task.update", m_task_update, "task", 800, 0},
    {"tasks.task.delete", m_task_delete, "task", 500, 0},
    {"tasks.task.complete", m_task_complete, "task", 500, 0},
    {"tasks.task.delegate", m_task_delegate, "task", 800, 0},
    {"tasks.task.getfields", m_task_fields, "task", 50, 0},
    {"task.commentitem.add", m_task_comment_add, "task", 300, 0},
    {"task.commentitem.get", m_task_comment_gone, "task", 10, 0},
    {"task.commentitem.getlist", m_task_comment_gone, "task", 10, 0},
    {"task.commentitem.update", m_task_comment_gone, "task", 10, 0},
    {"task.commentitem.delete", m_task_comment_gone, "task", 10, 0},
    {CALLS "register", m_call_register, "telephony", 1100, APP_ONLY},
    {CALLS "finish", m_call_finish, "telephony", 2300, APP_ONLY},
    {CALLS "attachrecord", m_call_attach, "telephony", 2400, NO_BATCH},
    {CALLS "show", m_call_show, "telephony", 100, 0},
    {CALLS "hide", m_call_show, "telephony", 100, 0},
    {CALLS "searchcrmentities", m_search_entities, "telephony", 400, 0},
    {"voximplant.statistic.get", m_call_statistic, "telephony", 200, 0},
    {"user.get", m_user_get, "user_brief", 100, 0},
    {"user.search", m_user_search, "user_brief", 100, 0},
    {"user.current", m_user_current, "user_brief", 50, 0},
    {"department.get", m_department_get, "department", 50, 0},
};

enum { METHODS = sizeof(methods) / sizeof(methods[0]) };

const struct b24_entry *
b24_find_method(const char *name)
{
	for (size_t i = 0; i < METHODS; i++)
		if (strcasecmp(methods[i].name, name) == 0)
			return &methods[i];
	return NULL;
}

void
m_methods(struct b24_call *c)
{
	c->result = json_array();
	for (size_t i = 0; i < METHODS; i++)
		json_array_append_new(c->result, json_string(methods[i].name));
}
