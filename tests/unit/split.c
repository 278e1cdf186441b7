/* SPDX-License-Identifier: MIT */
#include "io/split.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "io/rd.h"

#include "../tap.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define S(s) s, sizeof(s) - 1 /* a literal that may contain NUL */

enum { MAX = 1 << 20 };

/* All that comes out of fd, a line each: "+row" or "-row: why", NUL as @. */
static void
collect(int fd, size_t max, struct buf *out)
{
	struct rd *in = rd_new(fd, NULL, 1);
	struct split *s = split_new(in, max);
	struct span row;
	enum split_got got;

	buf_clear(out);
	do {
		struct err e = {0};

		got = split_next(s, &row, &e);
		if (got == SPLIT_ROW)
			buf_chr(out, '+');
		else if (got == SPLIT_BAD)
			buf_chr(out, '-');
		else
			break;
		for (size_t i = 0; i < row.n; i++)
			buf_chr(out, row.p[i] ? row.p[i] : '@');
		if (got == SPLIT_BAD)
			buf_fmt(out, ": %s", e.text);
		buf_chr(out, '\n');
	} while (got != SPLIT_FAIL);
	if (got == SPLIT_FAIL)
		buf_str(out, "failed\n");
	split_free(s);
	rd_free(in);
}

/* The input in one piece, as from a file. */
static void
whole(const char *p, size_t n, size_t max, struct buf *out)
{
	FILE *f = tmpfile();

	if (!f || fwrite(p, 1, n, f) != n || fflush(f) != 0 ||
	    lseek(fileno(f), 0, SEEK_SET) != 0)
		exit(99);
	collect(fileno(f), max, out);
	fclose(f);
}

/* The input in packets of k bytes, each of which is one read(2). */
static void
pieces(const char *p, size_t n, size_t k, size_t max, struct buf *out)
{
	int fd[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) < 0)
		exit(99);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		close(fd[0]);
		for (; n; p += k, n -= k) {
			k = k < n ? k : n;
			if (write(fd[1], p, k) < 0)
				break;
		}
		_exit(0);
	}
	close(fd[1]);
	collect(fd[0], max, out);
	close(fd[0]);
	waitpid(pid, NULL, 0);
}

struct row {
	const char *promise, *in;
	size_t n;
	const char *want;
};

static const struct row good[] = {
    {"no input", S(""), ""},
    {"nothing but blanks", S(" \n\t\r\n"), ""},
    {"nothing but a BOM", S("\xef\xbb\xbf"), ""},
    {"lines", S("{\"a\":1}\n{\"b\":2}\n"), "+{\"a\":1}\n+{\"b\":2}\n"},
    {"a last line without newline", S("{\"a\":1}\n{\"b\":2}"),
	"+{\"a\":1}\n+{\"b\":2}\n"},
    {"CRLF, blank lines and blanks around", S("{\"a\":1}\r\n\r\n \t{} \r\n"),
	"+{\"a\":1}\n+{}\n"},
    {"a BOM before lines", S("\xef\xbb\xbf{\"a\":1}\n"), "+{\"a\":1}\n"},
    {"lines are not looked into", S("x]\n{\"a\":[\n\"\n}\n\0\n"),
	"+x]\n+{\"a\":[\n+\"\n+}\n+@\n"},
    {"an empty array", S("[]"), ""},
    {"an empty array with blanks", S(" [ \n ] \n"), ""},
    {"elements of every type", S("[{},[1,[2]],\"s\",-1.5e+3,true,false,null]"),
	"+{}\n+[1,[2]]\n+\"s\"\n+-1.5e+3\n+true\n+false\n+null\n"},
    {"blanks around elements go", S("[ {\"a\" : 1 }\r\n,\t2 ,\n3\n]\n"),
	"+{\"a\" : 1 }\n+2\n+3\n"},
    {"an element over lines", S("[\n  {\n    \"a\": 1\n  }\n]\n"),
	"+{\n    \"a\": 1\n  }\n"},
    {"a BOM before an array", S("\xef\xbb\xbf[{}]"), "+{}\n"},
    {"brackets, quotes and commas in strings",
	S("[{\"a\":\"]}\\\"{[,\\\\\"},\"[\\\\\\\"]\"]"),
	"+{\"a\":\"]}\\\"{[,\\\\\"}\n+\"[\\\\\\\"]\"\n"},
    {"objects in arrays in objects",
	S("[{\"a\":[{\"b\":{\"c\":[{},{\"d\":1}]}},{}]},{\"e\":[[]]}]"),
	"+{\"a\":[{\"b\":{\"c\":[{},{\"d\":1}]}},{}]}\n+{\"e\":[[]]}\n"},
    {"array after array", S("[{\"a\":1}][{\"b\":2}]\n[3]"),
	"+{\"a\":1}\n+{\"b\":2}\n+3\n"},
    {"files joined, each with its BOM",
	S("\xef\xbb\xbf[{\"a\":1}]\r\n\xef\xbb\xbf{\"b\":2}\r\n"
	  "\xef\xbb\xbf{\"c\":3}\r\n"),
	"+{\"a\":1}\n+{\"b\":2}\n+{\"c\":3}\n"},
    {"lines after an array", S("[1]\n{\"a\":2}\n{\"b\":3}"),
	"+1\n+{\"a\":2}\n+{\"b\":3}\n"},
    {"a line right after an array", S("[1]{\"a\":2}\n{\"b\":3}"),
	"+1\n+{\"a\":2}\n+{\"b\":3}\n"},
    {"an array after lines", S("{\"a\":2}\n[1,{\"b\":3}]\n{\"c\":4}\n"),
	"+{\"a\":2}\n+1\n+{\"b\":3}\n+{\"c\":4}\n"},
};

