/* SPDX-License-Identifier: MIT */
/* The records of one client in hand: one runs, the others stand in line. */
#include "flow/job.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "flow/emit.h"

enum {
	WAITING_MAX = 8,   /* records of one client behind the one that runs */
	RENEW_MS = 120000, /* how often replay is told what is in hand */
};

/* The jobs of one client in hand: one runs, the others wait in order. */
struct caller {
	struct job *running;
	struct queue_of_jobs waiting;
	size_t n; /* waiting */
};

static void
free_client(void *ctx, void *value)
{
	struct caller *c = value;

	(void)ctx;
	jobs_free(&c->waiting);
	free(c);
}

void
lines_free(struct deliver *d)
{
	map_each(&d->clients, free_client, NULL);
	map_free(&d->clients);
}

/* Into its client's line, which is in the order of the journal. */
static void
stand_in_line(struct caller *c, struct job *j)
{
	struct job **p = &c->waiting.head;

	while (*p && (*p)->row.id < j->row.id)
		p = &(*p)->next;
	j->place = AT_CLIENT;
	j->next = *p;
	*p = j;
	if (!j->next)
		c->waiting.tail = &j->next;
	c->n++;
}

/* The last of a client's line; it leaves it. */
static struct job *
last_in_line(struct caller *c)
{
	struct job **p = &c->waiting.head, *j;

	while ((*p)->next)
		p = &(*p)->next;
	j = *p;
	*p = NULL;
	c->waiting.tail = p;
	c->n--;
	return j;
}

static void
let_run(struct deliver *d, struct caller *c, struct job *j)
{
	c->running = j;
	job_move(d, j, AT_READY);
}

/* Behind the earlier records of its client; the latest are set aside. */
int
line_enter(struct deliver *d, struct job *j, struct err *e)
{
	struct caller *c = map_get(&d->clients, j->keys.client);

	if (!c) {
		c = xcalloc(1, sizeof(*c));
		jobs_init(&c->waiting);
		map_set(&d->clients, j->keys.client, c);
		let_run(d, c, j);
		return 0;
	}
	stand_in_line(c, j);
	if (c->n <= WAITING_MAX)
		return 0;
	j = last_in_line(c);
	j->aside = true;
	return job_set_aside(d, j, "many records of this client before it", e);
}

bool
job_yield(struct deliver *d, struct job *j, const char *key)
{
	struct caller *c = map_get(&d->clients, j->keys.client);
	struct job *first = c->waiting.head;

	/* The line is in order: if it is there, it stands first. */
	if (!first || strcmp(first->keys.record, key) != 0)
		return false;
	jobs_take(&c->waiting);
	c->n--;
	lock_drop(d->locks, j->keys.client);
	j->locked = false;
	stand_in_line(c, j);
	let_run(d, c, first);
	return true;
}

/* The client's next record may run. */
void
line_next(struct deliver *d, const char *client)
{
	struct caller *c = map_get(&d->clients, client);
	struct job *j = jobs_take(&c->waiting);

	if (j) {
		c->n--;
		let_run(d, c, j);
		return;
	}
	map_del(&d->clients, client);
	free(c);
}

struct renewal {
	struct journal *journal;
	int64_t until;
	int rc;
	struct err *e;
};

static void
renew_job(struct renewal *r, const struct job *j)
{
	if (r->rc == 0 && j->place != AT_END)
		r->rc = jnl_renew(r->journal, j->row.id, r->until, r->e);
}

static void
renew_client(void *ctx, void *value)
{
	const struct caller *c = value;

	renew_job(ctx, c->running);
	for (const struct job *j = c->waiting.head; j; j = j->next)
		renew_job(ctx, j);
}

/* Hide what is in hand for longer: replay must not emit it a second time. */
int
lines_renew(struct deliver *d, struct err *e)
{
	struct renewal r = {.journal = d->su->journal,
	    .until = clock_now() + EMIT_HIDE_MS,
	    .e = e};
	int64_t now = clock_mono();

	if (now - d->renewed < RENEW_MS)
		return 0;
	d->renewed = now;
	map_each(&d->clients, renew_client, &r);
	return r.rc;
}
