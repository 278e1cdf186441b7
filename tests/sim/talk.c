/* SPDX-License-Identifier: MIT */
/*
 * Plays conversations with a simulator and checks what it says (TAP):
 *
 *	sim-talk SIMULATOR FILE...
 *
 *	= OPTION...        ends the simulator, starts it anew with these
 *	# text             what the next check promises
 *	> METHOD [JSON]    POST /rest/1/simulated/METHOD
 *	> METHOD ?QUERY    the same as a form
 *	* N METHOD [JSON]  so many times; the last answer counts
 *	@ VERB PATH [BODY] any other request
 *	~                  nothing: takes the next answer
 *	! BYTES            these, with \r and \n for what they stand for
 *	< STATUS [JSON]    what must come: of an object at least these members,
 *	                   of an array just these elements, "…" is any text,
 *	                   null is none at all, too
 *	< STATUS =TEXT     the body holds that text
 *	< cut              no answer, or a part of one
 *	<h TEXT            the head of the last answer holds that text
 *
 * A line that begins with a tab goes on with the one before.
 *
 *	sim-talk -a PORT VERB PATH [BODY]
 *
 * makes one request and prints the answer's body.
 */
#include "../tap.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "io/jsonx.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 32, ANSWER_S = 10 };

static struct {
	const char *simulator;
	pid_t pid;
	int port, fd;
	struct buf in; /* came, but wasn't looked at */
	struct buf head, body;
	int status; /* 0: none came */
	char name[200];
	const char *file;
	long line;
} t = {.fd = -1};

static void
broken(const char *why)
{
	printf("Bail out! %s:%ld: %s\n", t.file, t.line, why);
	if (t.pid)
		kill(t.pid, SIGKILL);
	exit(1);
}

/* ---- the simulator ---- */

static void
hang_up(void)
{
	if (t.fd >= 0)
		close(t.fd);
	t.fd = -1;
	buf_clear(&t.in);
}

static void
stop(void)
{
	int status;

	hang_up();
	if (!t.pid)
		return;
	kill(t.pid, SIGTERM);
	while (waitpid(t.pid, &status, 0) < 0 && errno == EINTR)
		;
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "%s: the simulator ends well", t.file);
	t.pid = 0;
}

static void
start(char *options)
{
	char *argv[WORDS_MAX + 2] = {NULL}, *save = NULL, line[256];
	int fd[2], n = 1;
	FILE *in;

	argv[0] = (char *)(uintptr_t)t.simulator;
	for (char *w = strtok_r(options, " ", &save); w && n < WORDS_MAX;
	     w = strtok_r(NULL, " ", &save))
		argv[n++] = w;
	if (pipe(fd) < 0)
		broken("pipe");
	fflush(stdout);
	t.pid = fork();
	if (t.pid == 0) {
		dup2(fd[1], 1);
		close(fd[0]);
		close(fd[1]);
		execv(argv[0], argv);
		_exit(127);
	}
	close(fd[1]);
	in = fdopen(fd[0], "r");
	if (!in || !fgets(line, sizeof(line), in) ||
	    sscanf(line, "http://127.0.0.1:%d/", &t.port) != 1)
		broken("the simulator doesn't start");
	fclose(in);
}

/* ---- a request ---- */

