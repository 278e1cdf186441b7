/* SPDX-License-Identifier: MIT */
/* Every method that the simulator has. */
#ifndef B24_METHODS_H
#define B24_METHODS_H

#include "b24.h"

b24_method m_profile, m_scope, m_method_get, m_server_time, m_mode, m_app_info;
b24_method m_methods;
b24_method m_old_add, m_old_get, m_old_list, m_old_update, m_old_delete;
b24_method m_old_fields, m_uf_list, m_uf_add;
b24_method m_item_add, m_item_get, m_item_list, m_item_update, m_item_delete;
b24_method m_item_fields, m_item_import;
b24_method m_findbycomm, m_search_entities;
b24_method m_link_add, m_link_delete, m_link_get, m_link_set, m_link_clear;
b24_method m_status_list, m_category_list, m_dealcategory_list;
b24_method m_activity_add, m_activity_get, m_activity_list, m_activity_update;
b24_method m_activity_delete, m_todo_add, m_binding_add, m_binding_list;
b24_method m_comment_add, m_comment_get, m_comment_list, m_comment_update;
b24_method m_comment_delete, m_task_comment_add, m_task_comment_gone;
b24_method m_task_add, m_task_get, m_task_list, m_task_update, m_task_delete;
b24_method m_task_complete, m_task_delegate, m_task_fields;
b24_method m_call_register, m_call_finish, m_call_attach, m_call_show;
b24_method m_call_statistic;
b24_method m_user_get, m_user_search, m_user_current, m_department_get;

#endif
