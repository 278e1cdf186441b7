/* SPDX-License-Identifier: MIT */
/*
 * What the local CRM finds by a number is what phone_same says, for numbers
 * that people have put in with random spellings.
 */
#include "call/phone.h"

#include "../tap.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "call/project.h"
#include "crm/crm.h"
#include "crm/transport_local.h"
#include "io/jsonx.h"

#include <dirent.h>
#include <sqlite3.h>
#include <unistd.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

enum { CLIENTS = 300, ASKED = 60 };

static char stored[CLIENTS][64]; /* the contact's id is its place, from 1 */
static uint64_t seed = 0x9e3779b97f4a7c15;

static unsigned
below(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 32) % n);
}

/* One of few numbers, with all sorts of things between the digits. */
static void
spell(char *out, size_t size, bool clean)
{
	static const char *const heads[] = {
	    "38067", "+38067", "067", "67", "48067", "", "Ann "};
	static const char *const tails[] = {"1234567", "1234568", "4567", "5"};
	static const char *const between[] = {
	    "-", " ", ".", "(", ")", " (", "+", "/", "\xc2\xa0", "x"};
	const char *head = heads[below(clean ? 5 : LEN(heads))];
	const char *tail = tails[below(LEN(tails))];
	size_t n = 0;

	out[0] = '\0';
	for (const char *p = head; *p || tail; p++) {
		if (!*p) {
			p = tail;
			tail = NULL;
		}
		n += (size_t)snprintf(out + n, size - n, "%c", *p);
		if (below(4) == 0 && n + 8 < size)
			n += (size_t)snprintf(out + n, size - n, "%s",
			    between[below(clean ? 7 : LEN(between))]);
	}
}

/* ---- the CRM ---- */

struct site {
	char dir[64];
	struct project project;
	struct crm crm;
	struct crm_transport *tp;
};

static void
put_clients(const struct site *s)
{
	char path[80];
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	int done = 0;

	snprintf(path, sizeof(path), "%s/crm.db", s->dir);
	sqlite3_open(path, &db);
	sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
	sqlite3_prepare_v2(
	    db, "INSERT INTO contact(id, phone) VALUES(?, ?)", -1, &st, NULL);
	for (int i = 0; i < CLIENTS; i++) {
		sqlite3_bind_int(st, 1, i + 1);
		sqlite3_bind_text(st, 2, stored[i], -1, SQLITE_STATIC);
		done += sqlite3_step(st) == SQLITE_DONE;
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	sqlite3_close(db);
	is_int(done, CLIENTS, "people put clients into the CRM");
}

static void
site_open(struct site *s)
{
	const char *tmp = getenv("TMPDIR");
	struct err e = {0};

	*s = (struct site){.project = {0}};
	snprintf(s->dir, sizeof(s->dir), "%.30s/ringo-phone-XXXXXX",
	    tmp ? tmp : "/tmp");
	if (!mkdtemp(s->dir)) {
		printf("Bail out! no temporary directory\n");
		exit(1);
	}
	s->project.dir = s->dir;
	s->crm = (struct crm){.driver = &crm_local, .project = &s->project};
	s->tp = transport_local_open(&s->crm, &e);
	if (!s->tp) {
		printf("Bail out! %s\n", e.text);
		exit(1);
	}
}

static void
site_close(struct site *s)
{
	DIR *d = opendir(s->dir);
	struct dirent *x;

	s->tp->close(s->tp);
	while (d && (x = readdir(d)))
		unlinkat(dirfd(d), x->d_name, 0);
	if (d)
		closedir(d);
	rmdir(s->dir);
}

/* found[i]: is the contact i + 1 among what a lookup answers? */
static bool
look_up(struct site *s, const char *phone, enum phone_match m, bool *found)
{
	struct crm_request *r = xcalloc(1, sizeof(*r));
	struct err e = {0};
	json_t *root, *entities, *x;
	bool good;
	size_t i;

	r->n = 1;
	buf_fmt(&r->body,
	    "{\"cmds\":[{\"do\":\"lookup\",\"phone\":\"%s\","
	    "\"match\":\"%s\"}]}",
	    phone, phone_match_name(m));
	s->tp->start(s->tp, r);
	r = s->tp->wait(s->tp, -1, -1);
	root = json_text_load(
	    (struct span){r->answer.body.p, r->answer.body.len}, &e);
	entities = json_object_get(
	    json_object_get(
		json_array_get(json_object_get(root, "results"), 0), "ok"),
	    "entities");
	good = json_is_array(entities);
	memset(found, 0, CLIENTS * sizeof(*found));
	json_array_foreach (entities, i, x) {
		int64_t id = 0;

		str_num(str_span(json_str(x, "id")), 1, CLIENTS, &id);
		if (id)
			found[id - 1] = true;
	}
	json_decref(root);
	crm_request_free(r);
	return good;
}

int
main(void)
{
	struct site s;
	bool found[CLIENTS];
	size_t same[3] = {0}, answers = 0, other = 0;

	for (size_t i = 0; i < CLIENTS; i++)
		spell(stored[i], sizeof(stored[i]), false);
	site_open(&s);
	put_clients(&s);
	for (size_t i = 0; i < ASKED; i++) {
		enum phone_match m = i % 3;
		char phone[64];

		spell(phone, sizeof(phone), true);
		answers += look_up(&s, phone, m, found);
		for (size_t k = 0; k < CLIENTS; k++) {
			bool want =
			    phone_same(m, str_span(phone), str_span(stored[k]));

			same[m] += want;
			if (want != found[k] && other++ < 5)
				printf("# %s: \"%s\" %s \"%s\"\n",
				    phone_match_name(m), phone,
				    found[k] ? "finds" : "doesn't find",
				    stored[k]);
		}
	}
	site_close(&s);
	is_int((int64_t)answers, ASKED, "every lookup is answered");
	is_int((int64_t)other, 0, "a client is found if the numbers are same");
	for (enum phone_match m = 0; m < 3; m++)
		printf("# %s: %zu found\n", phone_match_name(m), same[m]);
	ok(same[PHONE_INTERNATIONAL] && same[PHONE_LAST9],
	    "some have been found");
	return tap_done();
}
