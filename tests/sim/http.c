/* SPDX-License-Identifier: MIT */
#include "http.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/xalloc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SLOW_MS = 100, IDLE_MS = 120000 };

/* Reading a request, or writing (at first waiting with) its answer. */
struct http_conn {
	int fd;
	struct buf in;
	struct http_in req;
	struct buf out;
	size_t sent;
	size_t room;   /* slow: how much may be sent now */
	int64_t at;    /* nothing is sent before */
	int64_t since; /* the last byte came or went */
	size_t slow;
	bool answering;
	bool reset;    /* when out is sent */
	bool close;    /* the client asked for it */
	bool promised; /* 100 Continue was said */
};

static void
in_free(struct http_in *in)
{
	buf_free(&in->target);
	buf_free(&in->head);
	buf_free(&in->body);
	buf_free(&in->host);
	*in = (struct http_in){0};
}

static void
conn_free(struct http_conn *c, bool reset)
{
	struct linger l = {.l_onoff = 1, .l_linger = 0};

	if (reset)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	close(c->fd);
	buf_free(&c->in);
	buf_free(&c->out);
	in_free(&c->req);
}

/* ---- listening ---- */

int
http_listen(struct http_server *s, int port, struct err *e)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int one = 1;

	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0)
		return err_sys(e, ERR_IO, "socket");
	setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(s->fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(s->fd, 128) < 0 ||
	    getsockname(s->fd, (struct sockaddr *)&a, &len) < 0) {
		err_sys(e, ERR_IO, "127.0.0.1:%d", port);
		close(s->fd);
		s->fd = -1;
		return -1;
	}
	s->port = ntohs(a.sin_port);
	return 0;
}

void
http_off(struct http_server *s, int64_t ms)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->off_until = clock_mono() + ms;
}

