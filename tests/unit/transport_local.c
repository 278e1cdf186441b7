/* SPDX-License-Identifier: MIT */
/*
 * The local CRM as a server: what it refuses, what it finds, what a fault
 * leaves behind. Compiled with the fault switches (-DRINGO_FAULTS). JSON is
 * written with ' for ".
 */
#include "../tap.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "call/project.h"
#include "crm/crm.h"
#include "crm/transport_local.h"
#include "io/jsonx.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A project in a directory of its own, and its CRM. */
struct site {
	char dir[64];
	struct project project;
	struct crm crm;
	struct crm_transport *tp; /* NULL: it didn't open, e says why */
	struct err e;
};

static char seven[] = "7", eight[] = "8", olena[] = "Олена", nobody[] = "";

static struct employee staff[] = {
    {.user = seven, .name = olena, .email = nobody},
    {.user = eight, .name = nobody},
    {.user = nobody, .name = nobody},
};

static void
reopen(struct site *s, const char *faults)
{
	if (s->tp)
		s->tp->close(s->tp);
	if (faults)
		setenv("RINGO_FAULT", faults, 1);
	else
		unsetenv("RINGO_FAULT");
	s->e = (struct err){0};
	s->tp = transport_local_open(&s->crm, &s->e);
}

static void
make_dir(struct site *s)
{
	const char *tmp = getenv("TMPDIR");

	*s = (struct site){
	    .project = {.employees = {.v = staff,
			    .n = sizeof(staff) / sizeof(staff[0])}}};
	snprintf(s->dir, sizeof(s->dir), "%.30s/ringo-local-XXXXXX",
	    tmp ? tmp : "/tmp");
	if (!mkdtemp(s->dir)) {
		printf("Bail out! no temporary directory\n");
		exit(1);
	}
	s->project.dir = s->dir;
	s->crm = (struct crm){.driver = &crm_local, .project = &s->project};
}

static void
site_open(struct site *s, const char *faults)
{
	make_dir(s);
	reopen(s, faults);
	if (!s->tp)
		printf("# %s\n", s->e.text);
}

static void
site_close(struct site *s)
{
	DIR *d = opendir(s->dir);
	struct dirent *x;

	if (s->tp)
		s->tp->close(s->tp);
	while (d && (x = readdir(d)))
		unlinkat(dirfd(d), x->d_name, 0);
	if (d)
		closedir(d);
	rmdir(s->dir);
}

static sqlite3 *
by_hand(const struct site *s)
{
	char path[100];
	sqlite3 *db = NULL;

	snprintf(path, sizeof(path), "%s/crm.db", s->dir);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		printf("# %s\n", sqlite3_errmsg(db));
	sqlite3_busy_timeout(db, 10000);
	return db;
}

/* Runs SQL as a person would, in a connection of its own. */
static void
sql(const struct site *s, const char *text)
{
	sqlite3 *db = by_hand(s);

	if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
		printf("# %s: %s\n", text, sqlite3_errmsg(db));
	sqlite3_close(db);
}

/* The one value that a query answers, as text; lives until the next call. */
static const char *
value(const struct site *s, const char *text)
{
	static char out[400];
	sqlite3 *db = by_hand(s);
	sqlite3_stmt *st = NULL;

	out[0] = '\0';
	if (sqlite3_prepare_v2(db, text, -1, &st, NULL) != SQLITE_OK)
		printf("# %s: %s\n", text, sqlite3_errmsg(db));
	if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_text(st, 0))
		snprintf(out, sizeof(out), "%s",
		    (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	sqlite3_close(db);
	return out;
}

static void
add_json(struct buf *b, const char *text)
{
	for (; *text; text++)
		buf_chr(b, *text == '\'' ? '"' : *text);
}

static json_t *
json_from(const char *text)
{
	struct buf b = {0};
	struct err e = {0};
	json_t *v;

	add_json(&b, text);
	v = json_text_load((struct span){b.p, b.len}, &e);
	buf_free(&b);
	return v;
}

/* Sends a body as it is; n is the number of commands that it says it has. */
static struct crm_request *
send_raw(struct site *s, const char *body, size_t n)
{
	struct crm_request *r = xcalloc(1, sizeof(*r));

	r->n = n;
	add_json(&r->body, body);
	s->tp->start(s->tp, r);
	return s->tp->wait(s->tp, -1, -1);
}

/* What it answered, as text; lives until the next call. */
static const char *
answer_text(const struct crm_request *r)
{
	static char out[1000];
	const struct crm_answer *a = &r->answer;

	if (a->how == CRM_NO_ANSWER)
		snprintf(out, sizeof(out), "no answer: %s", a->text);
	else if (a->how == CRM_NOT_SENT)
		snprintf(out, sizeof(out), "not sent: %s", a->text);
	else
		snprintf(
		    out, sizeof(out), "%d %s", a->status, buf_cstr(&a->body));
	for (char *p = out; *p; p++)
		if (*p == '"')
			*p = '\'';
	return out;
}

/* The answer to commands, without what is around a single result. */
static const char *
ask(struct site *s, const char *cmds)
{
	static char out[1000];
	static const char head[] = "200 {'results':[";
	struct buf body = {0};
	struct crm_request *r;
	const char *text;
	size_t n;

	buf_fmt(&body, "{'cmds':[%s]}", cmds);
	r = send_raw(s, body.p, 1);
	text = answer_text(r);
	n = strlen(text);
	if (strncmp(text, head, sizeof(head) - 1) == 0 && n > sizeof(head) + 1)
		snprintf(out, sizeof(out), "%.*s", (int)(n - sizeof(head) - 1),
		    text + sizeof(head) - 1);
	else
		snprintf(out, sizeof(out), "%s", text);
	crm_request_free(r);
	buf_free(&body);
	return out;
}

#define LEAD                                                      \
	"{'do':'create','entity':'lead','key':'k/lead','fields':" \
	"{'title':'Call','owner':'7','phone':'+380671234567'}}"
#define CONTACT                                                         \
	"{'do':'create','entity':'contact','key':'k/contact','fields':" \
	"{'name':'Ann','owner':'7','phone':'+380671234567'}}"
#define TASK \
	"{'do':'task','key':'k/task','fields':{'title':'Call','owner':'7'}}"
#define BAD "{'do':'task','key':'k/task','fields':{'owner':'7'}}"
#define CALL(more)                                                          \
	"{'do':'call','key':'k/call','fields':{'title':'Call','owner':'7'," \
	"'direction':'in'" more "}}"
#define NOTE(role)                                                 \
	"{'do':'note','key':'k/note','fields':{'title':'Talked'}," \
	"'on':[{'role':'" role "','id':'1'}]}"
#define UPDATE(entity, fields) \
	"{'do':'update','entity':'" entity "','id':'1','fields':{" fields "}}"
#define ASSIGN(entity, owner) \
	"{'do':'assign','entity':'" entity "','id':'1','owner':'" owner "'}"

/* ---- the file ---- */

static void
test_open(void)
{
	struct site s;
	struct stat st;
	char path[100];

	site_open(&s, NULL);
	ok(s.tp, "a directory without crm.db gets one");
	snprintf(path, sizeof(path), "%s/crm.db", s.dir);
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600,
	    "crm.db is for its owner only, under the programs' umask");
	is_str(value(&s, "PRAGMA application_id"), "1919380579", "app id");
	is_str(value(&s, "PRAGMA user_version"), "1", "version");
	is_str(value(&s, "PRAGMA journal_mode"), "wal", "journal mode");
	is_str(value(&s, "SELECT group_concat(id || '=' || name, ' ') FROM "
			 "(SELECT * FROM user ORDER BY id)"),
	    "7=Олена 8=", "employees with a CRM user become users");
	sql(&s, "UPDATE user SET active = 0, name = 'Gone' WHERE id = '7'");
	reopen(&s, NULL);
	is_str(value(&s, "SELECT name || active FROM user WHERE id = '7'"),
	    "Gone0", "a user stays as people have set him");
	site_close(&s);
}

static void
refuses(const char *text, const char *want, enum err_kind kind)
{
	struct site s;
	char full[300];

	make_dir(&s);
	sql(&s, text);
	reopen(&s, NULL);
	snprintf(full, sizeof(full), "%s/crm.db: %s", s.dir, want);
	ok(!s.tp, "not opened: %s", want);
	is_str(s.e.text, full, "...and the message says why");
	is_int(s.e.kind, kind, "...and of which kind it is");
	if (!s.tp)
		is_str(value(&s, "PRAGMA journal_mode"), "delete",
		    "...and the file is left as it was");
	site_close(&s);
}

static void
test_foreign_files(void)
{
	struct site s;
	char path[100];
	FILE *f;

	refuses("CREATE TABLE x(y)",
	    "this is a database, but no local CRM; move it away", ERR_CONFIG);
	refuses("PRAGMA application_id = 1; CREATE TABLE x(y)",
	    "this is a database, but no local CRM; move it away", ERR_CONFIG);
	refuses("PRAGMA application_id = 1919380579; PRAGMA user_version = 2;"
		"CREATE TABLE x(y)",
	    "made by a newer ringo (version 2, this one knows 1); "
	    "upgrade this program",
	    ERR_CONFIG);

	make_dir(&s);
	snprintf(path, sizeof(path), "%s/crm.db", s.dir);
	f = fopen(path, "w");
	fputs("this is not a database at all\n", f);
	fclose(f);
	reopen(&s, NULL);
	ok(!s.tp && s.e.kind == ERR_CONFIG, "a file that is no database");
	site_close(&s);

	make_dir(&s);
	rmdir(s.dir);
	reopen(&s, NULL);
	ok(!s.tp && s.e.kind == ERR_IO, "a directory that isn't there");
}

