/* SPDX-License-Identifier: MIT */
/*
 * The space of situations is finite, so a matrix is checked whole: every
 * situation that can occur is laid before every line.
 *
 * Only what can occur counts: nobody is the answerer of a missed incoming
 * call, a new client has no responsible, whom we call isn't hidden. An event
 * that no line names is no gap; of call.ended every situation must be covered.
 */
#include "matrix/rules.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "matrix/plan.h"

#include <stdarg.h>

/* Places in event_name. */
enum { RINGING, ANSWERED, ENDED, ANALYSED, AMENDED };

struct space {
	const struct matrix *m;
	struct situation *point;
	size_t n;
	int *winner; /* per point: the first line without field conditions
			that takes it, -1 if there is none */
	struct buf *out;
	size_t findings;
};

/* ---- what can occur ---- */

static bool
is_known(enum client c)
{
	return c == CLIENT_CONTACT || c == CLIENT_LEAD || c == CLIENT_DEAL;
}

static bool
outcome_occurs(int event, enum direction d, enum outcome o)
{
	if (event != ENDED && event != ANALYSED && event != AMENDED)
		return o == OUTCOME_NONE;
	return o == OUTCOME_ANSWERED || o == OUTCOME_MISSED ||
	       (o == OUTCOME_VOICEMAIL && d == DIRECTION_IN);
}

static bool
client_occurs(int event, enum direction d, enum client c)
{
	if (d == DIRECTION_INTERNAL)
		return c == CLIENT_HIDDEN;
	return c != CLIENT_HIDDEN || d == DIRECTION_IN || event > AMENDED;
}

static bool
by_occurs(int event, const struct situation *s)
{
	bool taken = s->direction != DIRECTION_IN || event == ANSWERED ||
		     s->outcome == OUTCOME_ANSWERED;

	if (event > AMENDED)
		return s->by == BY_NOBODY;
	if (s->by == BY_NOBODY)
		return !taken;
	if (!taken)
		return false;
	return s->by != BY_RESPONSIBLE || is_known(s->client);
}

static bool
is_named(const struct matrix *m, const char *event)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->rule[i].event && !strcmp(m->rule[i].event, event))
			return true;
	return false;
}

static void
add_point(struct space *sp, const struct situation *s)
{
	sp->point = xrealloc(sp->point, sp->n + 1, sizeof(*sp->point));
	sp->point[sp->n++] = *s;
}

static void
add_event(struct space *sp, int event)
{
	enum direction first = event > AMENDED ? DIRECTION_NONE : DIRECTION_IN;
	enum direction last =
	    event > AMENDED ? DIRECTION_NONE : DIRECTION_INTERNAL;
	struct situation s = {.event = event_name[event]};

	for (s.direction = first; s.direction <= last; s.direction++)
		for (s.outcome = 0; s.outcome <= OUTCOME_VOICEMAIL; s.outcome++)
			for (s.client = 0; s.client < CLIENTS; s.client++)
				for (s.by = 0; s.by < BYS; s.by++)
					if (outcome_occurs(event, s.direction,
						s.outcome) &&
					    client_occurs(
						event, s.direction, s.client) &&
					    by_occurs(event, &s))
						add_point(sp, &s);
}

/* Does the line take this situation, its field conditions left aside? */
static bool
takes(const struct rule *r, const struct situation *s)
{
	struct rule bare = *r;

	bare.nfields = 0;
	return rule_matches(&bare, s, NULL);
}

static struct space
space_of(const struct matrix *m, struct buf *out)
{
	struct space sp = {.m = m, .out = out};

	for (int e = 0; event_name[e]; e++)
		if (e == ENDED || is_named(m, event_name[e]))
			add_event(&sp, e);
	sp.winner = xcalloc(sp.n, sizeof(*sp.winner));
	for (size_t i = 0; i < sp.n; i++) {
		sp.winner[i] = -1;
		for (size_t r = 0; r < m->n && sp.winner[i] < 0; r++)
			if (m->rule[r].nfields == 0 &&
			    takes(&m->rule[r], &sp.point[i]))
				sp.winner[i] = (int)r;
	}
	return sp;
}

static void
space_free(struct space *sp)
{
	free(sp->point);
	free(sp->winner);
}

/* The situation but for who took it. */
static void
put_situation(struct buf *out, const struct situation *s)
{
	buf_str(out, s->event);
	if (s->direction)
		buf_fmt(out, " %s", direction_name[s->direction]);
	if (s->outcome)
		buf_fmt(out, " %s", outcome_name[s->outcome]);
	buf_fmt(out, " client=%s by=", client_name[s->client]);
}

static bool
same_but_by(const struct situation *a, const struct situation *b)
{
	return strcmp(a->event, b->event) == 0 &&
	       a->direction == b->direction && a->outcome == b->outcome &&
	       a->client == b->client;
}

