/* SPDX-License-Identifier: MIT */
#include "crm/faults.h"

#ifdef RINGO_FAULTS

#include "base/str.h"
#include "base/xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind {
	DROP_BEFORE,
	DROP_AFTER,
	LATE,
	LAG,
	REFUSE,
	THROTTLE,
	AUTH,
	HTML,
	CUT,
	DOWN,
	ERROR_BEFORE,
	ERROR_AFTER,
	STALL,
};

enum { ARG_MAX_MS = 86400000 };

struct fault {
	enum kind kind;
	int64_t arg;
	int64_t first, last; /* which requests */
};

static const struct {
	const char *name;
	enum kind kind;
	bool arg;
} kinds[] = {
    {"drop-before", DROP_BEFORE, false},
    {"drop-after", DROP_AFTER, false},
    {"late", LATE, true},
    {"lag", LAG, true},
    {"refuse", REFUSE, false},
    {"throttle", THROTTLE, true},
    {"auth", AUTH, false},
    {"html", HTML, false},
    {"cut", CUT, true},
    {"down", DOWN, false},
    {"error500-before", ERROR_BEFORE, false},
    {"error500-after", ERROR_AFTER, false},
    {"stall", STALL, true},
};

/* ---- reading RINGO_FAULT ---- */

/* What stands before c in *s; *s becomes what stands behind it. */
static struct span
cut_at(struct span *s, char c)
{
	const char *end = s->n ? memchr(s->p, c, s->n) : NULL;
	struct span head = *s;

	if (!end) {
		*s = (struct span){0};
		return head;
	}
	head.n = (size_t)(end - head.p);
	*s = (struct span){end + 1, s->n - head.n - 1};
	return head;
}

/* "3", "3+" or "*" */
static bool
parse_which(struct span s, struct fault *f)
{
	f->first = 1;
	f->last = INT64_MAX;
	if (str_eq(s, "*"))
		return true;
	if (s.n && s.p[s.n - 1] == '+') {
		s.n--;
		return str_num(s, 1, INT64_MAX, &f->first);
	}
	if (!str_num(s, 1, INT64_MAX, &f->first))
		return false;
	f->last = f->first;
	return true;
}

static bool
parse_fault(struct span s, struct fault *f)
{
	struct span which = s, what = cut_at(&which, '@');
	struct span arg = what, name = cut_at(&arg, '=');

	if (!parse_which(which, f))
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!str_eq(name, kinds[i].name))
			continue;
		f->kind = kinds[i].kind;
		if (!kinds[i].arg)
			return !arg.p;
		return str_num(arg, 0, ARG_MAX_MS, &f->arg);
	}
	return false;
}

int
faults_open(struct faults *f, struct err *e)
{
	struct span rest = str_span(getenv("RINGO_FAULT"));

	*f = (struct faults){0};
	while (rest.p && (rest.n || f->n)) {
		struct span one = cut_at(&rest, ',');

		f->v = xrealloc(f->v, f->n + 1, sizeof(*f->v));
		f->v[f->n] = (struct fault){0};
		if (!parse_fault(one, &f->v[f->n])) {
			faults_close(f);
			return err_set(e, ERR_CONFIG,
			    "RINGO_FAULT: \"%.*s\" is not KIND[=ARG]@N",
			    (int)one.n, one.p);
		}
		f->n++;
	}
	return 0;
}

void
faults_close(struct faults *f)
{
	free(f->v);
	*f = (struct faults){0};
}

/* ---- what happens to a request ---- */

static bool
fits(const struct faults *f, const struct fault *x)
{
	return x->first <= f->request && f->request <= x->last;
}

static void
silence(struct crm_request *req, enum crm_how how, const char *text)
{
	req->answer.how = how;
	req->answer.status = 0;
	buf_clear(&req->answer.body);
	snprintf(req->answer.text, sizeof(req->answer.text), "%s", text);
}

