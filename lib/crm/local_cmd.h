/* SPDX-License-Identifier: MIT */
/*
 * The local CRM: one function a command (transport_local.h). cmd has the
 * members that the command must and may have. They return {"ok"} or {"error"},
 * or NULL when the database failed: then the whole request is rolled back.
 */
#ifndef CRM_LOCAL_CMD_H
#define CRM_LOCAL_CMD_H

#include "crm/local_entity.h"

json_t *local_lookup_new(struct local_crm *l, json_t *cmd);
json_t *local_find_new(struct local_crm *l, json_t *cmd);
/* Users, pipelines, and the custom fields that entities have. */
json_t *local_survey_new(struct local_crm *l, json_t *cmd);

json_t *local_create_new(struct local_crm *l, json_t *cmd);
/* Task, call, note: what isn't found by phone and hangs on something. */
json_t *local_make_new(struct local_crm *l, json_t *cmd);
json_t *local_update_new(struct local_crm *l, json_t *cmd);
json_t *local_assign_new(struct local_crm *l, json_t *cmd);
json_t *local_close_new(struct local_crm *l, json_t *cmd);

#endif