/* ---- findings
 * ---------------------------------------------------------------- */

static void
find_gaps(struct space *sp)
{
	for (size_t i = 0; i < sp->n; i++) {
		const struct situation *first = &sp->point[i];

		if (sp->winner[i] >= 0)
			continue;
		sp->findings++;
		buf_fmt(sp->out, "%s: no line covers: ", sp->m->file);
		put_situation(sp->out, first);
		buf_str(sp->out, by_name[first->by]);
		/* Those that differ in `by` alone share the finding. */
		while (i + 1 < sp->n && sp->winner[i + 1] < 0 &&
		       same_but_by(first, &sp->point[i + 1]))
			buf_fmt(sp->out, ",%s", by_name[sp->point[++i].by]);
		buf_chr(sp->out, '\n');
	}
}

static bool
has_field(const struct rule *r, const struct rule_field *f)
{
	for (size_t i = 0; i < r->nfields; i++)
		if (r->field[i].op == f->op &&
		    !strcmp(r->field[i].path, f->path) &&
		    !strcmp(r->field[i].value, f->value))
			return true;
	return false;
}

/* Whenever later takes this situation, would earlier have taken it? */
static bool
covers(const struct rule *earlier, const struct rule *later,
    const struct situation *s)
{
	if (!takes(earlier, s))
		return false;
	for (size_t i = 0; i < earlier->nfields; i++)
		if (!has_field(later, &earlier->field[i]))
			return false;
	return true;
}

/* The first line that keeps rule r from this situation, -1 if none does. */
static int
shadow(const struct matrix *m, size_t r, const struct situation *s)
{
	for (size_t i = 0; i < r; i++)
		if (covers(&m->rule[i], &m->rule[r], s))
			return (int)i;
	return -1;
}

/* A line that no situation reaches: which lines are before it? */
static void
find_dead(struct space *sp, size_t r)
{
	const struct matrix *m = sp->m;
	bool *by = xcalloc(m->n, sizeof(*by)), any = false, alive = false;

	for (size_t i = 0; i < sp->n && !alive; i++) {
		int before;

		if (!takes(&m->rule[r], &sp->point[i]))
			continue;
		any = true;
		before = shadow(m, r, &sp->point[i]);
		if (before < 0)
			alive = true;
		else
			by[before] = true;
	}
	if (!alive) {
		sp->findings++;
		buf_fmt(sp->out, "%s:%ld: never matches: ", m->file,
		    m->rule[r].line);
		buf_str(sp->out, any ? "all of it is taken by line"
				     : "no call is ever like this");
		for (size_t i = 0; any && i < m->n; i++)
			if (by[i])
				buf_fmt(sp->out, " %ld", m->rule[i].line);
		buf_chr(sp->out, '\n');
	}
	free(by);
}

/* ---- actions that can't do what they say
 * ------------------------------------- */

/* Is a role created in the rule, before its action a (NULL: anywhere)? */
static bool
rule_creates(
    const struct rule *r, const struct rule_action *a, const char *role)
{
	for (size_t i = 0; i < r->nactions && &r->action[i] != a; i++)
		if (r->action[i].verb == VERB_CREATE &&
		    r->action[i].role == role)
			return true;
	return false;
}

/* Another phase of the call may have made it. */
static bool
phase_creates(const struct matrix *m, const struct rule *but, const char *role)
{
	for (size_t i = 0; i < m->n; i++)
		if (rule_creates(&m->rule[i], NULL, role) && m->rule[i].event &&
		    but->event && strcmp(m->rule[i].event, but->event) != 0)
			return true;
	return false;
}

static bool
client_has(enum client c, const char *role)
{
	if (strcmp(role, ROLE_CONTACT) == 0)
		return is_known(c);
	if (strcmp(role, ROLE_LEAD) == 0)
		return c == CLIENT_LEAD || c == CLIENT_DEAL;
	return c == CLIENT_DEAL;
}

static bool
matrix_makes(const struct matrix *m, enum verb verb, const struct text *text)
{
	for (size_t r = 0; r < m->n; r++)
		for (size_t i = 0; i < m->rule[r].nactions; i++)
			if (m->rule[r].action[i].verb == verb &&
			    (!text || m->rule[r].action[i].text == text))
				return true;
	return false;
}

static bool
who_resolves(const struct rule_action *a, const struct situation *s)
{
	if (!a->who)
		return true;
	if (strcmp(a->who, "responsible") == 0)
		return is_known(s->client);
	if (strcmp(a->who, "answerer") == 0)
		return s->by == BY_RESPONSIBLE || s->by == BY_OTHER;
	return true;
}

static bool
role_there(const struct space *sp, const struct rule *r,
    const struct rule_action *a, const char *role, const struct situation *s)
{
	return client_has(s->client, role) || rule_creates(r, a, role) ||
	       phase_creates(sp->m, r, role);
}

