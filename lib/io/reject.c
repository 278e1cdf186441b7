/* SPDX-License-Identifier: MIT */
#include "io/reject.h"

#include "base/log.h"
#include "base/str.h"
#include "base/xalloc.h"
#include "io/fsx.h"
#include "io/jsonx.h"

#include <fcntl.h>
#include <unistd.h>

struct rejects {
	char *path;
	int fd;
	long count;
};

struct rejects *
rej_new(const char *path)
{
	struct rejects *r = xcalloc(1, sizeof(*r));

	r->path = path ? xstrdup(path) : NULL;
	r->fd = -1;
	return r;
}

void
rej_free(struct rejects *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	free(r->path);
	free(r);
}

long
rej_count(const struct rejects *r)
{
	return r->count;
}

static void
base64(struct buf *out, struct span s)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)s.p;

	for (size_t i = 0; i < s.n; i += 3) {
		size_t left = s.n - i;
		unsigned v = (unsigned)p[i] << 16 |
			     (left > 1 ? (unsigned)p[i + 1] << 8 : 0) |
			     (left > 2 ? (unsigned)p[i + 2] : 0);

		buf_chr(out, set[v >> 18]);
		buf_chr(out, set[v >> 12 & 63]);
		buf_chr(out, left > 1 ? set[v >> 6 & 63] : '=');
		buf_chr(out, left > 2 ? set[v & 63] : '=');
	}
}

static void
compose(struct buf *b, const char *what, long no, const char *reason,
    struct span raw)
{
	buf_str(b, "{\"program\":");
	json_quote(b, str_span(log_program()));
	buf_fmt(b, ",\"%s\":%ld,\"reason\":", what, no);
	json_quote(b, str_span(reason));
	if (str_utf8(raw)) {
		buf_str(b, ",\"raw\":");
		json_quote(b, raw);
	} else {
		buf_str(b, ",\"raw_base64\":\"");
		base64(b, raw);
		buf_chr(b, '"');
	}
	buf_str(b, "}\n");
}

int
rej_add(struct rejects *r, const char *what, long no, const char *reason,
    struct span raw, struct err *e)
{
	struct buf b = {0};
	int rc = 0;

	r->count++;
	log_error("%s %ld: %s", what, no, reason);
	if (!r->path)
		return 0;
	if (r->fd < 0)
		r->fd = fsx_open(
		    r->path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW);
	if (r->fd < 0)
		return err_sys(e, ERR_IO, "%s", r->path);
	compose(&b, what, no, reason, raw);
	if (fsx_write_all(r->fd, b.p, b.len) < 0)
		rc = err_sys(e, ERR_IO, "%s", r->path);
	buf_free(&b);
	return rc;
}
