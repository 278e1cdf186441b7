/* SPDX-License-Identifier: MIT */
#include "flow/emit.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "call/rec.h"

enum { BATCH = 256 };

struct out {
	int64_t id, until;
};

struct emitter {
	struct journal *j;
	int64_t since;
	struct rec *rec;
	struct out out[EMIT_OUT_MAX];
	size_t nout;
	long emitted;
	struct buf batch; /* lines, each with its newline */
	size_t had;       /* nout before this batch */
	bool full;        /* something is due, and too many are out */
};

struct emitter *
emt_new(struct journal *j, int64_t since)
{
	struct emitter *m = xcalloc(1, sizeof(*m));

	m->j = j;
	m->since = since;
	m->rec = rec_new();
	return m;
}

void
emt_free(struct emitter *m)
{
	if (!m)
		return;
	rec_free(m->rec);
	buf_free(&m->batch);
	free(m);
}

/* Forget those that are finished, held again, or seen again by now. */
static int
settle_out(struct emitter *m, struct err *e)
{
	int64_t now = clock_now();
	size_t n = 0;

	for (size_t i = 0; i < m->nout; i++) {
		int64_t until = m->out[i].until;
		int rc = jnl_hidden(
		    m->j, m->out[i].id, until > now ? until : now + 1, e);

		if (rc < 0)
			return -1;
		if (rc > 0)
			m->out[n++] = m->out[i];
	}
	m->nout = n;
	return 0;
}

long
emt_emitted(const struct emitter *m)
{
	return m->emitted;
}

long
emt_out(struct emitter *m, struct err *e)
{
	return settle_out(m, e) < 0 ? -1 : (long)m->nout;
}

/* True if this process has emitted it: no reason to keep others back. */
static bool
is_ours(void *ctx, int64_t id, int64_t until)
{
	const struct emitter *m = ctx;

	for (size_t i = 0; i < m->nout; i++)
		if (m->out[i].id == id)
			return i >= m->had || until >= m->out[i].until;
	return false;
}

/* A record whose actions have begun says so: its plan is in the journal. */
static int
add(struct emitter *m, const struct jnl_record *r, struct err *e)
{
	static const char started[] = "{\"started\":true}";
	struct err bad = {0};

	if (rec_parse(m->rec, r->body, strlen(r->body), &bad) < 0)
		return err_set(
		    e, ERR_IO, "journal.db: record %s: %s", r->key, bad.text);
	if (r->plan)
		rec_set(m->rec, "plan", started, strlen(started));
	buf_span(&m->batch, rec_line(m->rec));
	buf_chr(&m->batch, '\n');
	m->out[m->nout++] = (struct out){r->id, clock_now() + EMIT_HIDE_MS};
	return 0;
}

static int
take(void *ctx, const struct jnl_record *r, struct err *e)
{
	struct emitter *m = ctx;
	int rc = jnl_before(m->j, r, clock_now(), m->since, is_ours, m, e);

	if (rc)
		return rc < 0 ? -1 : 0;
	m->full = EMIT_OUT_MAX - m->had < BATCH;
	if (m->full)
		return 1;
	if (add(m, r, e) < 0)
		return -1;
	return m->nout - m->had == BATCH;
}

static int
hide(struct emitter *m, struct err *e)
{
	for (size_t i = m->had; i < m->nout; i++)
		if (jnl_hide(m->j, m->out[i].id, m->out[i].until, e) < 0)
			return -1;
	return jnl_commit(m->j, e);
}

static int
print(struct emitter *m, int (*out)(void *ctx, struct span line, struct err *e),
    void *ctx, struct err *e)
{
	struct span s = {buf_cstr(&m->batch), m->batch.len};
	int rc = 0;

	while (rc == 0 && s.n) {
		size_t n = (size_t)((const char *)memchr(s.p, '\n', s.n) - s.p);

		rc = out(ctx, (struct span){s.p, n}, e);
		s = (struct span){s.p + n + 1, s.n - n - 1};
	}
	return rc;
}

int
emt_step(struct emitter *m,
    int (*out)(void *ctx, struct span line, struct err *e), void *ctx,
    struct err *e)
{
	if (settle_out(m, e) < 0)
		return -1;
	m->had = m->nout;
	m->full = false;
	buf_clear(&m->batch);
	/* What another replay hides meanwhile isn't emitted by both. */
	if (jnl_begin(m->j, e) < 0 ||
	    jnl_due(m->j, clock_now(), m->since, take, m, e) < 0)
		return -1;
	if (m->nout == m->had)
		return jnl_commit(m->j, e) < 0 ? -1 : m->full ? 2 : 0;
	if (hide(m, e) < 0 || print(m, out, ctx, e) < 0)
		return -1;
	m->emitted += (long)(m->nout - m->had);
	return 1;
}
