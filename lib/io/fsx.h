/* SPDX-License-Identifier: MIT */
/* Whole files, and the room for them. */
#ifndef IO_FSX_H
#define IO_FSX_H

#include "base/buf.h"
#include "base/err.h"

/* open(2), close-on-exec, 0600 if it is made; interrupted, it tries again. */
int fsx_open(const char *path, int flags);
/* Append the file's bytes to out; fails if it is larger than max. */
int fsx_read(const char *path, size_t max, struct buf *out, struct err *e);
/* Write all n bytes, over short writes and EINTR. 0, or -1 and errno. */
int fsx_write_all(int fd, const void *p, size_t n);
/*
 * Room on the file system of path, in bytes: what is free for us, and how much
 * there is in all. 0, or -1 and e.
 */
int fsx_space(const char *path, int64_t *avail, int64_t *all, struct err *e);

#endif
