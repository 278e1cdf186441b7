/* SPDX-License-Identifier: MIT */
/* The reader and the writer of lines, through pipes. */
#include "io/rd.h"

#include "base/str.h"
#include "io/wr.h"

#include "../tap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define S(s) s, sizeof(s) - 1 /* a literal that may contain NUL */

static void
must(bool good)
{
	if (good)
		return;
	perror("bail out");
	exit(99);
}

/* A pipe that already holds n bytes; the writing end in *in, or closed. */
static int
pipe_with(const char *p, size_t n, int *in)
{
	int fd[2];

	must(pipe(fd) == 0 && write(fd[1], p, n) == (ssize_t)n);
	if (in)
		*in = fd[1];
	else
		must(close(fd[1]) == 0);
	return fd[0];
}

/* A child that sends p in packets of k bytes, each of which is one read(2). */
static int
sent_in_pieces(const char *p, size_t n, size_t k)
{
	int fd[2];

	must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) == 0);
	fflush(stdout);
	if (fork() == 0) {
		close(fd[0]);
		for (; n; p += k, n -= k) {
			k = k < n ? k : n;
			if (write(fd[1], p, k) < 0)
				_exit(1);
		}
		_exit(0);
	}
	must(close(fd[1]) == 0);
	return fd[0];
}

/* All that comes out of fd: "line|", "line...|" for one that is too long. */
static void
collect(int fd, size_t max, struct buf *out)
{
	struct rd *r = rd_new(fd, NULL, max);
	struct err e = {0};
	enum rd_got got;
	struct span line;
	long no = 0;

	buf_clear(out);
	while ((got = rd_line(r, &line, &e)) <= RD_LONG) {
		for (size_t i = 0; i < line.n; i++)
			buf_chr(out, line.p[i] ? line.p[i] : '@');
		buf_str(out, got == RD_LONG ? "...|" : "|");
		if (rd_line_no(r) != ++no)
			buf_str(out, "(miscounted)");
	}
	if (got != RD_END)
		buf_str(out, "(no end)");
	rd_free(r);
	close(fd);
}

static void
lines(void)
{
	static const struct {
		const char *promise, *in;
		size_t n;
		const char *want;
	} rows[] = {
	    {"no input, no line", S(""), ""},
	    {"a newline ends an empty line", S("\n"), "|"},
	    {"lines lose their newline", S("a\nbc\n"), "a|bc|"},
	    {"a last line without newline counts", S("a\nbc"), "a|bc|"},
	    {"empty lines count", S("\n\na\n\n"), "||a||"},
	    {"CR and NUL stay", S("a\r\n\0\n"), "a\r|@|"},
	    {"a line of exactly max bytes", S("12345678\n1\n"), "12345678|1|"},
	    {"... without newline", S("12345678"), "12345678|"},
	    {"one more is too long", S("123456789\n1\n"), "12345678...|1|"},
	    {"... without newline", S("123456789"), "12345678...|"},
	    {"... with nothing but its newline behind", S("123456789\n"),
		"12345678...|"},
	    {"far too long", S("1234567890123456789012345\n\n1\n"),
		"12345678...||1|"},
	    {"too long twice", S("123456789\nabcdefghij\n"),
		"12345678...|abcdefgh...|"},
	};
	struct buf out = {0};

	for (size_t i = 0; i < LEN(rows); i++) {
		collect(pipe_with(rows[i].in, rows[i].n, NULL), 8, &out);
		is_str(buf_cstr(&out), rows[i].want, "%s", rows[i].promise);
		collect(sent_in_pieces(rows[i].in, rows[i].n, 1), 8, &out);
		is_str(buf_cstr(&out), rows[i].want, "a byte at a time: %s",
		    rows[i].promise);
	}
	buf_free(&out);
}

static void
long_lines(void)
{
	enum { MAX = 1 << 20 };
	struct buf in = {0}, out = {0};

	for (int i = 0; i < MAX; i++)
		buf_chr(&in, (char)('a' + i % 26));
	buf_str(&in, "\nx\n");
	for (int i = 0; i < 2 * MAX + 7; i++)
		buf_chr(&in, 'y');
	buf_str(&in, "\nz");
	collect(sent_in_pieces(in.p, in.len, 50000), MAX, &out);
	is_int((int64_t)out.len, 2 * MAX + 9, "a long and a longer line");
	ok(out.len > MAX && memcmp(out.p, in.p, MAX) == 0 &&
		memcmp(out.p + MAX, "|x|yyyy", 7) == 0,
	    "... the first as it was");
	is_str(out.p + out.len - 8, "yy...|z|", "... the second cut");
	buf_free(&in);
	buf_free(&out);
}

