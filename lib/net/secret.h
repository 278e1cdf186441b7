/* SPDX-License-Identifier: MIT */
/*
 * What nobody else may know: the files of a project's secrets/, one secret
 * each. They are never written to a log, a record or the journal.
 */
#ifndef NET_SECRET_H
#define NET_SECRET_H

#include "base/buf.h"
#include "base/err.h"

/*
 * DIR/secrets/NAME without the blanks around it, into out, which is empty. It
 * must be a regular file of our own that nobody else may read, not empty, not
 * too large, and one line; else -1 and ERR_ACCESS, which says what to do.
 */
int secret_load(
    const char *dir, const char *name, struct buf *out, struct err *e);
/* Overwrite the bytes, then buf_free. For all that a secret was copied to. */
void secret_wipe(struct buf *b);

#endif
