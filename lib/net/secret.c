/* SPDX-License-Identifier: MIT */
#include "net/secret.h"

#include "base/str.h"
#include "io/fsx.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_MAX = 64 << 10 };

void
secret_wipe(struct buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->cap);
	buf_free(b);
}

/* Is the open file one that only we can have written and can read? */
static int
is_safe(int fd, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(e, ERR_ACCESS, "can't be looked at");
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_ACCESS, "is no regular file");
	if (st.st_uid != geteuid())
		return err_set(e, ERR_ACCESS,
		    "belongs to another user; chown it to the one who runs "
		    "ringo");
	if (st.st_mode & 077)
		return err_set(e, ERR_ACCESS,
		    "others may read or change it (mode %03o); run chmod 600 "
		    "on it, and think of a new secret",
		    (unsigned)(st.st_mode & 0777));
	if (st.st_size > SECRET_MAX)
		return err_set(e, ERR_ACCESS, "is too large for a secret");
	return 0;
}

static int
read_all(int fd, struct buf *out, struct err *e)
{
	ssize_t n = 1;

	buf_room(out, SECRET_MAX + 1); /* at once: no copy is left behind */
	while (n != 0 && out->len <= SECRET_MAX) {
		n = read(fd, out->p + out->len, SECRET_MAX + 1 - out->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, ERR_ACCESS, "can't be read");
		out->len += (size_t)n;
	}
	out->p[out->len] = '\0';
	if (out->len > SECRET_MAX)
		return err_set(e, ERR_ACCESS, "is too large for a secret");
	return 0;
}

static int
trim(struct buf *b, struct err *e)
{
	struct span s = str_trim((struct span){b->p, b->len});

	memmove(b->p, s.p, s.n);
	buf_cut(b, s.n);
	if (b->len == 0)
		return err_set(e, ERR_ACCESS, "is empty");
	for (size_t i = 0; i < b->len; i++)
		if ((unsigned char)b->p[i] < ' ' || b->p[i] == 0x7f)
			return err_set(e, ERR_ACCESS,
			    "has control bytes or several lines; a secret is "
			    "one line");
	return 0;
}

/* A fifo that nobody writes to must not hold us up: hence O_NONBLOCK. */
static int
load(const char *path, struct buf *out, struct err *e)
{
	int fd = fsx_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	int rc;

	if (fd < 0 && errno == ENOENT)
		return err_set(e, ERR_ACCESS, "is missing");
	if (fd < 0 && errno == ELOOP)
		return err_set(e, ERR_ACCESS,
		    "is a symbolic link; put the file itself there");
	if (fd < 0)
		return err_sys(e, ERR_ACCESS, "can't be opened");
	rc = is_safe(fd, e);
	if (rc == 0)
		rc = read_all(fd, out, e);
	if (rc == 0)
		rc = trim(out, e);
	close(fd);
	return rc;
}

int
secret_load(const char *dir, const char *name, struct buf *out, struct err *e)
{
	struct buf path = {0};
	int rc;

	buf_fmt(&path, "%s/secrets/%s", dir, name);
	rc = load(path.p, out, e);
	if (rc < 0) {
		secret_wipe(out);
		snprintf(e->file, sizeof(e->file), "%s", path.p);
	}
	buf_free(&path);
	return rc;
}