static void
ready(void)
{
	int in, fd = pipe_with(S("one\ntwo\nthr"), &in);
	struct rd *r = rd_new(fd, NULL, 100);
	struct err e = {0};
	struct span line;

	is_int(rd_ready(r, &line, &e), RD_LINE, "a line is ready");
	is_span(line, "one", "... the first");
	is_int(rd_ready(r, &line, &e), RD_LINE, "another, already read");
	is_span(line, "two", "... the second");
	is_int(rd_ready(r, &line, &e), RD_NONE, "half a line is not");
	is_int(rd_ready(r, &line, &e), RD_NONE, "... nor later");
	must(write(in, S("ee\nfour")) == 7);
	is_int(rd_ready(r, &line, &e), RD_LINE, "its other half makes it");
	is_span(line, "three", "... whole");
	is_int(rd_line_no(r), 3, "... the third line");
	is_int(rd_ready(r, &line, &e), RD_NONE, "again half a line");
	must(close(in) == 0);
	is_int(rd_ready(r, &line, &e), RD_LINE, "the end makes it a line");
	is_span(line, "four", "... whole");
	is_int(rd_ready(r, &line, &e), RD_END, "then the end is ready");
	is_int(rd_line(r, &line, &e), RD_END, "... and stays");
	rd_free(r);
	close(fd);
}

static void
blocks(void)
{
	int in, fd = pipe_with(S("head\nab\ncd"), &in);
	struct rd *r = rd_new(fd, NULL, 100);
	struct err e = {0};
	struct span s;

	is_int(rd_line(r, &s, &e), RD_LINE, "a line first");
	is_int(rd_block(r, &s, &e), 0, "then a block");
	is_span(s, "ab\ncd", "... of what was read already");
	must(write(in, S("ef")) == 2);
	is_int(rd_ready(r, &s, &e), RD_NONE, "half a line is seen");
	is_int(rd_block(r, &s, &e), 0, "... and handed out");
	is_span(s, "ef", "... as it is");
	must(write(in, S("g\n")) == 2);
	is_int(rd_line(r, &s, &e), RD_LINE, "lines go on behind it");
	is_span(s, "g", "... with what is new");
	must(close(in) == 0);
	is_int(rd_block(r, &s, &e), 0, "the end is a block");
	ok(s.p && s.n == 0, "... of nothing");
	rd_free(r);
	close(fd);
}

static void
flushes(void)
{
	int in, fd = pipe_with(S("a\nb\n"), &in), out[2];
	struct err e = {0};
	struct span line;
	struct wr *w;
	struct rd *r;
	char got[8] = "";

	must(pipe(out) == 0 && fcntl(out[0], F_SETFL, O_NONBLOCK) == 0);
	w = wr_new(out[1]);
	r = rd_new(fd, w, 100);
	for (int i = 0; i < 2; i++) {
		rd_line(r, &line, &e);
		wr_line(w, line, &e);
		ok(read(out[0], got, sizeof(got)) < 0,
		    "what can still be read delays what is written");
	}
	is_int(rd_ready(r, &line, &e), RD_NONE, "nothing more is there");
	ok(read(out[0], got, sizeof(got)) < 0, "... asking flushes nothing");
	must(close(in) == 0);
	is_int(rd_line(r, &line, &e), RD_END, "the end comes");
	ok(read(out[0], got, sizeof(got)) < 0, "... and flushes nothing");
	is_int(wr_close(w, &e), 0, "closing does");
	is_int(read(out[0], got, sizeof(got)), 4, "... write all of it");
	is_str(got, "a\nb\n", "... as it was");
	wr_free(w);
	rd_free(r);
	close(out[0]);
	close(fd);
}

/* A child answers only when it has seen the line: no flush, no answer. */
static void
flushes_before_waiting(void)
{
	int there[2], back[2], status;
	struct err e = {0};
	struct span line;
	struct wr *w;
	struct rd *r;
	pid_t pid;

	must(pipe(there) == 0 && pipe(back) == 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		char c;

		while (read(there[0], &c, 1) == 1 && c != '\n')
			;
		_exit(write(back[1], "pong\n", 5) == 5 ? 0 : 1);
	}
	alarm(10); /* instead of waiting for ever */
	w = wr_new(there[1]);
	r = rd_new(back[0], w, 100);
	wr_line(w, str_span("ping"), &e);
	is_int(rd_line(r, &line, &e), RD_LINE, "before it waits it flushes");
	is_span(line, "pong", "... so that an answer can come");
	alarm(0);
	must(waitpid(pid, &status, 0) == pid);
	rd_free(r);
	wr_free(w);
	for (int i = 0; i < 2; i++) {
		close(there[i]);
		close(back[i]);
	}
}

