/* SPDX-License-Identifier: MIT */
/*
 * The record over the scanner's index. A write builds the new line beside the
 * old one, so that what is written may come from the old one, and scans it
 * again: a scan costs a few microseconds and the index has one way to be made.
 */
#include "call/rec.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "call/recscan.h"
#include "io/jsonx.h"

#include <assert.h>
#include <unistd.h>

struct rec {
	struct recscan scan;
	struct buf next; /* the line that a write builds */
	struct buf text; /* what rec_str unescaped */
};

struct rec *
rec_new(void)
{
	struct rec *r = xcalloc(1, sizeof(*r));

	/* Failing, it leaves a seed that is merely known. */
	if (getentropy(&r->scan.seed, sizeof(r->scan.seed)) < 0)
		r->scan.seed = (uintptr_t)r;
	return r;
}

void
rec_free(struct rec *r)
{
	if (!r)
		return;
	recscan_free(&r->scan);
	buf_free(&r->next);
	buf_free(&r->text);
	free(r);
}

int
rec_parse(struct rec *r, const char *s, size_t n, struct err *e)
{
	if (n >= UINT32_MAX / 2) {
		recscan_load(&r->scan, "", 0);
		return err_set(e, ERR_INPUT, "longer than 2 GiB");
	}
	recscan_load(&r->scan, s, n);
	return recscan_run(&r->scan, e);
}

struct span
rec_line(const struct rec *r)
{
	const struct recscan *s = &r->scan;

	if (s->to == 0)
		return (struct span){0};
	return (struct span){s->line.p + s->from, s->to - s->from};
}

static const struct member *
find(const struct rec *r, const char *path)
{
	uint32_t owner = 0;

	for (;;) {
		struct span name = {path, strcspn(path, ".")};
		const struct member *m = recscan_find(&r->scan, owner, name);

		if (!m || path[name.n] == '\0')
			return m;
		if (m->type != REC_OBJECT)
			return NULL;
		owner = m->object;
		path += name.n + 1;
	}
}

static struct span
raw(const struct rec *r, const struct member *m)
{
	return (struct span){r->scan.line.p + m->val, m->val_n};
}

/* The text between a string's quotes, as it stands. */
static struct span
inner(const struct rec *r, const struct member *m)
{
	return (struct span){r->scan.line.p + m->val + 1, m->val_n - 2};
}

static bool
has_text(const struct member *m)
{
	return m && (m->type == REC_STRING || m->type == REC_NUMBER ||
			m->type == REC_TRUE || m->type == REC_FALSE);
}

enum rec_type
rec_type(const struct rec *r, const char *path)
{
	const struct member *m = find(r, path);

	return m ? m->type : REC_NONE;
}

struct span
rec_raw(const struct rec *r, const char *path)
{
	const struct member *m = find(r, path);

	return m ? raw(r, m) : (struct span){0};
}

bool
rec_text(const struct rec *r, const char *path, struct buf *out)
{
	const struct member *m = find(r, path);

	if (!has_text(m))
		return false;
	if (m->type != REC_STRING)
		buf_span(out, raw(r, m));
	else if (m->val_escaped)
		rec_unquote(out, raw(r, m));
	else
		buf_span(out, inner(r, m));
	return true;
}

struct span
rec_str(struct rec *r, const char *path)
{
	const struct member *m = find(r, path);

	if (!has_text(m))
		return (struct span){0};
	if (m->type != REC_STRING)
		return raw(r, m);
	if (!m->val_escaped)
		return inner(r, m);
	buf_clear(&r->text);
	rec_unquote(&r->text, raw(r, m));
	return (struct span){r->text.p, r->text.len};
}

bool
rec_is(struct rec *r, const char *path, const char *s)
{
	return rec_type(r, path) == REC_STRING && str_eq(rec_str(r, path), s);
}

bool
rec_int(struct rec *r, const char *path, int64_t *out)
{
	enum rec_type type = rec_type(r, path);

	return (type == REC_NUMBER || type == REC_STRING) &&
	       str_num(rec_str(r, path), INT64_MIN, INT64_MAX, out);
}

bool
rec_true(const struct rec *r, const char *path)
{
	return rec_type(r, path) == REC_TRUE;
}

/* The next member of an object behind m (NULL: the first); NULL if none. */
static const struct member *
sibling(const struct rec *r, uint32_t owner, const struct member *m)
{
	size_t i = m ? (size_t)(m - r->scan.members) + 1 : 0;

	for (; i < r->scan.n; i++)
		if (r->scan.members[i].owner == owner)
			return &r->scan.members[i];
	return NULL;
}

