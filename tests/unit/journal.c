/* SPDX-License-Identifier: MIT */
/* The store, call by call: what is committed is there, and nothing else. */
#include "journal/journal.h"

#include "base/buf.h"
#include "journal/schema.h"

#include "../tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define NOW INT64_C(1795255200000) /* 2026-11-21T12:00:00+02:00 */

static char top[200]; /* all of this test is below */
static char dir[250]; /* the project in hand */
static struct journal *j;
static struct err e;

static void
must(bool good)
{
	if (good)
		return;
	printf("Bail out! %s\n", e.text);
	exit(99);
}

static void
new_project(void)
{
	static int n;

	snprintf(dir, sizeof(dir), "%s/%d", top, ++n);
	must(mkdir(dir, 0700) == 0);
	e = (struct err){0};
}

static void
open_it(void)
{
	j = jnl_open(dir, &e);
	must(j != NULL);
}

static void
reopen(void)
{
	jnl_close(j);
	open_it();
}

/* Runs SQL on the project's file, beside the journal. */
static void
sql(const char *text)
{
	char path[300];
	sqlite3 *db = NULL;

	snprintf(path, sizeof(path), "%s/journal.db", dir);
	must(sqlite3_open(path, &db) == SQLITE_OK);
	sqlite3_busy_timeout(db, 10000);
	must(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
}

static char *
copied(const char *s)
{
	char *p = s ? strdup(s) : NULL;

	must(!s || p);
	return p;
}

/* Keeps a record, due now and not committed yet; returns its id. */
static int64_t
keep(const char *key, const char *client, int64_t at)
{
	struct jnl_record r = {.key = copied(key),
	    .client = copied(client),
	    .at = at,
	    .body = copied("{}")};
	struct jnl_record got = {0};
	int64_t id;

	must(jnl_keep(j, &r, &e) == 0);
	must(jnl_record(j, key, &got, &e) == 1);
	id = got.id;
	jnl_record_free(&got);
	jnl_record_free(&r);
	return id;
}

/* Keeps a record, called and due at the same time, and commits. */
static int64_t
add(const char *key, const char *client, int64_t due)
{
	int64_t id = keep(key, client, due);
	char set[100];

	must(jnl_commit(j, &e) == 0);
	snprintf(set, sizeof(set),
	    "UPDATE record SET due = %lld WHERE id = %lld", (long long)due,
	    (long long)id);
	sql(set);
	return id;
}

/* "STATE due DUE reason REASON plan PLAN body BODY", or "none". */
static void
is_record(const char *key, const char *want, const char *promise)
{
	struct jnl_record r = {0};
	struct buf b = {0};
	int rc = jnl_record(j, key, &r, &e);

	must(rc >= 0);
	if (rc == 0)
		buf_str(&b, "none");
	else
		buf_fmt(&b, "%s due %lld reason %s plan %s body %s",
		    jnl_state_name(r.state), (long long)r.due,
		    r.reason ? r.reason : "-", r.plan ? r.plan : "-", r.body);
	is_str(b.p, want, "%s", promise);
	jnl_record_free(&r);
	buf_free(&b);
}

static void
is_last(const char *client, const char *want, const char *promise)
{
	char *last = NULL, *known = NULL;

	must(jnl_client(j, client, &last, &known, &e) >= 0);
	is_str(last, want, "%s", promise);
	free(last);
	free(known);
}

static void
finish(const char *key, enum jnl_state state, const char *reason)
{
	struct jnl_record r = {0};

	must(jnl_record(j, key, &r, &e) == 1 &&
	     jnl_finish(j, &r, state, reason, r.key, &e) == 0);
	jnl_record_free(&r);
}

static void
adding(void)
{
	struct jnl_record r = {.key = copied("1.1/call.ended"),
	    .client = copied("675550101"),
	    .at = 5,
	    .body = copied("{\"id\":\"1.1\"}")};
	struct jnl_record got = {0}, again = {0};

	new_project();
	open_it();
	is_record("1.1/call.ended", "none", "nothing is there at first");
	must(jnl_keep(j, &r, &e) == 0);
	must(jnl_record(j, "1.1/call.ended", &got, &e) == 1);
	ok(got.id > 0 && got.at == 5 && got.got == NOW && got.due == NOW,
	    "a record gets a number and times");
	is_str(got.client, "675550101", "... and keeps its client");
	is_str(got.reason, NULL, "... it has no reason");
	is_int(got.state, JNL_KEPT, "... it is kept");
	is_str(got.plan, NULL, "... and it has no plan");
	ok(add("1.2/call.ended", NULL, 7) > got.id, "numbers grow");
	must(jnl_record(j, "1.2/call.ended", &again, &e) == 1);
	is_str(again.client, NULL, "a record may have no client");
	jnl_record_free(&again);
	must(jnl_hold(j, got.id, "why", 9, &e) == 0);
	must(jnl_keep(j, &r, &e) == 0);
	is_record("1.1/call.ended",
	    "held due 9 reason why plan - body {\"id\":\"1.1\"}",
	    "what is there already stays as it is");
	jnl_record_free(&got);
	ok(!got.key && !got.body, "freed, it holds nothing");
	jnl_record_free(&r);
	jnl_close(j);
}

static void
committing(void)
{
	struct journal *other;
	struct jnl_record r = {0};

	new_project();
	open_it();
	ok(jnl_commit(j, &e) == 0, "nothing to commit is fine");
	keep("1.1/e", "1", 1);
	other = jnl_open(dir, &e);
	must(other != NULL);
	is_int(jnl_record(other, "1.1/e", &r, &e), 0,
	    "what isn't committed others don't see");
	must(jnl_commit(j, &e) == 0);
	is_int(jnl_record(other, "1.1/e", &r, &e), 1, "committed, they do");
	jnl_record_free(&r);
	jnl_close(other);
	keep("1.2/e", "1", 1);
	reopen();
	is_record("1.2/e", "none", "what isn't committed is lost");
	is_record("1.1/e", "kept due 1795255200000 reason - plan - body {}",
	    "what is committed is there for ever");
	jnl_close(j);
	jnl_close(NULL);
}

static void
moving(void)
{
	int64_t id;

	new_project();
	open_it();
	id = add("1.1/e", "1", 1);
	must(jnl_hold(j, id, "CRM down", 9, &e) == 0);
	is_record("1.1/e", "held due 9 reason CRM down plan - body {}",
	    "held, it says why and until when");
	must(jnl_replace(j, id, "{\"n\":2}", NULL, "m", &e) == 0);
	is_record("1.1/e", "kept due 9 reason - plan - body {\"n\":2}",
	    "replaced, it is as if just kept");
	must(jnl_start(j, id, "{\"line\":7}", "{\"n\":2}", &e) == 0);
	is_record("1.1/e",
	    "planned due 9 reason - plan {\"line\":7} body {\"n\":2}",
	    "started, it has its plan");
	must(jnl_hold(j, id, "client waits", 12, &e) == 0);
	is_record("1.1/e",
	    "planned due 12 reason client waits plan {\"line\":7} body "
	    "{\"n\":2}",
	    "held after its start, it stays planned");
	must(jnl_start(j, id, "{\"line\":8}", "{\"n\":2}", &e) == 0);
	is_record("1.1/e",
	    "planned due 12 reason - plan {\"line\":8} body {\"n\":2}",
	    "started again, it has the newer plan");
	must(jnl_hold(j, id, NULL, 13, &e) == 0);
	is_record("1.1/e",
	    "planned due 13 reason - plan {\"line\":8} body {\"n\":2}",
	    "a hold needs no reason");
	must(jnl_commit(j, &e) == 0);
	reopen();
	is_record("1.1/e",
	    "planned due 13 reason - plan {\"line\":8} body {\"n\":2}",
	    "and so it is after all");
	jnl_close(j);
}

static void
finishing(void)
{
	new_project();
	open_it();
	add("1.1/e", "1", NOW - 5);
	add("1.2/e", "1", NOW + 5000);
	add("1.3/e", "1", NOW + 6000);
	add("2.1/e", "2", NOW + 7000);
	is_last("1", NULL, "a client without finished records has no last");
	finish("1.1/e", JNL_DONE, NULL);
	is_record("1.1/e", "done due 1795255199995 reason - plan - body {}",
	    "a finished record is final");
	is_last("1", "1.1/e", "... and its client's last");
	is_last("2", NULL, "... and no other client's");
	is_record("1.2/e", "kept due 1795255200000 reason - plan - body {}",
	    "the client's next open record is due now");
	is_record("1.3/e", "kept due 1795255206000 reason - plan - body {}",
	    "... the one behind it waits");
	is_record("2.1/e", "kept due 1795255207000 reason - plan - body {}",
	    "... and so do other clients");
	finish("1.3/e", JNL_SKIPPED, "leg of 1.1");
	is_last("1", "1.3/e", "whichever ended last is the last");
	is_record("1.3/e",
	    "skipped due 1795255206000 reason leg of 1.1 plan - body {}",
	    "the end says why");
	must(jnl_commit(j, &e) == 0);
	sql("UPDATE record SET due = 7 WHERE key = '1.2/e'");
	finish("1.1/e", JNL_DEAD, "gone");
	is_record("1.2/e", "kept due 7 reason - plan - body {}",
	    "what is due already isn't put off");
	add("3.1/e", NULL, 1);
	finish("3.1/e", JNL_DONE, NULL);
	is_record("3.1/e", "done due 1 reason - plan - body {}",
	    "a record without a client just ends");
	must(jnl_commit(j, &e) == 0);
	reopen();
	is_last("1", "1.1/e", "and so it is after all");
	jnl_close(j);
}

static void
is_earlier(int64_t id, int64_t since, const char *want, const char *promise)
{
	char *key = NULL;
	int rc = jnl_earlier(j, "1", id, since, &key, &e);

	must(rc >= 0 && (rc == 1) == (key != NULL));
	is_str(key, want, "%s", promise);
	free(key);
}

static void
waiting(void)
{
	int64_t first, second, third;

	new_project();
	open_it();
	first = add("1.1/e", "1", 100);
	add("2.1/e", "2", 100);
	second = add("1.2/e", "1", 200);
	third = add("1.3/e", "1", 300);
	is_earlier(first, 0, NULL, "nobody is before the first");
	is_earlier(second, 0, "1.1/e", "the first is before the second");
	is_earlier(third, 0, "1.1/e", "... and the one to wait for");
	is_earlier(
	    third, 101, "1.2/e", "what is older than that doesn't count");
	is_earlier(third, 201, NULL, "... all of it");
	must(jnl_start(j, first, "{}", "{}", &e) == 0 &&
	     jnl_hold(j, second, "x", 1, &e) == 0);
	is_earlier(third, 0, "1.1/e", "a started one is open");
	finish("1.1/e", JNL_DONE, NULL);
	is_earlier(
	    third, 0, "1.2/e", "... a finished one isn't, a held one is");
	finish("1.2/e", JNL_DEAD, NULL);
	is_earlier(third, 0, NULL, "... a dead one isn't");
	jnl_close(j);
}

static void
is_call_client(const char *call, const char *want, const char *promise)
{
	char *client = NULL;

	must(jnl_call_client(j, call, &client, &e) >= 0);
	is_str(client, want, "%s", promise);
	free(client);
}

static void
whose_call(void)
{
	new_project();
	open_it();
	add("-1.5/call.ended", "1", 1);
	add("-1.55/call.ended", "2", 1);
	add("-1.6/call.ringing", NULL, 1);
	add("-1.6/call.ended", "3", 1);
	add("-1.7/call.ended", NULL, 1);
	is_call_client("-1.5", "1", "a call is its records' client's");
	is_call_client("-1.55", "2", "a longer key is another call");
	is_call_client("-1.", NULL, "... and so is a shorter one");
	is_call_client("-1.6", "3", "any record of it says whose");
	is_call_client("-1.7", NULL, "unless none has a client");
	is_call_client("-1.8", NULL, "or there is none");
	is_call_client("", NULL, "no key is no call");
	jnl_close(j);
}

/* "STATE record R n N tries T sent S due D refs R error E", or "none". */
static void
is_action(const char *key, const char *want, const char *promise)
{
	struct jnl_action a = {0};
	struct buf b = {0};
	int rc = jnl_action(j, key, &a, &e);

	must(rc >= 0);
	if (rc == 0)
		buf_str(&b, "none");
	else
		buf_fmt(&b,
		    "%s %s record %lld n %d tries %d sent %lld due %lld refs "
		    "%s error %s",
		    a.key, jnl_state_name(a.state), (long long)a.record, a.n,
		    a.tries, (long long)a.sent, (long long)a.due,
		    a.refs ? a.refs : "-", a.error ? a.error : "-");
	is_str(b.p, want, "%s", promise);
	jnl_action_free(&a);
	ok(!a.key && !a.refs && !a.error, "... and freed, it holds nothing");
	buf_free(&b);
}

static void
actions(void)
{
	char key[] = "1.1/lead", refs[] = "[{}]", error[] = "no";
	struct jnl_action a = {.key = key,
	    .record = 3,
	    .n = 1,
	    .state = JNL_SENT,
	    .tries = 1,
	    .sent = 5};

	new_project();
	open_it();
	is_action("1.1/lead", "none", "an action isn't there at first");
	must(jnl_put_action(j, &a, &e) == 0);
	is_action("1.1/lead",
	    "1.1/lead sent record 3 n 1 tries 1 sent 5 due 0 refs - error -",
	    "put, it is");
	a = (struct jnl_action){.key = key,
	    .record = 9,
	    .n = 7,
	    .state = JNL_DONE,
	    .tries = 2,
	    .due = 8,
	    .refs = refs,
	    .error = error};
	must(jnl_put_action(j, &a, &e) == 0);
	is_action("1.1/lead",
	    "1.1/lead done record 3 n 1 tries 2 sent 0 due 8 refs [{}] error "
	    "no",
	    "put again, it stays the record's that began it");
	must(jnl_commit(j, &e) == 0);
	reopen();
	is_action("1.1/lead",
	    "1.1/lead done record 3 n 1 tries 2 sent 0 due 8 refs [{}] error "
	    "no",
	    "and so it is after all");
	jnl_close(j);
}

static void
is_view(const char *call, const char *want, const char *promise)
{
	char *view = NULL;

	must(jnl_call(j, call, &view, &e) >= 0);
	is_str(view, want, "%s", promise);
	free(view);
}

static void
is_known(const char *client, const char *last, const char *known,
    const char *promise)
{
	char *got_last = NULL, *got_known = NULL;

	must(jnl_client(j, client, &got_last, &got_known, &e) >= 0);
	is_str(got_last, last, "%s", promise);
	is_str(got_known, known, "... and what is known");
	free(got_last);
	free(got_known);
}

static void
calls_and_clients(void)
{
	new_project();
	open_it();
	is_view("1.1", NULL, "a call isn't frozen at first");
	must(jnl_freeze(j, "1.1", "1", "new", "{\"a\":1}", &e) == 0);
	is_view("1.1", "{\"a\":1}", "frozen, it has its view");
	must(jnl_freeze(j, "1.1", "2", "lead", "{\"b\":2}", &e) == 0);
	is_view("1.1", "{\"a\":1}", "... for ever");
	is_known("1", NULL, NULL, "a client isn't known at first");
	must(jnl_know(j, "1", "{}", &e) == 0);
	is_known("1", NULL, "{}", "known without a last record");
	add("1.1/e", "1", 1);
	finish("1.1/e", JNL_DONE, NULL);
	is_known("1", "1.1/e", "{}", "its last record changes nothing else");
	must(jnl_know(j, "1", "{\"lead\":1}", &e) == 0);
	is_known("1", "1.1/e", "{\"lead\":1}", "and what is known changes");
	must(jnl_commit(j, &e) == 0);
	reopen();
	is_view("1.1", "{\"a\":1}", "and so it is after all: the call");
	is_known("1", "1.1/e", "{\"lead\":1}", "... the client");
	jnl_close(j);
}

static void
is_fact(const char *key, const char *want, const char *promise)
{
	char *value = NULL;

	must(jnl_account(j, key, &value, &e) >= 0);
	is_str(value, want, "%s", promise);
	free(value);
}

static void
account(void)
{
	new_project();
	open_it();
	is_fact("distributed", NULL, "a fact isn't there at first");
	must(jnl_put_account(j, "distributed", "101", &e) == 0);
	is_fact("distributed", "101", "put, it is");
	must(jnl_put_account(j, "distributed", "102", &e) == 0);
	is_fact("distributed", "102", "put again, it is another");
	is_fact("down", NULL, "no other is touched");
	must(jnl_commit(j, &e) == 0);
	reopen();
	is_fact("distributed", "102", "and so it is after all");
	jnl_close(j);
}

static void
states(void)
{
	static const struct {
		enum jnl_state state;
		const char *name;
		bool final;
	} rows[] = {
	    {JNL_KEPT, "kept", false},
	    {JNL_PLANNED, "planned", false},
	    {JNL_HELD, "held", false},
	    {JNL_SENT, "sent", false},
	    {JNL_DONE, "done", true},
	    {JNL_DEAD, "dead", true},
	    {JNL_SKIPPED, "skipped", true},
	    {JNL_UNSURE, "unsure", true},
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		is_str(jnl_state_name(rows[i].state), rows[i].name,
		    "the state %s", rows[i].name);
		ok(jnl_final(rows[i].state) == rows[i].final, "... is %s",
		    rows[i].final ? "final" : "not final");
	}
}

/* ---- the file ---- */

static void
read_file(struct buf *out)
{
	char path[300], block[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/journal.db", dir);
	f = fopen(path, "r");
	must(f != NULL);
	buf_clear(out);
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		buf_add(out, block, n);
	fclose(f);
}

/* The journal isn't opened: kind and text; and the file stays as it is. */
static void
refuses(enum err_kind kind, const char *text, const char *what)
{
	struct buf before = {0}, after = {0}, want = {0};

	read_file(&before);
	buf_fmt(&want, "%s/journal.db: %s", dir, text);
	ok(!jnl_open(dir, &e) && e.kind == kind, "%s is refused", what);
	is_str(e.text, want.p, "... and it is said");
	read_file(&after);
	ok(before.len == after.len && memcmp(before.p, after.p, after.len) == 0,
	    "... and nothing in it is changed");
	buf_free(&before);
	buf_free(&after);
	buf_free(&want);
}

static void
other_files(void)
{
	char text[300];
	FILE *f;

	new_project();
	sql("CREATE TABLE t(a)");
	refuses(ERR_CONFIG, "this is a database, but no journal; move it away",
	    "somebody else's database");
	new_project();
	sql("PRAGMA user_version = 1");
	refuses(ERR_CONFIG, "this is a database, but no journal; move it away",
	    "one that looks like a version");
	new_project();
	open_it();
	jnl_close(j);
	sql("PRAGMA user_version = 99");
	snprintf(text, sizeof(text),
	    "made by a newer ringo (version 99, this one knows %d); upgrade "
	    "this program",
	    journal_schema.version);
	refuses(ERR_CONFIG, text, "the journal of a newer ringo");
	new_project();
	snprintf(text, sizeof(text), "%s/journal.db", dir);
	f = fopen(text, "w");
	must(f != NULL);
	for (int i = 0; i < 100; i++)
		fputs("this is a text and no database\n", f);
	fclose(f);
	refuses(ERR_CONFIG, "file is not a database", "a text");
	e = (struct err){0};
	ok(!jnl_open("/nowhere/at/all", &e) && e.kind == ERR_CONFIG,
	    "a directory must be there");
	is_str(e.text, "/nowhere/at/all: No such file or directory",
	    "... and it is said");
}

/* An empty file is what a process leaves that was killed while it made it. */
static void
empty_file(void)
{
	char path[300];
	int fd;

	new_project();
	snprintf(path, sizeof(path), "%s/journal.db", dir);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	must(fd >= 0 && close(fd) == 0);
	j = jnl_open(dir, &e);
	ok(j != NULL, "an empty file becomes a journal");
	jnl_close(j);
}

/* Many processes make the journal at the same moment, and each writes. */
static void
at_once(void)
{
	enum { N = 8 };
	int gun[2], bad = 0, records = 0;
	struct jnl_record r;
	pid_t pid[N];
	char key[20], c;

	new_project();
	must(pipe(gun) == 0);
	fflush(stdout);
	for (int i = 0; i < N; i++) {
		pid[i] = fork();
		must(pid[i] >= 0);
		if (pid[i])
			continue;
		close(gun[1]);
		if (read(gun[0], &c, 1) != 0)
			_exit(2);
		j = jnl_open(dir, &e);
		if (!j)
			_exit(3);
		snprintf(key, sizeof(key), "%d/e", i);
		add(key, "1", i);
		_exit(jnl_commit(j, &e) < 0 ? 4 : 0);
	}
	close(gun[0]);
	close(gun[1]);
	for (int i = 0; i < N; i++) {
		int status;

		must(waitpid(pid[i], &status, 0) == pid[i]);
		bad += status != 0;
	}
	is_int(bad, 0, "processes that open at once all succeed");
	open_it();
	for (int i = 0; i < N; i++) {
		snprintf(key, sizeof(key), "%d/e", i);
		records += jnl_record(j, key, &r, &e) == 1;
		jnl_record_free(&r);
	}
	is_int(records, N, "... and nothing of theirs is lost");
	jnl_close(j);
}

/* What others commit meanwhile is seen when the reading has ended. */
static void
reading(void)
{
	struct jnl_record r;

	new_project();
	open_it();
	must(jnl_read(j, &e) == 0);
	is_int(jnl_record(j, "1/e", &r, &e), 0, "a reading begins");
	sql("INSERT INTO record(key, at, got, due, state, body)"
	    " VALUES ('1/e', 1, 1, 1, 'kept', '{}')");
	is_int(jnl_read(j, &e), 0, "begun twice it is the same reading");
	is_int(jnl_record(j, "1/e", &r, &e), 0, "... which stays as it was");
	is_int(jnl_read_end(j, &e), 0, "it ends");
	is_int(jnl_record(j, "1/e", &r, &e), 1, "... and what came is there");
	jnl_record_free(&r);
	is_int(jnl_read_end(j, &e), 0, "ended twice is no failure");
	is_int(jnl_begin(j, &e) | jnl_commit(j, &e), 0,
	    "then it may be written again");
	jnl_close(j);
}

static void
remove_all(void)
{
	DIR *d = opendir(top);
	const struct dirent *in, *at;

	must(d != NULL);
	while ((in = readdir(d))) {
		char path[600];
		DIR *p;

		if (in->d_name[0] == '.')
			continue;
		snprintf(dir, sizeof(dir), "%s/%.20s", top, in->d_name);
		p = opendir(dir);
		must(p != NULL);
		while ((at = readdir(p))) {
			snprintf(path, sizeof(path), "%s/%s", dir, at->d_name);
			if (at->d_name[0] != '.')
				must(unlink(path) == 0);
		}
		closedir(p);
		must(rmdir(dir) == 0);
	}
	closedir(d);
	must(rmdir(top) == 0);
}

/* ---- how it looks things up ---- */

static sqlite3 *opened; /* the journal's own connection */

static int
see_opening(sqlite3 *db, char **message, const struct sqlite3_api_routines *api)
{
	(void)message;
	(void)api;
	opened = db;
	return SQLITE_OK;
}

/* How many rows of "how STATEMENT" say what is bad in this column. */
static int
bad_rows(const char *how, const char *statement, int column,
    bool (*bad)(const char *text))
{
	char *text = sqlite3_mprintf("%s %s", how, statement);
	sqlite3_stmt *st;
	int n = 0;

	must(sqlite3_prepare_v2(opened, text, -1, &st, NULL) == SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW)
		n += bad((const char *)sqlite3_column_text(st, column));
	sqlite3_finalize(st);
	sqlite3_free(text);
	return n;
}

/* The indexes of open records are short: these may be walked. */
static bool
is_slow(const char *plan)
{
	return strstr(plan, "TEMP B-TREE") ||
	       (strstr(plan, "SCAN") &&
		   !strstr(plan, "USING INDEX record_due"));
}

static bool
makes_table(const char *opcode)
{
	return strcmp(opcode, "OpenEphemeral") == 0;
}

/* Of millions of records few are open; no statement may touch the others. */
static void
statements(void)
{
	sqlite3_stmt *st = NULL;
	int n = 0;

	new_project();
	sqlite3_auto_extension((void (*)(void))see_opening);
	open_it();
	sqlite3_reset_auto_extension();
	while ((st = sqlite3_next_stmt(opened, st))) {
		const char *text = sqlite3_sql(st);

		is_int(bad_rows("EXPLAIN QUERY PLAN", text, 3, is_slow), 0,
		    "neither scans nor sorts: %.60s", text);
		is_int(bad_rows("EXPLAIN", text, 1, makes_table), 0,
		    "makes no table to compare with: %.60s", text);
		n++;
	}
	ok(n > 20, "all statements were seen");
	jnl_close(j);
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");

	setenv("RINGO_NOW", "2026-11-21T12:00:00+02:00", 1);
	snprintf(top, sizeof(top), "%s/ringo.XXXXXX", tmp ? tmp : "/tmp");
	must(mkdtemp(top) != NULL);
	adding();
	committing();
	moving();
	finishing();
	waiting();
	whose_call();
	actions();
	calls_and_clients();
	account();
	states();
	other_files();
	empty_file();
	at_once();
	reading();
	statements();
	remove_all();
	return tap_done();
}
