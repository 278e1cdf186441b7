/* SPDX-License-Identifier: MIT */
#include "io/fsx.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

int
fsx_open(const char *path, int flags)
{
	int fd;

	do
		fd = open(path, flags | O_CLOEXEC, 0600);
	while (fd < 0 && errno == EINTR);
	return fd;
}

int
fsx_read(const char *path, size_t max, struct buf *out, struct err *e)
{
	int fd = fsx_open(path, O_RDONLY);
	size_t had = out->len;
	ssize_t n = 1;

	if (fd < 0)
		return err_sys(e, ERR_CONFIG, "can't be opened");
	while (n != 0 && out->len - had <= max) {
		buf_room(out, 64 << 10);
		n = read(fd, out->p + out->len, 64 << 10);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		out->len += (size_t)n;
		out->p[out->len] = '\0';
	}
	if (n < 0)
		err_sys(e, ERR_IO, "can't be read");
	else if (out->len - had > max)
		err_set(e, ERR_CONFIG, "larger than %zu bytes", max);
	close(fd);
	return e->kind == ERR_NONE ? 0 : -1;
}

int
fsx_write_all(int fd, const void *p, size_t n)
{
	const char *c = p;

	while (n) {
		ssize_t done = write(fd, c, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		c += done;
		n -= (size_t)done;
	}
	return 0;
}

int
fsx_space(const char *path, int64_t *avail, int64_t *all, struct err *e)
{
	struct statvfs fs;

	if (statvfs(path, &fs) < 0)
		return err_sys(e, ERR_IO, "%s", path);
	*avail = (int64_t)(fs.f_bavail * fs.f_frsize);
	*all = (int64_t)(fs.f_blocks * fs.f_frsize);
	return 0;
}
