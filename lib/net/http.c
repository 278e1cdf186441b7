/* SPDX-License-Identifier: MIT */
/*
 * libcurl sends a request once more by itself when a kept connection breaks
 * before the answer begins, a POST too, and the server may have executed the
 * first. begin() stands before every sending: it refuses the second, and the
 * first is the instant from which on a request counts as sent.
 *
 * libcurl also sends over a kept connection on which bytes wait that nobody
 * asked for, and takes them for the answer. begin() looks for itself, and such
 * a request, of which no byte has left us, goes over a new connection.
 */
#include "net/http.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/xalloc.h"
#include "net/retry.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <poll.h>
#include <unistd.h>

enum {
	POLL_MAX_MS = 1000, /* how exactly a stall is noticed */
	HEADER_MAX = 64,    /* of those that are read here */
	SOCKETS_MAX = 64,
};

const struct http_bounds http_bounds = {
    .connect_ms = 10000,
    .total_ms = 75000,
    .stall_ms = 30000,
    .idle_s = 3, /* servers commonly keep one for 5 s or longer */
    .head_max = 64 << 10,
    .body_max = 16 << 20,
};

struct header {
	char p[HEADER_MAX];
	size_t n;
};

struct http {
	const struct http_bounds *bounds;
	CURLM *multi;
	struct transfer *all;
	int socket[SOCKETS_MAX]; /* that are open */
	size_t nsockets;
};

struct transfer {
	struct http *h;
	struct http_request *r;
	const struct http_bounds *bounds;
	CURL *easy;
	struct curl_slist *head;
	bool stale;     /* its connection can't be used; no byte was sent */
	bool begun;     /* bytes of it may have left us */
	bool head_done; /* of the last answer that began */
	size_t head_len;
	int64_t heard; /* when a piece of the answer came; 0: not yet */
	struct header retry, date;
	const char *stopped; /* why we put an end to it, NULL if we didn't */
	char host[HTTP_HOST];
	char says[CURL_ERROR_SIZE];
	struct transfer *next;
};

/* ---- where to ---- */

/* Part of a URL into out, "" if it has none or one that is too long. */
static void
url_part(CURLU *u, CURLUPart part, char *out, size_t size)
{
	char *p = NULL;

	out[0] = '\0';
	if (curl_url_get(u, part, &p, 0) == CURLUE_OK && strlen(p) < size)
		snprintf(out, size, "%s", p);
	curl_free(p);
}

static bool
is_loopback(const char *host)
{
	int64_t octet;
	struct span s = str_span(host);
	int dots = 0;

	if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	if (strncmp(host, "127.", 4) != 0)
		return false;
	/* An address, not a name that begins like one. */
	while (s.n) {
		size_t n = strcspn(s.p, ".");

		if (!str_num((struct span){s.p, n}, 0, 255, &octet))
			return false;
		dots += s.p[n] == '.';
		n += s.p[n] == '.';
		s = (struct span){s.p + n, s.n - n};
	}
	return dots == 3;
}

/* The scheme that requests to this URL must keep to; NULL if none may go. */
static const char *
scheme_of(const char *url, char host[HTTP_HOST])
{
	CURLU *u = curl_url();
	char scheme[8];

	host[0] = scheme[0] = '\0';
	if (!u)
		xalloc_failed();
	if (curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK) {
		url_part(u, CURLUPART_SCHEME, scheme, sizeof(scheme));
		url_part(u, CURLUPART_HOST, host, HTTP_HOST);
	}
	curl_url_cleanup(u);
	for (const char *p = host; *p; p++)
		if (*p <= ' ' || *p > '~')
			return NULL; /* libcurl would ask the locale */
	if (host[0] && strcmp(scheme, "https") == 0)
		return "https";
	if (strcmp(scheme, "http") == 0 && is_loopback(host))
		return "http";
	return NULL;
}

int
http_allows(const char *url, struct err *e)
{
	char host[HTTP_HOST];

	if (scheme_of(url, host))
		return 0;
	return err_set(e, ERR_CONFIG,
	    "the address must begin with https:// and the name of a host, in "
	    "ASCII (xn--...)");
}

/* ---- what libcurl calls ---- */

