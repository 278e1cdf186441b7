/* SPDX-License-Identifier: MIT */
/*
 * A server for tests that says exactly what a test makes it say: a play is a
 * function that runs in a process of its own and gets the listening socket.
 *
 *	static void
 *	play(int l)
 *	{
 *		int c = take(l);
 *
 *		hear(c);
 *		say(c, "HTTP/1.1 204 No Content\r\n\r\n");
 *	}
 *
 *	serve(play);	... requests to 127.0.0.1:served->port ...
 *	serve_end();
 */
#ifndef SERVE_H
#define SERVE_H

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HEARD_MAX = 64 << 10 };

/* What the server has seen; both processes have it. */
static struct served {
	atomic_int connections, requests;
	atomic_int step; /* a play may tell how far it is */
	int port;
	char last[HEARD_MAX]; /* the last request, cut */
} * served;
static pid_t serve_pid = -1;

__attribute__((unused)) static void
serve_end(void)
{
	if (serve_pid > 0) {
		kill(serve_pid, SIGKILL);
		waitpid(serve_pid, NULL, 0);
	}
	serve_pid = -1;
}

__attribute__((unused)) static void
serve(void (*play)(int listener))
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t n = sizeof(a);
	int l = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	serve_end();
	if (!served)
		served = mmap(NULL, sizeof(*served), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	memset(served, 0, sizeof(*served));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(l, (struct sockaddr *)&a, n) < 0 || listen(l, 64) < 0 ||
	    getsockname(l, (struct sockaddr *)&a, &n) < 0) {
		perror("serve");
		exit(1);
	}
	served->port = ntohs(a.sin_port);
	fflush(stdout);
	serve_pid = fork();
	if (serve_pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGPIPE, SIG_IGN);
		play(l);
		_exit(0);
	}
	close(l);
}

__attribute__((unused)) static int
take(int listener)
{
	int c = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	served->connections++;
	return c;
}

/* One byte of a request, -1 at its end. Slow, but never too much. */
__attribute__((unused)) static int
hear_byte(int c)
{
	unsigned char b;
	ssize_t n;

	do
		n = read(c, &b, 1);
	while (n < 0 && errno == EINTR);
	return n == 1 ? b : -1;
}

/* The head of a request, up to the empty line. False if it breaks off. */
__attribute__((unused)) static bool
hear_head(int c)
{
	size_t n = 0;
	int b;

	while (n < HEARD_MAX - 1 && (b = hear_byte(c)) >= 0) {
		served->last[n++] = (char)b;
		served->last[n] = '\0';
		if (n >= 4 && strcmp(served->last + n - 4, "\r\n\r\n") == 0)
			return true;
	}
	return false;
}

/* A whole request, which counts then. */
__attribute__((unused)) static bool
hear(int c)
{
	const char *length;
	size_t n, body;

	if (!hear_head(c))
		return false;
	n = strlen(served->last);
	length = strstr(served->last, "Content-Length: ");
	body = length ? strtoul(length + 16, NULL, 10) : 0;
	while (body--) {
		int b = hear_byte(c);

		if (b < 0)
			return false;
		if (n < HEARD_MAX - 1)
			served->last[n++] = (char)b;
		served->last[n] = '\0';
	}
	served->requests++;
	return true;
}

__attribute__((unused)) static void
say_bytes(int c, const char *p, size_t n)
{
	while (n) {
		ssize_t done = send(c, p, n, MSG_NOSIGNAL);

		if (done <= 0)
			return;
		p += done;
		n -= (size_t)done;
	}
}

__attribute__((unused)) static void
say(int c, const char *text)
{
	say_bytes(c, text, strlen(text));
}

/* Close it so that the other side gets an error, not an end. */
__attribute__((unused)) static void
reset(int c)
{
	struct linger hard = {.l_onoff = 1};

	setsockopt(c, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(c);
}

__attribute__((unused)) static void
nap(int ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000L};

	nanosleep(&t, NULL);
}

/* Waits until the play is there. */
__attribute__((unused)) static void
await_step(int step)
{
	while (served->step < step)
		nap(1);
}

#endif