/* ---- what it refuses ---- */

static const struct {
	const char *cmd, *code, *text;
} refused[] = {
    {"7", "INVALID", "unknown command"},
    {"{}", "INVALID", "unknown command"},
    {"{'do':'delete','id':'1'}", "INVALID", "unknown command"},
    {"{'do':7}", "INVALID", "unknown command"},
    {"{'do':'close'}", "INVALID", "id is missing"},
    {"{'do':'close','id':31}", "INVALID", "id is no string"},
    {"{'do':'close','id':''}", "INVALID", "id is empty"},
    {"{'do':'close','id':'1','role':'task'}", "INVALID", "unknown: role"},
    {"{'do':'find','key':'k'}", "INVALID", "entity is missing"},
    {"{'do':'find','entity':'user','key':'k'}", "INVALID", "no entity: user"},
    {"{'do':'lookup','phone':'+380671234567'}", "INVALID",
	"phone and match international, last9 or exact"},
    {"{'do':'lookup','phone':'+380671234567','match':'fuzzy'}", "INVALID",
	"phone and match international, last9 or exact"},
    {"{'do':'lookup','match':'exact'}", "INVALID",
	"phone and match international, last9 or exact"},
    {"{'do':'lookup','phone':'hidden','match':'exact'}", "INVALID",
	"phone is no phone number"},
    {"{'do':'lookup','known':{}}", "INVALID", "known is no array"},
    {"{'do':'lookup','known':['12']}", "INVALID", "not an object"},
    {"{'do':'lookup','known':[{'role':'lead'}]}", "INVALID", "id is missing"},
    {"{'do':'lookup','known':[{'role':'lead','id':12}]}", "INVALID",
	"id is no string"},
    {"{'do':'lookup','known':[{'role':'task','id':'12'}]}", "INVALID",
	"no entity: task"},
    {"{'do':'create','entity':'task','key':'k','fields':{}}", "INVALID",
	"no entity: task"},
    {"{'do':'create','entity':'company','key':'k','fields':{}}", "INVALID",
	"no entity: company"},
    {"{'do':'create','entity':'lead','fields':{}}", "INVALID",
	"key is missing"},
    {"{'do':'create','entity':'lead','key':'k'}", "INVALID",
	"fields is missing"},
    {"{'do':'create','entity':'lead','key':'k','fields':[]}", "INVALID",
	"fields is no object"},
    {"{'do':'create','entity':'lead','key':'k','fields':"
     "{'owner':'7'}}",
	"INVALID", "title is missing"},
    {"{'do':'create','entity':'lead','key':'k','fields':"
     "{'title':'Call'}}",
	"INVALID", "owner is missing"},
    {"{'do':'create','entity':'lead','key':'k','fields':"
     "{'title':'Call','owner':'7','colour':'red'}}",
	"INVALID", "unknown: colour"},
    {"{'do':'create','entity':'lead','key':'k','fields':"
     "{'title':'Call','owner':7}}",
	"INVALID", "owner is no string"},
    {"{'do':'create','entity':'lead','key':'k','fields':"
     "{'title':'Call','owner':'7','phone':'anonymous'}}",
	"INVALID", "phone is no phone number"},
    {"{'do':'create','entity':'lead','key':'k','fields':"
     "{'title':'Call','owner':'7','at':'2026-11-21'}}",
	"INVALID", "at is no time"},
    {"{'do':'create','entity':'lead','key':'k','fields':"
     "{'title':'Call','owner':'7','at':'2026-11-21T10:00:00'}}",
	"INVALID", "at is no time"},
    {"{'do':'create','entity':'lead','key':'k','fields':"
     "{'title':'Call','owner':'7','source':'google'}}",
	"INVALID", "source is no object"},
    {"{'do':'create','entity':'contact','key':'k','fields':"
     "{'name':'Ann','owner':'7'}}",
	"INVALID", "phone and email are missing"},
    {"{'do':'create','entity':'contact','key':'k','fields':"
     "{'title':'Ann','owner':'7','phone':'+380671234567'}}",
	"INVALID", "unknown: title"},
    {"{'do':'create','entity':'deal','key':'k','fields':"
     "{'title':'Call','owner':'7'},'on':[{'role':'lead','id':'1'}]}",
	"INVALID", "on is one contact, for a lead or a deal"},
    {"{'do':'create','entity':'deal','key':'k','fields':"
     "{'title':'Call','owner':'7'},'on':[{'role':'contact','id':'1'},"
     "{'role':'contact','id':'2'}]}",
	"INVALID", "on is one contact, for a lead or a deal"},
    {"{'do':'task','key':'k','fields':{'owner':'7'}}", "INVALID",
	"title is missing"},
    {"{'do':'task','key':'k','fields':{'title':'x'}}", "INVALID",
	"owner is missing"},
    {"{'do':'task','key':'k','fields':{'title':'x','owner':'7',"
     "'due':'tomorrow'}}",
	"INVALID", "due is no time"},
    {"{'do':'task','key':'k','fields':{'title':'x','owner':'7',"
     "'done':true}}",
	"INVALID", "unknown: done"},
    {"{'do':'task','key':'k','fields':{'title':'x','owner':'7'},"
     "'on':[{'role':'task','id':'1'}]}",
	"INVALID", "no task hangs on a task"},
    {"{'do':'task','key':'k','fields':{'title':'x','owner':'99'}}", "OWNER",
	"there is no user 99"},
    {"{'do':'task','key':'k','fields':{'title':'x','owner':'8'}}", "OWNER",
	"user 8 is not active"},
    {"{'do':'task','key':'k','fields':{'title':'x','owner':'7'},"
     "'on':[{'role':'call','id':'1'}]}",
	"INVALID", "no task hangs on a call"},
    {"{'do':'create','entity':'lead','key':'k','fields':"
     "{'title':'Call','owner':'7','pipeline':'default'}}",
	"INVALID", "unknown: pipeline"},
    {"{'do':'create','entity':'contact','key':'k','fields':{'name':'Ann',"
     "'owner':'7','phone':'103','pipeline':'default'}}",
	"INVALID", "unknown: pipeline"},
    {"{'do':'create','entity':'deal','key':'k','fields':"
     "{'title':'Call','owner':'7','pipeline':1}}",
	"INVALID", "pipeline is no string"},
    {"{'do':'create','entity':'lead','key':'k','fields':"
     "{'title':'Call','owner':'7','text':['x']}}",
	"INVALID", "text is no string"},
    {"{'do':'create','entity':'lead','key':'k','fields':"
     "{'title':'Call','owner':'7','custom':['x']}}",
	"INVALID", "custom is no object"},
    {"{'do':'create','entity':'lead','key':'k','fields':"
     "{'title':'Call','owner':'7','custom':{'a':1,'b':1.5}}}",
	"INVALID", "custom: b is no string, whole number or boolean"},
    {"{'do':'create','entity':'lead','key':'k','fields':"
     "{'title':'Call','owner':'7','custom':{'b':null}}}",
	"INVALID", "custom: b is no string, whole number or boolean"},
    {"{'do':'create','entity':'lead','key':'k','fields':"
     "{'title':'Call','owner':'7','custom':{'b':{}}}}",
	"INVALID", "custom: b is no string, whole number or boolean"},
    {"{'do':'create','entity':'call','key':'k','fields':{}}", "INVALID",
	"no entity: call"},
    {"{'do':'lookup','known':[{'role':'call','id':'1'}]}", "INVALID",
	"no entity: call"},
    {"{'do':'call','fields':{}}", "INVALID", "key is missing"},
    {"{'do':'call','key':'k','fields':{'title':'x','owner':'7'}}", "INVALID",
	"direction is missing"},
    {"{'do':'call','key':'k','fields':{'title':'x','direction':'in'}}",
	"INVALID", "owner is missing"},
    {"{'do':'call','key':'k','fields':{'owner':'7','direction':'in'}}",
	"INVALID", "title is missing"},
    {CALL(",'seconds':'196'"), "INVALID", "seconds is no number of seconds"},
    {CALL(",'talk':-1"), "INVALID", "talk is no number of seconds"},
    {CALL(",'talk':1.5"), "INVALID", "talk is no number of seconds"},
    {CALL(",'phone':'hidden'"), "INVALID", "phone is no phone number"},
    {CALL(",'line':44"), "INVALID", "line is no string"},
    {CALL(",'recording':''"), "INVALID", "recording is empty"},
    {CALL(",'at':'today'"), "INVALID", "at is no time"},
    {CALL(",'text':'x'"), "INVALID", "unknown: text"},
    {"{'do':'call','key':'k','fields':{'title':'x','owner':'7',"
     "'direction':'in'},'on':[{'role':'call','id':'1'}]}",
	"INVALID", "no call hangs on a call"},
    {"{'do':'call','key':'k','fields':{'title':'x','owner':'99',"
     "'direction':'in'}}",
	"OWNER", "there is no user 99"},
    {"{'do':'call','key':'k','fields':{'title':'x','owner':'8',"
     "'direction':'in'}}",
	"OWNER", "user 8 is not active"},
    {"{'do':'note','key':'k','fields':{'title':'x'}}", "INVALID",
	"on is missing"},
    {"{'do':'note','key':'k','fields':{'title':'x'},'on':[]}", "INVALID",
	"on is empty"},
    {"{'do':'note','key':'k','fields':{'title':'x'},'on':"
     "{'role':'lead','id':'1'}}",
	"INVALID", "on is no array"},
    {"{'do':'note','key':'k','fields':{},'on':[{'role':'lead','id':'1'}]}",
	"INVALID", "title and text are missing"},
    {"{'do':'note','key':'k','fields':{'title':'x','owner':'7'},'on':"
     "[{'role':'lead','id':'1'}]}",
	"INVALID", "unknown: owner"},
    {NOTE("task"), "INVALID", "no note hangs on a task"},
    {NOTE("note"), "INVALID", "no note hangs on a note"},
    {UPDATE("note", ""), "INVALID", "no entity to update: note"},
    {UPDATE("user", ""), "INVALID", "no entity to update: user"},
    {"{'do':'update','entity':'lead','fields':{}}", "INVALID", "id is missing"},
    {"{'do':'update','entity':'lead','id':1,'fields':{}}", "INVALID",
	"id is no string"},
    {"{'do':'update','entity':'lead','id':'1'}", "INVALID",
	"fields is missing"},
    {"{'do':'update','entity':'lead','id':'1','fields':{},'key':'k'}",
	"INVALID", "unknown: key"},
    {UPDATE("lead", "'name':'Ann'"), "INVALID", "unknown: name"},
    {UPDATE("contact", "'phone':'103'"), "INVALID", "unknown: phone"},
    {UPDATE("deal", "'owner':'7'"), "INVALID", "unknown: owner"},
    {UPDATE("deal", "'pipeline':'default'"), "INVALID", "unknown: pipeline"},
    {UPDATE("lead", "'source':'google'"), "INVALID", "source is no object"},
    {UPDATE("lead", "'custom':{'a':[]}"), "INVALID",
	"custom: a is no string, whole number or boolean"},
    {UPDATE("task", "'owner':'7'"), "INVALID", "unknown: owner"},
    {UPDATE("task", "'title':''"), "INVALID", "title is empty"},
    {UPDATE("call", "'title':'x'"), "INVALID", "unknown: title"},
    {UPDATE("call", "'seconds':true"), "INVALID",
	"seconds is no number of seconds"},
    {"{'do':'assign','entity':'lead','id':'1'}", "INVALID", "owner is missing"},
    {"{'do':'assign','entity':'lead','id':'1','owner':7}", "INVALID",
	"owner is no string"},
    {"{'do':'assign','entity':'lead','id':'1','owner':'7','key':'k'}",
	"INVALID", "unknown: key"},
    {ASSIGN("task", "7"), "INVALID", "no entity: task"},
    {ASSIGN("call", "7"), "INVALID", "no entity: call"},
    {ASSIGN("lead", "99"), "OWNER", "there is no user 99"},
    {ASSIGN("lead", "8"), "OWNER", "user 8 is not active"},
};