static const struct row broken[] = {
    {"a missing comma", S("[{\"a\":1}{\"b\":2} {\"c\":3}\n[4]\"5\"6]"),
	"+{\"a\":1}\n+{\"b\":2}\n+{\"c\":3}\n+[4]\n+\"5\"\n+6\n"},
    {"commas too many", S("[,{\"a\":1},,{\"b\":2},]"),
	"+{\"a\":1}\n+{\"b\":2}\n"},
    {"a word between elements", S("[{\"a\":1},undefined,{\"b\":2}]"),
	"+{\"a\":1}\n-undefined: text between the rows\n+{\"b\":2}\n"},
    {"words without commas", S("[{\"a\":1} some text {\"b\":2}]"),
	"+{\"a\":1}\n-some text: text between the rows\n+{\"b\":2}\n"},
    {"a word like a literal is a row", S("[nope,{\"b\":2}]"),
	"+nope\n+{\"b\":2}\n"},
    {"a line of text between elements",
	S("[{\"a\":1},\nWarning: x\n{\"b\":2}]"),
	"+{\"a\":1}\n-Warning: x: text between the rows\n+{\"b\":2}\n"},
    {"a bracket too many behind a row", S("[{\"a\":1}},{\"b\":2}]"),
	"+{\"a\":1}\n-}: text between the rows\n+{\"b\":2}\n"},
    {"the opening bracket of a row is missing", S("[\"a\":1},{\"b\":2}]"),
	"+\"a\"\n-:1}: text between the rows\n+{\"b\":2}\n"},
    {"a NUL between elements", S("[{\"a\":1},\0,{\"b\":2}]"),
	"+{\"a\":1}\n-@: text between the rows\n+{\"b\":2}\n"},
    {"an inner array closed as an object", S("[{\"a\":[1},{\"b\":2}]"),
	"-{\"a\":[1}: brackets do not match\n+{\"b\":2}\n"},
    {"an inner object closed as an array",
	S("[{\"a\":[{\"x\":1],\"c\":1},{\"b\":2}]"),
	"-{\"a\":[{\"x\":1],\"c\":1}: brackets do not match\n+{\"b\":2}\n"},
    {"a row closed as an array", S("[{\"a\":1],{\"b\":2}]"),
	"-{\"a\":1]: brackets do not match\n+{\"b\":2}\n"},
    {"a row that is an array closed as an object", S("[[1},{\"b\":2}]"),
	"-[1}: brackets do not match\n+{\"b\":2}\n"},
    {"a closing bracket too many in a row", S("[{\"a\":1],\"c\":2},{\"b\":2}]"),
	"-{\"a\":1],\"c\":2}: brackets do not match\n+{\"b\":2}\n"},
    {"a closing bracket too many at the end of a row",
	S("[{\"a\":[1]]},{\"b\":2}]"),
	"-{\"a\":[1]]}: brackets do not match\n+{\"b\":2}\n"},
    {"an opening bracket too many", S("[{\"a\":[[1]},{\"b\":2}]"),
	"-{\"a\":[[1]}: brackets do not match\n+{\"b\":2}\n"},
    {"an opening brace too many", S("[{{\"a\":1},{\"b\":2}]"),
	"-{: the row has no end\n+{\"a\":1}\n+{\"b\":2}\n"},
    {"a row without its end", S("[{\"a\":1,{\"b\":2},{\"c\":3}]"),
	"-{\"a\":1: the row has no end\n+{\"b\":2}\n+{\"c\":3}\n"},
    {"a row cut behind a value", S("[{\"a\":1\n{\"b\":2},{\"c\":3}]"),
	"-{\"a\":1: the row has no end\n+{\"b\":2}\n+{\"c\":3}\n"},
    {"a row cut in an inner object",
	S("[{\"a\":{\"x\":{\"y\":1,\n{\"b\":2},{\"c\":3}]"),
	"-{\"a\":{\"x\":{\"y\":1: the row has no "
	"end\n+{\"b\":2}\n+{\"c\":3}\n"},
    {"a missing brace in an inner array costs that row only",
	S("[{\"a\":[{\"x\":1,{\"y\":2}],\"z\":1},{\"b\":2}]"),
	"-{\"a\":[{\"x\":1,{\"y\":2}],\"z\":1}: the row has no end\n"
	"+{\"b\":2}\n"},
    {"a missing colon costs that row only", S("[{\"a\" {\"x\":1}},{\"b\":2}]"),
	"+{\"a\" {\"x\":1}}\n+{\"b\":2}\n"},
    {"a row cut in a string before a newline",
	S("[{\"a\":\"x\n{\"b\":2},\n{\"c\":3}]"),
	"-{\"a\":\"x: a string has no end\n+{\"b\":2}\n+{\"c\":3}\n"},
    {"a newline in a string", S("[{\"a\":\"x\ny\"},\n{\"b\":2}]"),
	"-{\"a\":\"x\ny\"}: a string has no end\n+{\"b\":2}\n"},
    {"a string element without its end", S("[\"a\n,{\"b\":2}]"),
	"-\"a: a string has no end\n+{\"b\":2}\n"},
    {"a missing closing quote", S("[{\"a\":\"x},{\"b\":2},{\"c\":3}]"),
	"-{\"a\":\"x}: quotes do not match\n+{\"b\":2}\n+{\"c\":3}\n"},
    {"a missing closing quote, with blanks",
	S("[{ \"a\": \"x }, { \"b\": 2 }, { \"c\": 3 }]"),
	"-{ \"a\": \"x }: quotes do not match\n"
	"+{ \"b\": 2 }\n+{ \"c\": 3 }\n"},
    {"a missing opening quote", S("[{\"a\":x\"},{\"b\":2},{\"c\":3}]"),
	"-{\"a\":x\"}: quotes do not match\n+{\"b\":2}\n+{\"c\":3}\n"},
    {"a quote in a string", S("[{\"a\":\"5\" disk\"},{\"b\":2},{\"c\":3}]"),
	"-{\"a\":\"5\" disk\"}: quotes do not match\n+{\"b\":2}\n"
	"+{\"c\":3}\n"},
    {"two quotes in a string",
	S("[{\"a\":\"say \"hi\" now\"},{\"b\":2},{\"c\":3}]"),
	"-{\"a\":\"say \"hi\" now\"}: quotes do not match\n"
	"+{\"b\":2}\n+{\"c\":3}\n"},
    {"a quote too many before an inner object costs that row only",
	S("[{\"a\":\"x\"y\",\"o\":{\"z\":1}},{\"b\":2},{\"c\":3}]"),
	"-{\"a\":\"x\"y\",\"o\":{\"z\":1}}: quotes do not match\n"
	"+{\"b\":2}\n+{\"c\":3}\n"},
    {"an array closed too early", S("[{\"a\":1}],{\"b\":2},\n{\"c\":3}]"),
	"+{\"a\":1}\n+{\"b\":2}\n+{\"c\":3}\n"},
    {"an array closed twice", S("[{\"a\":1}]]\n{\"b\":2}\n"),
	"+{\"a\":1}\n+]\n+{\"b\":2}\n"},
    {"a comma after an array", S("[{\"a\":1}],\n[{\"b\":2}],\n"),
	"+{\"a\":1}\n+{\"b\":2}\n"},
    {"an array that ends in a row, before another",
	S("[{\"a\":1]\n[{\"b\":2}]"),
	"-{\"a\":1: the array ends inside the row\n+{\"b\":2}\n"},
    {"an array that ends in a row, before lines", S("[{\"a\":1,]\n{\"b\":2}\n"),
	"-{\"a\":1: the array ends inside the row\n+{\"b\":2}\n"},
    {"an array that ends in a row, last", S("[{\"a\":1]"),
	"-{\"a\":1: the array ends inside the row\n"},
    {"a line of text before an array", S("Notice: x\n[{\"a\":1},\n{\"b\":2}]"),
	"+Notice: x\n+{\"a\":1}\n+{\"b\":2}\n"},
    {"text after an array", S("[{\"a\":1}] done\n{\"b\":2}\n"),
	"+{\"a\":1}\n+done\n+{\"b\":2}\n"},
    {"a line in brackets before lines",
	S("[warning] x\n{\"a\":1}\n{\"b\":2}\n"),
	"-warning: text between the rows\n+x\n+{\"a\":1}\n+{\"b\":2}\n"},
    {"an opened bracket before lines", S("[!\n{\"a\":1}\n{\"b\":2}\n"),
	"-!: text between the rows\n+{\"a\":1}\n+{\"b\":2}\n"
	"-: the array has no end\n"},
    {"an inner array without its end",
	S("[{\"a\":1,\"b\":[{\"c\":2},\n{\"a\":2,\"b\":[]},\n{\"a\":3}]\n"),
	"-{\"a\":1,\"b\":[{\"c\":2}: the row has no end\n"
	"+{\"a\":2,\"b\":[]}\n+{\"a\":3}\n"},
    {"an inner array without its end, then another array",
	S("[{\"a\":1,\"b\":[{\"a\":2}]\n[{\"a\":3}]"),
	"-{\"a\":1,\"b\":[: the row has no end\n"
	"+{\"a\":2}\n+{\"a\":3}\n"},
    {"objects that begin as their row, in a good row",
	S("[{\"a\":1,\"b\":[{\"a\":2},{\"a\":3}]},{\"a\":4}]"),
	"+{\"a\":1,\"b\":[{\"a\":2},{\"a\":3}]}\n+{\"a\":4}\n"},
    {"an array closed before a colon costs that row only",
	S("[{\"a\":]{\"x\":1}},{\"b\":2}]"),
	"-{\"a\":]{\"x\":1}}: brackets do not match\n+{\"b\":2}\n"},
    /* Ends. */
    {"an array without its end", S("[{\"a\":1}"),
	"+{\"a\":1}\n-: the array has no end\n"},
    {"an array without its end behind a comma", S("[{\"a\":1},\n"),
	"+{\"a\":1}\n-: the array has no end\n"},
    {"a bracket alone", S("["), "-: the array has no end\n"},
    {"the end in a row", S("[{\"a\":1},{\"b\":"),
	"+{\"a\":1}\n-{\"b\":: the input ends inside a row\n"},
    {"the end in a string", S("[{\"a\":1},{\"b\":\"x"),
	"+{\"a\":1}\n-{\"b\":\"x: the input ends inside a row\n"},
    {"the end behind a backslash", S("[\"\\"),
	"-\"\\: the input ends inside a row\n"},
    {"the end in a number", S("[12"), "-12: the input ends inside a row\n"},
};

