/* SPDX-License-Identifier: MIT */
/* The indented lines: one action each. */
#include "matrix/rules.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "call/keys.h"

#include <stdarg.h>

/* The words of a line, taken one after the other. */
struct line {
	struct parse *ps;
	const struct conf_line *l;
	size_t at;
	bool wrong; /* something was said about it already */
};

__attribute__((format(printf, 2, 3))) static void
wrong(struct line *ln, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	if (ln->wrong)
		return; /* the first mistake of a line is the one to mend */
	ln->wrong = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	conf_wrong(ln->ps->conf, ln->l, ln->ps->errs, "%s", text);
}

static const char *
peek(const struct line *ln)
{
	return ln->at < ln->l->n ? ln->l->word[ln->at] : NULL;
}

static bool
accept(struct line *ln, const char *word)
{
	const char *s = peek(ln);

	if (!s || strcmp(s, word) != 0)
		return false;
	ln->at++;
	return true;
}

static void
take_who(struct line *ln, struct rule_action *a)
{
	static const char *const roles[] = {
	    "answerer", "responsible", "senior", "distributed"};
	const char *who;

	if (!accept(ln, "to") || !(who = peek(ln))) {
		wrong(ln, "who is it for? write: to answerer, to responsible, "
			  "to senior, to distributed or to an employee's code");
		return;
	}
	ln->at++;
	a->who = xstrdup(who);
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (strcmp(roles[i], who) == 0)
			return;
	if (!employees_code(&ln->ps->p->employees, str_span(who)))
		wrong(ln,
		    "\"%s\" is nobody: write answerer, responsible, "
		    "senior, distributed or a code from employees.csv",
		    who);
}

static const char *
take_role(struct line *ln)
{
	const struct words *w = ln->ps->words;
	const char *word = peek(ln), *role = NULL;

	if (word)
		role = w->role(w->ctx, word);
	if (role)
		ln->at++;
	else if (word)
		wrong(
		    ln, "\"%s\" is no entity of CRM %s", word, ln->ps->p->crm);
	else
		wrong(ln, "which entity? write contact, lead or deal");
	return role;
}

static const struct text *
take_text(struct line *ln)
{
	const char *name = peek(ln);
	const struct text *t = name ? matrix_text(ln->ps->m, name) : NULL;

	if (t)
		ln->at++;
	else if (ln->ps->m->no_texts)
		wrong(ln,
		    "there is no text \"%s\", nor the file %s; set "
		    "RINGO_SHARE to where share/texts is, or write: "
		    "text %s \"…\"",
		    name ? name : "", ln->ps->m->no_texts,
		    name ? name : "NAME");
	else
		wrong(ln,
		    "there is no text \"%s\"; write a line: text %s "
		    "\"…\"",
		    name ? name : "", name ? name : "NAME");
	return t;
}

static void
take_time(struct line *ln, const char *word, int64_t *ms)
{
	const char *time;

	if (!accept(ln, word))
		return;
	time = peek(ln);
	if (!time || !str_duration(str_span(time), ms) || *ms == 0)
		wrong(ln, "%s takes a time: 30m, 3h, 1d", word);
	ln->at += time != NULL;
}

/* on ENTITY..., up to a word that is none. */
static void
take_on(struct line *ln, struct rule_action *a, bool needed)
{
	const struct words *w = ln->ps->words;

	if (!accept(ln, "on")) {
		if (needed)
			wrong(ln, "on what? write: on lead, on deal contact");
		return;
	}
	do {
		const char *role = take_role(ln);

		if (!role)
			return;
		for (size_t i = 0; i < a->non; i++)
			if (a->on[i] == role)
				wrong(ln, "%s stands twice", role);
		if (a->non < ROLES_MAX)
			a->on[a->non++] = role;
	} while (peek(ln) && w->role(w->ctx, peek(ln)));
}

static void
parse_create(struct line *ln, struct rule_action *a)
{
	a->role = take_role(ln);
	if (!a->role)
		return;
	take_who(ln, a);
	if (!accept(ln, "if"))
		return;
	a->if_no_contact = accept(ln, "no") && accept(ln, "contact");
	if (!a->if_no_contact)
		wrong(ln, "write: if no contact");
}

static void
parse_unsorted(struct line *ln, struct rule_action *a)
{
	take_who(ln, a);
}

static void
parse_update(struct line *ln, struct rule_action *a)
{
	if (accept(ln, "call")) {
		a->verb = VERB_UPDATE_CALL;
	} else if (accept(ln, "task")) {
		a->verb = VERB_UPDATE_TASK;
		a->text = take_text(ln);
	} else {
		a->role = take_role(ln);
	}
}

