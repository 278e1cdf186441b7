/* SPDX-License-Identifier: MIT */
/* Rows of CSV and the lines they begin on, however the bytes come. */
#include "io/csvx.h"

#include "base/str.h"

#include "../tap.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Appends "LINE:[field][field]\n" with the line breaks of fields as |. */
static void
note(void *ctx, char *const *field, size_t n, long line)
{
	struct buf *out = ctx;

	buf_fmt(out, "%ld:", line);
	for (size_t i = 0; i < n; i++) {
		buf_chr(out, '[');
		for (const char *c = field[i]; *c; c++)
			buf_chr(out, *c == '\n' || *c == '\r' ? '|' : *c);
		buf_chr(out, ']');
	}
	buf_chr(out, '\n');
}

/* The rows of s, given in pieces of k bytes. */
static void
rows_of(const char *s, char sep, size_t k, struct buf *out)
{
	struct csvx *c = csvx_new(sep, note, out);
	size_t n = strlen(s);

	for (; n; s += k, n -= k) {
		k = k < n ? k : n;
		csvx_feed(c, (struct span){s, k});
	}
	csvx_end(c);
	csvx_free(c);
}

static void
tables(void)
{
	static const struct {
		const char *promise;
		char sep;
		const char *in, *want;
	} rows[] = {
	    {"no bytes, no row", ';', "", ""},
	    {"fields and rows", ';', "a;b\nc;d\n", "1:[a][b]\n2:[c][d]\n"},
	    {"a last row without newline counts", ';', "a;b\nc;d",
		"1:[a][b]\n2:[c][d]\n"},
	    {"commas", ',', "a;b,c\n", "1:[a;b][c]\n"},
	    {"tabs", '\t', "a\tb c\t\n", "1:[a][b c][]\n"},
	    {"empty fields stay", ';', ";\n;;x\n", "1:[][]\n2:[][][x]\n"},
	    {"a field alone", ';', "a\n", "1:[a]\n"},
	    {"CRLF", ';', "a;b\r\nc;d\r\n", "1:[a][b]\n2:[c][d]\n"},
	    {"CRLF and blank lines", ';', "a\r\n\r\n\r\nb\r\n",
		"1:[a]\n4:[b]\n"},
	    {"blank lines are no rows", ';', "\n\na\n\n \n\nb\n\n",
		"3:[a]\n7:[b]\n"},
	    {"quotes are taken off", ';', "\"a\";\"b;c\"\n", "1:[a][b;c]\n"},
	    {"a quote is written twice", ';', "\"a \"\"b\"\"\"\n",
		"1:[a \"b\"]\n"},
	    {"nothing in quotes", ';', "\"\";\"\"\n", "1:[][]\n"},
	    {"blanks around fields don't count", ';', " a ; b \n",
		"1:[a][b]\n"},
	    {"... unless they are quoted", ';', "\" a \";b\n", "1:[ a ][b]\n"},
	    {"a newline in quotes: the row begins where it begins", ';',
		"x;\"a\nb\";y\nc\n", "1:[x][a|b][y]\n3:[c]\n"},
	    {"... in its first field", ';', "\"a\nb\";y\nc\n",
		"1:[a|b][y]\n3:[c]\n"},
	    {"... and behind a blank line", ';', "\n\"a\n\n\nb\"\nc\n",
		"2:[a|||b]\n6:[c]\n"},
	    {"CRLF in quotes", ';', "\"a\r\nb\";y\r\nc\r\n",
		"1:[a||b][y]\n3:[c]\n"},
	    {"a quote without end takes the rest", ';', "a;\"b\nc\nd",
		"1:[a][b|c|d]\n"},
	    {"a quote in the middle is a quote", ';', "a\"b;c\n",
		"1:[a\"b][c]\n"},
	    {"an empty row of tabs", '\t', "a\n\t\nb\n",
		"1:[a]\n2:[][]\n3:[b]\n"},
	    {"more than 16 fields", ',',
		"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18\n",
		"1:[1][2][3][4][5][6][7][8][9][10][11][12][13][14][15][16]"
		"[17][18]\n"},
	};
	struct buf out = {0};

	for (size_t i = 0; i < LEN(rows); i++) {
		buf_clear(&out);
		rows_of(rows[i].in, rows[i].sep, 1000, &out);
		is_str(buf_cstr(&out), rows[i].want, "%s", rows[i].promise);
		for (size_t k = 1; k <= 3; k++) {
			buf_clear(&out);
			rows_of(rows[i].in, rows[i].sep, k, &out);
			is_str(buf_cstr(&out), rows[i].want, "by %zu: %s", k,
			    rows[i].promise);
		}
	}
	buf_free(&out);
}

static void
separators(void)
{
	static const struct {
		const char *in;
		char want;
	} rows[] = {
	    {"a;b;c\n1,2,3,4,5\n", ';'},
	    {"a,b,c\n1;2;3;4;5\n", ','},
	    {"a\tb\n", '\t'},
	    {"a,b;c,d\n", ','},
	    {"a;b,c\n", ';'},
	    {"a\n", ';'},
	    {"", ';'},
	    {"\n,,,\n", ';'},
	};

	for (size_t i = 0; i < LEN(rows); i++)
		is_int(csvx_guess(str_span(rows[i].in)), rows[i].want,
		    "the separator of \"%s\"", rows[i].in);
}

/* Ended in the middle of a row, and freed without an end. */
static void
abandoned(void)
{
	struct buf out = {0};
	struct csvx *c = csvx_new(';', note, &out);

	csvx_feed(c, str_span("a;b;\"c"));
	csvx_free(c);
	is_str(buf_cstr(&out), "", "a row that isn't complete isn't given");
	csvx_free(NULL);
	buf_free(&out);
}

int
main(void)
{
	tables();
	separators();
	abandoned();
	return tap_done();
}