static void
cuts(const char *what, const struct row *rows, size_t n)
{
	struct buf a = {0}, b = {0};

	for (size_t i = 0; i < n; i++) {
		const struct row *r = &rows[i];

		whole(r->in, r->n, MAX, &a);
		is_str(buf_cstr(&a), r->want, "%s: %s", what, r->promise);
		pieces(r->in, r->n, 1, MAX, &b);
		is_str(buf_cstr(&b), buf_cstr(&a),
		    "the same a byte at a time: %s", r->promise);
	}
	buf_free(&a);
	buf_free(&b);
}

/*
 * Limits.
 */

static void
limits(void)
{
	static const struct row rows[] = {
	    {"a line of exactly max bytes", S("12345678\n1\n"),
		"+12345678\n+1\n"},
	    {"... before CRLF", S("12345678\r\n1\n"), "+12345678\n+1\n"},
	    {"... at the end", S("12345678"), "+12345678\n"},
	    {"a line that is too long", S("123456789\n1\n"),
		"-12345678: longer than 8 bytes\n+1\n"},
	    {"... before CRLF", S("123456789\r\n1\n"),
		"-12345678: longer than 8 bytes\n+1\n"},
	    {"... by far", S("1234567890123456789\n1\n"),
		"-12345678: longer than 8 bytes\n+1\n"},
	    {"... at the end", S("123456789"),
		"-12345678: longer than 8 bytes\n"},
	    {"an object of exactly max bytes", S("[{\"a\":12},{}]"),
		"+{\"a\":12}\n+{}\n"},
	    {"an object that is too long", S("[{\"a\":123},{}]"),
		"-{\"a\":123: longer than 8 bytes\n+{}\n"},
	    {"... by far, with all kinds of bytes in it",
		S("[{\"a\":[\"]}\\\"\", {\"b\":{}}]},{}]"),
		"-{\"a\":[\"]: longer than 8 bytes\n+{}\n"},
	    {"a string of exactly max bytes", S("[\"123456\",1]"),
		"+\"123456\"\n+1\n"},
	    {"a string that is too long", S("[\"1234567\",1]"),
		"-\"1234567: longer than 8 bytes\n+1\n"},
	    {"a number of exactly max bytes", S("[12345678,1]"),
		"+12345678\n+1\n"},
	    {"a number that is too long", S("[123456789,1]"),
		"-12345678: longer than 8 bytes\n+1\n"},
	    {"a long row without its end", S("[{\"a\":[[1,{\"b\":2}"),
		"-{\"a\":[[1: longer than 8 bytes\n"},
	    {"a long row that the next one cuts",
		S("[{\"a\":1234567,{},{\"b\":2}]"),
		"-{\"a\":123: longer than 8 bytes\n+{}\n+{\"b\":2}\n"},
	    {"a long row with a missing quote",
		S("[{\"a\":\"1234567},{\"b\":2}]"),
		"-{\"a\":\"12: longer than 8 bytes\n+{\"b\":2}\n"},
	    {"a long row in the wrong bracket", S("[{\"a\":12345],{\"b\":2}]"),
		"-{\"a\":123: longer than 8 bytes\n+{\"b\":2}\n"},
	    {"long text between elements", S("[{}, xxxxxxxxxxx {\"b\":2}]"),
		"+{}\n-xxxxxxxx: longer than 8 bytes\n+{\"b\":2}\n"},
	};
	struct buf a = {0}, b = {0};

	for (size_t i = 0; i < LEN(rows); i++) {
		const struct row *r = &rows[i];

		whole(r->in, r->n, 8, &a);
		is_str(buf_cstr(&a), r->want, "limit: %s", r->promise);
		pieces(r->in, r->n, 1, 8, &b);
		is_str(buf_cstr(&b), buf_cstr(&a),
		    "the same a byte at a time: %s", r->promise);
	}
	buf_free(&a);
	buf_free(&b);
}

