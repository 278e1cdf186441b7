/* SPDX-License-Identifier: MIT */
/* HTTP against a server that plays what servers and networks do. */
#include "base/clock.h"
#include "net/http.h"
#include "../serve.h"
#include "../tap.h"

#include <sys/resource.h>

#define OK_LENGTH "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"a\":\"bcd\"}"
#define OK_CHUNKS                                               \
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" \
	"4\r\n{\"a\"\r\n7\r\n:\"bcd\"}\r\n0\r\n\r\n"
#define BODY "{\"a\":\"bcd\"}"

enum { SECRET_PATH_LEN = 22 };
#define SECRET_PATH "/rest/1/s3cretCanary99"

/* Short enough to wait for. */
static struct http_bounds bounds;
static struct http *http;

static void
again(void)
{
	http_free(http);
	bounds = http_bounds;
	bounds.connect_ms = 3000;
	bounds.total_ms = 5000;
	http = http_new(&bounds);
}

static const char *
url(const char *scheme)
{
	static char s[100];

	snprintf(s, sizeof(s), "%s://127.0.0.1:%d" SECRET_PATH, scheme,
	    served->port);
	return s;
}

/* Starts a request to the server and waits for what comes of it. */
static struct http_request *
ask(const char *scheme, const char *method, const char *body)
{
	static struct http_request r;

	buf_free(&r.answer);
	r = (struct http_request){.method = method,
	    .url = url(scheme),
	    .head = {"Content-Type: application/json\nX-Key: k3y\n", 42},
	    .body = {body, strlen(body)},
	    .harmless = strcmp(method, "GET") == 0};
	http_start(http, &r);
	while (!http_wait(http, 10000, -1))
		;
	return &r;
}

static struct http_request *
post(const char *body)
{
	return ask("http", "POST", body);
}

static const char *
how(const struct http_request *r)
{
	static const char *const names[] = {
	    "answered", "not sent", "no answer"};

	return names[r->how];
}

/* ---- what is sent ---- */

static void
answer_all(int l)
{
	for (;;) {
		int c = take(l);

		while (hear(c))
			say(c, OK_LENGTH);
		close(c);
	}
}

static void
test_request(void)
{
	struct http_request *r;

	serve(answer_all);
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	r = post("{\"x\":1}");
	unsetenv("http_proxy");
	is_str(how(r), "answered", "a request is answered");
	is_int(r->status, 200, "...with a status");
	is_str(buf_cstr(&r->answer), BODY, "...and a body");
	is_int(r->wait_ms, 0, "...and nothing to wait for");
	ok(strncmp(served->last, "POST " SECRET_PATH " HTTP/1.1\r\n",
	       5 + SECRET_PATH_LEN + 11) == 0,
	    "method and path go as they are");
	ok(strstr(served->last, "\r\nX-Key: k3y\r\n"), "headers, too");
	ok(strstr(served->last, "\r\nContent-Type: application/json\r\n"),
	    "...all of them");
	ok(strstr(served->last, "\r\nUser-Agent: ringo/"), "it says who asks");
	ok(strstr(served->last, "\r\n\r\n{\"x\":1}"), "the body is sent");
	post("{\"x\":2}");
	is_int(served->connections, 1, "a connection is used again");
	r = ask("http", "GET", "");
	ok(strncmp(served->last, "GET ", 4) == 0, "a GET is a GET");
	ok(!strstr(served->last, "Content-Length"), "...without a body");
	r = ask("http", "DELETE", "");
	ok(strncmp(served->last, "DELETE ", 7) == 0, "a DELETE is a DELETE");
	is_str(how(r), "answered", "...and is answered");
	is_int(served->requests, 4, "each request is sent once");
}

static void
three_backwards(int l)
{
	int c[3];

	for (int i = 0; i < 3; i++) {
		c[i] = take(l);
		hear(c[i]);
	}
	for (int i = 2; i >= 0; i--)
		say(c[i], OK_LENGTH);
	pause();
}

static void
test_at_once(void)
{
	struct http_request r[3], *back;
	int n = 0;

	serve(three_backwards);
	for (int i = 0; i < 3; i++) {
		r[i] = (struct http_request){
		    .method = "POST", .url = url("http"), .body = {"{}", 2}};
		http_start(http, &r[i]);
	}
	while ((back = http_wait(http, 5000, -1))) {
		n += back->how == HTTP_ANSWERED;
		buf_free(&back->answer);
	}
	is_int(n, 3, "several requests are under way at once");
	ok(http_wait(http, -1, -1) == NULL, "...and then none");
}

static void
test_input(void)
{
	struct http_request r = {
	    .method = "POST", .url = NULL, .body = {"{}", 2}};
	int64_t begun = clock_mono();
	int p[2];

	serve(three_backwards);
	r.url = url("http");
	if (pipe(p) < 0)
		return;
	http_start(http, &r);
	ok(write(p[1], "x", 1) == 1 && !http_wait(http, 5000, p[0]),
	    "input that can be read ends the wait");
	close(p[1]);
	ok(read(p[0], &(char){0}, 1) == 1 && !http_wait(http, 5000, p[0]),
	    "...and so does its end");
	ok(!http_wait(http, 100, -1), "...and so does the time");
	ok(clock_mono() - begun < 2000, "...at once");
	ok(http_drop(http) == &r, "a request can be given up");
	is_str(how(&r), "no answer", "...which may have been sent");
	ok(!http_drop(http), "...and is gone then");
	close(p[0]);
}

/* ---- never twice, and never lost ---- */

static void
close_second(int l)
{
	for (;;) {
		int c = take(l);

		if (hear(c))
			say(c, OK_LENGTH);
		hear(c); /* executed, and the answer is lost */
		close(c);
	}
}

static void
reset_second(int l)
{
	for (;;) {
		int c = take(l);

		if (hear(c))
			say(c, OK_LENGTH);
		hear(c);
		reset(c);
	}
}

static void
reset_unread(int l)
{
	for (;;) {
		int c = take(l);

		if (hear(c))
			say(c, OK_LENGTH);
		hear_byte(c);
		reset(c);
	}
}

static void
test_kept(void)
{
	static const struct {
		void (*play)(int);
		const char *name;
	} ends[] = {{close_second, "closed"}, {reset_second, "reset"},
	    {reset_unread, "reset unread"}};
	char big[20000];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	for (size_t i = 0; i < 3; i++) {
		const char *bodies[] = {"{}", "", big};
		int read = ends[i].play == reset_unread ? 1 : 2;

		for (size_t b = 0; b < 3; b++) {
			again();
			serve(ends[i].play);
			post("first");
			is_str(how(post(bodies[b])), "no answer",
			    "a kept connection that is %s: no answer",
			    ends[i].name);
			is_int(served->requests, read,
			    "...and the POST isn't sent again");
		}
	}
	again();
	serve(close_second);
	post("first");
	is_str(how(ask("http", "GET", "")), "answered",
	    "what only reads may be sent again");
}

static void
close_idle(int l)
{
	for (;;) {
		int c = take(l);

		if (hear(c))
			say(c, OK_LENGTH);
		close(c);
		served->step++;
	}
}

/* Several connections at a time. */
static void
answer_each(int l)
{
	for (;;) {
		int c = take(l);

		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			while (hear(c))
				say(c, OK_LENGTH);
			_exit(0);
		}
		close(c);
	}
}