static void
test_refusals(void)
{
	struct site s;

	site_open(&s, NULL);
	sql(&s, "UPDATE user SET active = 0 WHERE id = '8'");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		char want[200];

		snprintf(want, sizeof(want),
		    "{'error':{'code':'%s','text':'%s'}}", refused[i].code,
		    refused[i].text);
		is_str(ask(&s, refused[i].cmd), want, "refused: %s",
		    refused[i].cmd);
	}
	ok(strstr(ask(&s, "{'do':'close','id':'1','я"
			  "яяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяя':7}"),
	       "'text':'unknown: яяяя"),
	    "a long name is cut between two characters");
	is_str(value(&s, "SELECT (SELECT count(*) FROM lead) + "
			 "(SELECT count(*) FROM contact) + "
			 "(SELECT count(*) FROM deal) + "
			 "(SELECT count(*) FROM task) + "
			 "(SELECT count(*) FROM call) + "
			 "(SELECT count(*) FROM note)"),
	    "0", "nothing of it was made");
	site_close(&s);
}

static void
test_gone(void)
{
	static const struct {
		const char *cmd, *role, *id;
	} t[] = {
	    {"{'do':'close','id':'31'}", "task", "31"},
	    {"{'do':'close','id':'1x'}", "task", "1x"},
	    {"{'do':'close','id':'01'}", "task", "01"},
	    {"{'do':'task','key':'k','fields':{'title':'x','owner':'7'},"
	     "'on':[{'role':'contact','id':'1'},{'role':'lead','id':'12'}]}",
		"lead", "12"},
	    {"{'do':'task','key':'k','fields':{'title':'x','owner':'7'},"
	     "'on':[{'role':'contact','id':' 1'}]}",
		"contact", " 1"},
	    {"{'do':'create','entity':'deal','key':'k','fields':"
	     "{'title':'Call','owner':'7'},'on':[{'role':'contact',"
	     "'id':'2'}]}",
		"contact", "2"},
	    {"{'do':'call','key':'k','fields':{'title':'x','owner':'7',"
	     "'direction':'in'},'on':[{'role':'contact','id':'1'},"
	     "{'role':'deal','id':'3'}]}",
		"deal", "3"},
	    {NOTE("lead"), "lead", "1"},
	    {NOTE("call"), "call", "1"},
	    {UPDATE("lead", "'source':{}"), "lead", "1"},
	    {UPDATE("deal", ""), "deal", "1"},
	    {UPDATE("call", "'talk':0"), "call", "1"},
	    {"{'do':'update','entity':'contact','id':' 1','fields':"
	     "{'source':{'a':'b'}}}",
		"contact", " 1"},
	    {"{'do':'update','entity':'task','id':'9','fields':"
	     "{'title':'x'}}",
		"task", "9"},
	    {ASSIGN("deal", "7"), "deal", "1"},
	    {"{'do':'assign','entity':'contact','id':'1.0','owner':'7'}",
		"contact", "1.0"},
	};
	struct site s;

	site_open(&s, NULL);
	is_str(ask(&s, CONTACT), "{'ok':{'id':'1'}}", "a contact is there");
	is_str(ask(&s, TASK), "{'ok':{'id':'1'}}", "a task is there");
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		char want[200];

		snprintf(want, sizeof(want),
		    "{'error':{'code':'GONE','text':'there is no %s %s',"
		    "'role':'%s','id':'%s'}}",
		    t[i].role, t[i].id, t[i].role, t[i].id);
		is_str(ask(&s, t[i].cmd), want, "gone: %s", t[i].cmd);
	}
	sql(&s, "DELETE FROM task");
	is_str(ask(&s, TASK), "{'ok':{'id':'2'}}",
	    "an id that was deleted is never used again");
	site_close(&s);
}

static void
test_whole_refusals(void)
{
	static const char *const t[] = {"", "not JSON", "[]", "{}",
	    "{'cmds':{}}", "{'cmds':[]}", "{'cmds':[" TASK "],'more':1}",
	    "{'cmds':[" TASK "],'cmds':[]}", "{'cmds':[" TASK "]"};
	struct buf many = {0};
	struct crm_request *r;
	struct site s;

	site_open(&s, NULL);
	buf_str(&many, "{'cmds':[" TASK);
	for (size_t i = 0; i < LOCAL_PACK_MAX; i++)
		buf_str(&many, "," TASK);
	buf_str(&many, "]}");
	for (size_t i = 0; i <= sizeof(t) / sizeof(t[0]); i++) {
		bool last = i == sizeof(t) / sizeof(t[0]);

		r = send_raw(&s, last ? many.p : t[i], 1);
		is_str(answer_text(r),
		    "400 {'error':{'code':'INVALID','text':'a request is "
		    "{\\'cmds\\':[...]}, not empty and not too long'}}",
		    "refused whole: %.30s", last ? "51 commands" : t[i]);
		crm_request_free(r);
	}
	is_str(value(&s, "SELECT count(*) FROM task"), "0",
	    "nothing of it was made");
	buf_free(&many);
	site_close(&s);
}

/* ---- lookups ---- */

