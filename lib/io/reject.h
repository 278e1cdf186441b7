/* SPDX-License-Identifier: MIT */
/*
 * Lines that no program could take: kept with their reason, one JSON object a
 * line, so that nothing is lost and `jq -r .raw` brings them back:
 *
 *   {"program":"ringo-match","line":12,"reason":"…","raw":"…"}
 *
 * A raw line that isn't UTF-8 stands as "raw_base64" instead. The file is
 * appended to, mode 0600. Without a file only number and reason go to stderr.
 */
#ifndef IO_REJECT_H
#define IO_REJECT_H

#include "base/buf.h"
#include "base/err.h"

struct rejects;

/* path may be NULL (stderr only); the file is made with the first reject. */
struct rejects *rej_new(const char *path);
void rej_free(struct rejects *r);
/* what is "line" or "row". -1 if the line could not be kept: end with 74. */
int rej_add(struct rejects *r, const char *what, long no, const char *reason,
    struct span raw, struct err *e);
/* How many there were. */
long rej_count(const struct rejects *r);

#endif
