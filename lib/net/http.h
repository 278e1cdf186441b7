/* SPDX-License-Identifier: MIT */
/*
 * HTTP requests, several at once, over connections that are kept. What counts
 * is to know which requests can't have been executed: http_wait tells those
 * that certainly were not sent from those of which nothing is known, and a
 * request that may have been executed is never repeated here.
 *
 * https with TLS 1.2 or newer, certificate and host checked; plain http only
 * to this machine itself. No redirect is followed, no proxy, cookie or netrc
 * used. URLs hold secrets: no text that comes from here has one.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct http_bounds {
	int connect_ms; /* name, connection and TLS */
	/*
	 * All of it. Longer than the vendor's own limit: who gives up before
	 * the server does makes doubts.
	 */
	int total_ms;
	int stall_ms; /* between two pieces of an answer that has begun */
	/*
	 * A connection that was idle for this long and a second is closed: the
	 * server may be about to, and our request would cross its goodbye.
	 */
	int idle_s;
	size_t head_max;   /* bytes of all the answer's headers */
	size_t body_max;   /* of its body, decompressed */
	const char *trust; /* file of certificates; NULL: the system's */
};

extern const struct http_bounds http_bounds;

enum http_how {
	HTTP_ANSWERED,  /* whole */
	HTTP_NOT_SENT,  /* certainly: no byte of it left us */
	HTTP_NO_ANSWER, /* perhaps sent, and nothing usable came back */
};

enum { HTTP_TEXT = 128, HTTP_HOST = 280 };

struct http_request {
	const char *method;
	const char *url;
	struct span head; /* "Name: value\n" lines */
	struct span body;
	bool harmless; /* to repeat: it only reads */
	/* The answer. */
	enum http_how how;
	int status;
	int64_t wait_ms; /* Retry-After, 0 to 24 h */
	struct buf answer;
	char
	    moved[HTTP_HOST]; /* 3xx: "https://host" that it points to, or "" */
	char text[HTTP_TEXT]; /* why no answer came, for people */
};

struct http;

/* b stays the caller's. Never NULL. */
struct http *http_new(const struct http_bounds *b);
/* No request may be under way: see http_drop. */
void http_free(struct http *h);
/*
 * Could requests go to this URL, or to what begins with it? -1 and ERR_CONFIG,
 * without the URL, if not.
 */
int http_allows(const char *url, struct err *e);
/*
 * Send it. It stays the caller's memory, to be left alone until http_wait
 * returns it; url and head are copied and may go at once.
 */
void http_start(struct http *h, struct http_request *r);
/*
 * A request that is through; answer is then the caller's to free. NULL after
 * timeout_ms (-1: any time) without one, as soon as fd (-1: none) can be read,
 * or if none is under way.
 */
struct http_request *http_wait(struct http *h, int timeout_ms, int fd);
/* Give up one that is under way, NULL if none is. It has no answer. */
struct http_request *http_drop(struct http *h);

#endif
