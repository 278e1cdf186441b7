/* SPDX-License-Identifier: MIT */
/*
 * What a check has found, each with how to mend it: a JSON array of
 * {"severity","code","subject","text","mend"}, all strings. subject is the
 * file, employee or entity it is about; text says what is wrong.
 */
#ifndef FLOW_FINDING_H
#define FLOW_FINDING_H

#include <jansson.h>
#include <stdbool.h>

enum severity {
	FINDING_ERROR,   /* calls will get lost, wait or go wrong */
	FINDING_WARNING, /* it works, and hardly as it is meant */
	FINDING_NOTE,    /* nothing is wrong with it */
};

/* code is for programs: it never changes. */
void finding_add(json_t *list, enum severity severity, const char *code,
    const char *subject, const char *mend, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));
/*
 * One that is said in one piece: behind its first "; " stands how to mend it.
 * mend is for what has no such part.
 */
void finding_said(json_t *list, enum severity severity, const char *code,
    const char *subject, const char *said, const char *mend);
/* Are there any but notes? */
bool finding_any(const json_t *list);

#endif
