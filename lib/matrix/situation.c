/* SPDX-License-Identifier: MIT */
#include "matrix/situation.h"

#include "base/str.h"
#include "io/jsonx.h"
#include "matrix/plan.h"

const char *const event_name[] = {"call.ringing", "call.answered", "call.ended",
    "call.analysed", "call.amended", "form.sent", "chat.started", "chat.taken",
    "chat.contact", "chat.ended", NULL};
const char *const direction_name[] = {"", "in", "out", "internal", NULL};
const char *const outcome_name[] = {
    "", "answered", "missed", "voicemail", NULL};
const char *const client_name[] = {
    "hidden", "new", "contact", "lead", "deal", NULL};
const char *const by_name[] = {
    "responsible", "other", "unbound", "nobody", NULL};

/* The place of s in a table that begins with "" for none. */
static int
find_name(const char *const *names, struct span s)
{
	for (int i = 1; s.p && names[i]; i++)
		if (str_eq(s, names[i]))
			return i;
	return 0;
}

const char *
client_role(enum client c)
{
	switch (c) {
	case CLIENT_CONTACT:
		return ROLE_CONTACT;
	case CLIENT_LEAD:
		return ROLE_LEAD;
	case CLIENT_DEAL:
		return ROLE_DEAL;
	default:
		return NULL;
	}
}

static enum client
client_of(const json_t *view)
{
	if (!view)
		return CLIENT_HIDDEN;
	for (enum client c = CLIENT_DEAL; c > CLIENT_NEW; c--)
		if (json_object_get(view, client_role(c)))
			return c;
	return CLIENT_NEW;
}

/*
 * By every contact the employee has, not by name: names differ between the
 * systems. The login or number that took the call says more than the staff id
 * of the row, which Ringostat derives from it.
 */
const struct employee *
answerer_of(struct rec *rec, const struct project *p)
{
	const struct employees *es = &p->employees;
	const struct employee *m = NULL;
	struct span s;

	s = rec_str(rec, "answered_by.sip");
	if (s.p)
		m = employees_sip(es, s);
	s = rec_str(rec, "answered_by.phone");
	if (!m && s.p)
		m = employees_phone(es, s);
	s = rec_str(rec, "answered_by.staff_id");
	if (!m && s.p)
		m = employees_staff(es, s);
	return m;
}

static enum by
by_of(struct rec *rec, const struct situation *s)
{
	bool taken = rec_type(rec, "answered_by") == REC_OBJECT;

	if (s->direction == DIRECTION_IN && s->outcome != OUTCOME_ANSWERED &&
	    s->outcome != OUTCOME_NONE)
		return BY_NOBODY;
	if (!taken)
		return s->outcome == OUTCOME_ANSWERED ? BY_UNBOUND : BY_NOBODY;
	if (!s->answerer)
		return BY_UNBOUND;
	if (s->responsible && strcmp(s->responsible, s->answerer->user) == 0)
		return BY_RESPONSIBLE;
	return BY_OTHER;
}

static const char *
event_of(struct rec *rec)
{
	struct span s = rec_str(rec, "event");

	for (size_t i = 0; s.p && event_name[i]; i++)
		if (str_eq(s, event_name[i]))
			return event_name[i];
	return "";
}

void
situation_of(struct rec *rec, const json_t *view, const struct project *p,
    struct situation *s)
{
	*s = (struct situation){.event = event_of(rec)};
	s->direction = (enum direction)find_name(
	    direction_name, rec_str(rec, "direction"));
	s->outcome =
	    (enum outcome)find_name(outcome_name, rec_str(rec, "outcome"));
	s->client = client_of(view);
	s->answerer = answerer_of(rec, p);
	if (client_role(s->client))
		s->responsible = json_str(
		    json_object_get(view, client_role(s->client)), "owner");
	s->by = by_of(rec, s);
}
