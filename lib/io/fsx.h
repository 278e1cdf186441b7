/* SPDX-License-Identifier: MIT */
/* Whole files: read with a bound, written durably. */
#ifndef IO_FSX_H
#define IO_FSX_H

#include "base/buf.h"
#include "base/err.h"

/* Append the file's bytes to out; fails if it is larger than max. */
int fsx_read(const char *path, size_t max, struct buf *out, struct err *e);
/* Write all n bytes, over short writes and EINTR. 0, or -1 and errno. */
int fsx_write_all(int fd, const void *p, size_t n);

#endif