__attribute__((format(printf, 3, 4))) static void
finding(struct space *sp, const struct rule_action *a, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	sp->findings++;
	buf_fmt(sp->out, "%s:%ld: %s\n", sp->m->file, a->line, text);
}

/* True if test holds for some situation that really reaches the rule. */
static bool
anywhere(const struct space *sp, size_t r, const struct rule_action *a,
    const char *role,
    bool (*test)(const struct space *sp, const struct rule *r,
	const struct rule_action *a, const char *role,
	const struct situation *s))
{
	const struct rule *rule = &sp->m->rule[r];

	for (size_t i = 0; i < sp->n; i++)
		if (takes(rule, &sp->point[i]) &&
		    shadow(sp->m, r, &sp->point[i]) < 0 &&
		    test(sp, rule, a, role, &sp->point[i]))
			return true;
	return false;
}

static bool
test_who(const struct space *sp, const struct rule *r,
    const struct rule_action *a, const char *role, const struct situation *s)
{
	(void)sp;
	(void)r;
	(void)role;
	return who_resolves(a, s);
}

static bool
test_role(const struct space *sp, const struct rule *r,
    const struct rule_action *a, const char *role, const struct situation *s)
{
	return role_there(sp, r, a, role, s);
}

static bool
test_no_contact(const struct space *sp, const struct rule *r,
    const struct rule_action *a, const char *role, const struct situation *s)
{
	(void)sp;
	(void)r;
	(void)a;
	(void)role;
	return s->client != CLIENT_CONTACT && s->client != CLIENT_HIDDEN;
}

static void
check_action(struct space *sp, size_t r, const struct rule_action *a)
{
	bool contact = a->role && strcmp(a->role, ROLE_CONTACT) == 0;

	if (!anywhere(sp, r, a, NULL, test_who))
		finding(sp, a, "there is no %s here; it always goes to senior",
		    a->who);
	for (size_t i = 0; i < a->non; i++)
		if (!anywhere(sp, r, a, a->on[i], test_role))
			finding(sp, a, "there is no %s here to put it on",
			    a->on[i]);
	if ((a->verb == VERB_UPDATE || a->verb == VERB_ASSIGN) &&
	    !anywhere(sp, r, a, a->role, test_role))
		finding(sp, a, "there is no %s here", a->role);
	if (a->verb == VERB_CREATE && (contact || a->if_no_contact) &&
	    !anywhere(sp, r, a, NULL, test_no_contact))
		finding(sp, a,
		    "does nothing: such clients have a contact, or "
		    "no number to make one");
	if (a->verb == VERB_UPDATE_TASK &&
	    !matrix_makes(sp->m, VERB_TASK, a->text))
		finding(sp, a, "no line makes a task %s", a->text->name);
	if ((a->verb == VERB_UPDATE_CALL ||
		(a->verb == VERB_NOTE_AI && a->non == 0)) &&
	    !matrix_makes(sp->m, VERB_CALL, NULL))
		finding(sp, a, "no line makes a call record");
}

static bool
is_reached(const struct space *sp, size_t r)
{
	for (size_t i = 0; i < sp->n; i++)
		if (takes(&sp->m->rule[r], &sp->point[i]) &&
		    shadow(sp->m, r, &sp->point[i]) < 0)
			return true;
	return false;
}

size_t
matrix_check(const struct matrix *m, struct buf *out)
{
	struct space sp = space_of(m, out);

	find_gaps(&sp);
	for (size_t r = 0; r < m->n; r++) {
		find_dead(&sp, r);
		for (size_t i = 0;
		     is_reached(&sp, r) && i < m->rule[r].nactions; i++)
			check_action(&sp, r, &m->rule[r].action[i]);
	}
	space_free(&sp);
	return sp.findings;
}

/* ---- the table
 * ----------------------------------------------------------------- */

void
matrix_table(const struct matrix *m, struct buf *out)
{
	struct space sp = space_of(m, out);

	for (size_t i = 0; i < sp.n; i++) {
		const struct situation *s = &sp.point[i];

		buf_fmt(out, "%-14s %-8s %-9s %-7s %-11s ", s->event,
		    direction_name[s->direction], outcome_name[s->outcome],
		    client_name[s->client], by_name[s->by]);
		/* Lines with field conditions come in question before it. */
		for (size_t r = 0; r < m->n; r++) {
			if ((int)r == sp.winner[i]) {
				buf_fmt(out, "%ld", m->rule[r].line);
				break;
			}
			if (m->rule[r].nfields && takes(&m->rule[r], s) &&
			    shadow(m, r, s) < 0)
				buf_fmt(out, "%ld? ", m->rule[r].line);
		}
		if (sp.winner[i] < 0)
			buf_str(out, "-");
		buf_chr(out, '\n');
	}
	space_free(&sp);
}
