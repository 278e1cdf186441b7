/* SPDX-License-Identifier: MIT */
/* The way to a vendor: the secret goes there and nowhere else. */
#include "base/xalloc.h"
#include "call/project.h"
#include "crm/transport_http.h"
#include "../serve.h"
#include "../tap.h"

#include <fcntl.h>
#include <sys/stat.h>

#define SECRET "s3cretCanary0815"

static char dir[200], file[240];

/* "URL SECRET" */
static int
site(const struct crm *c, struct span pasted, struct crm_site *out,
    struct err *e)
{
	const char *blank = memchr(pasted.p, ' ', pasted.n);

	(void)c;
	if (!blank)
		return err_set(e, ERR_CONFIG, "no address");
	buf_add(&out->base, pasted.p, (size_t)(blank - pasted.p));
	buf_add(
	    &out->secret, blank + 1, pasted.n - (size_t)(blank + 1 - pasted.p));
	return 0;
}

static const struct crm_driver driver = {
    .name = "canary",
    .site = site,
    .credential = "the URL and the key",
};
static struct project project = {.dir = dir};
static struct crm crm = {.driver = &driver, .project = &project};

static void
put(const char *text, mode_t mode)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || fchmod(fd, mode) < 0 ||
	    write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		perror(file);
	close(fd);
}

static struct crm_transport *
open_served(void)
{
	struct err e = {0};
	char text[200];

	snprintf(text, sizeof(text), "http://127.0.0.1:%d/rest/1/ " SECRET "\n",
	    served->port);
	put(text, 0600);
	return transport_http_open(&crm, &e);
}

/* A request with one command. */
static struct crm_request *
request(bool write)
{
	static struct crm_txn txn;
	struct crm_request *r = xcalloc(1, sizeof(*r));

	txn.cmd.write = write;
	r->method = "POST";
	buf_str(&r->path, "{secret}/batch?a={secret}");
	buf_str(&r->head, "X-Key: {secret}\nContent-Type: text/plain\n");
	buf_str(&r->body, "the body says {secret}");
	r->n = 1;
	r->txns = xcalloc(1, sizeof(r->txns[0]));
	r->txns[0] = &txn;
	return r;
}

static struct crm_request *
ask(struct crm_transport *tp, bool write)
{
	struct crm_request *r;

	tp->start(tp, request(write));
	while (!(r = tp->wait(tp, 10000, -1)))
		;
	return r;
}

/* ---- the secret's file ---- */

static void
refused(const char *text, mode_t mode, int code, const char *want)
{
	struct err e = {0};
	char got[800], whole[800];

	if (text)
		put(text, mode);
	ok(!transport_http_open(&crm, &e), "refused: %s", want);
	is_int(err_exit(&e), code, "...with exit code %d", code);
	snprintf(whole, sizeof(whole),
	    "%s: %s; what belongs there is the URL and the key", file, want);
	is_str(err_text(&e, got, sizeof(got)), whole, "...and what to do");
	ok(!strstr(got, SECRET), "...without the secret");
}

static void
test_refused(void)
{
	refused(NULL, 0, 77, "is missing");
	refused("https://x.example " SECRET, 0644, 77,
	    "others may read or change it (mode 644); run chmod 600 on it, "
	    "and think of a new secret");
	refused("", 0600, 77, "is empty");
	refused(SECRET, 0600, 78, "no address");
	refused(
	    "https://x.example 1234567", 0600, 77, "too short for a secret");
	refused("http://x.example " SECRET, 0600, 78,
	    "the address must begin with https:// and the name of a host, in "
	    "ASCII (xn--...)");
}

/* ---- there and back ---- */

static void
echo(int l)
{
	int c = take(l);

	while (hear(c))
		say(c, "HTTP/1.1 429 Slow\r\nRetry-After: 3\r\n"
		       "Content-Length: 61\r\n\r\n"
		       "no " SECRET " here, nor " SECRET ", but s3cretCan");
	pause();
}