static curl_socket_t
open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct http *h = ctx;
	int fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);

	(void)purpose;
	if (fd >= 0 && h->nsockets < SOCKETS_MAX)
		h->socket[h->nsockets++] = fd;
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int
close_socket(void *ctx, curl_socket_t fd)
{
	struct http *h = ctx;

	for (size_t i = 0; i < h->nsockets; i++)
		if (h->socket[i] == fd)
			h->socket[i--] = h->socket[--h->nsockets];
	return close(fd);
}

static int
port_of(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} a = {0};
	socklen_t n = sizeof(a);

	if (getsockname(fd, &a.any, &n) < 0)
		return -1;
	return ntohs(
	    a.any.sa_family == AF_INET6 ? a.v6.sin6_port : a.v4.sin_port);
}

/* True if fd can be read, or nobody will write to it any more. */
static bool
readable(int fd)
{
	return poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0) > 0;
}

/* Is it a kept connection that has something to say, or that is closed? */
static bool
is_stale(const struct transfer *t, int port)
{
	const struct http *h = t->h;
	long made = 1;

	curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &made);
	for (size_t i = 0; made == 0 && i < h->nsockets; i++)
		if (port_of(h->socket[i]) == port)
			return readable(h->socket[i]);
	return false;
}

static int
begin(void *ctx, char *to, char *from, int to_port, int from_port)
{
	struct transfer *t = ctx;

	(void)to;
	(void)from;
	(void)to_port;
	if (t->begun && !t->r->harmless) {
		t->stopped = "closed the connection without an answer";
		return CURL_PREREQFUNC_ABORT;
	}
	if (is_stale(t, from_port)) {
		t->stale = true;
		return CURL_PREREQFUNC_ABORT;
	}
	t->begun = true;
	return CURL_PREREQFUNC_OK;
}

/* The value of a header line if it has this name. */
static void
read_header(struct header *h, const char *name, const char *p, size_t n)
{
	size_t len = strlen(name);
	struct span value;

	if (n <= len || p[len] != ':' || !str_ieq((struct span){p, len}, name))
		return;
	value = str_trim((struct span){p + len + 1, n - len - 1});
	h->n = value.n < sizeof(h->p) ? value.n : 0;
	memcpy(h->p, value.p, h->n);
}

/* A line of the head; anything but its length ends the transfer. */
static size_t
on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;

	n *= size;
	t->heard = clock_mono();
	t->head_len += n;
	if (t->head_len > t->bounds->head_max) {
		t->stopped = "sent too large headers";
		return 0;
	}
	/* 100 Continue and its like come before the answer. */
	if (n > 5 && memcmp(p, "HTTP/", 5) == 0) {
		t->head_done = false;
		t->retry.n = t->date.n = 0;
	}
	if (str_trim((struct span){p, n}).n == 0)
		t->head_done = true;
	read_header(&t->retry, "retry-after", p, n);
	read_header(&t->date, "date", p, n);
	return n;
}

static size_t
on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;

	n *= size;
	t->heard = clock_mono();
	if (n > t->bounds->body_max - t->r->answer.len) {
		t->stopped = "sent a too large answer";
		return 0;
	}
	buf_add(&t->r->answer, p, n);
	return n;
}

static void *
grow(void *p, size_t n)
{
	return xrealloc(p, n, 1);
}

/* ---- a request's way ---- */

struct http *
http_new(const struct http_bounds *b)
{
	struct http *h = xcalloc(1, sizeof(*h));

	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, xmalloc, free, grow,
		xstrdup, xcalloc) != 0 ||
	    !(h->multi = curl_multi_init()))
		xalloc_failed();
	h->bounds = b;
	return h;
}

void
http_free(struct http *h)
{
	if (!h)
		return;
	curl_multi_cleanup(h->multi);
	free(h);
	curl_global_cleanup();
}

static void
transfer_free(struct transfer *t)
{
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->head);
	free(t);
}

/* A line of the request's head, unless a control byte would end it early. */
static bool
add_head(struct transfer *t, const char *line, size_t n)
{
	char *copy;

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			return false;
	copy = xstrndup(line, n);
	t->head = curl_slist_append(t->head, copy);
	explicit_bzero(copy, n); /* it may hold a secret */
	free(copy);
	return true;
}

