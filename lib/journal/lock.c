/* SPDX-License-Identifier: MIT */
/*
 * Open-file-description locks: not lost when some library closes another
 * descriptor of the same file, as POSIX record locks are. They don't nest, so
 * slots are counted here. Not a byte of journal.db itself: SQLite's own locks
 * live there.
 */
#include "journal/lock.h"

#include "base/buf.h"
#include "base/xalloc.h"
#include "io/fsx.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

enum { SLOTS = 1 << 20, BUCKETS = 1024 };

struct held {
	uint32_t slot;
	unsigned count;
	struct held *next;
};

struct locks {
	int fd;
	struct held *held[BUCKETS];
};

struct locks *
locks_open(const char *dir, struct err *e)
{
	struct locks *l = xcalloc(1, sizeof(*l));
	struct buf path = {0};

	buf_fmt(&path, "%s/journal.lock", dir);
	l->fd = fsx_open(path.p, O_RDWR | O_CREAT | O_NOFOLLOW);
	if (l->fd < 0) {
		err_sys(e, ERR_IO, "%s", path.p);
		free(l);
		l = NULL;
	}
	buf_free(&path);
	return l;
}

void
locks_close(struct locks *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (l->held[i]) {
			struct held *h = l->held[i];

			l->held[i] = h->next;
			free(h);
		}
	}
	close(l->fd);
	free(l);
}

/* FNV-1a: spread, not secrecy. */
static uint32_t
slot_of(const char *client)
{
	uint32_t h = 2166136261u;

	for (; *client; client++)
		h = (h ^ (unsigned char)*client) * 16777619u;
	return (h ^ h >> 20) % SLOTS;
}

static int
set_byte(struct locks *l, uint32_t slot, short type)
{
	struct flock f = {
	    .l_type = type, .l_whence = SEEK_SET, .l_start = slot, .l_len = 1};
	int rc;

	do
		rc = fcntl(l->fd, F_OFD_SETLK, &f);
	while (rc < 0 && errno == EINTR);
	return rc;
}

int
lock_take(struct locks *l, const char *client, struct err *e)
{
	uint32_t slot = slot_of(client);
	struct held *h = l->held[slot % BUCKETS];

	while (h && h->slot != slot)
		h = h->next;
	if (h) {
		h->count++;
		return 1;
	}
	if (set_byte(l, slot, F_WRLCK) < 0) {
		if (errno == EAGAIN || errno == EACCES)
			return 0;
		return err_sys(e, ERR_IO, "journal.lock");
	}
	h = xcalloc(1, sizeof(*h));
	*h = (struct held){slot, 1, l->held[slot % BUCKETS]};
	l->held[slot % BUCKETS] = h;
	return 1;
}

void
lock_drop(struct locks *l, const char *client)
{
	uint32_t slot = slot_of(client);
	struct held **p = &l->held[slot % BUCKETS], *h;

	while (*p && (*p)->slot != slot)
		p = &(*p)->next;
	h = *p;
	assert(h);
	if (--h->count)
		return;
	*p = h->next;
	free(h);
	set_byte(l, slot, F_UNLCK);
}