static void
repeat(struct buf *b, const char *s, int n)
{
	for (int i = 0; i < n; i++)
		buf_str(b, s);
}

/* Rows that dwarf the blocks of the reader, and brackets beyond counting. */
static void
giants(void)
{
	struct buf in = {0}, out = {0}, last = {0};

	buf_str(&in, "[{\"a\":\"");
	repeat(&in, "0123456789,{\\\"", 300000);
	buf_str(&in, "\"},{\"b\":[");
	repeat(&in, "{\"x\":[1,2,3]},", 300000);
	buf_str(&in, "0]},{\"c\":\"");
	repeat(&in, "x", MAX - 8);
	buf_str(&in, "\"},");
	repeat(&in, "[", 5000);
	repeat(&in, "]", 5000);
	buf_str(&in, ",{\"d\":");
	repeat(&in, "[", 5000);
	repeat(&in, "]", 4999);
	buf_str(&in, "},");
	repeat(&in, "{\"o\":", 2048);
	buf_str(&in, "[{}]");
	repeat(&in, "}", 2048);
	repeat(&in, " ", 200000);
	buf_str(&in, "{\"e\":1}]\n");
	repeat(&in, "y", 3 << 20);
	buf_str(&in, "\n{\"f\":1}");
	whole(in.p, in.len, MAX, &out);
	/* Only how rows begin is of interest. */
	for (const char *p = out.p; p && *p; p = strchr(p, '\n') + 1)
		buf_fmt(&last, "%.7s%s", p, strchr(p, '\n') - p > 7 ? "|" : "");
	is_str(buf_cstr(&last),
	    "-{\"a\":\"|-{\"b\":[|+{\"c\":\"|+[[[[[[|-{\"d\":[|+{\"o\":{|+{"
	    "\"e\":1|"
	    "-yyyyyy|+{\"f\":1|",
	    "rows larger than max or deeper than 2048 cost only themselves");
	pieces(in.p, in.len, 1009, MAX, &last);
	ok(str_same(
	       (struct span){out.p, out.len}, (struct span){last.p, last.len}),
	    "... in packets of 1009 bytes too");
	buf_free(&in);
	buf_free(&out);
	buf_free(&last);
}

