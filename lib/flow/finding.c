/* SPDX-License-Identifier: MIT */
#include "flow/finding.h"

#include "base/str.h"
#include "io/jsonx.h"

#include <stdarg.h>

static const char *const severities[] = {"error", "warning", "note"};

/* Names of files may be any bytes. */
static json_t *
string_new(struct span s)
{
	struct buf quoted = {0};
	json_t *v;

	json_quote(&quoted, s);
	v = json_stored_load(quoted.p);
	buf_free(&quoted);
	return v;
}

static void
add(json_t *list, enum severity severity, const char *code, const char *subject,
    struct span text, const char *mend)
{
	json_t *x = json_object();

	json_put(x, "severity", severities[severity]);
	json_put(x, "code", code);
	json_object_set_new(x, "subject", string_new(str_span(subject)));
	json_object_set_new(x, "text", string_new(text));
	json_object_set_new(x, "mend", string_new(str_span(mend)));
	json_array_append_new(list, x);
}

void
finding_add(json_t *list, enum severity severity, const char *code,
    const char *subject, const char *mend, const char *fmt, ...)
{
	struct buf text = {0};
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	buf_room(&text, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(text.p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	add(list, severity, code, subject, (struct span){text.p, (size_t)n},
	    mend);
	buf_free(&text);
}

void
finding_said(json_t *list, enum severity severity, const char *code,
    const char *subject, const char *said, const char *mend)
{
	const char *behind = strstr(said, "; ");
	struct span text = str_span(said);

	if (behind) {
		text.n = (size_t)(behind - said);
		mend = behind + 2;
	}
	add(list, severity, code, subject, text, mend);
}

bool
finding_any(const json_t *list)
{
	json_t *x;
	size_t i;

	json_array_foreach (list, i, x)
		if (strcmp(json_str(x, "severity"), severities[FINDING_NOTE]) !=
		    0)
			return true;
	return false;
}