static void
connect_to(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)t.port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timeval tv = {ANSWER_S, 0};

	if (t.fd >= 0)
		return;
	t.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(t.fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	if (connect(t.fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		hang_up();
}

/* More bytes of the answer; false if none come. */
static bool
more(void)
{
	ssize_t n;

	buf_room(&t.in, 65536);
	n = recv(t.fd, t.in.p + t.in.len, 65536, 0);
	if (n <= 0)
		return false;
	t.in.len += (size_t)n;
	t.in.p[t.in.len] = '\0';
	return true;
}

static void
answer(void)
{
	const char *end = NULL, *len;
	size_t head, all;

	t.status = 0;
	buf_clear(&t.head);
	buf_clear(&t.body);
	do {
		end = t.in.len ? strstr(t.in.p, "\r\n\r\n") : NULL;
	} while (!end && t.fd >= 0 && more());
	len = end ? strcasestr(t.in.p, "Content-Length:") : NULL;
	if (!len || sscanf(t.in.p, "HTTP/1.1 %d", &t.status) != 1) {
		t.status = 0;
		hang_up();
		return;
	}
	head = (size_t)(end + 4 - t.in.p);
	all = head + strtoul(len + 15, NULL, 10);
	while (t.in.len < all && more())
		;
	if (t.in.len < all) {
		t.status = 0;
		hang_up();
		return;
	}
	buf_add(&t.head, t.in.p, head);
	buf_add(&t.body, t.in.p + head, all - head);
	memmove(t.in.p, t.in.p + all, t.in.len - all);
	buf_cut(&t.in, t.in.len - all);
}

static void
ask(const char *verb, const char *path, const char *type, const char *body)
{
	struct buf out = {0};

	buf_fmt(&out,
	    "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: %s\r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    verb, path, type, strlen(body), body);
	connect_to();
	if (t.fd >= 0 && send(t.fd, out.p, out.len, MSG_NOSIGNAL) < 0)
		hang_up();
	buf_free(&out);
	answer();
}

/* "METHOD JSON" or "METHOD ?QUERY" */
static void
ask_method(const char *s)
{
	size_t n = strcspn(s, " ");
	const char *body = s[n] ? s + n + 1 : "{}";
	struct buf path = {0};

	buf_fmt(&path, "/rest/1/simulated/%.*s", (int)n, s);
	if (*body == '?')
		ask("POST", path.p, "application/x-www-form-urlencoded",
		    body + 1);
	else
		ask("POST", path.p, "application/json", body);
	buf_free(&path);
}

static const char *
type_of(const char *body)
{
	return body[0] == '{' ? "application/json" : "text/x";
}

/* "VERB PATH BODY" */
static void
ask_any(char *s)
{
	char *save = NULL, *verb = strtok_r(s, " ", &save);
	char *path = strtok_r(NULL, " ", &save);

	if (!verb || !path)
		broken("VERB PATH");
	ask(verb, path, type_of(save ? save : ""), save ? save : "");
}

static void
repeat(char *s)
{
	char *rest;

	for (long n = strtol(s, &rest, 10); n > 0; n--)
		ask_method(rest + 1);
}

static void
send_bytes(const char *s)
{
	struct buf out = {0};

	for (; *s; s++) {
		if (s[0] == '\\' && (s[1] == 'r' || s[1] == 'n'))
			buf_chr(&out, *++s == 'r' ? '\r' : '\n');
		else
			buf_chr(&out, *s);
	}
	connect_to();
	if (t.fd < 0 || send(t.fd, out.p, out.len, MSG_NOSIGNAL) < 0)
		broken("can't be sent");
	buf_free(&out);
	answer();
}

/* ---- what must come ---- */

static bool
fits(const json_t *want, const json_t *got)
{
	const char *k;
	json_t *v;
	size_t i;

	if (json_is_null(want))
		return !got || json_is_null(got);
	if (json_is_string(want) && strcmp(json_string_value(want), "…") == 0)
		return json_is_string(got);
	if (json_is_object(want)) {
		if (!json_is_object(got))
			return false;
		json_object_foreach ((json_t *)(uintptr_t)want, k, v)
			if (!fits(v, json_object_get(got, k)))
				return false;
		return true;
	}
	if (json_is_array(want)) {
		if (!json_is_array(got) ||
		    json_array_size(want) != json_array_size(got))
			return false;
		json_array_foreach (want, i, v)
			if (!fits(v, json_array_get(got, i)))
				return false;
		return true;
	}
	if (json_is_number(want) && json_is_number(got))
		return json_number_value(want) == json_number_value(got);
	return json_equal(want, got);
}

static void
expect(const char *s)
{
	bool cut = strncmp(s, "cut", 3) == 0, good;
	const char *rest = s + strcspn(s, " ");
	json_t *want = NULL, *got = NULL;
	struct err e = {0}, ignored = {0};
	int status = 0;

	rest += *rest == ' ';
	if (!cut && sscanf(s, "%d", &status) != 1)
		broken("< STATUS");
	good = status == t.status;
	if (good && *rest == '=') {
		good = strstr(buf_cstr(&t.body), rest + 1) != NULL;
	} else if (good && *rest) {
		want = json_text_load(str_span(rest), &e);
		if (!want)
			broken(e.text);
		got = json_text_load(
		    (struct span){t.body.p, t.body.len}, &ignored);
		good = fits(want, got);
	}
	if (!ok(good, "%s:%ld: %s", strrchr(t.file, '/') + 1, t.line, t.name)) {
		printf("# want: %s\n#  got: %d %.2000s\n", s, t.status,
		    buf_cstr(&t.body));
	}
	json_decref(want);
	json_decref(got);
}

static void
perform(char *line)
{
	char *rest = line[0] && line[1] == ' ' ? line + 2 : line + 1;

	switch (line[0]) {
	case '=':
		stop();
		start(rest);
		break;
	case '#':
		snprintf(t.name, sizeof(t.name), "%s", rest);
		break;
	case '>':
		ask_method(rest);
		break;
	case '*':
		repeat(rest);
		break;
	case '!':
		send_bytes(rest);
		break;
	case '~':
		answer();
		break;
	case '@':
		ask_any(rest);
		break;
	case '<':
		if (line[1] == 'h')
			ok(strstr(buf_cstr(&t.head), line + 3) != NULL,
			    "%s:%ld: %s", strrchr(t.file, '/') + 1, t.line,
			    t.name);
		else
			expect(rest);
		break;
	case '\0':
		break;
	default:
		broken("what does this line mean?");
	}
}

static void
play(const char *path)
{
	FILE *in = fopen(path, "r");
	struct buf line = {0};
	char *text = NULL;
	size_t cap = 0;
	ssize_t n;

	t.file = path;
	t.line = 0;
	if (!in)
		broken("can't be read");
	while ((n = getline(&text, &cap, in)) > 0) {
		while (n > 0 && text[n - 1] == '\n')
			text[--n] = '\0';
		if (text[0] != '\t' && line.len) {
			perform(line.p);
			buf_clear(&line);
		}
		t.line++;
		buf_add(&line, text + (text[0] == '\t'),
		    (size_t)(n - (text[0] == '\t')));
	}
	if (line.len)
		perform(line.p);
	buf_free(&line);
	free(text);
	fclose(in);
	stop();
}

static int
ask_once(int argc, char **argv)
{
	int64_t port;

	if (argc < 3 || !str_num(str_span(argv[0]), 1, 65535, &port))
		return 64;
	t.port = (int)port;
	ask(argv[1], argv[2], type_of(argc > 3 ? argv[3] : ""),
	    argc > 3 ? argv[3] : "");
	fwrite(buf_cstr(&t.body), 1, t.body.len, stdout);
	hang_up();
	buf_free(&t.in);
	buf_free(&t.head);
	buf_free(&t.body);
	return fflush(stdout) == 0 && t.status == 200 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "-a") == 0)
		return ask_once(argc - 2, argv + 2);
	if (argc < 3)
		return 64;
	json_setup();
	t.simulator = argv[1];
	for (int i = 2; i < argc; i++)
		play(argv[i]);
	buf_free(&t.in);
	buf_free(&t.head);
	buf_free(&t.body);
	return tap_done();
}