/* Looking twice at bytes is bounded: the third row here is given up. */
static void
patience(void)
{
	struct buf in = {0}, a = {0}, b = {0};

	buf_chr(&in, '[');
	repeat(&in, "{\"a\":[", 9);
	repeat(&in, "x", 200000);
	whole(in.p, in.len, 33, &a);
	is_str(a.p,
	    "-{\"a\":[: the row has no end\n"
	    "-{\"a\":[{\"a\":[{\"a\":[{\"a\":[{\"a\":[{\"a: longer than 33 "
	    "bytes\n",
	    "rows that begin in each other are not looked at for ever");
	pieces(in.p, in.len, 999, 33, &b);
	is_str(b.p, a.p, "... the same in packets");
	buf_free(&in);
	buf_free(&a);
	buf_free(&b);
}

static void
numbers(void)
{
	static const char in[] = "\n[{\"a\":1},\n\n{\n}, x\n{\"b\":\n2}\n]\n\n"
				 "{\"c\":3}\r\nfoo\n\nbar";
	static const long lines[] = {2, 4, 5, 6, 10, 11, 13};
	int fd[2], rc = pipe(fd);
	struct rd *rd = rd_new(fd[0], NULL, 1);
	struct split *s = split_new(rd, MAX);
	struct span row;
	struct err e = {0};
	long n = 0;

	rc |= write(fd[1], in, sizeof(in) - 1) != sizeof(in) - 1;
	rc |= close(fd[1]);
	is_int(rc, 0, "a pipe is there");
	while (split_next(s, &row, &e) < SPLIT_END && n < 7) {
		is_int(split_row(s), n + 1, "rows are counted");
		is_int(split_line(s), lines[n], "row %ld begins on its line",
		    n + 1);
		n++;
	}
	is_int(n, 7, "seven rows");
	is_int(split_next(s, &row, &e), SPLIT_END, "the end stays the end");
	split_free(s);
	split_free(NULL);
	rd_free(rd);
	close(fd[0]);
}