static void
test_spellings(void)
{
	/* Which of the rules finds a stored spelling by an asked one? */
	static const struct {
		const char *stored, *asked, *rules;
	} t[] = {
	    {"+380671234567", "+380671234567", "ile"},
	    {"+38 (067) 123-45.67", "+380671234567", "il"},
	    {"380671234567", "+380671234567", "il"},
	    {"+38-067-123-4567", "380671234567", "il"},
	    {"380671234567", "380671234567", "ile"},
	    {"0671234567", "+380671234567", "l"},
	    {"067 123 45 67", "+380671234567", "l"},
	    {"671234567", "+380671234567", "l"},
	    {"+48671234567", "+380671234567", "l"},
	    {"71234567", "+380671234567", ""},
	    {"+380671234568", "+380671234567", ""},
	    {"103", "103", "ile"},
	    {"1-0-3", "103", "il"},
	    {"103", "0103", ""},
	    {"+380671234567 ext 5", "+380671234567", ""},
	};
	static const struct {
		char letter;
		const char *name;
	} rules[] = {{'i', "international"}, {'l', "last9"}, {'e', "exact"}};
	struct site s;

	site_open(&s, NULL);
	for (size_t i = 0; i < 3 * sizeof(t) / sizeof(t[0]); i++) {
		const char *stored = t[i / 3].stored, *asked = t[i / 3].asked;
		bool want = strchr(t[i / 3].rules, rules[i % 3].letter);
		char text[200];

		snprintf(text, sizeof(text),
		    "DELETE FROM contact; INSERT INTO contact(phone, created) "
		    "VALUES('%s', 5)",
		    stored);
		sql(&s, text);
		snprintf(text, sizeof(text),
		    "{'do':'lookup','phone':'%s','match':'%s'}", asked,
		    rules[i % 3].name);
		ok(!strstr(ask(&s, text), "'contact'") == !want,
		    "%s %s %s by %s", asked, want ? "finds" : "misses", stored,
		    rules[i % 3].name);
	}
	site_close(&s);
}

#define BY_PHONE "{'do':'lookup','phone':'+380671234567','match':'last9'}"
#define KNOWN(phone, refs) "{'do':'lookup'," phone "'known':[" refs "]}"

static void
test_lookups(void)
{
	struct site s;

	site_open(&s, NULL);
	is_str(ask(&s, BY_PHONE), "{'ok':{'entities':[]}}", "nobody yet");
	sql(&s, "INSERT INTO contact(id, owner, name, phone, created) "
		"VALUES(5, '7', 'Ann', '0671234567', 1000);"
		"INSERT INTO lead(id, title, phone, open, created) "
		"VALUES(12, 'Old', '+380671234567', 0, 2000);"
		"INSERT INTO lead(id, owner, title, phone, created) "
		"VALUES(13, '8', 'New', '+380671234567', 3000);"
		"INSERT INTO deal(id, owner, title, contact, created) "
		"VALUES(3, '7', 'Deal', 5, 4000);"
		"INSERT INTO deal(id, title, phone, created) "
		"VALUES(4, 'Other', '+380501112233', 5000)");
	is_str(ask(&s, BY_PHONE),
	    "{'ok':{'entities':["
	    "{'role':'contact','id':'5','owner':'7','at':1000,'name':'Ann'},"
	    "{'role':'lead','id':'12','open':false,'at':2000,'name':'Old'},"
	    "{'role':'lead','id':'13','owner':'8','open':true,'at':3000,"
	    "'name':'New'},"
	    "{'role':'deal','id':'3','owner':'7','open':true,'at':4000,"
	    "'name':'Deal'}]}}",
	    "all that has the phone, or a contact that has it");
	is_str(ask(&s, KNOWN("", "{'role':'deal','id':'4'}")),
	    "{'ok':{'entities':[{'role':'deal','id':'4','open':true,"
	    "'at':5000,'name':'Other'}]}}",
	    "a known id needs no phone");
	is_str(ask(&s, KNOWN("", "{'role':'deal','id':'9'},"
				 "{'role':'lead','id':'x'},"
				 "{'role':'lead','id':'012'}")),
	    "{'ok':{'entities':[]}}", "an id that is gone doesn't come back");
	is_str(ask(&s, KNOWN("'phone':'+380501112233','match':'exact',",
			   "{'role':'deal','id':'4'},"
			   "{'role':'contact','id':'5'},"
			   "{'role':'contact','id':'5'}")),
	    "{'ok':{'entities':[{'role':'deal','id':'4','open':true,"
	    "'at':5000,'name':'Other'},{'role':'contact','id':'5',"
	    "'owner':'7','at':1000,'name':'Ann'}]}}",
	    "what search and known ids both find comes once");
	sql(&s, "INSERT INTO contact(phone, name) VALUES('+380671234567', "
		"CAST(x'41ff42' AS TEXT)); DELETE FROM lead;"
		"DELETE FROM deal; DELETE FROM contact WHERE id = 5;"
		"UPDATE contact SET created = 6000");
	is_str(ask(&s, BY_PHONE),
	    "{'ok':{'entities':[{'role':'contact','id':'6','at':6000}]}}",
	    "a name that isn't UTF-8 is left out");
	site_close(&s);
}

/* ---- writes ---- */

static void
test_writes(void)
{
	struct site s;

	site_open(&s, NULL);
	setenv("RINGO_NOW", "2026-11-21T10:00:00+02:00", 1);
	is_str(ask(&s, CONTACT "," LEAD), "{'ok':{'id':'1'}},{'ok':{'id':'1'}}",
	    "ids count for each entity");
	is_str(value(&s, "SELECT title || ' ' || owner || ' ' || phone || ' ' "
			 "|| open || ' ' || key || ' ' || created || ' ' || "
			 "digits || ' ' || last9 FROM lead"),
	    "Call 7 +380671234567 1 k/lead 1795248000000 380671234567 "
	    "671234567",
	    "a lead's row reads well");
	is_str(ask(&s, "{'do':'create','entity':'deal','key':'k/deal',"
		       "'fields':{'title':'Deal','owner':'8','name':'Ann',"
		       "'email':'a@example.com','source':{'utm_source':"
		       "'google'},'at':'2026-11-21T09:00:00Z'},"
		       "'on':[{'role':'contact','id':'1'}]}"),
	    "{'ok':{'id':'1'}}", "a deal on a contact");
	is_str(value(&s, "SELECT contact || name || email || at || "
			 "json_extract(source, '$.utm_source') FROM deal"),
	    "1Anna@example.com2026-11-21T09:00:00Zgoogle",
	    "...has what it was given");
	is_str(ask(&s, "{'do':'task','key':'k/task','fields':{'title':'T',"
		       "'owner':'7','text':'a\\nb','due':"
		       "'2026-11-21T13:00:00+02:00'},'on':["
		       "{'role':'lead','id':'1'},{'role':'contact','id':'1'},"
		       "{'role':'lead','id':'1'}]}"),
	    "{'ok':{'id':'1'}}", "a task on two entities, one named twice");
	is_str(value(&s, "SELECT group_concat(role || id) FROM "
			 "(SELECT * FROM task_on ORDER BY role)"),
	    "contact1,lead1", "...hangs on each once");
	is_str(value(&s, "SELECT done FROM task"), "0", "...and is open");
	is_str(ask(&s, "{'do':'close','id':'1'}"), "{'ok':{'id':'1'}}",
	    "closing it");
	is_str(ask(&s, "{'do':'close','id':'1'}"), "{'ok':{'id':'1'}}",
	    "closing it twice is harmless");
	is_str(value(&s, "SELECT done FROM task"), "1", "...it is closed");
	is_str(ask(&s, LEAD), "{'ok':{'id':'2'}}",
	    "the same key again makes a double, as at a vendor");
	is_str(ask(&s, "{'do':'find','entity':'lead','key':'k/lead'}"),
	    "{'ok':{'found':[{'role':'lead','id':'1'},"
	    "{'role':'lead','id':'2'}]}}",
	    "find shows both, the older first");
	is_str(ask(&s, "{'do':'find','entity':'task','key':'k/lead'}"),
	    "{'ok':{'found':[]}}", "find looks at one entity only");
	unsetenv("RINGO_NOW");
	site_close(&s);
}

static void
test_calls(void)
{
	struct site s;

	site_open(&s, NULL);
	setenv("RINGO_NOW", "2026-11-21T10:00:00+02:00", 1);
	ask(&s, CONTACT "," LEAD);
	is_str(ask(&s, "{'do':'call','key':'k/call','fields':{'title':'Call',"
		       "'owner':'7','direction':'in','outcome':'answered',"
		       "'status':'PROPER','phone':'+380671234567','line':"
		       "'+380443334455','seconds':196,'talk':184,"
		       "'recording':'https://a.example/1','card':"
		       "'https://a.example/c','at':'2026-11-21T09:00:00Z'},"
		       "'on':[{'role':'lead','id':'1'},{'role':'contact',"
		       "'id':'1'},{'role':'lead','id':'1'}]}"),
	    "{'ok':{'id':'1'}}", "a call with all that there is");
	is_str(value(&s, "SELECT key || ' ' || title || ' ' || direction || "
			 "' ' || outcome || ' ' || status || ' ' || phone || "
			 "' ' || line || ' ' || seconds || ' ' || talk || ' ' "
			 "|| owner || ' ' || at || ' ' || created FROM call"),
	    "k/call Call in answered PROPER +380671234567 +380443334455 196 "
	    "184 7 2026-11-21T09:00:00Z 1795248000000",
	    "...has a row that reads well");
	is_str(value(&s, "SELECT recording || ' ' || card FROM call"),
	    "https://a.example/1 https://a.example/c", "...and the addresses");
	is_str(value(&s, "SELECT group_concat(role || id) FROM "
			 "(SELECT * FROM call_on ORDER BY role)"),
	    "contact1,lead1", "...and hangs on each once");
	ok(strstr(ask(&s, CALL(",'outcome':'lost'")), "'INVALID'") &&
		strstr(ask(&s, "{'do':'call','key':'k','fields':{'title':'x',"
			       "'owner':'7','direction':'up'}}"),
		    "'INVALID'"),
	    "an outcome or a direction that there isn't is refused");
	is_str(ask(&s, CALL("")), "{'ok':{'id':'2'}}",
	    "a call of which little is known, on nothing");
	is_str(ask(&s, "{'do':'find','entity':'call','key':'k/call'}"),
	    "{'ok':{'found':[{'role':'call','id':'1'},"
	    "{'role':'call','id':'2'}]}}",
	    "find shows both, the older first");
	is_str(ask(&s, BY_PHONE),
	    "{'ok':{'entities':[{'role':'contact','id':'1','owner':'7',"
	    "'at':1795248000000,'name':'Ann'},{'role':'lead','id':'1',"
	    "'owner':'7','open':true,'at':1795248000000,'name':'Call'}]}}",
	    "a lookup shows no calls");
	unsetenv("RINGO_NOW");
	site_close(&s);
}

