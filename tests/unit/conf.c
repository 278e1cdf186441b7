/* SPDX-License-Identifier: MIT */
/* Files of statements: words, quotes, comments, and what is said of mistakes.
 */
#include "io/conf.h"

#include "base/str.h"

#include "../tap.h"

#include <sys/stat.h>
#include <unistd.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define S(s) s, sizeof(s) - 1

static void
must(bool good)
{
	if (good)
		return;
	perror("bail out");
	exit(99);
}

static void
put_file(const char *name, const char *p, size_t n)
{
	FILE *f = fopen(name, "w");

	must(f && fwrite(p, 1, n, f) == n && fclose(f) == 0);
}

/* Every mistake on a line. */
static void
show_errors(struct buf *out, const struct errs *errs)
{
	char text[900];

	for (size_t i = 0; i < errs->n; i++)
		buf_fmt(out, "%s\n", err_text(&errs->v[i], text, sizeof(text)));
}

/* "LINE[>]:[word]"quoted"\n" of every statement, then the mistakes. */
static void
show(struct buf *out, const char *p, size_t n)
{
	struct errs errs = {0};
	struct conf c;
	int rc;

	put_file("conf", p, n);
	rc = conf_load(&c, "conf", &errs);
	buf_clear(out);
	for (size_t i = 0; i < c.n; i++) {
		const struct conf_line *l = &c.v[i];

		buf_fmt(out, "%ld%s:", l->line, l->indent ? ">" : "");
		for (size_t w = 0; w < l->n; w++)
			buf_fmt(
			    out, l->quoted[w] ? "\"%s\"" : "[%s]", l->word[w]);
		must(l->word[l->n] == NULL);
		buf_chr(out, '\n');
	}
	show_errors(out, &errs);
	must((rc == 0) == (errs.n == 0));
	conf_free(&c);
	errs_free(&errs);
}

static void
words(void)
{
	static const struct {
		const char *promise, *in;
		size_t n;
		const char *want;
	} rows[] = {
	    {"an empty file has no statements", S(""), ""},
	    {"blank lines and comments are none", S("\n # x\n\t\r\n#\n"), ""},
	    {"words are parted by blanks", S("a  b\tc\n"), "1:[a][b][c]\n"},
	    {"lines are counted", S("\n\na\n#\nb"), "3:[a]\n5:[b]\n"},
	    {"a comment ends the line", S("a b # c \"d\n"), "1:[a][b]\n"},
	    {"... but not inside a word", S("a b#c\n"), "1:[a][b#c]\n"},
	    {"an indented line says so", S(" a\n\tb\nc\n"),
		"1>:[a]\n2>:[b]\n3:[c]\n"},
	    {"a quoted word has blanks", S("a \"b c\"\n"), "1:[a]\"b c\"\n"},
	    {"... and # and nothing", S("\"# a\" \"\"\n"), "1:\"# a\"\"\"\n"},
	    {"... and quotes and backslashes", S("\"a\\\"b\\\\c\\nd\\\"\"\n"),
		"1:\"a\"b\\c\\nd\"\"\n"},
	    {"quotes may begin inside a word", S("a=\"b c\"d\n"),
		"1:[a=b cd]\n"},
	    {"a backslash outside quotes is one", S("a\\ \\\"b\"\n"),
		"1:[a\\][\\b]\n"},
	    {"CRLF", S("a b\r\n\r\nc\r\n"), "1:[a][b]\n3:[c]\n"},
	    {"a byte order mark doesn't count",
		S("\xef\xbb\xbf"
		  "a\n"),
		"1:[a]\n"},
	    {"words in any script",
		S("\xd1\x82\xd0\xb5\xd0\xba\xd1\x81\xd1\x82\n"),
		"1:[\xd1\x82\xd0\xb5\xd0\xba\xd1\x81\xd1\x82]\n"},
	    {"a quote has its end on its line", S("a\nb \"c\nd\"\ne\n"),
		"1:[a]\n4:[e]\n"
		"conf:2: a quote is opened and not closed\n"
		"conf:3: a quote is opened and not closed\n"},
	    {"an escaped quote doesn't end", S("a \"b\\\"\n"),
		"conf:1: a quote is opened and not closed\n"},
	    {"a lone backslash at the end", S("a \"b\\"),
		"conf:1: a quote is opened and not closed\n"},
	    {"other encodings and NUL are refused, line by line",
		S("a \xff\nb\nc\0d\n"),
		"2:[b]\nconf:1: not UTF-8; save the file as UTF-8\n"
		"conf:3: not UTF-8; save the file as UTF-8\n"},
	};
	struct buf out = {0};

	for (size_t i = 0; i < LEN(rows); i++) {
		show(&out, rows[i].in, rows[i].n);
		is_str(buf_cstr(&out), rows[i].want, "%s", rows[i].promise);
	}
	buf_free(&out);
}

