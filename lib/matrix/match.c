/* SPDX-License-Identifier: MIT */
/* Which line takes a situation, and why the lines before it don't. */
#include "matrix/rules.h"

bool
rule_matches(const struct rule *r, const struct situation *s, struct rec *rec)
{
	if (!(r->clients & 1u << s->client) || !(r->bys & 1u << s->by))
		return false;
	if (r->direction && r->direction != s->direction)
		return false;
	if (r->outcome && r->outcome != s->outcome)
		return false;
	if (r->event && strcmp(s->event, r->event) != 0)
		return false;
	for (size_t i = 0; i < r->nfields; i++)
		if (!condition_holds(&r->field[i], rec))
			return false;
	return true;
}

int
matrix_find(const struct matrix *m, const struct situation *s, struct rec *rec)
{
	for (size_t i = 0; i < m->n; i++)
		if (rule_matches(&m->rule[i], s, rec))
			return (int)i;
	return -1;
}

long
matrix_line(const struct matrix *m, int rule)
{
	return rule < 0 ? 0 : m->rule[rule].line;
}

/* "new" or "lead or deal": the members of a set. */
static void
put_set(struct buf *out, unsigned set, const char *const *names)
{
	bool first = true;

	for (unsigned i = 0; names[i]; i++) {
		if (!(set & 1u << i))
			continue;
		buf_fmt(out, "%s%s", first ? "" : " or ", names[i]);
		first = false;
	}
}

static void
put_field(struct buf *out, const struct rule_field *f, struct rec *rec)
{
	struct span s = rec_str(rec, f->path);

	if (s.p)
		buf_fmt(out, "%s is \"%.*s\"", f->path, (int)s.n, s.p);
	else
		buf_fmt(out, "there is no %s", f->path);
	buf_fmt(out, ", the line wants %s%s %s", f->op == '!' ? "!" : "",
	    f->op == '!' ? "=" : (char[]){f->op, 0}, f->value);
}

/* The first thing that keeps a rule from matching. */
static void
why_not(const struct rule *r, const struct situation *s, struct rec *rec,
    struct buf *out)
{
	if (r->event && strcmp(s->event, r->event) != 0) {
		buf_fmt(out, "the event is %s, not %s", s->event, r->event);
	} else if (r->direction && r->direction != s->direction) {
		buf_fmt(out, "the direction is %s, not %s",
		    s->direction ? direction_name[s->direction] : "unknown",
		    direction_name[r->direction]);
	} else if (r->outcome && r->outcome != s->outcome) {
		buf_fmt(out, "the outcome is %s, not %s",
		    s->outcome ? outcome_name[s->outcome] : "unknown",
		    outcome_name[r->outcome]);
	} else if (!(r->clients & 1u << s->client)) {
		buf_fmt(out, "client=%s, not ", client_name[s->client]);
		put_set(out, r->clients, client_name);
	} else if (!(r->bys & 1u << s->by)) {
		buf_fmt(out, "by=%s, not ", by_name[s->by]);
		put_set(out, r->bys, by_name);
	} else {
		for (size_t i = 0; i < r->nfields; i++) {
			if (condition_holds(&r->field[i], rec))
				continue;
			put_field(out, &r->field[i], rec);
			return;
		}
	}
}

static void
put_facts(const struct situation *s, struct buf *out)
{
	buf_fmt(out, "%s %s %s client=%s by=%s", s->event,
	    s->direction ? direction_name[s->direction] : "-",
	    s->outcome ? outcome_name[s->outcome] : "-", client_name[s->client],
	    by_name[s->by]);
	if (s->answerer)
		buf_fmt(out, "; answerer %s (%s)", s->answerer->code,
		    s->answerer->name);
	if (s->responsible)
		buf_fmt(out, "; responsible is CRM user %s", s->responsible);
	buf_chr(out, '\n');
}

void
matrix_explain(const struct matrix *m, const struct situation *s,
    struct rec *rec, struct buf *out)
{
	int found = matrix_find(m, s, rec);

	buf_str(out, "  situation: ");
	put_facts(s, out);
	for (size_t i = 0; i < m->n && (int)i != found; i++) {
		buf_fmt(out, "  line %ld: no, ", m->rule[i].line);
		why_not(&m->rule[i], s, rec, out);
		buf_chr(out, '\n');
	}
	if (found >= 0)
		buf_fmt(
		    out, "  line %ld: yes, this one\n", m->rule[found].line);
	else
		buf_str(out, "  no line matches: nothing is done\n");
}