static void
parse_assign(struct line *ln, struct rule_action *a)
{
	a->role = take_role(ln);
	if (a->role)
		take_who(ln, a);
}

static void
parse_task(struct line *ln, struct rule_action *a)
{
	a->text = take_text(ln);
	if (!a->text)
		return;
	a->done = accept(ln, "done");
	take_who(ln, a);
	if (!a->who)
		return;
	take_time(ln, "within", &a->within_ms);
	take_on(ln, a, false);
	take_time(ln, "once", &a->once_ms);
}

static void
parse_call(struct line *ln, struct rule_action *a)
{
	take_on(ln, a, false);
}

static void
parse_note(struct line *ln, struct rule_action *a)
{
	if (accept(ln, "ai")) {
		a->verb = VERB_NOTE_AI;
		if (accept(ln, "on") && accept(ln, "call"))
			return; /* no entity: on the call's own record */
		ln->at = 2;
		take_on(ln, a, true);
		return;
	}
	a->text = take_text(ln);
	if (a->text)
		take_on(ln, a, true);
}

static void
parse_ignore(struct line *ln, struct rule_action *a)
{
	(void)ln;
	(void)a;
}

static const struct {
	const char *word;
	enum verb verb;
	void (*parse)(struct line *ln, struct rule_action *a);
} verbs[] = {
    {"create", VERB_CREATE, parse_create},
    {"unsorted", VERB_UNSORTED, parse_unsorted},
    {"update", VERB_UPDATE, parse_update},
    {"assign", VERB_ASSIGN, parse_assign},
    {"task", VERB_TASK, parse_task},
    {"call", VERB_CALL, parse_call},
    {"note", VERB_NOTE, parse_note},
    {"ignore", VERB_IGNORE, parse_ignore},
};

bool
verb_updates(enum verb v)
{
	return v == VERB_UPDATE || v == VERB_UPDATE_TASK ||
	       v == VERB_UPDATE_CALL || v == VERB_IGNORE;
}

static bool
same_key(const struct rule_action *a, const struct rule_action *b)
{
	return a->verb == b->verb && a->role == b->role && a->text == b->text;
}

static void
add_action(struct line *ln, const struct rule_action *a)
{
	struct rule *r = &ln->ps->m->rule[ln->ps->m->n - 1];

	if (r->event && !strcmp(r->event, EVENT_AMENDED) &&
	    !verb_updates(a->verb))
		wrong(ln, "what is amended has been made already: write "
			  "update call, update task TEXT, update ENTITY or "
			  "ignore");
	for (size_t i = 0; i < r->nactions; i++) {
		const struct rule_action *b = &r->action[i];

		if (a->verb == VERB_IGNORE || b->verb == VERB_IGNORE)
			wrong(ln, "ignore stands alone");
		else if (same_key(a, b))
			wrong(ln,
			    "the same action as on line %ld: a call has "
			    "each once",
			    b->line);
	}
	r->action = xrealloc(r->action, r->nactions + 1, sizeof(*r->action));
	r->action[r->nactions++] = *a;
}

void
parse_action(struct parse *ps, const struct conf_line *l)
{
	struct line ln = {.ps = ps, .l = l, .at = 1};
	struct rule_action a = {
	    .line = l->line, .within_ms = -1, .once_ms = -1};
	size_t i = 0;

	if (ps->m->n == 0) {
		wrong(&ln, "an action without a `when` before it");
		return;
	}
	while (i < sizeof(verbs) / sizeof(*verbs) &&
	       strcmp(verbs[i].word, l->word[0]) != 0)
		i++;
	if (i == sizeof(verbs) / sizeof(*verbs)) {
		wrong(&ln,
		    "\"%s\" is no action; write create, update, assign, "
		    "task, call, note, unsorted or ignore",
		    l->word[0]);
		a.verb = VERB_CALL; /* something: the line isn't empty */
	} else {
		a.verb = verbs[i].verb;
		verbs[i].parse(&ln, &a);
		if (a.verb != VERB_IGNORE &&
		    !ps->words->can(ps->words->ctx, l->word[0]))
			wrong(
			    &ln, "CRM %s has no `%s`", ps->p->crm, l->word[0]);
		if (peek(&ln))
			wrong(&ln, "\"%s\" doesn't belong here", peek(&ln));
	}
	add_action(&ln, &a);
}
