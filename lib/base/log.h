/* SPDX-License-Identifier: MIT */
/*
 * Lines for people on stderr: "PROGRAM: LEVEL: CONTEXT: text", one write(2) a
 * line, control bytes escaped, long digit runs (phone numbers) masked unless
 * -vv was given. The only mutable state of the library besides the clock's
 * override.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Before the first line. program must outlive the process. */
void log_open(const char *program);
/* What is written: -q LOG_ERROR, default LOG_WARN, -v LOG_INFO, -vv DEBUG. */
void log_level(enum log_level max);
/* The program's name as log_open got it. */
const char *log_program(void);

void log_line(enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * A line that tells how far it is, for a terminal: each takes the place of the
 * one before and of no other line. "" removes it.
 */
void log_status(const char *text);

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_line(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)

#endif
