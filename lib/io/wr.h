/* SPDX-License-Identifier: MIT */
/* Writes whole records to a descriptor through a buffer. */
#ifndef IO_WR_H
#define IO_WR_H

#include "base/buf.h"
#include "base/err.h"

struct wr;

/* fd stays the caller's. */
struct wr *wr_new(int fd);
void wr_free(struct wr *w);
/* Adds a line and its newline. 0, or -1 if a flush on the way failed. */
int wr_line(struct wr *w, struct span line, struct err *e);
/* Writes what is buffered, in full. After a failure all later calls fail. */
int wr_flush(struct wr *w, struct err *e);
/* Flush and close the descriptor: the last chance to notice a full disk. */
int wr_close(struct wr *w, struct err *e);

#endif
