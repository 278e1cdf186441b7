/* SPDX-License-Identifier: MIT */
#include "call/employees.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "io/csvx.h"
#include "io/fsx.h"

enum column {
	COL_STAFF,
	COL_CODE,
	COL_NAME,
	COL_EMAIL,
	COL_EXTENSION,
	COL_SIP,
	COL_NUMBERS,
	COL_DISTRIBUTED,
	COL_SENIOR,
	COL_USER,
	COLUMNS,
};

static const char *const titles[COLUMNS] = {
    [COL_STAFF] = "staff_id",
    [COL_CODE] = "code",
    [COL_NAME] = "fio",
    [COL_EMAIL] = "email",
    [COL_EXTENSION] = "extension",
    [COL_SIP] = "sip",
    [COL_NUMBERS] = "numbers",
    [COL_DISTRIBUTED] = "distribution_of_unanswered",
    [COL_SENIOR] = "senior",
    [COL_USER] = "crm_user_id",
};

struct load {
	struct employees *es;
	const struct phone_country *home;
	const char *path;
	struct errs *errs;
	bool titled;
	size_t at[COLUMNS]; /* where the column stands, from 1; 0 = nowhere */
};

static void
no_titles(struct load *l, long line)
{
	errs_add(l->errs, l->path, line,
	    "the first line must name the columns, code and crm_user_id among "
	    "them");
}

static void
read_titles(struct load *l, char *const *field, size_t n, long line)
{
	l->titled = true;
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < COLUMNS; c++)
			if (str_ieq(str_trim(str_span(field[i])), titles[c]))
				l->at[c] = i + 1;
	if (!l->at[COL_CODE] || !l->at[COL_USER])
		no_titles(l, line);
}

/* What spreadsheets leave at the end: separators and nothing else. */
static bool
is_empty(char *const *field, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_trim(str_span(field[i])).n)
			return false;
	return true;
}

static struct span
cell(const struct load *l, char *const *field, size_t n, enum column c)
{
	if (!l->at[c] || l->at[c] > n)
		return (struct span){"", 0};
	return str_trim(str_span(field[l->at[c] - 1]));
}

/* The blank-separated words of s; each goes through keep, or is a mistake. */
static char **
read_list(struct load *l, struct span s, bool phones, long line)
{
	char **v = xcalloc(1, sizeof(*v));
	size_t n = 0;

	while (s.n) {
		size_t len = 0;
		char phone[PHONE_MAX];
		struct span word;

		while (len < s.n && s.p[len] != ' ')
			len++;
		word = (struct span){s.p, len};
		s = str_trim((struct span){s.p + len, s.n - len});
		if (phones && !phone_e164(word, l->home, phone)) {
			errs_add(l->errs, l->path, line,
			    "\"%.*s\" is no phone number; write "
			    "+380-67-123-45-67",
			    (int)word.n, word.p);
			continue;
		}
		v = xrealloc(v, n + 2, sizeof(*v));
		v[n++] = phones ? xstrdup(phone) : xstrndup(word.p, word.n);
		v[n] = NULL;
	}
	return v;
}

static bool
read_flag(struct load *l, struct span s, enum column c, long line)
{
	if (str_eq(s, "1"))
		return true;
	if (s.n && !str_eq(s, "0"))
		errs_add(l->errs, l->path, line, "%s is 1 or 0, not \"%.*s\"",
		    titles[c], (int)s.n, s.p);
	return false;
}

static char *
read_text(const struct load *l, char *const *field, size_t n, enum column c)
{
	struct span s = cell(l, field, n, c);

	return xstrndup(s.p, s.n);
}

static bool
code_ok(const char *s)
{
	return s[0] &&
	       s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "abcdefghijklmnopqrstuvwxyz0123456789._-")] == '\0';
}

static void
check(struct load *l, const struct employee *new)
{
	if (!code_ok(new->code))
		errs_add(l->errs, l->path, new->line,
		    "code \"%s\": write letters, digits, . _ or -, for example "
		    "the extension",
		    new->code);
	if (!new->user[0])
		errs_add(l->errs, l->path, new->line,
		    "employee %s has no crm_user_id; put the id of the user in "
		    "the CRM",
		    new->code);
	for (size_t i = 0; i < l->es->n; i++)
		if (strcmp(l->es->v[i].code, new->code) == 0)
			errs_add(l->errs, l->path, new->line,
			    "code %s stands on line %ld already", new->code,
			    l->es->v[i].line);
}

