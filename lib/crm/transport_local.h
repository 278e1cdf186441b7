/* SPDX-License-Identifier: MIT */
/*
 * The local CRM: carries requests out on DIR/crm.db as a vendor's server would
 * and refuses what a vendor would refuse.
 *
 * A request is {"cmds":[COMMAND,…]}, at most LOCAL_PACK_MAX, carried out in
 * order in one transaction. Members in brackets may be missing, others are
 * refused. Ids are strings, times RFC 3339 with an offset.
 *
 *   {"do":"lookup",["phone","match"],["known":[{"role","id"}]]}
 *      match: international (all digits are equal), last9, exact (the text)
 *      {"entities":[{"role","id",["owner"],["open"],["at"],["name"],…]}
 *   {"do":"find","entity","key"}
 *      {"found":[{"role","id"}]}, oldest first
 *   {"do":"create","entity":"contact","key","fields":{"name","owner",
 *    ["phone"],["email"],["text"],["source":{…}],["custom":{…}],["at"]}}
 *      a contact has a phone, an email or both
 *   {"do":"create","entity":"lead" or "deal","key","fields":{"title","owner",
 *    ["name"],["phone"],["email"],["text"],["source":{…}],["custom":{…}],
 *    ["at"]},["on":[{"role":"contact","id"}]]}
 *      a deal's fields may have "pipeline"; without, it gets the first
 *   {"do":"task","key","fields":{"title","owner",["text"],["due"],["at"]},
 *    ["on":[{"role","id"},…]]}
 *   {"do":"call","key","fields":{"title","owner","direction",["outcome"],
 *    ["status"],["phone"],["line"],["seconds":196],["talk":184],
 *    ["recording"],["card"],["at"]},["on":[{"role","id"},…]]}
 *   {"do":"note","key","fields":{["title"],["text"],["at"]},
 *    "on":[{"role","id"},…]}
 *      has a title, a text or both; may be on a call as well
 *   {"do":"update","entity","id","fields"}
 *      contact, lead, deal: {["source":{…}],["custom":{…}]}; their members
 *      go over those that are there, all others stay
 *      task: {["title"],["text"]}
 *      call: {["outcome"],["status"],["seconds"],["talk"],["recording"],
 *      ["card"]}
 *   {"do":"assign","entity","id","owner"}
 *      contact, lead, deal
 *   {"do":"close","id"}
 *      a task; one that is closed already is no error
 *      all of these: {"id"}
 *
 * custom goes into the column "fields": strings, whole numbers and booleans
 * under names of the user's own.
 *
 * The answer has status 200 and {"results":[{"ok":{…}} or {"error":
 * {"code","text"}},…]}; a command that is refused leaves its neighbours alone.
 *
 *   INVALID  the command is malformed, or the tables' constraints forbid it
 *   OWNER    the owner isn't an active user
 *   GONE     what it refers to isn't there; "role" and "id" say what
 *
 * 400 {"error":{"code":"INVALID",…}} refuses the whole request, 503 with code
 * BUSY says that nothing of it was executed because the database can't.
 */
#ifndef CRM_TRANSPORT_LOCAL_H
#define CRM_TRANSPORT_LOCAL_H

#include "crm/crm.h"

enum { LOCAL_PACK_MAX = 50 };

/* The project's crm.db is made if it isn't there. NULL and e on failure. */
struct crm_transport *transport_local_open(struct crm *c, struct err *e);

#endif