static const struct member *
last(const struct rec *r)
{
	for (size_t i = r->scan.n; i > 0; i--)
		if (r->scan.members[i - 1].owner == 0)
			return &r->scan.members[i - 1];
	return NULL;
}

/* Puts next[0..head) + what the caller added + line[tail..) in place. */
static void
rescan(struct rec *r, size_t tail)
{
	struct recscan *s = &r->scan;
	struct err e = {0};
	int rc;

	buf_add(&r->next, s->line.p + tail, s->to - tail);
	recscan_load(s, r->next.p, r->next.len);
	rc = recscan_run(s, &e);
	assert(rc == 0);
	(void)rc;
}

/* Begins the new line with the old one's bytes up to head. */
static void
begin(struct rec *r, size_t head)
{
	assert(r->scan.to);
	buf_clear(&r->next);
	buf_add(&r->next, r->scan.line.p + r->scan.from, head - r->scan.from);
}

void
rec_set(struct rec *r, const char *key, const char *json, size_t n)
{
	const struct member *m =
	    recscan_find(&r->scan, 0, (struct span){key, strlen(key)});
	size_t tail;

	if (m) {
		begin(r, m->val);
		tail = m->val + m->val_n;
	} else {
		m = last(r);
		tail = m ? m->val + m->val_n : r->scan.from + 1;
		begin(r, tail);
		if (m)
			buf_chr(&r->next, ',');
		json_quote(&r->next, str_span(key));
		buf_chr(&r->next, ':');
	}
	buf_add(&r->next, json, n);
	rescan(r, tail);
}

void
rec_del(struct rec *r, const char *key)
{
	const struct member *m =
	    recscan_find(&r->scan, 0, (struct span){key, strlen(key)});
	const struct member *prev = NULL, *next;

	if (!m)
		return;
	next = sibling(r, 0, m);
	for (const struct member *i = r->scan.members; i < m; i++)
		if (i->owner == 0)
			prev = i;
	/* The comma that goes is the one behind it, or else before it. */
	begin(r, next || !prev ? m->from : prev->val + prev->val_n);
	rescan(r, next ? next->from : m->val + m->val_n);
}

void
rec_each(struct rec *r, const char *path,
    void (*f)(void *ctx, struct span key, struct span raw), void *ctx)
{
	const struct member *m = *path ? find(r, path) : NULL;
	uint32_t owner = m ? m->object : 0;

	if (*path && (!m || m->type != REC_OBJECT))
		return;
	for (m = NULL; (m = sibling(r, owner, m));)
		f(ctx, recscan_key(&r->scan, m), raw(r, m));
}

/* Appends a code point as UTF-8; there is room. */
static void
put(struct buf *out, unsigned long c)
{
	char *p = out->p + out->len;

	if (c < 0x80) {
		*p++ = (char)c;
	} else if (c < 0x800) {
		*p++ = (char)(0xc0 | c >> 6);
		*p++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*p++ = (char)(0xe0 | c >> 12);
		*p++ = (char)(0x80 | (c >> 6 & 0x3f));
		*p++ = (char)(0x80 | (c & 0x3f));
	} else {
		*p++ = (char)(0xf0 | c >> 18);
		*p++ = (char)(0x80 | (c >> 12 & 0x3f));
		*p++ = (char)(0x80 | (c >> 6 & 0x3f));
		*p++ = (char)(0x80 | (c & 0x3f));
	}
	out->len = (size_t)(p - out->p);
}

void
rec_unquote(struct buf *out, struct span raw_string)
{
	static const char letters[] = "bfnrt", named[] = "\b\f\n\r\t";
	const char *p = raw_string.p + 1, *end, *found;
	unsigned long c;

	assert(raw_string.n >= 2 && *raw_string.p == '"');
	end = raw_string.p + raw_string.n - 1;
	buf_room(out, raw_string.n); /* text is never longer than its escapes */
	while (p < end) {
		const char *slash = memchr(p, '\\', (size_t)(end - p));

		buf_add(out, p, (size_t)((slash ? slash : end) - p));
		if (!slash)
			break;
		p = slash + 2;
		if (*(p - 1) != 'u') {
			found = strchr(letters, *(p - 1));
			put(out, found ? (unsigned char)named[found - letters]
				       : (unsigned char)*(p - 1));
			continue;
		}
		c = (unsigned long)recscan_hex4(p);
		p += 4;
		if (c >= 0xd800 && c <= 0xdbff) {
			c = 0x10000 + ((c - 0xd800) << 10) +
			    ((unsigned long)recscan_hex4(p + 2) - 0xdc00);
			p += 6;
		}
		put(out, c);
	}
	buf_room(out, 1);
	out->p[out->len] = '\0';
}