static uint64_t rng = 88172645463325252;

static size_t
below(size_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (size_t)(rng % n);
}

/* Any value, up to `depth` levels of brackets, with blanks of all kinds. */
static void
any_value(struct buf *b, int depth)
{
	static const char *const scalars[] = {"0", "-1.5e+3", "true", "false",
	    "null", "\"\"", "\"a\"", "\"\\\"\"", "\"\\\\\"", "\"},{\"",
	    "\"[{\"", "\"},{\\\"a\"", "\"]\"", "\", \\\"x\"", "\"\xd0\x9e\""};
	static const char *const blanks[] = {
	    "", "", "", " ", "  ", "\n", "\r\n\t"};
	bool array = below(2);

	if (depth == 0 || below(3) == 0) {
		buf_str(b, scalars[below(LEN(scalars))]);
		return;
	}
	buf_chr(b, array ? '[' : '{');
	buf_str(b, blanks[below(LEN(blanks))]);
	for (size_t n = below(4); n; n--) {
		if (!array) {
			buf_str(b, scalars[5 + below(LEN(scalars) - 5)]);
			buf_str(b, blanks[below(LEN(blanks))]);
			buf_chr(b, ':');
			buf_str(b, blanks[below(LEN(blanks))]);
		}
		any_value(b, depth - 1);
		buf_str(b, blanks[below(LEN(blanks))]);
		buf_str(b, n > 1 ? "," : "");
		buf_str(b, n > 1 ? blanks[below(LEN(blanks))] : "");
	}
	buf_chr(b, array ? ']' : '}');
}

