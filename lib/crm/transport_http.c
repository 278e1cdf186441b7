/* SPDX-License-Identifier: MIT */
#include "crm/transport_http.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "call/project.h"
#include "net/http.h"
#include "net/secret.h"

#include <assert.h>

enum {
	/* What a vendor allows at once is in his limits; this is for us. */
	SLOTS = 8,
	SECRET_MIN = 8,
};

#define PLACE "{secret}"

struct way {
	struct crm_transport base;
	struct http *http;
	struct crm_site site;
};

struct trip {
	struct http_request http;
	struct crm_request *req;
};

/* ---- the secret, in and out ---- */

/* Appends s with to in place of each from. False if there was none. */
static bool
replace(struct buf *out, struct span s, struct span from, struct span to)
{
	const char *at;
	bool any = false;

	while (s.n && (at = memmem(s.p, s.n, from.p, from.n))) {
		size_t n = (size_t)(at - s.p);

		buf_add(out, s.p, n);
		buf_span(out, to);
		n += from.n;
		s = (struct span){s.p + n, s.n - n};
		any = true;
	}
	buf_span(out, s);
	return any;
}

static struct span
span_of(const struct buf *b)
{
	return (struct span){b->p, b->len};
}

static void
put_secret(const struct way *w, struct buf *out, const struct buf *from)
{
	/* Room at once: growing would leave copies behind. */
	buf_room(out,
	    from->len + (from->len / strlen(PLACE) + 1) * w->site.secret.len);
	replace(out, span_of(from), str_span(PLACE), span_of(&w->site.secret));
}

static void
hide_secret(const struct way *w, struct buf *body)
{
	struct buf clean = {0};

	if (replace(&clean, span_of(body), span_of(&w->site.secret),
		str_span(PLACE))) {
		secret_wipe(body);
		*body = clean;
	} else {
		buf_free(&clean);
	}
}

/* ---- the transport ---- */

static bool
only_reads(const struct crm_request *req)
{
	for (size_t i = 0; i < req->n; i++)
		if (req->txns[i]->cmd.write)
			return false;
	return true;
}

static void
start(struct crm_transport *tp, struct crm_request *req)
{
	struct way *w = (struct way *)tp;
	struct trip *t = xcalloc(1, sizeof(*t));
	struct buf url = {0}, head = {0}, plain = {0};

	buf_span(&plain, span_of(&w->site.base));
	buf_span(&plain, span_of(&req->path));
	put_secret(w, &url, &plain);
	put_secret(w, &head, &req->head);
	assert(strlen(url.p) == url.len);
	t->req = req;
	t->http = (struct http_request){
	    .method = req->method,
	    .url = url.p,
	    .head = span_of(&head),
	    .body = span_of(&req->body),
	    .harmless = only_reads(req),
	};
	http_start(w->http, &t->http);
	buf_free(&plain);
	secret_wipe(&url);
	secret_wipe(&head);
}

static void
fill(const struct way *w, struct http_request *from, struct crm_answer *a)
{
	static const enum crm_how hows[] = {
	    [HTTP_ANSWERED] = CRM_ANSWERED,
	    [HTTP_NOT_SENT] = CRM_NOT_SENT,
	    [HTTP_NO_ANSWER] = CRM_NO_ANSWER,
	};

	a->how = hows[from->how];
	a->status = from->status;
	a->wait_ms = from->wait_ms;
	a->body = from->answer;
	hide_secret(w, &a->body);
	snprintf(a->moved, sizeof(a->moved), "%s", from->moved);
	snprintf(a->text, sizeof(a->text), "%s", from->text);
}

static struct crm_request *
wait_answer(struct crm_transport *tp, int timeout_ms, int fd)
{
	struct way *w = (struct way *)tp;
	struct http_request *r = http_wait(w->http, timeout_ms, fd);
	struct trip *t = (struct trip *)r;
	struct crm_request *req;

	if (!r)
		return NULL;
	req = t->req;
	fill(w, r, &req->answer);
	free(t);
	return req;
}

static void
close_transport(struct crm_transport *tp)
{
	struct way *w = (struct way *)tp;
	struct http_request *r;

	while (w->http && (r = http_drop(w->http))) {
		struct trip *t = (struct trip *)r;

		crm_request_free(t->req);
		free(t);
	}
	http_free(w->http);
	buf_free(&w->site.base);
	secret_wipe(&w->site.secret);
	free(w);
}

static int
read_site(const struct crm *c, struct crm_site *site, struct err *e)
{
	struct buf pasted = {0};
	int rc = secret_load(c->project->dir, c->driver->name, &pasted, e);

	if (rc == 0)
		rc = c->driver->site(c, span_of(&pasted), site, e);
	secret_wipe(&pasted);
	if (rc == 0 && site->secret.len < SECRET_MIN)
		rc = err_set(e, ERR_ACCESS, "too short for a secret");
	if (rc == 0 && site->base.len >= CRM_BASE)
		rc = err_set(e, ERR_ACCESS, "too long for an address");
	if (rc == 0)
		rc = http_allows(buf_cstr(&site->base), e);
	if (rc == 0)
		return 0;
	snprintf(e->file, sizeof(e->file), "%s/secrets/%s", c->project->dir,
	    c->driver->name);
	snprintf(e->text + strlen(e->text), sizeof(e->text) - strlen(e->text),
	    "; what belongs there is %s", c->driver->credential);
	return -1;
}

struct crm_transport *
transport_http_open(struct crm *c, struct err *e)
{
	struct way *w = xcalloc(1, sizeof(*w));

	w->base = (struct crm_transport){
	    .start = start,
	    .wait = wait_answer,
	    .close = close_transport,
	    .slots = SLOTS,
	};
	if (read_site(c, &w->site, e) < 0) {
		close_transport(&w->base);
		return NULL;
	}
	snprintf(c->base, sizeof(c->base), "%s", buf_cstr(&w->site.base));
	w->http = http_new(&http_bounds);
	return &w->base;
}