static bool
set_head(struct transfer *t)
{
	struct span s = t->r->head;
	bool good = true;

	while (s.n) {
		const char *end = memchr(s.p, '\n', s.n);
		size_t n = end ? (size_t)(end - s.p) : s.n;

		good &= add_head(t, s.p, n);
		n += end != NULL;
		s = (struct span){s.p + n, s.n - n};
	}
	/* Not "100-continue", which costs a round trip. */
	t->head = curl_slist_append(t->head, "Expect:");
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->head);
	return good;
}

static void
set_request(struct transfer *t)
{
	const struct http_request *r = t->r;

	curl_easy_setopt(t->easy, CURLOPT_URL, r->url);
	curl_easy_setopt(t->easy, CURLOPT_USERAGENT, "ringo/" RINGO_VERSION);
	if (strcmp(r->method, "GET") != 0 || r->body.n) {
		curl_easy_setopt(t->easy, CURLOPT_POST, 1L);
		curl_easy_setopt(
		    t->easy, CURLOPT_POSTFIELDS, r->body.n ? r->body.p : "");
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)r->body.n);
		curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, r->method);
	}
	curl_easy_setopt(t->easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(t->easy, CURLOPT_PREREQFUNCTION, begin);
	curl_easy_setopt(t->easy, CURLOPT_PREREQDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t->h);
	curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETDATA, t->h);
	curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->says);
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(t->easy, CURLOPT_MAXAGE_CONN, (long)t->bounds->idle_s);
	/* Whoever gives up a name server doesn't wait for it after all. */
	curl_easy_setopt(t->easy, CURLOPT_QUICK_EXIT, 1L);
}

/* What must hold, or nothing is sent. */
static bool
set_safety(struct transfer *t, const char *scheme)
{
	const struct http_bounds *b = t->bounds;
	CURL *c = t->easy;

	return scheme && !curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, scheme) &&
	       !curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) &&
	       !curl_easy_setopt(c, CURLOPT_PROXY, "") &&
	       !curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) &&
	       !curl_easy_setopt(
		   c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
	       !curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) &&
	       !curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) &&
	       (!b->trust || !curl_easy_setopt(c, CURLOPT_CAINFO, b->trust)) &&
	       !curl_easy_setopt(
		   c, CURLOPT_CONNECTTIMEOUT_MS, (long)b->connect_ms) &&
	       !curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)b->total_ms);
}

void
http_start(struct http *h, struct http_request *r)
{
	struct transfer *t = xcalloc(1, sizeof(*t));
	const char *scheme = scheme_of(r->url, t->host);
	int running;

	t->h = h;
	t->r = r;
	t->bounds = h->bounds;
	t->easy = curl_easy_init();
	if (!t->easy)
		xalloc_failed();
	t->next = h->all;
	h->all = t;
	r->answer = (struct buf){0};
	r->status = 0;
	r->wait_ms = 0;
	r->moved[0] = r->text[0] = '\0';
	set_request(t);
	if (!set_head(t))
		t->stopped = "can't be asked: control bytes in the headers";
	else if (!set_safety(t, scheme))
		t->stopped = "can't be asked safely: only https is allowed";
	else if (curl_multi_add_handle(h->multi, t->easy) != CURLM_OK)
		xalloc_failed();
	curl_multi_perform(h->multi, &running);
}

/* ---- what became of it ---- */

/* Without a URL: of libcurl's own words only those that name no path. */
static const char *
reason(const struct transfer *t, CURLcode code, char *out, size_t size)
{
	long os = 0;

	if (t->stopped)
		return t->stopped;
	switch (code) {
	case CURLE_OK:
	case CURLE_PARTIAL_FILE:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_WRITE_ERROR:
		return "the answer was cut off or is damaged";
	case CURLE_COULDNT_RESOLVE_HOST:
		return "there is no host of that name, or no network";
	case CURLE_COULDNT_CONNECT:
		curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &os);
		snprintf(out, size, "can't connect: %s",
		    os ? strerror((int)os) : "no socket");
		return out;
	case CURLE_OPERATION_TIMEDOUT:
		snprintf(out, size, "no %s within %d s",
		    t->begun ? "whole answer" : "connection",
		    (t->begun ? t->bounds->total_ms : t->bounds->connect_ms) /
			1000);
		return out;
	case CURLE_SSL_CACERT_BADFILE:
		return "no certificates to check it by: install "
		       "ca-certificates";
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
		if (strstr(t->says, "target host name"))
			return "its certificate is for another host";
		return t->says[0] ? t->says : "TLS failed";
	case CURLE_GOT_NOTHING:
		return "closed the connection without an answer";
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
		return "the connection broke";
	default:
		return curl_easy_strerror(code);
	}
}