static void
exact(void)
{
	struct buf in = {0}, want = {0}, out = {0};
	size_t from;

	for (int i = 0; i < 5000; i++) {
		buf_str(&in, i % 10 ? ", " : "[ ");
		from = in.len;
		any_value(&in, 5);
		buf_chr(&want, '+');
		buf_add(&want, in.p + from, in.len - from);
		buf_chr(&want, '\n');
		buf_str(&in, i % 10 < 9 ? "" : below(2) ? "]" : " ] \n");
	}
	whole(in.p, in.len, MAX, &out);
	is_str(out.p, want.p, "500 valid arrays are cut exactly");
	buf_free(&in);
	buf_free(&want);
	buf_free(&out);
}

/* What is complete comes out before more has come in. */
static void
waits_for_nothing(void)
{
	static const struct {
		const char *promise, *in, *row;
	} rows[] = {
	    {"a line", "{\"a\":1}\n", "{\"a\":1}"},
	    {"an object of an array", "[{\"a\":1}", "{\"a\":1}"},
	    {"a nested one", ",{\"a\":{\"b\":[]}}", "{\"a\":{\"b\":[]}}"},
	    {"a string", ",\"a\"", "\"a\""},
	    {"a number with its comma", ",12,", "12"},
	};
	int fd[2], rc = pipe(fd);
	struct rd *rd = rd_new(fd[0], NULL, 1);
	struct split *s = split_new(rd, MAX);
	struct err e = {0};

	alarm(10); /* instead of waiting for ever */
	for (size_t i = 0; i < LEN(rows); i++) {
		size_t n = strlen(rows[i].in);
		struct span row;

		rc |= write(fd[1], rows[i].in, n) != (ssize_t)n;
		rc |= split_next(s, &row, &e) != SPLIT_ROW;
		is_span(row, rows[i].row, "not held back: %s", rows[i].promise);
	}
	is_int(rc, 0, "and all are rows");
	alarm(0);
	close(fd[1]);
	split_free(s);
	rd_free(rd);
	close(fd[0]);
}

