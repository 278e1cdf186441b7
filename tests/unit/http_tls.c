/* SPDX-License-Identifier: MIT */
/*
 * https and HTTP/2 against `openssl s_server`: whom we trust, and that a
 * stream that breaks is never repeated.
 */
#include "net/http.h"
#include "../serve.h"
#include "../tap.h"

#include <fcntl.h>

static char dir[200], cert[240], key[240];
static struct http_bounds bounds;
static struct http *http;

static void
run(const char *const argv[])
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		dup2(null, 1);
		dup2(null, 2);
		execvp(argv[0], (char *const *)(const void *)argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0 || status != 0)
		printf("# %s: status %d\n", argv[0], status);
}

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		perror(path);
}

/* A certificate for localhost, and libraries that allow what we don't. */
static void
prepare(void)
{
	const char *argv[] = {"openssl", "req", "-x509", "-newkey", "ec",
	    "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
	    "-out", cert, "-days", "2", "-subj", "/CN=localhost", "-addext",
	    "subjectAltName=DNS:localhost", NULL};
	const char *tmp = getenv("TMPDIR");
	char conf[240];

	snprintf(dir, sizeof(dir) - 20, "%s/ringo.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		perror(dir);
	snprintf(cert, sizeof(cert), "%s/cert", dir);
	snprintf(key, sizeof(key), "%s/key", dir);
	run(argv);
	snprintf(conf, sizeof(conf), "%s/conf", dir);
	put(conf, "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\n"
		  "system_default = old\n[old]\nMinProtocol = TLSv1\n"
		  "CipherString = DEFAULT@SECLEVEL=0\n");
	setenv("OPENSSL_CONF", conf, 1);
	bounds = http_bounds;
	bounds.connect_ms = bounds.total_ms = 5000;
	http = http_new(&bounds);
}

static void
clean_up(void)
{
	static const char *const names[] = {"cert", "key", "conf"};
	char path[240];

	http_free(http);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		remove(path);
	}
	rmdir(dir);
}

/* ---- a server that speaks TLS ---- */

static struct {
	const char *args[4];
	void (*play)(int in, int out); /* HTTP/2; NULL: any page */
} server;

static void
exec_server(int in, int out)
{
	const char *argv[20] = {"openssl", "s_server", "-accept", "127.0.0.1:0",
	    "-cert", cert, "-key", key};
	size_t n = 8;

	for (size_t i = 0; i < 4 && server.args[i]; i++)
		argv[n++] = server.args[i];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(in, 0);
	dup2(out, 1);
	dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 2);
	execvp(argv[0], (char *const *)(const void *)argv);
	_exit(127);
}

/* Reads on until this text has passed. */
static bool
skip_to(int fd, const char *text, size_t n)
{
	size_t have = 0;
	int b;

	while (have < n) {
		if ((b = hear_byte(fd)) < 0)
			return false;
		have = (char)b == text[have] ? have + 1 : (char)b == text[0];
	}
	return true;
}

static void
direct(int unused)
{
	int in[2], out[2], port = 0, b;
	static const char accept_at[] = "ACCEPT 127.0.0.1:";

	close(unused);
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		return;
	if (fork() == 0)
		exec_server(in[0], out[1]);
	close(in[0]);
	close(out[1]);
	if (!skip_to(out[0], accept_at, sizeof(accept_at) - 1))
		return;
	while ((b = hear_byte(out[0])) >= '0' && b <= '9')
		port = port * 10 + b - '0';
	served->port = port;
	if (server.play)
		server.play(in[1], out[0]);
	pause();
}

/* Starts it with these further arguments and waits until it listens. */
static void
serve_tls(
    const char *a, const char *b, const char *c, void (*play)(int in, int out))
{
	int plain;

	server.args[0] = a;
	server.args[1] = b;
	server.args[2] = c;
	server.play = play;
	serve(direct);
	plain = served->port;
	for (int i = 0; i < 500 && served->port == plain; i++)
		nap(10);
}

static struct http_request *
ask(const char *host, const char *method, const char *trust)
{
	static struct http_request r;
	static char url[100];

	buf_free(&r.answer);
	snprintf(url, sizeof(url), "https://%s:%d/", host, served->port);
	bounds.trust = trust;
	r = (struct http_request){.method = method,
	    .url = url,
	    .harmless = strcmp(method, "GET") == 0};
	if (!r.harmless)
		r.body = (struct span){"{}", 2};
	http_start(http, &r);
	while (!http_wait(http, 10000, -1))
		;
	return &r;
}

static const char *
how(const struct http_request *r)
{
	static const char *const names[] = {
	    "answered", "not sent", "no answer"};

	return names[r->how];
}

static void
again(void)
{
	http_free(http);
	http = http_new(&bounds);
}

static void
test_trust(void)
{
	struct http_request *r;

	serve_tls("-www", NULL, NULL, NULL);
	r = ask("localhost", "GET", cert);
	is_str(how(r), "answered", "a host with a certificate we trust");
	is_int(r->status, 200, "...answers");
	again();
	r = ask("localhost", "GET", NULL);
	is_str(how(r), "not sent", "one that signed its own: not sent");
	is_str(r->text,
	    "localhost: SSL certificate problem: self-signed certificate",
	    "...and the message says it");
	again();
	r = ask("127.0.0.1", "GET", cert);
	is_str(how(r), "not sent", "another host's: not sent");
	is_str(r->text, "127.0.0.1: its certificate is for another host",
	    "...and the message says it");
	again();
	r = ask("localhost", "GET", "/nowhere/cert");
	is_str(how(r), "not sent", "no certificates to check by: not sent");
	is_str(r->text,
	    "localhost: no certificates to check it by: install "
	    "ca-certificates",
	    "...and the message says it");
}