static void
test_idle(void)
{
	again();
	serve(close_idle);
	post("first");
	await_step(1);
	is_str(how(post("second")), "answered",
	    "a connection that was closed while idle isn't used");
	is_int(served->requests, 2, "...and each request is sent once");
	is_int(served->connections, 2, "...on a connection of its own");
	serve(answer_each);
	bounds.idle_s = 0;
	post("first");
	nap(1010);
	post("second");
	is_int(served->connections, 2,
	    "one that was idle for long isn't waited for to be closed");
}

static void
answer_twice(int l)
{
	int c = take(l);

	hear(c);
	say(c, OK_LENGTH);
	await_step(1);
	say(c, "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
	served->step = 2;
	if (hear(c))
		pause();
	answer_all(l);
}

static void
test_excess(void)
{
	again();
	serve(answer_twice);
	post("first");
	served->step = 1;
	await_step(2);
	is_int(post("second")->status, 200,
	    "what nobody asked for isn't the next answer");
	is_int(served->requests, 2, "...and each request is sent once");
	is_int(served->connections, 2, "...on a connection of its own");
}

static void
hang_up(int l)
{
	for (;;)
		close(take(l));
}

static void
hush(int l)
{
	for (;;)
		take(l);
}

static void
reset_after(int l)
{
	for (;;) {
		int c = take(l);

		hear(c);
		reset(c);
	}
}

static void
test_no_socket(void)
{
	struct http_request *r;
	struct rlimit all, none;

	getrlimit(RLIMIT_NOFILE, &all);
	none = (struct rlimit){.rlim_cur = 3, .rlim_max = all.rlim_max};
	setrlimit(RLIMIT_NOFILE, &none);
	r = post("{}");
	is_str(how(r), "not sent", "no descriptor left: not sent");
	is_str(r->text, "127.0.0.1: can't connect: no socket",
	    "...and the message says it");
	setrlimit(RLIMIT_NOFILE, &all);
	is_str(how(post("{}")), "answered", "...and later it is");
}

static void
test_not_sent(void)
{
	struct http_request r = {.method = "POST",
	    .url = "https://no-such-name.invalid" SECRET_PATH};

	again();
	serve(hush);
	serve_end();
	is_str(how(post("{}")), "not sent", "refused: not sent");
	is_str(post("{}")->text, "127.0.0.1: can't connect: Connection refused",
	    "...and the message says it");
	serve(hang_up);
	is_str(how(ask("https", "POST", "{}")), "not sent",
	    "TLS that fails: not sent");
	is_str(
	    how(post("{}")), "no answer", "hung up on at once: perhaps sent");
	bounds.connect_ms = 300;
	serve(hush);
	is_str(how(ask("https", "POST", "{}")), "not sent",
	    "TLS that hangs: not sent");
	http_start(http, &r);
	http_wait(http, 5000, -1);
	is_str(how(&r), "not sent", "a name that isn't there: not sent");
	r.url = "http://192.0.2.1" SECRET_PATH;
	http_start(http, &r);
	http_wait(http, 0, -1);
	is_str(how(&r), "not sent", "http to another machine: not sent");
	is_str(r.text,
	    "192.0.2.1: can't be asked safely: only https is allowed",
	    "...and the message says it");
	serve(answer_all);
	r.url = url("http");
	r.head = (struct span){"X-A: b\rX-C: d\n", 14};
	http_start(http, &r);
	http_wait(http, 0, -1);
	is_str(how(&r), "not sent", "a control byte in a header: not sent");
	is_int(served->requests, 0, "...indeed");
	test_no_socket();
	serve(reset_after);
	is_str(how(post("{}")), "no answer", "reset after the request");
	is_str(post("{}")->text, "127.0.0.1: the connection broke",
	    "...and the message says it");
	is_int(served->requests, 2, "...and each was sent once");
}

/* ---- answers that are cut ---- */

static const char *cut_text;

static void
cut_everywhere(int l)
{
	for (size_t n = 0;; n++) {
		int c = take(l);

		hear(c);
		say_bytes(c, cut_text, n);
		close(c);
	}
}

static void
test_cut(const char *text, size_t whole, const char *name)
{
	size_t n = strlen(text), bad = 0;
	struct http_request *r;

	again();
	cut_text = text;
	serve(cut_everywhere);
	for (size_t i = 0; i < n; i++) {
		r = post("{}");
		if (i < whole &&
		    (r->how != HTTP_NO_ANSWER || r->answer.p || !r->text[0])) {
			printf("# after %zu bytes: %s\n", i, how(r));
			bad++;
		}
	}
	is_int((int64_t)bad, 0, "cut anywhere, %s is no answer", name);
	r = post("{}");
	is_str(how(r), "answered", "...and whole it is one");
	is_str(buf_cstr(&r->answer), BODY, "...with its body");
	is_int(served->requests, (int64_t)n + 1, "...each sent once");
}

static void
interim_only(int l)
{
	for (;;) {
		int c = take(l);

		hear(c);
		say(c, "HTTP/1.1 100 Continue\r\n\r\n");
		close(c);
	}
}

/* ---- time ---- */

static void
stop_in_body(int l)
{
	for (;;) {
		hear(take(l));
		pause();
	}
}

static void
stop_half(int l)
{
	int c = take(l);

	hear(c);
	say_bytes(c, OK_LENGTH, 45);
	pause();
}

static void
think(int l)
{
	int c = take(l);

	hear(c);
	nap(400);
	say(c, OK_LENGTH);
	pause();
}

/* Longer than a stall in all, each piece far sooner. */
static void
trickle(int l)
{
	size_t head = strlen(OK_LENGTH) - strlen(BODY);
	int c = take(l);

	hear(c);
	say_bytes(c, OK_LENGTH, head);
	for (size_t i = 0; i < strlen(BODY); i++) {
		nap(90);
		say_bytes(c, &BODY[i], 1);
	}
	pause();
}

static void
test_time(void)
{
	int64_t begun = clock_mono();
	struct http_request *r;

	again();
	bounds.stall_ms = 200;
	serve(stop_half);
	r = post("{}");
	is_str(how(r), "no answer", "an answer that stops is given up");
	is_str(r->text, "127.0.0.1: stopped in the middle of its answer",
	    "...and the message says it");
	ok(clock_mono() - begun < 4000, "...before its time is over");
	serve(think);
	is_str(how(post("{}")), "answered",
	    "a server that works long before it answers has not stopped");
	bounds.stall_ms = 800;
	serve(trickle);
	is_str(how(post("{}")), "answered", "nor has one that is slow");
	bounds.total_ms = 300;
	serve(stop_in_body);
	r = post("{}");
	is_str(how(r), "no answer", "all has an end");
	is_span(((struct span){r->text, 34}),
	    "127.0.0.1: no whole answer within ", "...and the message says it");
	is_int(served->requests, 1, "...and nothing was sent again");
}

/* ---- odd answers ---- */

static const char *odd_text;

static void
odd(int l)
{
	for (;;) {
		int c = take(l);

		hear(c);
		say(c, odd_text);
		close(c);
	}
}

static struct http_request *
odd_answer(const char *text)
{
	again();
	odd_text = text;
	serve(odd);
	return post("{}");
}

static void
test_odd(void)
{
	struct http_request *r;

	r = odd_answer("HTTP/1.1 204 No Content\r\n\r\n");
	is_str(how(r), "answered", "204 is an answer");
	is_int((int64_t)r->answer.len, 0, "...without a body");
	r = odd_answer("HTTP/1.0 200 OK\r\n\r\n" BODY);
	is_str(buf_cstr(&r->answer), BODY, "HTTP/1.0 ends with the connection");
	r = odd_answer("HTTP/1.1 100 Continue\r\n\r\n" OK_LENGTH);
	is_str(buf_cstr(&r->answer), BODY, "100 is followed by the answer");
	r = odd_answer(
	    "HTTP/1.1 103 Early Hints\r\nRetry-After: 7\r\n\r\n" OK_LENGTH);
	is_int(r->status, 200, "103, too");
	is_int(r->wait_ms, 0, "...and its headers aren't the answer's");
	again();
	serve(interim_only);
	is_str(how(post("{}")), "no answer", "100 alone is no answer");
	is_str(how(odd_answer("HTTP/1.1 101 Switching Protocols\r\n\r\n" BODY)),
	    "no answer", "nor is 101");
	is_str(how(odd_answer(BODY)), "no answer", "a body without a head");
	is_str(how(odd_answer("HTTP/1.1 20x OK\r\n\r\n")), "no answer",
	    "a status that is none");
	is_str(how(odd_answer("SSH-2.0-OpenSSH\r\n")), "no answer",
	    "another protocol");
	is_str(how(odd_answer("HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n")),
	    "no answer", "a negative length");
	is_str(how(odd_answer("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
			      "Content-Length: 11\r\n\r\n" BODY)),
	    "no answer", "gzip that is none");
	r = odd_answer("HTTP/1.1 503 Slow\r\nRETRY-AFTER:  120 \r\n"
		       "Content-Length: 2\r\n\r\n{}");
	is_int(r->wait_ms, 120000, "Retry-After is read");
	is_int(r->status, 503, "...of an answer that is one");
	is_str(buf_cstr(&r->answer), "{}", "...with its body");
	r = odd_answer("HTTP/1.1 503 Slow\r\n"
		       "Date: Fri, 20 Nov 2026 10:00:00 GMT\r\n"
		       "Retry-After: Fri, 20 Nov 2026 10:00:07 GMT\r\n"
		       "Content-Length: 2\r\n\r\n{}");
	is_int(r->wait_ms, 7000, "...by the server's own clock");
}

static void
test_redirect(void)
{
	struct http_request *r;

	r = odd_answer("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
		       "https://new.example.com" SECRET_PATH "\r\n\r\n");
	is_int(r->status, 302, "a redirect is an answer");
	is_str(r->moved, "https://new.example.com",
	    "...that tells the host, and not our secret");
	is_int(served->requests, 1, "...and isn't followed");
	r = odd_answer("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n"
		       "Location: http://evil.example.com/\r\n\r\n");
	is_str(r->moved, "", "one to plain http has no host");
	r = odd_answer("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
	is_str(r->moved, "", "nor has one to nowhere");
}

/* ---- bounds ---- */

static void
long_header(int l)
{
	char line[100000];
	int c = take(l);

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	hear(c);
	say(c, "HTTP/1.1 200 OK\r\nX-A: ");
	say(c, line);
	say(c, "\r\nContent-Length: 2\r\n\r\n{}");
	pause();
}

static void
many_headers(int l)
{
	int c = take(l);

	hear(c);
	say(c, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 7000; i++)
		say(c, "X-A: 123\r\n");
	say(c, "Content-Length: 2\r\n\r\n{}");
	pause();
}

static void
endless_interim(int l)
{
	int c = take(l);

	hear(c);
	for (;;)
		say(c, "HTTP/1.1 103 Early Hints\r\nX-A: 123\r\n\r\n");
}

/* As many zeros, packed by gzip or not. */
static void
zeros(int l, const char *encoding, const char *command)
{
	int c = take(l);

	hear(c);
	say(c, "HTTP/1.1 200 OK\r\nConnection: close\r\n");
	say(c, encoding);
	say(c, "\r\n");
	dup2(c, 1);
	execl("/bin/sh", "sh", "-c", command, NULL);
}

static void
bomb(int l)
{
	zeros(l, "Content-Encoding: gzip\r\n",
	    "head -c 16777217 /dev/zero | gzip -1");
}

static void
no_bomb(int l)
{
	zeros(l, "Content-Encoding: gzip\r\n",
	    "head -c 16777216 /dev/zero | gzip -1");
}

static void
endless(int l)
{
	zeros(l, "", "exec cat /dev/zero 2>/dev/null");
}

static void
test_bounds(void)
{
	struct http_request *r;

	again();
	serve(long_header);
	r = post("{}");
	is_str(how(r), "no answer", "a header of 100,000 bytes");
	is_str(r->text, "127.0.0.1: sent too large headers",
	    "...is said to be too large");
	serve(many_headers);
	is_str(how(post("{}")), "no answer", "many headers are too many");
	serve(endless_interim);
	is_str(how(post("{}")), "no answer", "interim answers without end");
	serve(bomb);
	r = post("{}");
	is_str(how(r), "no answer", "16 MiB + 1 byte, packed to 70 KiB");
	is_str(r->text, "127.0.0.1: sent a too large answer",
	    "...are said to be too large");
	ok(!r->answer.p, "...and nothing of it is kept");
	serve(no_bomb);
	r = post("{}");
	is_str(how(r), "answered", "16 MiB are an answer");
	is_int((int64_t)r->answer.len, 16 << 20, "...whole");
	serve(endless);
	is_str(how(post("{}")), "no answer", "an answer without end");
}

static void
early(int l)
{
	int c = take(l);

	hear_head(c);
	say(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}");
	shutdown(c, SHUT_WR);
	while (hear_byte(c) >= 0)
		;
	pause();
}

static void
test_early(void)
{
	size_t n = 8 << 20;
	char *big = malloc(n + 1);
	struct http_request *r;

	memset(big, 'x', n);
	big[n] = '\0';
	again();
	serve(early);
	r = post(big);
	is_str(how(r), "answered", "an answer may come before the body is out");
	is_int(r->status, 413, "...and counts");
	serve(hang_up);
	is_str(how(post(big)), "no answer", "cut while it is sent: no answer");
	free(big);
}

/* ---- where to ---- */

static void
test_allowed(void)
{
	static const struct {
		const char *url;
		bool good;
	} rows[] = {
	    {"https://acme.bitrix24.eu/rest/1/", true},
	    {"https://acme.bitrix24.eu:8443/", true},
	    {"HTTPS://acme.bitrix24.eu/", true},
	    {"http://acme.bitrix24.eu/", false},
	    {"http://127.0.0.1:8080/", true},
	    {"http://127.1.2.3/", true},
	    {"http://[::1]:8080/", true},
	    {"http://localhost:8080/", true},
	    {"http://127.0.0.1.example.com/", false},
	    {"http://127.example.com/", false},
	    {"http://localhost.example.com/", false},
	    {"http://127.0.0.1@example.com/", false},
	    {"http://192.168.1.1/", false},
	    {"ftp://127.0.0.1/", false},
	    {"file:///etc/passwd", false},
	    {"acme.bitrix24.eu/rest/1/", false},
	    {"https://\xd0\xbf.\xd1\x80\xd1\x84/", false},
	    {"", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = {0};

		ok((http_allows(rows[i].url, &e) == 0) == rows[i].good,
		    "\"%s\" %s", rows[i].url,
		    rows[i].good ? "may be asked" : "may not be asked");
		ok((e.kind == ERR_CONFIG) != rows[i].good,
		    "...and it is said so");
	}
}

int
main(void)
{
	again();
	test_request();
	test_at_once();
	test_input();
	test_kept();
	test_idle();
	test_excess();
	test_not_sent();
	test_cut(OK_LENGTH, strlen(OK_LENGTH), "an answer with a length");
	/* All is said but the last line feed. */
	test_cut(OK_CHUNKS, strlen(OK_CHUNKS) - 1, "a chunked answer");
	test_time();
	test_odd();
	test_redirect();
	test_bounds();
	test_early();
	test_allowed();
	serve_end();
	http_free(http);
	return tap_done();
}
