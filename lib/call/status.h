/* SPDX-License-Identifier: MIT */
/* How Ringostat's status words (`disposition`) fold into outcomes. */
#ifndef CALL_STATUS_H
#define CALL_STATUS_H

#include "base/buf.h"

#include <stdint.h>

enum status { ST_UNKNOWN, ST_ANSWERED, ST_MISSED, ST_VOICEMAIL, ST_RUNNING };

/*
 * The outcome of a status. Case and the separators blank, +, _ and - don't
 * count. Voicemail is judged first; then talk time makes any status answered,
 * a missed word too.
 */
enum status status_of(struct span word, int64_t talk_seconds);
/* "answered", "missed", "voicemail"; NULL for the others. */
const char *status_outcome(enum status s);

#endif