static void
test_notes(void)
{
	struct site s;

	site_open(&s, NULL);
	ask(&s, CONTACT "," LEAD "," CALL(""));
	is_str(ask(&s, "{'do':'note','key':'k/note','fields':{'title':'T',"
		       "'text':'a\\nb','at':'2026-11-21T09:00:00Z'},'on':["
		       "{'role':'lead','id':'1'},{'role':'contact','id':'1'}"
		       "]}"),
	    "{'ok':{'id':'1'}}", "a note on two entities");
	is_str(value(&s, "SELECT key || title || text || at FROM note"),
	    "k/noteTa\nb2026-11-21T09:00:00Z", "...has what it was given");
	is_str(ask(&s, NOTE("call") ",{'do':'note','key':'k','fields':"
				    "{'text':'x'},'on':[{'role':'call',"
				    "'id':'1'}]}"),
	    "{'ok':{'id':'2'}},{'ok':{'id':'3'}}",
	    "notes on a call, one without a title");
	is_str(value(&s, "SELECT group_concat(note || role || id) FROM "
			 "(SELECT * FROM note_on ORDER BY note, role)"),
	    "1contact1,1lead1,2call1,3call1", "...hang where they should");
	is_str(ask(&s, "{'do':'find','entity':'note','key':'k/note'}"),
	    "{'ok':{'found':[{'role':'note','id':'1'},"
	    "{'role':'note','id':'2'}]}}",
	    "find shows what has the key");
	sql(&s, "PRAGMA foreign_keys = 1; DELETE FROM note WHERE id = 1");
	is_str(value(&s, "SELECT count(*) FROM note_on"), "2",
	    "a note that goes takes its bindings with it");
	site_close(&s);
}

static void
test_pipelines(void)
{
#define DEAL(more)                                                \
	"{'do':'create','entity':'deal','key':'k/deal','fields':" \
	"{'title':'Deal','owner':'7'" more "}}"
#define IN_PIPELINES                    \
	"SELECT group_concat(pipeline)" \
	" FROM (SELECT pipeline FROM deal ORDER BY id)"
	struct site s;

	site_open(&s, NULL);
	is_str(ask(&s, DEAL("") "," DEAL(",'pipeline':'default'")),
	    "{'ok':{'id':'1'}},{'ok':{'id':'2'}}",
	    "a deal needs no pipeline, or names the one there is");
	is_str(ask(&s, DEAL(",'pipeline':'Новая'")),
	    "{'error':{'code':'INVALID','text':'there is no pipeline Новая, "
	    "but there is: default'}}",
	    "an unknown one is refused, with the known");
	sql(&s, "INSERT INTO pipeline VALUES('Новая'), ('Archive')");
	is_str(ask(&s, DEAL(",'pipeline':'Новая'")), "{'ok':{'id':'3'}}",
	    "a pipeline that people have made");
	is_str(ask(&s, DEAL(",'pipeline':'новая'")),
	    "{'error':{'code':'INVALID','text':'there is no pipeline новая, "
	    "but there is: default, Новая, Archive'}}",
	    "case counts, and all are named in their order");
	sql(&s, "INSERT INTO deal(title) VALUES('By hand')");
	is_str(value(&s, IN_PIPELINES), "default,default,Новая,default",
	    "each deal is in one, also those that people make");
	sql(&s, "PRAGMA foreign_keys = 1;"
		"UPDATE pipeline SET name = 'Main' WHERE name = 'default'");
	is_str(value(&s, IN_PIPELINES), "Main,Main,Новая,Main",
	    "a new name goes to the deals");
	is_str(ask(&s, DEAL("")), "{'ok':{'id':'5'}}", "and to new ones");
	is_str(value(&s, "SELECT pipeline FROM deal WHERE id = 5"), "Main",
	    "...which get the first");
	sql(&s, "DELETE FROM deal; DELETE FROM pipeline;");
	is_str(ask(&s, DEAL("") "," DEAL(",'pipeline':'Main'")),
	    "{'ok':{'id':'6'}},{'error':{'code':'INVALID','text':"
	    "'there is no pipeline Main, but there is: '}}",
	    "without pipelines a deal is in none");
	site_close(&s);
}

/* A lead's source and fields as they stand there. */
#define ORIGIN "SELECT ifnull(source, '-') || ' ' || ifnull(fields, '-') "

static void
test_merging(void)
{
	struct site s;

	site_open(&s, NULL);
	ask(&s, LEAD);
	is_str(ask(&s, UPDATE("lead", "")), "{'ok':{'id':'1'}}",
	    "an update with nothing");
	is_str(value(&s, ORIGIN "FROM lead"), "- -", "...changes nothing");
	is_str(ask(&s, UPDATE("lead",
			   "'source':{'utm_source':'google','pool':'A'}")),
	    "{'ok':{'id':'1'}}", "an update of what had no source");
	is_str(value(&s, ORIGIN "FROM lead"),
	    "{\"utm_source\":\"google\",\"pool\":\"A\"} -",
	    "...sets it, and nothing else");
	ask(&s, UPDATE("lead", "'source':{'pool':'B \\'20%\\'','ip':'::1'},"
			       "'custom':{'UF_A':'a','UF_N':12}"));
	is_str(value(&s, ORIGIN "FROM lead"),
	    "{\"utm_source\":\"google\",\"pool\":\"B \\\"20%\\\"\","
	    "\"ip\":\"::1\"} {\"UF_A\":\"a\",\"UF_N\":12}",
	    "new members win, others stay");
	for (int i = 0; i < 2; i++)
		ask(&s, UPDATE("lead", "'custom':{'UF_N':true,'UF_B':''}"));
	is_str(value(&s, "SELECT fields FROM lead"),
	    "{\"UF_A\":\"a\",\"UF_N\":true,\"UF_B\":\"\"}",
	    "so in fields; and twice is once");
	is_str(value(&s, "SELECT title || owner || phone || key || open || "
			 "ifnull(name, '-') FROM lead"),
	    "Call7+380671234567k/lead1-", "the rest stays as it was");
	sql(&s, "UPDATE lead SET source = 'from Ann'");
	is_str(ask(&s, UPDATE("lead", "'source':{'a':'b'}")),
	    "{'error':{'code':'INVALID','text':"
	    "'source or fields of lead 1: no JSON object'}}",
	    "what people wrote by hand isn't overwritten");
	is_str(ask(&s, UPDATE("lead", "'custom':{'UF_A':'b'}")),
	    "{'ok':{'id':'1'}}", "...and doesn't disturb others");
	is_str(value(&s, "SELECT source FROM lead"), "from Ann", "...really");
	sql(&s, "UPDATE lead SET fields = '[]'");
	is_str(ask(&s, UPDATE("lead", "'custom':{'UF_A':'b'}")),
	    "{'error':{'code':'INVALID','text':"
	    "'source or fields of lead 1: no JSON object'}}",
	    "nor is an array");
	site_close(&s);
}

static void
test_updates(void)
{
	struct site s;

	site_open(&s, NULL);
	ask(&s, CONTACT "," LEAD ","
			"{'do':'create','entity':'deal','key':'k/deal',"
			"'fields':{'title':'Deal','owner':'7','text':'a\\nb',"
			"'source':{'a':'b'},'custom':{'UF_N':-5}}}");
	is_str(value(&s, ORIGIN "|| text FROM deal"),
	    "{\"a\":\"b\"} {\"UF_N\":-5}a\nb",
	    "a new deal keeps text and fields");
	is_str(ask(&s, UPDATE("contact", "'custom':{'x':false}") "," UPDATE(
			   "deal", "'custom':{'x':1}")),
	    "{'ok':{'id':'1'}},{'ok':{'id':'1'}}", "contact and deal");
	is_str(value(&s, "SELECT contact.fields || deal.fields FROM contact, "
			 "deal"),
	    "{\"x\":false}{\"UF_N\":-5,\"x\":1}", "...have their fields");
	ask(&s, "{'do':'task','key':'k','fields':{'title':'T','text':'U',"
		"'owner':'7'}},{'do':'close','id':'1'}");
	is_str(ask(&s, UPDATE("task", "'title':'V'")), "{'ok':{'id':'1'}}",
	    "a task's title");
	is_str(value(&s, "SELECT title || text || done FROM task"), "VU1",
	    "...changes; text stays, and it stays closed");
	ask(&s, UPDATE("task", "'text':'W'"));
	is_str(value(&s, "SELECT title || text FROM task"), "VW",
	    "its text alone");
	ask(&s, CALL(",'outcome':'missed','status':'BUSY','seconds':9,"
		     "'talk':3"));
	is_str(ask(&s, UPDATE("call", "'recording':'https://a.example/1'")),
	    "{'ok':{'id':'1'}}", "a call's late recording");
	is_str(value(&s, "SELECT outcome || status || seconds || talk || "
			 "recording || ifnull(card, '-') FROM call"),
	    "missedBUSY93https://a.example/1-", "...is there, the rest stays");
	ask(&s, UPDATE("call", "'outcome':'answered','status':'PROPER',"
			       "'seconds':10,'talk':0,'card':'c'"));
	is_str(value(&s, "SELECT outcome || status || seconds || talk || "
			 "recording || card || title FROM call"),
	    "answeredPROPER100https://a.example/1cCall", "all that may change");
	site_close(&s);
}