static void
test_there(void)
{
	struct crm_transport *tp;
	struct crm_request *r;

	serve(echo);
	tp = open_served();
	ok(tp && tp->slots > 1, "several requests go at once");
	r = ask(tp, true);
	ok(strncmp(served->last,
	       "POST /rest/1/" SECRET "/batch?a=" SECRET " HTTP/1.1\r\n",
	       22 + 2 * strlen(SECRET)) == 0,
	    "the secret is in the path");
	ok(strstr(served->last, "\r\nX-Key: " SECRET "\r\n"),
	    "...and in a header");
	ok(strstr(served->last, "\r\nContent-Type: text/plain\r\n"),
	    "...other headers are as they are");
	ok(strstr(served->last, "\r\n\r\nthe body says {secret}"),
	    "...and so is the body");
	is_str(r->path.p, "{secret}/batch?a={secret}",
	    "the request itself can be shown");
	is_int(r->answer.how, CRM_ANSWERED, "there is an answer");
	is_int(r->answer.status, 429, "...with a status");
	is_int(r->answer.wait_ms, 3000, "...and when to come again");
	is_str(buf_cstr(&r->answer.body),
	    "no {secret} here, nor {secret}, but s3cretCan",
	    "...and without our secret, should it be repeated");
	crm_request_free(r);
	tp->close(tp);
}

static void
think(int l)
{
	hear(take(l));
	pause();
}

static void
move(int l)
{
	int c = take(l);

	hear(c);
	say(c, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n"
	       "Location: https://new.example.com/rest/1/" SECRET "\r\n\r\n");
	pause();
}

static void
lose(int l)
{
	for (;;) {
		int c = take(l);

		if (hear(c))
			say(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
		hear(c);
		close(c);
	}
}

static void
test_failures(void)
{
	struct crm_transport *tp;
	struct crm_request *r;

	serve(move);
	tp = open_served();
	r = ask(tp, true);
	is_str(r->answer.moved, "https://new.example.com",
	    "a portal that moved says where to, without the secret");
	crm_request_free(r);
	tp->close(tp);

	serve(lose);
	tp = open_served();
	crm_request_free(ask(tp, true));
	r = ask(tp, true);
	is_int(r->answer.how, CRM_NO_ANSWER, "a write that is lost is lost");
	is_str(r->answer.text,
	    "127.0.0.1: closed the connection without an answer",
	    "...and the message hasn't the secret");
	is_int(served->requests, 2, "...and it is sent once");
	crm_request_free(r);
	crm_request_free(ask(tp, true));
	r = ask(tp, false);
	is_int(r->answer.how, CRM_ANSWERED, "a read is sent again");
	crm_request_free(r);
	serve_end();
	r = ask(tp, true);
	is_int(r->answer.how, CRM_NOT_SENT, "nobody there: not sent");
	is_str(r->answer.text, "127.0.0.1: can't connect: Connection refused",
	    "...and the message hasn't the secret");
	crm_request_free(r);
	tp->close(tp);

	serve(think);
	tp = open_served();
	tp->start(tp, request(true));
	ok(!tp->wait(tp, 50, -1), "an answer that takes its time");
	tp->close(tp);
}

/* ---- where the secret isn't ---- */

static bool
holds_secret(const char *name)
{
	static char bytes[1 << 20];
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got;

	while (fd >= 0 && (got = read(fd, bytes + n, sizeof(bytes) - n)) > 0)
		n += (size_t)got;
	if (fd < 0 || close(fd) < 0)
		perror(name);
	return memmem(bytes, n, SECRET, strlen(SECRET)) != NULL;
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");
	char log[240];

	snprintf(dir, sizeof(dir) - 20, "%s/ringo.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		perror(dir);
	snprintf(log, sizeof(log), "%s/stderr", dir);
	dup2(open(log, O_RDWR | O_CREAT | O_CLOEXEC, 0600), STDERR_FILENO);
	snprintf(file, sizeof(file), "%s/secrets", dir);
	mkdir(file, 0700);
	snprintf(file, sizeof(file), "%s/secrets/canary", dir);
	test_refused();
	test_there();
	test_failures();
	serve_end();
	ok(!holds_secret(log), "the secret isn't on stderr");
	ok(!holds_secret("/proc/self/cmdline"), "...nor in the arguments");
	ok(!holds_secret("/proc/self/environ"), "...nor in the environment");
	ok(holds_secret(file), "...but in its file");
	remove(file);
	*strrchr(file, '/') = '\0';
	rmdir(file);
	remove(log);
	rmdir(dir);
	return tap_done();
}