static void
files(void)
{
	struct errs errs = {0};
	struct buf out = {0}, big = {0};
	struct conf c;

	ok(conf_load(&c, "none", &errs) < 0, "a file must be there");
	conf_free(&c);
	must(mkdir("dir", 0700) == 0);
	ok(conf_load(&c, "dir", &errs) < 0, "... and be a file");
	conf_free(&c);
	while (big.len <= 1 << 20)
		buf_str(&big, "# a line that says nothing at all\n");
	put_file("big", big.p, big.len);
	ok(conf_load(&c, "big", &errs) < 0, "... of a size people write");
	conf_free(&c);
	show_errors(&out, &errs);
	is_str(buf_cstr(&out),
	    "none: can't be opened: No such file or directory\n"
	    "dir: can't be read: Is a directory\n"
	    "big: larger than 1048576 bytes\n",
	    "... and it is said why");
	errs_free(&errs);
	buf_free(&out);
	buf_free(&big);
}

/* What set was called with. */
static void
note(void *ctx, const struct conf *c, const struct conf_line *l,
    struct errs *errs)
{
	struct buf *out = ctx;

	buf_fmt(out, "%ld:%s\n", l->line, l->n > 1 ? l->word[1] : "");
	if (l->n > 1 && strcmp(l->word[1], "bad") == 0)
		conf_wrong(c, l, errs, "%s is bad", l->word[0]);
}

static void
statements(void)
{
	static const struct conf_word first[] = {
	    {"one", 1, 1, false, "one WORD", note},
	    {"none", 0, 0, false, "none", note},
	    {0},
	};
	static const struct conf_word second[] = {
	    {"many", 2, 3, true, "many A B [C]", note},
	    {0},
	};
	static const char text[] = "one a\none b\nnone\nnone x\nmany\n"
				   "many 1 2\nmany 3 4 5\nmany 6 7 8 9\n"
				   "what is this\nmany bad 1\none\nwhat\n";
	struct errs errs = {0};
	struct buf out = {0};
	struct conf c;

	put_file("conf", text, strlen(text));
	ok(conf_load(&c, "conf", &errs) == 0, "a file with mistakes is read");
	conf_apply(&c, first, &out, &errs);
	is_str(buf_cstr(&out), "1:a\n3:\n", "a layer gets its statements");
	buf_clear(&out);
	conf_apply(&c, second, &out, &errs);
	is_str(buf_cstr(&out), "6:1\n7:3\n10:bad\n",
	    "... and the next one its own");
	conf_unknown(&c, &errs);
	buf_clear(&out);
	show_errors(&out, &errs);
	is_str(buf_cstr(&out),
	    "conf:2: one stands twice; keep one\n"
	    "conf:4: write: none\n"
	    "conf:11: write: one WORD\n"
	    "conf:5: write: many A B [C]\n"
	    "conf:8: write: many A B [C]\n"
	    "conf:10: many is bad\n"
	    "conf:9: \"what\" is no statement of ringo.conf; see "
	    "ringo.conf(5)\n"
	    "conf:12: \"what\" is no statement of ringo.conf; see "
	    "ringo.conf(5)\n",
	    "every mistake is said");
	conf_free(&c);
	errs_free(&errs);
	buf_free(&out);
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");
	char dir[200];

	snprintf(dir, sizeof(dir), "%s/ringo.XXXXXX", tmp ? tmp : "/tmp");
	must(mkdtemp(dir) && chdir(dir) == 0);
	words();
	files();
	statements();
	must(remove("conf") == 0 && remove("dir") == 0 && remove("big") == 0 &&
	     chdir("/") == 0 && rmdir(dir) == 0);
	return tap_done();
}
