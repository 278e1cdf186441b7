/* SPDX-License-Identifier: MIT */
#include "base/err.h"

#include "base/exits.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdarg.h>

int
err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (e->kind != ERR_NONE)
		return -1;
	e->kind = kind;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return -1;
}

int
err_sys(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;
	size_t n;

	if (e->kind != ERR_NONE)
		return -1;
	e->kind = kind;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof(e->text) - n, ": %s", strerror(saved));
	return -1;
}

const char *
err_text(const struct err *e, char *out, size_t size)
{
	if (e->file[0] && e->line)
		snprintf(out, size, "%s:%ld: %s", e->file, e->line, e->text);
	else if (e->file[0])
		snprintf(out, size, "%s: %s", e->file, e->text);
	else
		snprintf(out, size, "%s", e->text);
	return out;
}

int
err_exit(const struct err *e)
{
	switch (e->kind) {
	case ERR_NONE:
		return EXITS_OK;
	case ERR_INPUT:
		return EXITS_REJECT;
	case ERR_CONFIG:
		return EXITS_CONFIG;
	case ERR_ACCESS:
		return EXITS_ACCESS;
	case ERR_IO:
		return EXITS_IO;
	}
	return EXITS_BUG;
}

void
errs_add(struct errs *es, const char *file, long line, const char *fmt, ...)
{
	struct err *e;
	va_list ap;

	es->v = xrealloc(es->v, es->n + 1, sizeof(*es->v));
	e = &es->v[es->n++];
	*e = (struct err){.kind = ERR_CONFIG, .line = line};
	if (file)
		snprintf(e->file, sizeof(e->file), "%s", file);
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
}

void
errs_free(struct errs *es)
{
	free(es->v);
	*es = (struct errs){0};
}