static void
on_alarm(int sig)
{
	(void)sig;
}

static void
interrupted(void)
{
	struct sigaction act = {.sa_handler = on_alarm}, old;
	struct itimerval every = {{0, 5000}, {0, 5000}}, off = {{0, 0}, {0, 0}};
	int in, fd = pipe_with(S("hal"), &in);
	struct rd *r = rd_new(fd, NULL, 100);
	struct err e = {0};
	struct span line;

	must(sigaction(SIGALRM, &act, &old) == 0);
	must(setitimer(ITIMER_REAL, &every, NULL) == 0);
	is_int(rd_line(r, &line, &e), RD_NONE, "a signal ends the wait");
	is_int(rd_line(r, &line, &e), RD_NONE, "... each time");
	must(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
	is_int(rd_line(r, &line, &e), RD_NONE, "... non-blocking too");
	must(setitimer(ITIMER_REAL, &off, NULL) == 0);
	must(sigaction(SIGALRM, &old, NULL) == 0);
	is_int(e.kind, ERR_NONE, "... and is no error");
	must(write(in, S("f\n")) == 2);
	is_int(rd_line(r, &line, &e), RD_LINE, "then the line goes on");
	is_span(line, "half", "... and has lost nothing");
	rd_free(r);
	close(in);
	close(fd);
}

/* Somebody made the descriptors non-blocking; a child is slow. */
static void
non_blocking(void)
{
	struct buf in = {0}, out = {0};
	struct err e = {0};
	int fd[2], ack[2];
	struct wr *w;
	pid_t pid;

	for (int i = 0; i < 300000; i++)
		buf_str(&in, "0123456789\n");
	must(pipe(fd) == 0 && pipe(ack) == 0);
	must(fcntl(fd[0], F_SETFL, O_NONBLOCK) == 0);
	must(fcntl(fd[1], F_SETFL, O_NONBLOCK) == 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		close(fd[1]);
		collect(fd[0], 100, &out);
		_exit(write(ack[1], &out.len, sizeof(out.len)) < 0);
	}
	close(fd[0]);
	w = wr_new(fd[1]);
	is_int(wr_line(w, (struct span){in.p, in.len - 1}, &e), 0,
	    "a full pipe that doesn't block is waited for");
	is_int(wr_close(w, &e), 0, "... to the end");
	must(read(ack[0], &out.len, sizeof(out.len)) == sizeof(out.len));
	is_int((int64_t)out.len, (int64_t)in.len,
	    "an empty pipe that doesn't block is waited for");
	waitpid(pid, NULL, 0);
	wr_free(w);
	close(ack[0]);
	close(ack[1]);
	buf_free(&in);
}

static void
failures(void)
{
	int full = open("/dev/full", O_WRONLY);
	struct rd *r = rd_new(-1, NULL, 100);
	struct wr *w = wr_new(full);
	struct err e = {0};
	struct span line;

	is_int(rd_line(r, &line, &e), RD_FAIL, "a read error is no end");
	is_str(
	    e.text, "standard input: Bad file descriptor", "... and is told");
	is_int(e.kind, ERR_IO, "... as the system's fault");
	is_int(rd_block(r, &line, &e), -1, "... for blocks too");
	rd_free(r);
	rd_free(NULL);

	e = (struct err){0};
	is_int(wr_line(w, str_span("a"), &e), 0, "a line waits in the buffer");
	is_int(wr_flush(w, &e), -1, "a full disk is noticed");
	is_str(e.text, "standard output: No space left on device",
	    "... and is told");
	is_int(wr_line(w, str_span("b"), &e), -1, "after that each line fails");
	is_int(wr_flush(w, &e), -1, "... and each flush");
	is_int(wr_close(w, &e), -1, "... and the close");
	wr_free(w);
	wr_free(NULL);

	e = (struct err){0};
	w = wr_new(-1);
	is_int(wr_close(w, &e), -1, "a closed descriptor can't be closed");
	is_str(e.text, "standard output: Bad file descriptor", "... saying so");
	wr_free(w);
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	lines();
	long_lines();
	ready();
	blocks();
	flushes();
	flushes_before_waiting();
	interrupted();
	non_blocking();
	failures();
	while (wait(NULL) > 0)
		;
	return tap_done();
}