static void
accept_all(struct http_server *s)
{
	int fd, one = 1;

	while ((fd = accept4(
		    s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		if (s->n == HTTP_CONNECTIONS_MAX) {
			close(fd);
			continue;
		}
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		s->conn = xrealloc(s->conn, s->n + 1, sizeof(*s->conn));
		s->conn[s->n++] =
		    (struct http_conn){.fd = fd, .since = clock_mono()};
	}
}

/* ---- reading ---- */

struct span
http_header(const struct http_in *in, const char *name)
{
	struct span rest = {in->head.p, in->head.len};

	while (rest.n) {
		const char *end = memchr(rest.p, '\n', rest.n), *colon;
		size_t n = end ? (size_t)(end - rest.p) : rest.n;

		colon = memchr(rest.p, ':', n);
		if (colon &&
		    str_ieq(
			(struct span){rest.p, (size_t)(colon - rest.p)}, name))
			return str_trim((struct span){
			    colon + 1, n - (size_t)(colon + 1 - rest.p)});
		n += end != NULL;
		rest.p += n;
		rest.n -= n;
	}
	return (struct span){0};
}

/* "POST /target HTTP/1.1" */
static bool
parse_line(struct span line, struct http_in *in)
{
	const char *a = memchr(line.p, ' ', line.n), *b;
	size_t left;

	if (!a || (size_t)(a - line.p) >= sizeof(in->method) || a == line.p)
		return false;
	left = line.n - (size_t)(a + 1 - line.p);
	b = memchr(a + 1, ' ', left);
	if (!b || b == a + 1 || strncmp(b + 1, "HTTP/1.", 7) != 0)
		return false;
	memcpy(in->method, line.p, (size_t)(a - line.p));
	in->method[a - line.p] = '\0';
	buf_add(&in->target, a + 1, (size_t)(b - a - 1));
	return true;
}

/*
 * The body of a chunked request that begins at p: 1 and how long it is in the
 * stream, 0 if there is more to come, -1 if it is none.
 */
static int
parse_chunks(const char *p, size_t n, struct buf *body, size_t *used)
{
	size_t at = 0;

	buf_clear(body);
	for (;;) {
		const char *eol = memchr(p + at, '\n', n - at);
		unsigned long len;
		char *end;

		if (!eol)
			return n - at > 1024 ? -1 : 0;
		errno = 0;
		len = strtoul(p + at, &end, 16);
		if (end == p + at || errno || len > HTTP_BODY_MAX ||
		    body->len + len > HTTP_BODY_MAX)
			return -1;
		at = (size_t)(eol + 1 - p);
		if (n - at < len + 2)
			return 0;
		if (p[at + len] != '\r' || p[at + len + 1] != '\n')
			return -1;
		buf_add(body, p + at, len);
		at += len + 2;
		*used = at;
		if (len == 0)
			return 1;
	}
}

/* 1: c->req is whole and out of c->in. 0: more to come. Else a status. */
static int
parse(struct http_conn *c)
{
	struct http_in *in = &c->req;
	char *end = c->in.len ? strstr(c->in.p, "\r\n\r\n") : NULL;
	size_t head, used = 0;
	struct span v, host;
	int64_t len = 0;
	const char *eol;
	int got;

	if (!end)
		return c->in.len > HTTP_HEAD_MAX ? 431 : 0;
	head = (size_t)(end + 4 - c->in.p);
	in_free(in);
	eol = strstr(c->in.p, "\r\n");
	if (!parse_line((struct span){c->in.p, (size_t)(eol - c->in.p)}, in))
		return 400;
	buf_add(&in->head, eol + 2, (size_t)(end + 2 - eol - 2));
	host = http_header(in, "Host");
	buf_span(&in->host, host);
	c->close = str_ieq(http_header(in, "Connection"), "close");
	v = http_header(in, "Transfer-Encoding");
	if (v.p) {
		if (!str_ieq(v, "chunked"))
			return 501;
		got = parse_chunks(
		    c->in.p + head, c->in.len - head, &in->body, &used);
		if (got < 0)
			return 400;
		if (!got)
			return 0;
	} else {
		v = http_header(in, "Content-Length");
		if (v.p && !str_num(v, 0, INT64_MAX, &len))
			return 400;
		if (len > HTTP_BODY_MAX)
			return 413;
		used = (size_t)len;
		if (c->in.len - head < used)
			return 0;
		buf_add(&in->body, c->in.p + head, used);
	}
	head += used;
	memmove(c->in.p, c->in.p + head, c->in.len - head);
	buf_cut(&c->in, c->in.len - head);
	return 1;
}

/* ---- answering ---- */

static const char *
reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} known[] = {{200, "OK"}, {302, "Found"}, {400, "Bad Request"},
	    {401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"},
	    {429, "Too Many Requests"}, {500, "Internal Server Error"},
	    {502, "Bad Gateway"}, {503, "Service Unavailable"},
	    {504, "Gateway Timeout"}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].status == status)
			return known[i].text;
	return "Status";
}

static void
answer(struct http_conn *c, const struct http_out *o)
{
	size_t n = o->body.len;

	buf_clear(&c->out);
	c->sent = c->room = 0;
	c->answering = true;
	c->promised = false;
	c->at = clock_mono() + o->delay_ms;
	c->slow = o->slow;
	c->reset = o->status == 0;
	if (!o->status)
		return;
	buf_fmt(&c->out, "HTTP/1.1 %d %s\r\nContent-Length: %zu\r\n", o->status,
	    reason(o->status), n);
	buf_add(&c->out, o->head.p, o->head.len);
	if (c->close)
		buf_str(&c->out, "Connection: close\r\n");
	buf_str(&c->out, "\r\n");
	if (o->cut) {
		c->reset = true;
		n = o->cut_at < n ? o->cut_at : n;
	}
	buf_add(&c->out, o->body.p, n);
}

/* What has come: a request, a part of one, or nonsense. */
static void
take(struct http_server *s, struct http_conn *c)
{
	struct http_out o = {0};
	int got = parse(c);

	if (got == 0) {
		if (!c->promised && c->req.head.len &&
		    str_ieq(http_header(&c->req, "Expect"), "100-continue")) {
			static const char go[] =
			    "HTTP/1.1 100 Continue\r\n\r\n";

			c->promised = true;
			if (write(c->fd, go, sizeof(go) - 1) < 0)
				c->close = true;
		}
		return;
	}
	if (got == 1) {
		o.status = 200;
		s->handle(s->ctx, &c->req, &o);
	} else {
		o.status = got;
		c->close = true;
	}
	answer(c, &o);
	buf_free(&o.head);
	buf_free(&o.body);
}

