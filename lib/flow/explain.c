/* SPDX-License-Identifier: MIT */
#include "flow/explain.h"

#include "base/str.h"
#include "io/jsonx.h"

void
explain_head(struct rec *rec, const struct keys *k, struct buf *out)
{
	struct span at = rec_str(rec, "at"), phone;

	buf_fmt(out, "%s  %.*s", k->record, (int)at.n, at.p ? at.p : "");
	phone = rec_str(rec, "client.phone");
	buf_fmt(out, "  %.*s\n", (int)phone.n, phone.p ? phone.p : "");
}

/* "lead 12 of user 7, contact planned by …" */
static void
put_view(const json_t *view, const char *from, struct buf *out)
{
	const char *role;
	const json_t *has;
	bool any = false;

	buf_str(out, "  client: ");
	json_object_foreach ((json_t *)(uintptr_t)view, role, has) {
		const char *id = json_str(has, "id");
		const char *key = json_str(has, "key");
		const char *owner = json_str(has, "owner");

		if (!id && !key)
			continue;
		buf_fmt(out, "%s%s %s%s", any ? ", " : "", role,
		    id ? "" : "planned as ", id ? id : key);
		buf_fmt(out, " of user %s", owner ? owner : "?");
		any = true;
	}
	buf_fmt(out, "%s (%s)\n", any ? "" : "nothing known", from);
}

void
explain_action(const json_t *a, struct buf *out)
{
	const char *entity = json_str(a, "entity");
	const char *owner = json_str(a, "owner");
	const char *to = json_str(a, "to"), *due = json_str(a, "due");
	const char *title = json_str(a, "title");
	const json_t *ref;
	size_t i;

	buf_fmt(out, "  -> %s%s%s", json_str(a, "do"), entity ? " " : "",
	    entity ? entity : "");
	if (json_is_true(json_object_get(a, "done")))
		buf_str(out, ", done");
	if (to)
		buf_fmt(out, " to %s%s", to,
		    json_str(a, "fell") ? ", who is nobody: to senior" : "");
	if (owner)
		buf_fmt(out, " (user %s)", owner);
	if (due)
		buf_fmt(out, ", due %s", due);
	json_array_foreach (json_object_get(a, "on"), i, ref) {
		const char *id = json_str(ref, "id");

		buf_fmt(out, "%s%s %s", i ? " and " : ", on ",
		    json_str(ref, "role"), id ? id : json_str(ref, "key"));
	}
	if (title)
		buf_fmt(out, ": %s", title);
	buf_chr(out, '\n');
}

void
explain_plan(const struct decider *d, struct rec *rec, const json_t *view,
    const char *from, const json_t *plan, struct buf *out)
{
	struct situation s;
	const json_t *a;
	size_t i;

	if (view)
		put_view(view, from, out);
	else
		buf_str(out, "  client: hidden, can't be looked up\n");
	situation_of(rec, view, d->project, &s);
	matrix_explain(d->matrix, &s, rec, out);
	json_array_foreach (json_object_get(plan, "actions"), i, a)
		explain_action(a, out);
}