static void
test_assigning(void)
{
	struct site s;

	site_open(&s, NULL);
	ask(&s, CONTACT "," LEAD "," LEAD);
	is_str(ask(&s, ASSIGN("lead", "8") "," ASSIGN("contact", "8")),
	    "{'ok':{'id':'1'}},{'ok':{'id':'1'}}", "another owner");
	is_str(value(&s, "SELECT group_concat(owner, '') FROM (SELECT owner "
			 "FROM lead UNION ALL SELECT owner FROM contact)"),
	    "878", "...for these, and for no other");
	sql(&s, "UPDATE user SET active = 0 WHERE id = '7'");
	is_str(ask(&s, ASSIGN("lead", "7")),
	    "{'error':{'code':'OWNER','text':'user 7 is not active'}}",
	    "who was dismissed owns nothing new");
	is_str(ask(&s, ASSIGN("lead", "8")), "{'ok':{'id':'1'}}",
	    "the same owner again is harmless");
	is_str(value(&s, "SELECT owner FROM lead WHERE id = 1"), "8",
	    "...and changes nothing");
	site_close(&s);
}

static void
test_savepoints(void)
{
	struct site s;

	site_open(&s, NULL);
	is_str(ask(&s, LEAD "," BAD "," LEAD),
	    "{'ok':{'id':'1'}},{'error':{'code':'INVALID',"
	    "'text':'title is missing'}},{'ok':{'id':'2'}}",
	    "a bad command doesn't spoil its neighbours");
	is_str(ask(&s, CONTACT ",{'do':'task','key':'k','fields':"
			       "{'title':'x','owner':'7'},"
			       "'on':[{'role':'contact','id':'1'}]}"),
	    "{'ok':{'id':'1'}},{'ok':{'id':'1'}}",
	    "a command sees what an earlier one of its request made");
	sql(&s, "CREATE TRIGGER t BEFORE INSERT ON task_on BEGIN "
		"SELECT RAISE(ABORT, 'tasks need a reason'); END");
	is_str(ask(&s, "{'do':'task','key':'k2','fields':{'title':'x',"
		       "'owner':'7'},'on':[{'role':'lead','id':'1'}]}," LEAD),
	    "{'error':{'code':'INVALID','text':'tasks need a reason'}},"
	    "{'ok':{'id':'3'}}",
	    "what the tables forbid is a refusal");
	is_str(value(&s, "SELECT count(*) FROM task WHERE key = 'k2'"), "0",
	    "...of the whole command, not of half of it");
	site_close(&s);
}

static void
test_failures(void)
{
	struct site s;

	site_open(&s, NULL);
	sql(&s, "CREATE TRIGGER t BEFORE INSERT ON task BEGIN "
		"SELECT RAISE(ROLLBACK, 'no'); END");
	is_str(ask(&s, LEAD "," TASK "," LEAD),
	    "503 {'error':{'code':'BUSY','text':'no such savepoint: "
	    "command'}}",
	    "a transaction that was ended by force is executed in no part");
	is_str(value(&s, "SELECT count(*) FROM lead"), "0", "...really");
	sql(&s, "DROP TRIGGER t; CREATE TABLE parent(id INTEGER PRIMARY KEY);"
		"CREATE TABLE child(id REFERENCES parent(id) "
		"DEFERRABLE INITIALLY DEFERRED);"
		"CREATE TRIGGER t BEFORE INSERT ON task BEGIN "
		"INSERT INTO child VALUES(1); END");
	is_str(ask(&s, LEAD "," TASK),
	    "no answer: crm.db: commit: FOREIGN KEY constraint failed",
	    "a commit that fails is no answer");
	sql(&s, "DROP TRIGGER t");
	is_str(ask(&s, TASK), "{'ok':{'id':'1'}}", "...and goes by");
	site_close(&s);
}

/* Whatever fails under a command, its request is executed in no part. */
static void
test_missing_tables(void)
{
	static const struct {
		const char *table, *neighbour, *cmd;
	} t[] = {
	    {"task", LEAD, TASK},
	    {"task", LEAD, "{'do':'close','id':'1'}"},
	    {"user", BAD, TASK},
	    {"contact", TASK, BY_PHONE},
	    {"contact", TASK, KNOWN("", "{'role':'contact','id':'1'}")},
	    {"contact", TASK, "{'do':'find','entity':'contact','key':'k'}"},
	    {"contact", TASK,
		"{'do':'task','key':'k','fields':{'title':'x',"
		"'owner':'7'},'on':[{'role':'contact',"
		"'id':'1'}]}"},
	    {"task_on", LEAD,
		"{'do':'task','key':'k','fields':{'title':'x',"
		"'owner':'7'},'on':[{'role':'lead','id':'1'}]}"},
	    {"call", LEAD, CALL("")},
	    {"call", LEAD, NOTE("call")},
	    {"note_on", TASK, NOTE("lead")},
	    {"pipeline", LEAD,
		"{'do':'create','entity':'deal','key':'k','fields':"
		"{'title':'x','owner':'7','pipeline':'default'}}"},
	    {"lead", TASK, UPDATE("lead", "'source':{'a':'b'}")},
	    {"task", LEAD, UPDATE("task", "'title':'x'")},
	    {"deal", TASK, ASSIGN("deal", "7")},
	    {"user", BAD, ASSIGN("lead", "7")},
	};
	struct site s;

	site_open(&s, NULL);
	ask(&s, LEAD);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		char text[400], want[100];

		snprintf(text, sizeof(text),
		    "PRAGMA legacy_alter_table = 1; ALTER TABLE %s RENAME TO x",
		    t[i].table);
		sql(&s, text);
		snprintf(text, sizeof(text), "%s,%s", t[i].neighbour, t[i].cmd);
		snprintf(want, sizeof(want),
		    "503 {'error':{'code':'BUSY','text':'no such table: "
		    "%s'}}",
		    t[i].table);
		is_str(ask(&s, text), want, "without %s: %.30s", t[i].table,
		    t[i].cmd);
		snprintf(text, sizeof(text),
		    "PRAGMA legacy_alter_table = 1; ALTER TABLE x RENAME TO %s",
		    t[i].table);
		sql(&s, text);
	}
	is_str(value(&s, "SELECT (SELECT count(*) FROM lead) || "
			 "(SELECT count(*) FROM task) || "
			 "(SELECT count(*) FROM call) || "
			 "(SELECT count(*) FROM note) || "
			 "ifnull((SELECT source FROM lead), '-')"),
	    "1000-", "...and nothing of those requests was executed");
	site_close(&s);
}

/* Processes that make the file and write into it at the same moment. */
static void
test_together(void)
{
	enum { PROCESSES = 6, EACH = 15 };
	struct site s;
	int bad = 0, status;

	make_dir(&s);
	fflush(stdout);
	for (int i = 0; i < PROCESSES; i++) {
		if (fork() != 0)
			continue;
		reopen(&s, NULL);
		for (int k = 0; k < EACH && s.tp; k++)
			bad += !strstr(ask(&s, BY_PHONE "," LEAD), "'id'");
		if (!s.tp)
			_exit(2);
		s.tp->close(s.tp);
		_exit(bad != 0);
	}
	while (wait(&status) > 0)
		bad += status != 0;
	is_int(bad, 0, "six processes share a CRM that none had made");
	is_str(value(&s, "SELECT count(*) FROM lead"), "90",
	    "...and all they wrote is there");
	site_close(&s);
}

/* ---- faults ---- */

static void
test_fault_words(void)
{
	static const char *const bad[] = {"drop-after", "drop-after@",
	    "drop-after@0", "drop-after@-1", "drop-after@x", "drop-after@1-2",
	    "drop-after=5@1", "@1", "explode@1", "late@1", "late=@1",
	    "late=5s@1", "late=-5@1", "drop-after@1,", ",drop-after@1",
	    "drop-after@1 ", "drop-after@++", "cut@*"};
	static const char *const good[] = {"", "drop-after@1", "html@*",
	    "cut=0@3+", "lag=300@*,drop-after@2,late=50@7"};
	struct site s;

	make_dir(&s);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		reopen(&s, bad[i]);
		ok(!s.tp && s.e.kind == ERR_CONFIG &&
			strstr(s.e.text, "RINGO_FAULT: "),
		    "RINGO_FAULT=%s is a mistake", bad[i]);
	}
	is_str(s.e.text, "RINGO_FAULT: \"cut@*\" is not KIND[=ARG]@N",
	    "...and the message says which");
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		reopen(&s, good[i]);
		ok(s.tp, "RINGO_FAULT=%s", good[i]);
	}
	site_close(&s);
}