static void
read_row(void *ctx, char *const *field, size_t n, long line)
{
	struct load *l = ctx;
	struct employee new = {.line = line};

	if (!l->titled) {
		read_titles(l, field, n, line);
		return;
	}
	if (!l->at[COL_CODE] || !l->at[COL_USER])
		return; /* said once */
	if (is_empty(field, n))
		return;
	new.staff_id = read_text(l, field, n, COL_STAFF);
	new.code = read_text(l, field, n, COL_CODE);
	new.name = read_text(l, field, n, COL_NAME);
	new.email = read_text(l, field, n, COL_EMAIL);
	new.extension = read_text(l, field, n, COL_EXTENSION);
	new.user = read_text(l, field, n, COL_USER);
	new.sips = read_list(l, cell(l, field, n, COL_SIP), false, line);
	new.phones = read_list(l, cell(l, field, n, COL_NUMBERS), true, line);
	new.distributed = read_flag(
	    l, cell(l, field, n, COL_DISTRIBUTED), COL_DISTRIBUTED, line);
	new.senior =
	    read_flag(l, cell(l, field, n, COL_SENIOR), COL_SENIOR, line);
	check(l, &new);
	l->es->v = xrealloc(l->es->v, l->es->n + 1, sizeof(*l->es->v));
	l->es->v[l->es->n++] = new;
}

int
employees_load(struct employees *es, const char *path,
    const struct phone_country *home, struct errs *errs)
{
	struct load l = {.es = es, .home = home, .path = path, .errs = errs};
	size_t before = errs->n;
	struct buf text = {0};
	struct span s;
	struct err e = {0};
	struct csvx *csv;

	*es = (struct employees){0};
	if (fsx_read(path, 1 << 20, &text, &e) < 0) {
		errs_add(errs, path, 0, "%s", e.text);
		buf_free(&text);
		return -1;
	}
	s = (struct span){buf_cstr(&text), text.len};
	if (s.n >= 3 && memcmp(s.p, "\xef\xbb\xbf", 3) == 0)
		s = (struct span){s.p + 3, s.n - 3};
	if (!str_utf8(s)) {
		errs_add(errs, path, 0, "not UTF-8; save the file as UTF-8");
	} else {
		csv = csvx_new(csvx_guess(s), read_row, &l);
		csvx_feed(csv, s);
		csvx_end(csv);
		csvx_free(csv);
		if (!l.titled)
			no_titles(&l, 0);
	}
	buf_free(&text);
	return errs->n == before ? 0 : -1;
}

static void
free_list(char **v)
{
	for (char **p = v; p && *p; p++)
		free(*p);
	free(v);
}

void
employees_free(struct employees *es)
{
	for (size_t i = 0; i < es->n; i++) {
		struct employee *m = &es->v[i];

		free(m->staff_id);
		free(m->code);
		free(m->name);
		free(m->email);
		free(m->extension);
		free(m->user);
		free_list(m->sips);
		free_list(m->phones);
	}
	free(es->v);
	*es = (struct employees){0};
}

const struct employee *
employees_code(const struct employees *es, struct span code)
{
	for (size_t i = 0; i < es->n; i++)
		if (str_eq(code, es->v[i].code))
			return &es->v[i];
	return NULL;
}

const struct employee *
employees_sip(const struct employees *es, struct span sip)
{
	for (size_t i = 0; i < es->n; i++)
		for (char **p = es->v[i].sips; *p; p++)
			if (str_ieq(sip, *p))
				return &es->v[i];
	return NULL;
}

const struct employee *
employees_phone(const struct employees *es, struct span phone)
{
	for (size_t i = 0; i < es->n; i++)
		for (char **p = es->v[i].phones; *p; p++)
			if (str_eq(phone, *p))
				return &es->v[i];
	return NULL;
}

const struct employee *
employees_staff(const struct employees *es, struct span id)
{
	for (size_t i = 0; id.n && i < es->n; i++)
		if (str_eq(id, es->v[i].staff_id))
			return &es->v[i];
	return NULL;
}

const struct employee *
employees_user(const struct employees *es, struct span id)
{
	for (size_t i = 0; id.n && i < es->n; i++)
		if (str_eq(id, es->v[i].user))
			return &es->v[i];
	return NULL;
}

const struct employee *
employees_senior(const struct employees *es)
{
	for (size_t i = 0; i < es->n; i++)
		if (es->v[i].senior)
			return &es->v[i];
	return NULL;
}