static void
read_error(void)
{
	static const char told[] = "standard input: Bad file descriptor";
	static const char in[] = "[{},{\"a\":1]";
	struct rd *rd = rd_new(-1, NULL, 1);
	struct split *s = split_new(rd, MAX);
	struct span row;
	struct err e = {0};
	int fd[2], rc;

	is_int(split_next(s, &row, &e), SPLIT_FAIL, "a read error is no end");
	is_str(e.text, told, "... and is told");
	split_free(s);
	rd_free(rd);
	/* Now while it looks ahead. */
	rc = pipe(fd) || write(fd[1], in, sizeof(in) - 1) < 0;
	rd = rd_new(fd[0], NULL, 1);
	s = split_new(rd, MAX);
	e = (struct err){0};
	is_int(rc + (int)split_next(s, &row, &e), SPLIT_ROW, "a row before it");
	close(fd[0]);
	close(fd[1]);
	is_int(split_next(s, &row, &e), SPLIT_FAIL, "a cut row can't hide it");
	is_int(split_next(s, &row, &e), SPLIT_FAIL, "... and it stays");
	is_str(e.text, told, "... and is told");
	split_free(s);
	rd_free(rd);
}

/*
 * Damage: a row of an array is hurt in one place, in every place in turn.
 */

enum { ROWS = 7, HURT = 3 };

static const char inner[] =
    "\"at\":\"2026-11-21T10:00:00\",\"client\":{\"phone\":\"+380\",\"name\":"
    "\"O, {b}\"},\"legs\":[{\"n\":1},{\"n\":2}],\"seconds\":{\"talk\":1}";

/* ROWS rows with `sep` between; the offsets of the row to be hurt. */
static void
array_of_rows(struct buf *b, const char *sep, size_t *from, size_t *to)
{
	buf_clear(b);
	buf_chr(b, '[');
	for (int i = 0; i < ROWS; i++) {
		if (i)
			buf_str(b, sep);
		if (i == HURT)
			*from = b->len;
		buf_fmt(b, "{\"id\":%d,%s}", i, inner);
		if (i == HURT)
			*to = b->len;
	}
	buf_chr(b, ']');
}

/* How many of the rows that weren't hurt did not come out as they were. */
static int
lost(const char *p, size_t n, struct buf *out)
{
	int gone = 0;
	char row[512];

	whole(p, n, MAX, out);
	for (int i = 0; i < ROWS; i++) {
		snprintf(row, sizeof(row), "+{\"id\":%d,%s}\n", i, inner);
		if (i != HURT && !strstr(out->p, row))
			gone++;
	}
	return gone;
}

static void
damage(const char *sep, const char *layout)
{
	static const char bytes[] = "\"\\{}[],: x0\n";
	struct buf in = {0}, bad = {0}, out = {0};
	int tries = 0, harmed = 0, n;
	size_t from = 0, to = 0;

	array_of_rows(&in, sep, &from, &to);
	is_int(
	    lost(in.p, in.len, &out), 0, "unhurt rows come out (%s)", layout);
	for (size_t i = from; i < to; i++) {
		for (size_t k = 0; k < 2 * sizeof(bytes); k++) {
			size_t skip = k % 2;

			buf_clear(&bad);
			buf_add(&bad, in.p, i);
			if (k / 2 < sizeof(bytes) - 1)
				buf_chr(&bad, bytes[k / 2]);
			else if (!skip) /* the rest of the row is lost */
				skip = to - i;
			buf_add(&bad, in.p + i + skip, in.len - i - skip);
			n = lost(bad.p, bad.len, &out);
			harmed += n > 0;
			tries++;
		}
	}
	/* What is left: the rows behind it become one row, or lines. */
	ok(harmed <= 3, "%d of %d wounds cost another row (%s), at most 3",
	    harmed, tries, layout);
	buf_free(&in);
	buf_free(&bad);
	buf_free(&out);
}

int
main(void)
{
	cuts("cut", good, LEN(good));
	cuts("survived", broken, LEN(broken));
	exact();
	limits();
	giants();
	patience();
	numbers();
	waits_for_nothing();
	read_error();
	damage(",", "on one line");
	damage(",\n", "a line each");
	return tap_done();
}