static void
explain(struct transfer *t, CURLcode code)
{
	char words[HTTP_TEXT];

	snprintf(t->r->text, sizeof(t->r->text), "%.40s: %.80s", t->host,
	    reason(t, code, words, sizeof(words)));
}

/* Only the host of where it points to: the rest repeats our secret. */
static void
note_move(struct transfer *t)
{
	char *url = NULL, host[HTTP_HOST];
	const char *scheme;

	curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &url);
	if (!url || !(scheme = scheme_of(url, host)))
		return;
	snprintf(t->r->moved, sizeof(t->r->moved), "%s://%.*s", scheme,
	    HTTP_HOST - 9, host);
}

static void
judge(struct transfer *t, CURLcode code)
{
	struct http_request *r = t->r;
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	/* An answer whose head breaks off is one to libcurl, but not to us. */
	if (code == CURLE_OK && !t->stopped && t->head_done && status >= 200) {
		r->how = HTTP_ANSWERED;
		r->status = (int)status;
		r->wait_ms = retry_after((struct span){t->retry.p, t->retry.n},
		    (struct span){t->date.p, t->date.n}, clock_now());
		note_move(t);
		return;
	}
	r->how = t->begun ? HTTP_NO_ANSWER : HTTP_NOT_SENT;
	buf_free(&r->answer);
	explain(t, code);
}

/* Take it out of all that is under way. */
static struct http_request *
finish(struct http *h, struct transfer *t, CURLcode code)
{
	struct http_request *r = t->r;
	struct transfer **at = &h->all;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	judge(t, code);
	curl_multi_remove_handle(h->multi, t->easy);
	transfer_free(t);
	return r;
}

/* ---- waiting ---- */

/* When is it given up for silence, by clock_mono; INT64_MAX: not at all. */
static int64_t
patience(const struct transfer *t)
{
	if (t->stopped)
		return 0;
	return t->heard ? t->heard + t->bounds->stall_ms : INT64_MAX;
}

/* Its connection was stale: it gets a new one. False if that isn't it. */
static bool
renew(struct http *h, struct transfer *t)
{
	int running;

	if (!t->stale)
		return false;
	t->stale = false;
	curl_multi_remove_handle(h->multi, t->easy);
	curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
	if (curl_multi_add_handle(h->multi, t->easy) != CURLM_OK)
		xalloc_failed();
	curl_multi_perform(h->multi, &running);
	return true;
}

/* One that is through, NULL if none is. */
static struct http_request *
through(struct http *h)
{
	int running, left;
	CURLMsg *m;
	void *own;

	curl_multi_perform(h->multi, &running);
	while ((m = curl_multi_info_read(h->multi, &left))) {
		CURLcode code = m->data.result;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &own);
		if (!renew(h, own))
			return finish(h, own, code);
	}
	for (struct transfer *t = h->all; t; t = t->next) {
		if (patience(t) > clock_mono())
			continue;
		if (!t->stopped)
			t->stopped = "stopped in the middle of its answer";
		return finish(h, t, CURLE_OK);
	}
	return NULL;
}

struct http_request *
http_wait(struct http *h, int timeout_ms, int fd)
{
	int64_t until = timeout_ms < 0 ? INT64_MAX : clock_mono() + timeout_ms;

	for (;;) {
		struct curl_waitfd input = {
		    .fd = fd, .events = CURL_WAIT_POLLIN};
		struct http_request *r = through(h);
		int64_t next = until, left;

		if (r || !h->all || readable(fd))
			return r;
		for (const struct transfer *t = h->all; t; t = t->next)
			if (patience(t) < next)
				next = patience(t);
		left = next - clock_mono();
		if (until <= clock_mono())
			return NULL;
		curl_multi_poll(h->multi, &input, fd >= 0,
		    left < 0             ? 0
		    : left < POLL_MAX_MS ? (int)left
					 : POLL_MAX_MS,
		    NULL);
	}
}

struct http_request *
http_drop(struct http *h)
{
	if (!h->all)
		return NULL;
	h->all->stopped = "was given up";
	return finish(h, h->all, CURLE_OK);
}
