/* SPDX-License-Identifier: MIT */
/*
 * An HTTP/1.1 server on loopback for the CRM simulators: one thread, one poll
 * loop, connections that are kept, bodies by Content-Length or in chunks. It
 * can misbehave as asked: answer late, slowly, in part or not at all.
 */
#ifndef SIM_HTTP_H
#define SIM_HTTP_H

#include "base/buf.h"
#include "base/err.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	HTTP_HEAD_MAX = 64 << 10,
	HTTP_BODY_MAX = 16 << 20,
	HTTP_CONNECTIONS_MAX = 256,
};

/* A request as it came. */
struct http_in {
	char method[16];
	struct buf target; /* path and query, undecoded */
	struct buf head;   /* the header lines */
	struct buf body;
	struct buf host; /* "127.0.0.1:PORT", as the client wrote it */
};

/* What is to become of its answer. Zero-initialised: 200 with no body. */
struct http_out {
	int status;      /* 0: no answer, the connection is reset */
	struct buf head; /* further header lines, each with its \r\n */
	struct buf body;
	int64_t delay_ms; /* real time until the first byte, or the reset */
	bool cut;         /* only the body's first cut_at bytes, then reset */
	size_t cut_at;
	size_t slow; /* so many bytes each 100 ms; 0: as fast as it goes */
};

struct http_server {
	void *ctx;
	void (*handle)(void *ctx, const struct http_in *in, struct http_out *);
	/* Called between events; returns ms until it wants to be, or -1. */
	int (*idle)(void *ctx);
	int fd; /* -1 while nothing listens */
	int port;
	int64_t off_until; /* clock_mono: nothing listens before */
	struct http_conn *conn;
	size_t n;
};

/* Listen on 127.0.0.1; port 0 takes a free one, which is in s->port then. */
int http_listen(struct http_server *s, int port, struct err *e);
/* Refuse connections for ms; those that are open are reset. */
void http_off(struct http_server *s, int64_t ms);
/* Serve until *stop is set. */
int http_serve(
    struct http_server *s, const volatile sig_atomic_t *stop, struct err *e);
void http_free(struct http_server *s);

/* The value of a header line, trimmed; p is NULL if there is none. */
struct span http_header(const struct http_in *in, const char *name);

#endif
