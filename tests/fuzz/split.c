/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: the same rows whether the input comes whole, in pieces or byte by
 * byte; nothing is larger than it may be; the elements of a valid array are
 * cut as jansson cuts them. The first byte chooses the limit.
 */
#include "io/split.h"

#include "base/str.h"
#include "io/rd.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

struct rows {
	struct buf text;
	long good, bad;
};

static void
collect(int fd, size_t max, struct rows *out)
{
	struct rd *in = rd_new(fd, NULL, 1);
	struct split *s = split_new(in, max);
	struct span row;

	for (;;) {
		struct err e = {0};
		enum split_got got = split_next(s, &row, &e);

		if (got == SPLIT_END)
			break;
		must(got != SPLIT_FAIL, "there is no read error");
		must((got == SPLIT_BAD) == (e.kind != ERR_NONE),
		    "why it is bad");
		must(row.n <= max, "no row is longer than max");
		must(got == SPLIT_BAD || row.n > 0, "a row is not empty");
		out->good += got == SPLIT_ROW;
		out->bad += got == SPLIT_BAD;
		must(out->good + out->bad == split_row(s), "rows are counted");
		buf_fmt(
		    &out->text, "%ld:%s:%zu:", split_line(s), e.text, row.n);
		buf_span(&out->text, row);
		buf_chr(&out->text, '\n');
	}
	split_free(s);
	rd_free(in);
}

/* In packets of k bytes, each of which is one read(2); 0: as one file. */
static void
feed(const uint8_t *p, size_t n, size_t k, size_t max, struct rows *out)
{
	static FILE *f; /* kept, for speed */
	int fd[2];

	if (k == 0) {
		if (!f)
			f = tmpfile();
		must(f && ftruncate(fileno(f), 0) == 0 &&
			 pwrite(fileno(f), p, n, 0) == (ssize_t)n &&
			 lseek(fileno(f), 0, SEEK_SET) == 0,
		    "a file");
		collect(fileno(f), max, out);
		return;
	}
	must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) == 0, "a socket");
	for (size_t i = 0; i < n; i += k)
		must(send(fd[1], p + i, n - i < k ? n - i : k, 0) > 0, "sent");
	close(fd[1]);
	collect(fd[0], max, out);
	close(fd[0]);
}

static void
as_jansson(const uint8_t *p, size_t n, const struct rows *rows)
{
	json_error_t e;
	json_t *j;

	/* Its own reading of a NUL behind a number differs. */
	if (n == 0 || memchr(p, 0, n))
		return;
	j = json_loadb(
	    (const char *)p, n, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &e);
	if (json_is_array(j)) {
		must(rows->bad == 0, "a valid array has no bad rows");
		must(rows->good == (long)json_array_size(j),
		    "a valid array has its elements");
	}
	json_decref(j);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rows whole = {0}, bytes = {0}, pieces = {0};
	size_t max = 1 << 20;

	if (size < 1)
		return 0;
	if (size > 200)
		size = 200; /* so many packets a socket takes */
	if (*data & 1)
		max = 1 + *data / 2u;
	data++;
	size--;
	feed(data, size, 0, max, &whole);
	feed(data, size, 1, max, &bytes);
	feed(data, size, 7, max, &pieces);
	must(strcmp(buf_cstr(&whole.text), buf_cstr(&bytes.text)) == 0 &&
		 whole.text.len == bytes.text.len,
	    "the same byte by byte");
	must(strcmp(buf_cstr(&whole.text), buf_cstr(&pieces.text)) == 0 &&
		 whole.text.len == pieces.text.len,
	    "the same in pieces");
	if (max == 1 << 20)
		as_jansson(data, size, &whole);
	buf_free(&whole.text);
	buf_free(&bytes.text);
	buf_free(&pieces.text);
	return 0;
}
