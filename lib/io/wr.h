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
/*
 * Sleep for so many ms, with nothing to write. -1 and e as soon as nobody can
 * read any more what will be written.
 */
int wr_wait(struct wr *w, int ms, struct err *e);
/* Flush and close the descriptor: the last chance to notice a full disk. */
int wr_close(struct wr *w, struct err *e);

#endif
