/* SPDX-License-Identifier: MIT */
#include "matrix/rules.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "matrix/text.h"

#include <unistd.h>

#define ALL_CLIENTS ((1u << CLIENTS) - 1)
#define ALL_BYS ((1u << BYS) - 1)

const struct text *
matrix_text(const struct matrix *m, const char *name)
{
	for (const struct text *t = m->texts; t; t = t->next)
		if (strcmp(t->name, name) == 0)
			return t;
	return NULL;
}

/* ---- texts ---- */

/* \n in the file is a new line; other backslashes stay. */
static char *
unescape_lines(const char *s)
{
	struct buf b = {0};
	char *out;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] == 'n') {
			buf_chr(&b, '\n');
			s++;
		} else {
			buf_chr(&b, *s);
		}
	}
	out = xstrdup(buf_cstr(&b));
	buf_free(&b);
	return out;
}

/* own: from the matrix, where a name may stand once. */
static void
parse_text(struct parse *ps, const struct conf_line *l, bool own)
{
	const struct text *old;
	const char *wrong;
	struct text *t;

	if (l->n != 3 || strcmp(l->word[0], "text") != 0) {
		conf_wrong(ps->conf, l, ps->errs,
		    "write: text NAME \"Call back {client.phone}\"");
		return;
	}
	if (l->word[1][strspn(
		l->word[1], "abcdefghijklmnopqrstuvwxyz0123456789-")])
		conf_wrong(ps->conf, l, ps->errs,
		    "a text's name is made of a-z, 0-9 and -");
	old = matrix_text(ps->m, l->word[1]);
	if (old && own && old->line)
		conf_wrong(ps->conf, l, ps->errs,
		    "text %s stands on line %ld already", l->word[1],
		    old->line);
	wrong = text_wrong(l->word[2]);
	if (wrong)
		conf_wrong(ps->conf, l, ps->errs, "%s", wrong);
	t = xcalloc(1, sizeof(*t));
	*t = (struct text){.line = own ? l->line : 0,
	    .name = xstrdup(l->word[1]),
	    .body = unescape_lines(l->word[2]),
	    .next = ps->m->texts};
	ps->m->texts = t;
}

/* The texts of the project's language, which the matrix may override. */
static void
load_shared_texts(struct parse *ps)
{
	const char *language = ps->p->language ? ps->p->language : "en";
	const struct conf *matrix = ps->conf;
	struct buf path = {0};
	struct conf conf;

	buf_fmt(&path, "%s/texts/%s", project_share(), language);
	if (access(path.p, R_OK) == 0) {
		ps->conf = &conf;
		if (conf_load(&conf, path.p, ps->errs) == 0)
			for (size_t i = 0; i < conf.n; i++)
				parse_text(ps, &conf.v[i], false);
		conf_free(&conf);
		ps->conf = matrix;
	} else {
		ps->m->no_texts = xstrdup(path.p);
	}
	buf_free(&path);
}

/* ---- conditions ---- */

static unsigned
one_of(const char *word, size_t n, const char *const *names)
{
	for (unsigned i = 0; names[i]; i++)
		if (strlen(names[i]) == n && memcmp(names[i], word, n) == 0)
			return 1u << i;
	return 0;
}

/* "lead,deal" or the name of a set; 0 if a member is unknown. */
static unsigned
read_set(const char *word, const char *const *names)
{
	unsigned set = 0;

	if (names == client_name && strcmp(word, "open") == 0)
		return 1u << CLIENT_LEAD | 1u << CLIENT_DEAL;
	if (names == client_name && strcmp(word, "known") == 0)
		return 1u << CLIENT_CONTACT | 1u << CLIENT_LEAD |
		       1u << CLIENT_DEAL;
	for (;;) {
		size_t n = strcspn(word, ",");
		unsigned bit = one_of(word, n, names);

		if (!bit)
			return 0;
		set |= bit;
		if (!word[n])
			return set;
		word += n + 1;
	}
}

static void
parse_set(struct parse *ps, const struct conf_line *l, const char *word,
    bool client, unsigned *set)
{
	unsigned all = client ? ALL_CLIENTS : ALL_BYS;

	if (*set != all)
		conf_wrong(ps->conf, l, ps->errs,
		    "%s stands twice; separate values with commas",
		    client ? "client=" : "by=");
	*set = read_set(word, client ? client_name : by_name);
	if (*set)
		return;
	*set = all;
	conf_wrong(ps->conf, l, ps->errs,
	    client ? "client= is one or more of hidden, new, contact, lead, "
		     "deal, or open or known; not \"%s\""
		   : "by= is one or more of responsible, other, unbound, "
		     "nobody; not \"%s\"",
	    word);
}