static void
say(struct crm_request *req, int status, const char *body)
{
	req->answer.how = CRM_ANSWERED;
	req->answer.status = status;
	buf_clear(&req->answer.body);
	buf_str(&req->answer.body, body);
}

bool
faults_before(struct faults *f, struct crm_request *req)
{
	f->request++;
	f->now = NULL;
	for (size_t i = 0; i < f->n && !f->now; i++)
		if (f->v[i].kind != LAG && fits(f, &f->v[i]))
			f->now = &f->v[i];
	if (!f->now)
		return false;
	switch (f->now->kind) {
	case DROP_BEFORE:
		silence(req, CRM_NO_ANSWER, "connection reset (drop-before)");
		return true;
	case DOWN:
		silence(req, CRM_NOT_SENT, "connection refused (down)");
		return true;
	case REFUSE:
		if (req->n < 2)
			return false;
		say(req, 400,
		    "{\"error\":{\"code\":\"INVALID\",\"text\":"
		    "\"one of the commands is wrong\"}}");
		return true;
	case THROTTLE:
		say(req, 429,
		    "{\"error\":{\"code\":\"THROTTLE\",\"text\":"
		    "\"too many requests\"}}");
		req->answer.wait_ms = f->now->arg;
		return true;
	case AUTH:
		say(req, 401,
		    "{\"error\":{\"code\":\"AUTH\",\"text\":"
		    "\"the key was revoked\"}}");
		return true;
	case ERROR_BEFORE:
		say(req, 500, "Internal Server Error\n");
		return true;
	default:
		return false;
	}
}

void
faults_after(struct faults *f, struct crm_request *req)
{
	if (!f->now)
		return;
	switch (f->now->kind) {
	case DROP_AFTER:
		silence(req, CRM_NO_ANSWER, "connection reset (drop-after)");
		break;
	case LATE:
		silence(req, CRM_NO_ANSWER, "timed out (late)");
		break;
	case STALL:
		silence(req, CRM_NO_ANSWER, "timed out (stall)");
		break;
	case ERROR_AFTER:
		say(req, 500, "Internal Server Error\n");
		break;
	case HTML:
		say(req, 200, "<html><body>Please sign in</body></html>\n");
		break;
	case CUT:
		if ((int64_t)req->answer.body.len > f->now->arg) {
			req->answer.body.len = (size_t)f->now->arg;
			req->answer.body.p[f->now->arg] = '\0';
		}
		break;
	default:
		break;
	}
}

int64_t
faults_lag(const struct faults *f)
{
	int64_t most = 0;

	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].kind == LAG && fits(f, &f->v[i]) &&
		    f->v[i].arg > most)
			most = f->v[i].arg;
	return most;
}

int64_t
faults_stall(const struct faults *f)
{
	return f->now && f->now->kind == STALL ? f->now->arg : 0;
}

/* ---- executed later, by another process ---- */

bool
faults_late(const struct faults *f)
{
	return f->now && f->now->kind == LATE;
}

/*
 * The child must hold nothing of its parent's: a lock lives as long as any
 * copy of its descriptor does, and who reads our stdout waits for all of them.
 */
static void
let_go(void)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *x;
	int64_t fd;

	while (d && (x = readdir(d)))
		if (str_num(str_span(x->d_name), 0, INT32_MAX, &fd) &&
		    fd != dirfd(d))
			close((int)fd);
	if (d)
		closedir(d);
	/* 0, 1 and 2 must be taken, or the database would get them. */
	for (int i = 0; i < 3; i++)
		if (open("/dev/null", O_RDWR) < 0)
			_exit(1);
	setsid();
}

bool
faults_fork(const struct faults *f)
{
	struct timespec ts = {f->now->arg / 1000, f->now->arg % 1000 * 1000000};
	pid_t pid = fork();
	int status;

	if (pid > 0) {
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		return false;
	}
	if (pid < 0)
		return false;
	/* A grandchild: nobody has to wait for it, or finds it as his own. */
	if (fork() != 0)
		_exit(0);
	let_go();
	while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
		;
	return true;
}

#endif
