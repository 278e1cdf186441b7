/* SPDX-License-Identifier: MIT */
#include "matrix/ai.h"

#include "base/str.h"
#include "matrix/rules.h"

/* Parts in the order in which people read them. */
struct part {
	const char *label; /* name of the text */
	const char *path;
	const char *why; /* path of the explanation, NULL: none */
};

static const struct part parts[] = {
    {"ai-summary", "ai.summary", NULL},
    {"ai-mood-client", "ai.mood.client", NULL},
    {"ai-mood-operator", "ai.mood.operator", NULL},
    {"ai-mood-overall", "ai.mood.overall", NULL},
    {"ai-opening", "ai.marks.opening.mark", "ai.marks.opening.why"},
    {"ai-needs", "ai.marks.needs.mark", "ai.marks.needs.why"},
    {"ai-presentation", "ai.marks.presentation.mark",
	"ai.marks.presentation.why"},
    {"ai-closing", "ai.marks.closing.mark", "ai.marks.closing.why"},
    {"ai-overall", "ai.marks.overall.mark", "ai.marks.overall.why"},
    {"ai-details", "ai.details", NULL},
};
static const struct part last_parts[] = {
    {"ai-good", "ai.good", NULL},
    {"ai-attention", "ai.attention.mark", "ai.attention.why"},
};

static void
put_label(const struct matrix *m, const char *name, struct buf *out)
{
	const struct text *t = matrix_text(m, name);

	if (out->len)
		buf_chr(out, '\n');
	buf_fmt(out, "%s: ", t ? t->body : name + strlen("ai-"));
}

static void
put_part(const struct matrix *m, struct rec *rec, const struct part *p,
    struct buf *out)
{
	struct buf value = {0}, reason = {0};

	if (rec_text(rec, p->path, &value) && value.len) {
		put_label(m, p->label, out);
		buf_add(out, value.p, value.len);
		if (p->why && rec_text(rec, p->why, &reason) && reason.len)
			buf_fmt(out, " (%s)", reason.p);
	}
	buf_free(&value);
	buf_free(&reason);
}

struct others {
	struct buf *out;
	size_t n;
};

static void
put_other(void *ctx, struct span key, struct span raw)
{
	struct others *o = ctx;

	buf_str(o->out, o->n++ ? "; " : "");
	buf_span(o->out, key);
	buf_str(o->out, " ");
	if (raw.n && raw.p[0] == '"')
		rec_unquote(o->out, raw);
	else
		buf_span(o->out, raw);
}

/* Profile parameters: filler words, profanity, whatever the profile asks. */
static void
put_others(const struct matrix *m, struct rec *rec, struct buf *out)
{
	const struct text *none = matrix_text(m, "ai-none");
	struct others o = {out, 0};

	if (rec_type(rec, "ai.parameters") != REC_OBJECT)
		return;
	put_label(m, "ai-parameters", out);
	rec_each(rec, "ai.parameters", put_other, &o);
	if (o.n == 0)
		buf_str(out, none ? none->body : "none");
}

void
ai_text(const struct matrix *m, struct rec *rec, struct buf *out)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		put_part(m, rec, &parts[i], out);
	put_others(m, rec, out);
	for (size_t i = 0; i < sizeof(last_parts) / sizeof(*last_parts); i++)
		put_part(m, rec, &last_parts[i], out);
}