/* One request under a fault: what comes back, and is it in the CRM? */
static void
test_faults(void)
{
	static const struct {
		const char *fault, *answer;
		bool executed;
	} t[] = {
	    {"drop-before@1", "no answer: connection reset (drop-before)",
		false},
	    {"drop-after@1", "no answer: connection reset (drop-after)", true},
	    {"throttle=700@1",
		"429 {'error':{'code':'THROTTLE','text':'too many requests'}}",
		false},
	    {"auth@*",
		"401 {'error':{'code':'AUTH','text':'the key was revoked'}}",
		false},
	    {"html@1+", "200 <html><body>Please sign in</body></html>\n", true},
	    {"cut=13@1", "200 {'results':[{", true},
	    {"cut=0@1", "200 ", true},
	    {"cut=9999@1", "200 {'results':[{'ok':{'id':'1'}}]}", true},
	    {"down@1", "not sent: connection refused (down)", false},
	    {"refuse@1", "200 {'results':[{'ok':{'id':'1'}}]}", true},
	    {"drop-after@2", "200 {'results':[{'ok':{'id':'1'}}]}", true},
	    {"drop-after@2+,down@1", "not sent: connection refused (down)",
		false},
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct site s;
		struct crm_request *r;

		site_open(&s, t[i].fault);
		r = send_raw(&s, "{'cmds':[" TASK "]}", 1);
		is_str(answer_text(r), t[i].answer, "%s answers", t[i].fault);
		ok(r->answer.wait_ms == (strstr(t[i].fault, "700") ? 700 : 0),
		    "...with a wait if it was throttled");
		is_str(value(&s, "SELECT count(*) FROM task"),
		    t[i].executed ? "1" : "0", "...and is %sexecuted",
		    t[i].executed ? "" : "not ");
		crm_request_free(r);
		site_close(&s);
	}
}

static void
test_fault_counts(void)
{
	struct crm_request *r;
	struct site s;

	site_open(&s, "down@2,auth@4+");
	is_str(ask(&s, TASK), "{'ok':{'id':'1'}}", "the first goes by");
	is_str(ask(&s, TASK), "not sent: connection refused (down)",
	    "the second doesn't");
	is_str(ask(&s, TASK), "{'ok':{'id':'2'}}", "the third goes by");
	ok(strstr(ask(&s, TASK), "401 ") && strstr(ask(&s, TASK), "401 "),
	    "the fourth and all behind it don't");
	reopen(&s, "refuse@*");
	r = send_raw(&s, "{'cmds':[" TASK "," TASK "]}", 2);
	is_str(answer_text(r),
	    "400 {'error':{'code':'INVALID','text':"
	    "'one of the commands is wrong'}}",
	    "a pack of two is refused whole");
	crm_request_free(r);
	is_str(
	    value(&s, "SELECT count(*) FROM task"), "2", "...and not executed");
	site_close(&s);
}

/* Waits for a query to answer want; false after ten seconds. */
static bool
becomes(const struct site *s, const char *query, const char *want)
{
	const struct timespec nap = {.tv_nsec = 5000000};
	int64_t end = clock_mono() + 10000;

	while (strcmp(value(s, query), want) != 0) {
		if (clock_mono() > end)
			return false;
		nanosleep(&nap, NULL);
	}
	return true;
}

static void
test_late(void)
{
	struct pollfd in = {.events = POLLIN};
	struct site s;
	int fd[2];

	site_open(&s, "late=400@1");
	if (pipe(fd) < 0)
		fd[0] = fd[1] = -1;
	in.fd = fd[0];
	is_str(ask(&s, LEAD "," TASK), "no answer: timed out (late)",
	    "late: no answer now");
	close(fd[1]);
	ok(poll(&in, 1, 10000) == 1 && (in.revents & POLLHUP),
	    "...and who does it holds none of our descriptors");
	is_str(ask(&s, "{'do':'find','entity':'lead','key':'k/lead'}"),
	    "{'ok':{'found':[]}}", "...it isn't there yet");
	ok(becomes(&s, "SELECT count(*) FROM lead", "1"), "...but later");
	is_str(value(&s, "SELECT count(*) FROM task"), "1", "...whole");
	is_str(ask(&s, "{'do':'find','entity':'lead','key':'k/lead'}"),
	    "{'ok':{'found':[{'role':'lead','id':'1'}]}}",
	    "...and the connection sees it");
	close(fd[0]);
	site_close(&s);

	/* The one that waited is gone when it happens. */
	site_open(&s, "late=100@*");
	ask(&s, LEAD);
	s.tp->close(s.tp);
	s.tp = NULL;
	ok(becomes(&s, "SELECT count(*) FROM lead", "1"),
	    "late happens also when nobody waits any more");
	site_close(&s);
}

#define FIND_LEAD "{'do':'find','entity':'lead','key':'k/lead'}"

static void
test_lag(void)
{
	struct site s;

	site_open(&s, "lag=300@*");
	setenv("RINGO_NOW", "2026-11-21T10:00:00.000Z", 1);
	is_str(ask(&s, LEAD), "{'ok':{'id':'1'}}", "a lead is made");
	setenv("RINGO_NOW", "2026-11-21T10:00:00.299Z", 1);
	is_str(ask(&s, BY_PHONE "," FIND_LEAD),
	    "{'ok':{'entities':[]}},{'ok':{'found':[]}}",
	    "neither lookup nor find see it within the lag");
	ok(strstr(ask(&s, KNOWN("", "{'role':'lead','id':'1'}")), "'Call'"),
	    "a read by id does");
	setenv("RINGO_NOW", "2026-11-21T10:00:00.300Z", 1);
	ok(strstr(ask(&s, BY_PHONE), "'Call'"), "then a lookup sees it");
	is_str(ask(&s, FIND_LEAD),
	    "{'ok':{'found':[{'role':'lead','id':'1'}]}}", "and a find");
	ask(&s, CALL(""));
	is_str(ask(&s, "{'do':'find','entity':'call','key':'k/call'}"),
	    "{'ok':{'found':[]}}", "a find doesn't see a young call");
	is_str(ask(&s, NOTE("call")), "{'ok':{'id':'1'}}",
	    "but what hangs on it does");
	unsetenv("RINGO_NOW");
	site_close(&s);
}

/* ---- with its adapter ---- */

/* Carries a transaction out; the verdict it ends with. */
static enum crm_code
carry(struct site *s, struct crm_txn *t)
{
	t->stage = 0;
	t->verdict = (struct crm_verdict){0};
	for (;;) {
		json_t *data = t->verdict.data;
		struct crm_request *r;
		bool done;

		json_decref(t->cmd.args);
		t->cmd.args = NULL;
		done = crm_local.step(&s->crm, t) == CRM_DONE;

		json_decref(data);
		t->verdict.data = NULL;
		if (done)
			return t->verdict.code;
		r = xcalloc(1, sizeof(*r));
		r->txns = xcalloc(1, sizeof(struct crm_txn *));
		r->txns[0] = t;
		r->n = crm_local.pack(&s->crm, &t, 1, r);
		s->tp->start(s->tp, r);
		r = s->tp->wait(s->tp, -1, -1);
		if (r->answer.how != CRM_ANSWERED)
			t->verdict.code = CRM_DOUBT;
		else
			crm_local.unpack(&s->crm, r);
		crm_request_free(r);
		if (t->verdict.code != CRM_OK)
			return t->verdict.code;
	}
}

static void
test_doubt_is_resolved(void)
{
	json_auto_t *spec =
	    json_pack("{s:s, s:s, s:s, s:s, s:b}", "key", "c/task.call", "do",
		"task", "owner", "7", "title", "Call", "done", 1);
	struct crm_txn act = {.kind = CRM_ACT, .spec = spec};
	struct crm_txn find = {.kind = CRM_FIND, .spec = spec};
	struct site s;

	site_open(&s, "drop-after@1,drop-after@4");
	is_int(carry(&s, &act), CRM_DOUBT, "a done task in doubt");
	is_int(json_array_size(act.refs), 0, "...of which nothing is known");
	is_int(carry(&s, &find), CRM_OK, "...is looked up");
	is_int(find.found, CRM_FOUND, "...and found");
	is_str(crm_ref_id(find.refs, "task"), "1", "...with its id");
	is_str(value(&s, "SELECT done FROM task"), "0", "...still open");
	crm_txn_clear(&act);
	act = (struct crm_txn){
	    .kind = CRM_ACT, .spec = spec, .refs = json_incref(find.refs)};
	is_int(carry(&s, &act), CRM_OK, "begun anew with what was found");
	is_str(value(&s, "SELECT count(*) || done FROM task"), "11",
	    "...it is closed, and there is one");
	is_int(carry(&s, &act), CRM_DOUBT, "a doubt about the closing");
	is_int(carry(&s, &act), CRM_OK, "...closes once more, harmlessly");
	is_str(value(&s, "SELECT count(*) || done FROM task"), "11",
	    "...and nothing is doubled");
	crm_txn_clear(&act);
	crm_txn_clear(&find);
	site_close(&s);
}

