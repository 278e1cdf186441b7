/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stdbool.h>
#include <unistd.h>

/* To the line's beginning, and nothing behind it. */
#define ERASE "\r\033[K"

static struct {
	const char *program;
	enum log_level max;
	bool status; /* a status line stands there */
} state = {.program = "ringo", .max = LOG_WARN};

void
log_open(const char *program)
{
	state.program = program;
}

void
log_level(enum log_level max)
{
	state.max = max;
}

const char *
log_program(void)
{
	return state.program;
}

static void
escape(struct buf *out, const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			buf_fmt(out, "\\x%02x", (unsigned char)*s);
		else
			buf_chr(out, *s);
	}
}

/* "+380671234567" becomes "+38067*****67"; ids with a dot are left alone. */
static void
mask(char *s)
{
	while (*s) {
		size_t n = strspn(s, "0123456789");
		bool id = s[n] == '.' || s[n] == '_';

		for (size_t i = 5; !id && n >= 10 && i < n - 2; i++)
			s[i] = '*';
		s += n;
		if (id)
			s += strcspn(s, " \t:,;");
		else if (*s)
			s++;
	}
}

void
log_line(enum log_level level, const char *fmt, ...)
{
	static const char *const names[] = {"error", "warn", "info", "debug"};
	struct buf text = {0}, line = {0};
	size_t from;
	va_list ap;
	ssize_t n;
	int need;

	if (level > state.max)
		return;
	va_start(ap, fmt);
	need = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (need < 0)
		return;
	buf_room(&text, (size_t)need);
	va_start(ap, fmt);
	vsnprintf(text.p, (size_t)need + 1, fmt, ap);
	va_end(ap);
	if (state.status)
		buf_str(&line, ERASE);
	state.status = false;
	buf_fmt(&line, "%s: %s: ", state.program, names[level]);
	from = line.len;
	escape(&line, text.p);
	if (state.max < LOG_DEBUG)
		mask(line.p + from);
	buf_chr(&line, '\n');
	n = write(STDERR_FILENO, line.p, line.len);
	(void)n; /* nowhere left to say it */
	buf_free(&text);
	buf_free(&line);
}

void
log_status(const char *text)
{
	struct buf line = {0};
	ssize_t n;

	if (!text[0] && !state.status)
		return;
	buf_fmt(&line, ERASE "%s", text);
	n = write(STDERR_FILENO, line.p, line.len);
	(void)n;
	state.status = text[0] != '\0';
	buf_free(&line);
}