/* A plain word: an event, a direction or an outcome. */
static bool
parse_plain(struct rule *r, const char *word)
{
	for (size_t i = 0; event_name[i]; i++) {
		if (strcmp(event_name[i], word) == 0 && !r->event) {
			r->event = xstrdup(word);
			return true;
		}
	}
	for (int i = 1; direction_name[i]; i++) {
		if (strcmp(direction_name[i], word) == 0 && !r->direction) {
			r->direction = (enum direction)i;
			return true;
		}
	}
	for (int i = 1; outcome_name[i]; i++) {
		if (strcmp(outcome_name[i], word) == 0 && !r->outcome) {
			r->outcome = (enum outcome)i;
			return true;
		}
	}
	return false;
}

/* True if the word is a condition on a field, good or bad. */
static bool
parse_field(struct parse *ps, const struct conf_line *l, struct rule *r,
    const char *word)
{
	struct rule_field f;
	int rc = condition_parse(word, &f);

	if (rc > 0)
		return false;
	if (rc < 0)
		conf_wrong(ps->conf, l, ps->errs,
		    "%c compares with a whole number, as in seconds.talk<10",
		    f.op);
	r->field = xrealloc(r->field, r->nfields + 1, sizeof(f));
	r->field[r->nfields++] = f;
	return true;
}

/* "client!=new" would be a field that no record has, and always true. */
static bool
is_set_compared(const char *word)
{
	size_t n = strcspn(word, "!<>");

	return (n == 6 && strncmp(word, "client", n) == 0) ||
	       (n == 2 && strncmp(word, "by", n) == 0);
}

static void
parse_when(struct parse *ps, const struct conf_line *l)
{
	struct rule r = {
	    .line = l->line, .clients = ALL_CLIENTS, .bys = ALL_BYS};

	for (size_t i = 1; i < l->n; i++) {
		const char *word = l->word[i];

		if (strncmp(word, "client=", 7) == 0)
			parse_set(ps, l, word + 7, true, &r.clients);
		else if (strncmp(word, "by=", 3) == 0)
			parse_set(ps, l, word + 3, false, &r.bys);
		else if (is_set_compared(word))
			conf_wrong(ps->conf, l, ps->errs,
			    "\"%s\": name the values that count, as in "
			    "client=new,contact",
			    word);
		else if (!parse_field(ps, l, &r, word) &&
			 !parse_plain(&r, word))
			conf_wrong(ps->conf, l, ps->errs,
			    "\"%s\" is no condition, or the second of its "
			    "kind; write an event (call.ended), a direction "
			    "(in, out, internal), an outcome (answered, "
			    "missed, voicemail), client=, by= or a field",
			    word);
	}
	ps->m->rule = xrealloc(ps->m->rule, ps->m->n + 1, sizeof(r));
	ps->m->rule[ps->m->n++] = r;
}

/* ---- the file ---- */

static void
parse_lines(struct parse *ps)
{
	/* Texts first: they may stand below the lines that use them. */
	for (size_t i = 0; i < ps->conf->n; i++)
		if (strcmp(ps->conf->v[i].word[0], "text") == 0)
			parse_text(ps, &ps->conf->v[i], true);
	for (size_t i = 0; i < ps->conf->n; i++) {
		const struct conf_line *l = &ps->conf->v[i];

		if (strcmp(l->word[0], "text") == 0)
			continue;
		if (strcmp(l->word[0], "when") == 0)
			parse_when(ps, l);
		else if (l->indent)
			parse_action(ps, l);
		else
			conf_wrong(ps->conf, l, ps->errs,
			    "a line begins with text or when; actions are "
			    "indented under their `when`");
	}
	for (size_t i = 0; i < ps->m->n; i++)
		if (ps->m->rule[i].nactions == 0)
			errs_add(ps->errs, ps->conf->file, ps->m->rule[i].line,
			    "no action under this line; write `ignore` if "
			    "nothing is to be done");
}

struct matrix *
matrix_load(const char *path, struct project *p, const struct words *w,
    struct errs *errs)
{
	struct matrix *m = xcalloc(1, sizeof(*m));
	size_t before = errs->n;
	struct conf conf;
	struct parse ps = {
	    .m = m, .p = p, .conf = &conf, .words = w, .errs = errs};

	m->file = xstrdup(path);
	mapping_load(m, &p->conf, w, errs);
	if (conf_load(&conf, path, errs) == 0) {
		load_shared_texts(&ps);
		parse_lines(&ps);
		if (m->n == 0 && errs->n == before)
			errs_add(errs, path, 0, "no `when` line in it");
	}
	conf_free(&conf);
	if (errs->n == before)
		return m;
	matrix_free(m);
	return NULL;
}

static void
rule_free(struct rule *r)
{
	free(r->event);
	for (size_t i = 0; i < r->nfields; i++)
		condition_free(&r->field[i]);
	free(r->field);
	for (size_t i = 0; i < r->nactions; i++)
		free(r->action[i].who);
	free(r->action);
}

void
matrix_free(struct matrix *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n; i++)
		rule_free(&m->rule[i]);
	free(m->rule);
	while (m->texts) {
		struct text *t = m->texts;

		m->texts = t->next;
		free(t->name);
		free(t->body);
		free(t);
	}
	mapping_free(m);
	free(m->no_texts);
	free(m->file);
	free(m);
}