static void
test_version(void)
{
	again();
	serve_tls("-www", "-tls1_2", NULL, NULL);
	is_str(how(ask("localhost", "GET", cert)), "answered",
	    "TLS 1.2 is good enough");
	again();
	serve_tls("-www", "-tls1_1", NULL, NULL);
	is_str(how(ask("localhost", "GET", cert)), "not sent", "TLS 1.1 isn't");
}

/* ---- HTTP/2 ---- */

enum { DATA, HEADERS, RST_STREAM = 3, SETTINGS, PING = 6 };
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4 };

struct frame {
	unsigned type, flags, stream;
};

static void
send_frame(int in, unsigned type, unsigned flags, unsigned stream,
    const char *p, unsigned n)
{
	char f[64] = {
	    0, 0, (char)n, (char)type, (char)flags, 0, 0, 0, (char)stream};

	memcpy(f + 9, p, n);
	if (write(in, f, 9 + n) < 0)
		_exit(1);
}

static bool
read_frame(int out, struct frame *f)
{
	unsigned char h[9];
	unsigned n;

	for (int i = 0; i < 9; i++) {
		int b = hear_byte(out);

		if (b < 0)
			return false;
		h[i] = (unsigned char)b;
	}
	n = (unsigned)h[0] << 16 | (unsigned)h[1] << 8 | h[2];
	*f = (struct frame){h[3], h[4], h[8]};
	while (n--)
		if (hear_byte(out) < 0)
			return false;
	return true;
}

static void
greet(int in, int out)
{
	static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

	if (!skip_to(out, preface, sizeof(preface) - 1))
		_exit(0);
	served->connections++;
	send_frame(in, SETTINGS, 0, 0, "", 0);
}

/* The stream of the next request that is there whole. */
static unsigned
hear_stream(int in, int out)
{
	struct frame f;

	while (read_frame(out, &f)) {
		if (f.type == SETTINGS && !(f.flags & ACK))
			send_frame(in, SETTINGS, ACK, 0, "", 0);
		if (f.type > HEADERS || !(f.flags & END_STREAM))
			continue;
		served->requests++;
		return f.stream;
	}
	_exit(0);
}

static void
answer(int in, unsigned stream)
{
	send_frame(in, HEADERS, END_HEADERS, stream, "\x88", 1); /* 200 */
	send_frame(in, DATA, END_STREAM, stream, "{}", 2);
}

static void
answer_all(int in, int out)
{
	greet(in, out);
	for (;;)
		answer(in, hear_stream(in, out));
}

/* Says something while nobody asks. */
static void
ping(int in, int out)
{
	greet(in, out);
	answer(in, hear_stream(in, out));
	send_frame(in, PING, 0, 0, "12345678", 8);
	nap(50);
	served->step++;
	answer(in, hear_stream(in, out));
	answer_all(in, out);
}

/* Resets the second stream, to see whether there is a third. */
static void
reset_stream(int in, int out, char why)
{
	const char reason[] = {0, 0, 0, why};

	greet(in, out);
	answer(in, hear_stream(in, out));
	send_frame(in, RST_STREAM, 0, hear_stream(in, out), reason, 4);
}

static void
refuse(int in, int out)
{
	reset_stream(in, out, 7); /* REFUSED_STREAM */
	answer_all(in, out);
}

static void
downgrade(int in, int out)
{
	static const char anew[] = "POST / HTTP/1.1\r\n";

	reset_stream(in, out, 13); /* HTTP_1_1_REQUIRED */
	if (skip_to(out, anew, sizeof(anew) - 1))
		served->requests++;
}

static void
hang_up(int in, int out)
{
	greet(in, out);
	answer(in, hear_stream(in, out));
	hear_stream(in, out);
	nap(50); /* s_server takes it for a command only by itself */
	if (write(in, "q\n", 2) < 0)
		return;
	answer_all(in, out);
}

static void
test_streams(void)
{
	static const struct {
		void (*play)(int, int);
		const char *what;
	} rows[] = {{hang_up, "hung up on"}, {refuse, "refused"},
	    {downgrade, "sent back to HTTP/1.1"}};
	struct http_request *r;

	again();
	serve_tls("-alpn", "h2,http/1.1", NULL, answer_all);
	r = ask("localhost", "POST", cert);
	is_str(how(r), "answered", "HTTP/2 where it is offered");
	is_str(buf_cstr(&r->answer), "{}", "...with a body");
	ask("localhost", "POST", cert);
	is_int(served->connections, 1, "...and one connection for all");
	is_int(served->requests, 2, "...each sent once");
	again();
	serve_tls("-alpn", "h2,http/1.1", NULL, ping);
	ask("localhost", "POST", cert);
	await_step(1);
	ask("localhost", "POST", cert);
	is_int(served->connections, 1, "...also if the server says things");
	is_int(served->requests, 2, "...each sent once");
	for (size_t i = 0; i < 3; i++) {
		again();
		serve_tls("-alpn", "h2,http/1.1", NULL, rows[i].play);
		ask("localhost", "POST", cert);
		is_str(how(ask("localhost", "POST", cert)), "no answer",
		    "a stream that is %s: no answer", rows[i].what);
		is_int(served->requests, 2, "...and it isn't sent again");
	}
}

int
main(void)
{
	prepare();
	test_trust();
	test_version();
	test_streams();
	serve_end();
	clean_up();
	return tap_done();
}
