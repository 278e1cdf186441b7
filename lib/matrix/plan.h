/* SPDX-License-Identifier: MIT */
/*
 * The plan: what is to be done in the CRM for one record. It travels in the
 * record as "plan", is kept in the journal once an action of it has started,
 * and is what an adapter reads. A plan is a JSON object:
 *
 *   call     key of the call; all its actions' keys but the contact's begin so
 *   basis    the client's last record that the plan rests on, and a mark of
 *            what was decided for it (flow/decide.h); "" if there is none
 *   line     line of the matrix that decided, 0: none
 *   client   hidden | new | contact | lead | deal
 *   by       responsible | other | unbound | nobody
 *   view     what the client had: {"lead":{"id":"12","owner":"7"},…}; a member
 *            has "key" instead of "id" while it is planned only. Open leads
 *            and deals only. "new_contact" is the action key under which the
 *            client's own contact would be made. Absent for hidden clients
 *   actions  array, in the order they are carried out
 *
 * An action is a JSON object; all but key and do may be absent:
 *
 *   key       action key: <call>/lead, <call>/task.check, client/<digits>;
 *             what an amended call does ends in ~<hash>
 *   do        create | unsorted | update | assign | task | call | note
 *   entity    create, assign: contact | lead | deal; update: also task | call
 *   to        who, in the matrix's words ("answerer"), for people
 *   owner     the CRM user's id, a string; put in when it is carried out for
 *             `to distributed`
 *   fell      "senior": `to` resolved to nobody
 *   title     one line: name of the entity, the task or the note
 *   text      longer text of a task or note
 *   done      true: the task is created closed
 *   due       RFC 3339, the task's deadline
 *   once      seconds: not again for this client and text within that time
 *   on        what it hangs on, or what is updated or assigned:
 *             [{"role":"lead","id":"12"}]; "key" instead of "id" names an
 *             action that creates it. deliver puts ids for keys before an
 *             adapter sees the action
 *   client    {"phone":"+380…","name":"…","email":"…"} of the caller
 *   source    the record's source object (create, unsorted, update)
 *   fields    {"UF_CRM_POOL":"…"}: mapped fields (create, unsorted, update)
 *   pipeline  name of the pipeline (create deal, unsorted); absent: default
 *   at        RFC 3339, when the call was
 *   direction, outcome, status, line, answered_by, seconds, recording, card
 *             as in the record (call, update call)
 */
#ifndef MATRIX_PLAN_H
#define MATRIX_PLAN_H

#include <jansson.h>
#include <stdbool.h>

#define ROLE_CONTACT "contact"
#define ROLE_LEAD "lead"
#define ROLE_DEAL "deal"
#define ROLE_TASK "task"
#define ROLE_CALL "call"
#define ROLE_NOTE "note"

/* What a client can have: contact, lead and deal. */
extern const char *const plan_roles[3];

/*
 * Does the action make an entity of this role? create: what it says; unsorted:
 * a lead, and a contact for a client who has none (view; NULL: has nothing).
 */
bool plan_makes(const json_t *action, const json_t *view, const char *role);

#endif
