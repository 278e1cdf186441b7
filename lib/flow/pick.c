/* SPDX-License-Identifier: MIT */
#include "flow/pick.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "flow/known.h"
#include "io/jsonx.h"

static const char account_key[] = "distributed";

/* The flagged employee behind the one who was last; NULL: nobody is flagged. */
static const struct employee *
next_flagged(const struct employees *es, const char *last)
{
	const struct employee *first = NULL;
	bool passed = false;

	for (size_t i = 0; i < es->n; i++) {
		const struct employee *m = &es->v[i];

		if (m->distributed && passed)
			return m;
		if (m->distributed && !first)
			first = m;
		passed |= last && strcmp(m->code, last) == 0;
	}
	return first;
}

static int
pick_one(const struct decider *d, json_t *action, struct err *e)
{
	const struct project *p = d->project;
	const struct employee *m;
	char *last = NULL;

	if (jnl_begin(d->journal, e) < 0 ||
	    jnl_account(d->journal, account_key, &last, e) < 0)
		return -1;
	m = next_flagged(&p->employees, last);
	free(last);
	if (m) {
		json_put(action, "owner", m->user);
		return jnl_put_account(d->journal, account_key, m->code, e);
	}
	m = employees_code(&p->employees, str_span(p->senior));
	json_put(action, "owner", m ? m->user : NULL);
	json_put(action, "fell", "senior");
	return 0;
}

int
pick_owners(const struct decider *d, json_t *plan, struct err *e)
{
	const json_t *first = NULL; /* the others are of the same employee */
	json_t *a;
	size_t i;

	json_array_foreach (json_object_get(plan, "actions"), i, a) {
		const char *to = json_str(a, "to");

		if (!to || strcmp(to, account_key) != 0 || json_str(a, "owner"))
			continue;
		if (!first && pick_one(d, a, e) < 0)
			return -1;
		json_put(a, "owner", json_str(first, "owner"));
		json_put(a, "fell", json_str(first, "fell"));
		first = a;
	}
	return 0;
}