static bool
has_verb(const char *const *specs, size_t n, const char *verb)
{
	for (size_t i = 0; i < n; i++) {
		json_auto_t *spec = json_from(specs[i]);

		if (strcmp(json_str(spec, "do"), verb) == 0)
			return true;
	}
	return false;
}

/* An action's own answer is lost; the find tells whether to send it again. */
static void
test_doubt_of_every_verb(void)
{
	static const struct {
		const char *spec;
		enum crm_found found;
		const char *state,
		    *want; /* a query, and what it then answers */
	} t[] = {
	    {"{'key':'c/call','do':'call','owner':'7','title':'C',"
	     "'direction':'in'}",
		CRM_FOUND, "SELECT count(*) FROM call", "1"},
	    {"{'key':'c/note.x','do':'note','title':'N','on':"
	     "[{'role':'lead','id':'1'}]}",
		CRM_FOUND, "SELECT count(*) FROM note", "1"},
	    {"{'key':'c/deal','do':'create','entity':'deal','owner':'7',"
	     "'title':'D','fields':{'UF_A':'x'},'pipeline':'default'}",
		CRM_FOUND, "SELECT count(*) FROM deal", "1"},
	    {"{'key':'c/update.lead','do':'update','entity':'lead','source':"
	     "{'b':'new'},'on':[{'role':'lead','id':'1'}]}",
		CRM_ABSENT, "SELECT source FROM lead",
		"{\"a\":\"old\",\"b\":\"new\"}"},
	    {"{'key':'c/assign.lead','do':'assign','entity':'lead','owner':"
	     "'8','on':[{'role':'lead','id':'1'}]}",
		CRM_ABSENT, "SELECT owner FROM lead", "8"},
	};
	static const char *const faults[] = {"drop-after@1", "drop-before@1"};

	for (size_t i = 0; i < 2 * sizeof(t) / sizeof(t[0]); i++) {
		const char *fault = faults[i % 2], *key;
		bool made = t[i / 2].found == CRM_FOUND && i % 2 == 0;
		json_auto_t *spec = json_from(t[i / 2].spec);
		struct crm_txn a = {.kind = CRM_ACT, .spec = spec};
		struct crm_txn find = {.kind = CRM_FIND, .spec = spec};
		struct site s;

		key = json_str(spec, "key");
		site_open(&s, fault);
		sql(&s, "INSERT INTO lead(title, source, owner) "
			"VALUES('L', '{\"a\":\"old\",\"b\":\"old\"}', '7')");
		is_int(carry(&s, &a), CRM_DOUBT, "%s after %s", key, fault);
		is_int(json_array_size(a.refs), 0, "...nothing is known");
		is_int(carry(&s, &find), CRM_OK, "...is looked up");
		is_int(find.found, made ? CRM_FOUND : CRM_ABSENT,
		    "...and what is found tells what to do");
		crm_txn_clear(&a);
		a = (struct crm_txn){.kind = CRM_ACT,
		    .spec = spec,
		    .refs = json_incref(find.refs)};
		is_int(carry(&s, &a), CRM_OK, "...begun anew");
		is_int(json_array_size(a.refs), 1, "...with a reference");
		is_str(value(&s, t[i / 2].state), t[i / 2].want,
		    "...it is done once");
		crm_txn_clear(&a);
		crm_txn_clear(&find);
		site_close(&s);
	}
}

/* What an adapter says of actions must be what its server takes. */
static void
test_every_command(void)
{
	static const char *const specs[] = {
	    "{'key':'client/1','do':'create','entity':'contact','owner':'7',"
	    "'to':'answerer','client':{'phone':'+380671234567','name':'Ann',"
	    "'email':'a@example.com'},'source':{'utm_source':'g'},"
	    "'at':'2026-11-21T10:00:00+02:00'}",
	    "{'key':'c/lead','do':'create','entity':'lead','owner':'7',"
	    "'title':'Call','client':{'phone':'+380671234567','name':'Ann',"
	    "'email':'a@example.com'},'source':{'utm_source':'g'},'on':"
	    "[{'role':'contact','id':'1','url':'local:contact/1'}],"
	    "'at':'2026-11-21T10:00:00+02:00'}",
	    "{'key':'c/deal','do':'create','entity':'deal','owner':'8',"
	    "'title':'A hidden number','text':'x','fields':{'UF_A':'x'},"
	    "'pipeline':'default'}",
	    "{'key':'c/task.x','do':'task','to':'senior','owner':'8',"
	    "'title':'T','text':'U','due':'2026-11-21T10:00:00+02:00',"
	    "'on':[{'role':'lead','id':'1'},{'role':'deal','id':'1'}],"
	    "'client':{'phone':'+380671234567'},"
	    "'at':'2026-11-21T10:00:00+02:00'}",
	    "{'key':'c/call','do':'call','to':'answerer','owner':'7',"
	    "'title':'Call','client':{'phone':'+380671234567','name':'Ann'},"
	    "'at':'2026-11-21T10:00:00+02:00','direction':'in',"
	    "'outcome':'answered','status':'PROPER','line':'+380443334455',"
	    "'answered_by':{'name':'Olena'},'seconds':{'total':23,'wait':12,"
	    "'talk':11},'recording':'https://a.example/1','card':"
	    "'https://a.example/c','on':[{'role':'lead','id':'1'}]}",
	    "{'key':'c/note.ai','do':'note','title':'T','text':'U',"
	    "'at':'2026-11-21T10:00:00+02:00','on':[{'role':'call',"
	    "'key':'c/call','id':'1'}]}",
	    "{'key':'c/update.lead','do':'update','entity':'lead',"
	    "'client':{'phone':'+380671234567'},'source':{'a':'b'},'fields':"
	    "{'UF_A':'x','UF_N':1,'UF_B':true},"
	    "'at':'2026-11-21T10:00:00+02:00','on':[{'role':'lead',"
	    "'id':'1'}]}",
	    "{'key':'c/update.task.x','do':'update','entity':'task',"
	    "'title':'T','text':'U','on':[{'role':'task','key':'c/task.x',"
	    "'id':'1'}]}",
	    "{'key':'c/update.call','do':'update','entity':'call','client':"
	    "{'phone':'+380671234567'},'at':'2026-11-21T10:00:00+02:00',"
	    "'direction':'in','outcome':'answered','status':'PROPER',"
	    "'line':'+380443334455','seconds':{'total':23,'talk':11},"
	    "'recording':'r','card':'c','on':[{'role':'call',"
	    "'key':'c/call','id':'1'}]}",
	    "{'key':'c/assign.deal','do':'assign','entity':'deal',"
	    "'to':'distributed','owner':'7',"
	    "'on':[{'role':'deal','id':'1'}]}",
	};
	json_auto_t *known = json_pack("{s:s, s:[{s:s, s:s}]}", "phone",
	    "+380671234567", "known", "role", "deal", "id", "1");
	struct crm_txn look = {.kind = CRM_LOOKUP, .spec = known};
	struct site s;

	site_open(&s, NULL);
	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		json_auto_t *spec = json_from(specs[i]);
		struct crm_txn t = {.kind = CRM_ACT, .spec = spec};

		is_int(carry(&s, &t), CRM_OK, "the server takes %s",
		    json_str(spec, "key"));
		is_str(t.verdict.text, "", "...without a word");
		crm_txn_clear(&t);
	}
	for (size_t i = 0; crm_local.verbs[i]; i++)
		ok(has_verb(specs, sizeof(specs) / sizeof(specs[0]),
		       crm_local.verbs[i]),
		    "one of them does %s", crm_local.verbs[i]);
	is_int(carry(&s, &look), CRM_OK, "and answers a lookup");
	is_int(json_array_size(look.result), 3, "...with what is there");
	is_str(json_str(json_array_get(look.result, 2), "url"), "local:deal/1",
	    "...and where");
	crm_txn_clear(&look);
	site_close(&s);
}

static void
test_pack_max(void)
{
	struct crm_txn t = {.cmd = {.args = json_object()}};
	struct crm_txn *v[LOCAL_PACK_MAX + 1];
	struct crm_request r = {0};

	for (size_t i = 0; i <= LOCAL_PACK_MAX; i++)
		v[i] = &t;
	is_int(crm_local.pack(NULL, v, LOCAL_PACK_MAX + 1, &r), LOCAL_PACK_MAX,
	    "a request takes no more than the server does");
	buf_free(&r.path);
	buf_free(&r.body);
	crm_txn_clear(&t);
}

int
main(void)
{
	umask(077);
	test_open();
	test_foreign_files();
	test_refusals();
	test_gone();
	test_whole_refusals();
	test_spellings();
	test_lookups();
	test_writes();
	test_calls();
	test_notes();
	test_pipelines();
	test_merging();
	test_updates();
	test_assigning();
	test_savepoints();
	test_failures();
	test_missing_tables();
	test_together();
	test_fault_words();
	test_faults();
	test_fault_counts();
	test_late();
	test_lag();
	test_doubt_is_resolved();
	test_doubt_of_every_verb();
	test_every_command();
	test_pack_max();
	return tap_done();
}
