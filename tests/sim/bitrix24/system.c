/* SPDX-License-Identifier: MIT */
/* Who am I, what may I, what time is it. */
#include "methods.h"

void
m_profile(struct b24_call *c)
{
	const json_t *u = b24_user(c->b, c->b->owner);

	if (!b24_active(c->b, c->b->owner)) {
		c->result = json_array();
		return;
	}
	c->result = json_pack("{s:o, s:b, s:s, s:s, s:s, s:s}", "ID",
	    json_sprintf("%lld", (long long)c->b->owner), "ADMIN",
	    b24_admin(c->b), "NAME", b24_word(u, "NAME"), "LAST_NAME",
	    b24_word(u, "LAST_NAME"), "PERSONAL_GENDER", "", "TIME_ZONE",
	    "Europe/Kyiv");
}

void
m_scope(struct b24_call *c)
{
	static const char *const all[] = {"crm", "task", "tasks", "user_basic",
	    "user_brief", "user", "department", "telephony", "im", "disk",
	    NULL};

	if (!b24_true(b24_arg(c, "full"))) {
		c->result = json_incref(c->b->scopes);
		return;
	}
	c->result = json_array();
	for (size_t i = 0; all[i]; i++)
		json_array_append_new(c->result, json_string(all[i]));
}

void
m_method_get(struct b24_call *c)
{
	char name[80];
	const struct b24_entry *m =
	    b24_find_method(b24_str(b24_arg(c, "name"), name, sizeof(name)));
	bool may = m != NULL && !m->scope[0];
	json_t *x;
	size_t i;

	json_array_foreach (c->b->scopes, i, x)
		may = may || (m && strncmp(json_string_value(x), m->scope,
				       strcspn(m->scope, "_")) == 0);
	c->result = json_pack(
	    "{s:b, s:b}", "isExisting", m != NULL, "isAvailable", may);
}

void
m_server_time(struct b24_call *c)
{
	c->result = b24_iso_new(sim_now(c->b->sim));
}

void
m_mode(struct b24_call *c)
{
	c->result = json_integer(sim_num(c->b->sim, "mode"));
}

void
m_app_info(struct b24_call *c)
{
	b24_fail(c, 400, "ACCESS_DENIED",
	    "Access denied! Application context required");
}