/* False: the connection is over. */
static bool
receive(struct http_server *s, struct http_conn *c)
{
	ssize_t n;

	buf_room(&c->in, 65536);
	n = recv(c->fd, c->in.p + c->in.len, 65536, 0);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		return false;
	if (n < 0)
		return true;
	c->since = clock_mono();
	c->in.len += (size_t)n;
	c->in.p[c->in.len] = '\0';
	if (memchr(c->in.p, '\0', c->in.len))
		return false;
	take(s, c);
	return true;
}

static bool
transmit(struct http_server *s, struct http_conn *c, int64_t now)
{
	size_t left = c->out.len - c->sent;
	ssize_t n;

	if (c->slow) {
		c->at = now + SLOW_MS;
		left = left < c->slow ? left : c->slow;
	}
	if (left) {
		n = send(c->fd, c->out.p + c->sent, left, MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		c->sent += (size_t)n;
		c->since = now;
	}
	if (c->sent < c->out.len)
		return true;
	if (c->close || c->reset)
		return false;
	c->answering = false;
	if (c->in.len) /* the next one came behind it */
		take(s, c);
	return true;
}

/* ---- the loop ---- */

static int
sooner(int a, int64_t b)
{
	if (b < 0)
		b = 0;
	return a < 0 || b < a ? (int)b : a;
}

static int
prepare(struct http_server *s, struct pollfd *p, int wait)
{
	int64_t now = clock_mono();

	p[0] = (struct pollfd){.fd = s->fd, .events = POLLIN};
	if (s->fd < 0)
		wait = sooner(wait, s->off_until - now);
	for (size_t i = 0; i < s->n; i++) {
		struct http_conn *c = &s->conn[i];

		p[i + 1] = (struct pollfd){.fd = c->fd, .events = POLLIN};
		if (!c->answering) {
			wait = sooner(wait, c->since + IDLE_MS - now);
			continue;
		}
		p[i + 1].events = c->at <= now ? POLLOUT : POLLRDHUP;
		if (c->at > now)
			wait = sooner(wait, c->at - now);
	}
	return wait;
}

static bool
attend(struct http_server *s, struct http_conn *c, short events, int64_t now)
{
	if (c->answering && (events & (POLLRDHUP | POLLHUP | POLLERR)))
		return false; /* nobody waits for the answer any more */
	if (c->answering)
		return c->at > now || transmit(s, c, now);
	if (events)
		return receive(s, c);
	return c->since + IDLE_MS > now;
}

int
http_serve(
    struct http_server *s, const volatile sig_atomic_t *stop, struct err *e)
{
	struct pollfd p[HTTP_CONNECTIONS_MAX + 1];
	size_t n, kept;
	int64_t now;

	while (!*stop) {
		int wait = prepare(s, p, s->idle(s->ctx));

		if (poll(p, s->n + 1, wait) < 0 && errno != EINTR)
			return err_sys(e, ERR_IO, "poll");
		now = clock_mono();
		n = s->n;
		kept = 0;
		for (size_t i = 0; i < n; i++) {
			struct http_conn c = s->conn[i];
			bool off = s->fd < 0 &&
				   !(c.answering && !c.reset && c.at <= now);

			if (!off && attend(s, &c, p[i + 1].revents, now))
				s->conn[kept++] = c;
			else
				conn_free(&c, c.reset || off);
		}
		s->n = kept;
		if (s->fd >= 0 && p[0].revents)
			accept_all(s);
		if (s->fd < 0 && now >= s->off_until &&
		    http_listen(s, s->port, e) < 0)
			return -1;
	}
	return 0;
}

void
http_free(struct http_server *s)
{
	for (size_t i = 0; i < s->n; i++)
		conn_free(&s->conn[i], false);
	free(s->conn);
	if (s->fd >= 0)
		close(s->fd);
}
