/* SPDX-License-Identifier: MIT */
/*
 * The bytes of the row in hand are kept in one buffer, `at` runs over them and
 * a tracker follows brackets and quotes. Nothing may depend on how the input
 * came in blocks: looking ahead and back is bounded in bytes, and what is
 * behind a row is never waited for.
 *
 * For valid JSON the tracker just counts. Each of the rules for broken input
 * (see the header) rests on something that valid JSON can't contain.
 */
#include "io/split.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "io/rd.h"

#include <assert.h>
#include <stdbool.h>

enum {
	KINDS = 2048,      /* open brackets remembered; deeper ones counted */
	LOOK_AHEAD = 4096, /* blanks */
	LOOK_BACK = 8,     /* bytes kept of a row that is skipped */
	DROP = 64 << 10,   /* of such a row, so much at a time */
	HEAD = 64,         /* in how many bytes rows may begin alike */
};

/* Beside a byte's value or enum split_got, what the functions here return. */
enum {
	INPUT_END = -1, /* or a read error, see `failed` */
	TOO_LONG = -2,
	ROW_ENDS = -3,
	GO_ON = -4, /* no row yet: look again */
};

enum token { T_OPEN, T_KEY, T_COLON, T_VALUE, T_COMMA, T_BROKEN };

struct split {
	struct rd *in;
	size_t max;
	struct buf buf; /* read and not yet done with: buf.p + pos … */
	size_t pos;
	bool end;    /* rd has no more */
	bool failed; /* rd failed; what looks like an end is none */
	struct err *e;
	long row;
	long line;     /* that buf.p + pos is on */
	long row_line; /* where the row given last began */
	size_t credit; /* bytes that may be looked at again */

	bool array;    /* inside an array; else between lines */
	bool closed;   /* nothing but blanks since its ']' */
	bool resumed;  /* that ']' was too early; nothing but commas since */
	bool skipping; /* the row in hand was too long and is given already */

	/* The tracker of a row. Offsets are from pos. */
	size_t at;       /* the byte to look at next */
	size_t cut;      /* where the row ends, once it does */
	const char *why; /* what is wrong with it, or NULL */
	size_t head;     /* length of `{"key"` that the row begins with, or 0 */
	size_t twin; /* where an array in it has an element like that, or 0 */
	bool string;
	bool bare;
	enum token last;
	size_t depth;
	size_t arrays; /* how many of the open brackets are '[' */
	size_t deeper; /* brackets open beyond KINDS */
	bool is_array[KINDS];
};

struct split *
split_new(struct rd *in, size_t max)
{
	struct split *s = xcalloc(1, sizeof(*s));

	assert(max > 0);
	s->in = in;
	s->max = max;
	s->line = 1;
	s->credit = max;
	return s;
}

void
split_free(struct split *s)
{
	if (!s)
		return;
	buf_free(&s->buf);
	free(s);
}

long
split_row(const struct split *s)
{
	return s->row;
}

long
split_line(const struct split *s)
{
	return s->row_line;
}

/*
 * Bytes.
 */

/* Drops n bytes; they stay in place until more are read. */
static void
eat(struct split *s, size_t n)
{
	const char *p = s->buf.p + s->pos, *end = p + n;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		s->line++;
		p++;
	}
	s->pos += n;
	s->credit += n;
}

/* Reads on until there is a byte at pos + i. */
static int
more(struct split *s, size_t i)
{
	struct span block;

	while (s->pos + i >= s->buf.len) {
		if (s->end)
			return INPUT_END;
		s->failed = rd_block(s->in, &block, s->e) < 0;
		if (s->failed)
			return INPUT_END;
		if (s->pos) {
			s->buf.len -= s->pos;
			memmove(s->buf.p, s->buf.p + s->pos, s->buf.len);
			s->pos = 0;
		}
		buf_span(&s->buf, block);
		s->end = block.n == 0;
	}
	return (unsigned char)s->buf.p[s->pos + i];
}

static inline int
byte(struct split *s, size_t i)
{
	size_t k = s->pos + i;

	return k < s->buf.len ? (unsigned char)s->buf.p[k] : more(s, i);
}

static bool
blank(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
any(const char *set, int c)
{
	return c > 0 && strchr(set, c);
}

/* Skips blanks (and commas) in front of a row; the byte where it begins. */
static int
row_begin(struct split *s)
{
	int c = byte(s, 0);

	while (blank(c) || (c == ',' && !s->closed)) {
		eat(s, 1);
		c = byte(s, 0);
	}
	return c;
}

/*
 * The tracker.
 */

static void
restart(struct split *s)
{
	s->at = s->cut = 0;
	s->head = s->twin = 0;
	s->why = NULL;
	s->string = s->bare = s->skipping = false;
	s->last = T_VALUE;
	s->depth = s->arrays = s->deeper = 0;
}

static void
blame(struct split *s, const char *why)
{
	if (!s->why)
		s->why = why;
}

/* The row ends in front of `at` + n. */
static bool
ends(struct split *s, size_t n)
{
	s->cut = s->at + n;
	return true;
}

static bool
in_object(const struct split *s)
{
	return s->depth && !s->deeper && !s->is_array[s->depth - 1];
}

static void
push(struct split *s, bool array)
{
	s->last = T_OPEN;
	if (s->depth == KINDS) {
		s->deeper++;
		return;
	}
	s->is_array[s->depth++] = array;
	s->arrays += array;
}

static bool
pop(struct split *s)
{
	bool array = s->is_array[--s->depth];

	s->arrays -= array;
	return array;
}

/* Moves i to the next byte that isn't blank; it is not looked for too far. */
static int
look_ahead(struct split *s, size_t *i)
{
	for (size_t n = 0; n < LOOK_AHEAD; n++) {
		int c = byte(s, ++*i);

		if (!blank(c))
			return c;
	}
	return INPUT_END;
}

/*
 * A ']' that nothing in the row has opened: is it one too many, or in place of
 * the row's '}', or does it close the array around the row?
 */
static bool
stray_bracket(struct split *s)
{
	size_t i = s->at;
	int c = look_ahead(s, &i);

	if (c == ',' && look_ahead(s, &i) == '{') {
		blame(s, "brackets do not match");
		return ends(s, 1);
	}
	if (c == INPUT_END ||
	    (any("{[", c) && s->last != T_COLON && s->last != T_KEY)) {
		blame(s, "the array ends inside the row");
		return ends(s, 0);
	}
	blame(s, "brackets do not match");
	s->at++;
	return false;
}

static bool
closing(struct split *s, bool array)
{
	if (s->deeper) {
		s->deeper--;
		s->last = T_VALUE;
		s->at++;
		return false;
	}
	if (array && s->arrays == 0)
		return stray_bracket(s);
	s->last = T_VALUE;
	if (s->is_array[s->depth - 1] != array)
		blame(s, "brackets do not match");
	/* With no '{' open, a '}' stands in place of a ']'. */
	if (!array && s->arrays == s->depth)
		pop(s);
	else
		while (pop(s) != array)
			;
	if (s->depth == 0)
		return ends(s, 1);
	s->at++;
	return false;
}

/* A '{' where an object has no place for one: true if it is the next row. */
static bool
opens_row(struct split *s)
{
	if (!in_object(s) || s->last == T_COLON || s->last == T_KEY)
		return false;
	blame(s, "the row has no end");
	while (in_object(s))
		pop(s);
	return s->depth == 0;
}

/*
 * Rows tend to begin alike. An object that begins as the row does, in an array
 * of the row, is most likely just that; but if the row turns out to have no
 * end, it is the next row.
 */
static void
note_twin(struct split *s)
{
	if (s->twin || s->head == 0 || s->skipping || !s->depth || in_object(s))
		return;
	for (size_t i = 0; i < s->head; i++)
		if (byte(s, s->at + i) != byte(s, i))
			return;
	s->twin = s->at;
}

/* A byte outside strings; true if the row ends. */
static bool
outside(struct split *s, int c)
{
	switch (c) {
	case ' ':
	case '\t':
	case '\r':
	case '\n':
		break;
	case '"':
		s->string = true;
		s->last = in_object(s) && s->last != T_COLON ? T_KEY : T_VALUE;
		break;
	case ',':
		s->last = T_COMMA;
		break;
	case ':':
		s->last = T_COLON;
		break;
	case '{':
		if (opens_row(s))
			return ends(s, 0);
		note_twin(s);
		push(s, false);
		break;
	case '[':
		push(s, true);
		break;
	case '}':
	case ']':
		return closing(s, c == ']');
	default:
		s->last = T_VALUE;
	}
	s->at++;
	return false;
}

/*
 * At a closing quote. In a row {"a":"x},{"b":1} the second "string" is what
 * lies between two real ones, "},{", and a word follows. True if it is so; the
 * row ends in front of that bracket then.
 */
static bool
out_of_step(struct split *s)
{
	size_t i = s->at, from;
	int c;

	if (i && byte(s, i - 1) == ' ')
		i--;
	from = i && byte(s, i - 1) == '{' ? --i : 0;
	if (i && byte(s, i - 1) == ' ')
		i--;
	if (i == 0 || !any(",}", byte(s, i - 1)))
		from = 0;
	if (from == 0 && s->depth == 0)
		return false; /* an element, complete */
	c = byte(s, s->at + 1);
	if (c < 0 || blank(c) || any(",:}]", c))
		return false;
	blame(s, "quotes do not match");
	s->cut = from;
	return from > 0;
}

/* A byte inside a string; true if the row ends. */
static bool
inside(struct split *s, int c)
{
	switch (c) {
	case '\\':
		s->at += byte(s, s->at + 1) == '\n' ? 1 : 2;
		return false;
	case '\n':
		s->string = false;
		s->last = T_BROKEN;
		blame(s, "a string has no end");
		return s->depth == 0 && ends(s, 0);
	case '"':
		s->string = false;
		if (out_of_step(s))
			return true;
		if (s->depth == 0)
			return ends(s, 1);
		if (s->depth == 1 && s->last == T_KEY && s->head == 0)
			s->head = s->at < HEAD ? s->at + 1 : 0;
	}
	s->at++;
	return false;
}

/* Text that is neither string nor bracket, between the rows of an array. */
static bool
bare(struct split *s, int c)
{
	if (s->at && any(",]{[\"\n", c))
		return ends(s, 0);
	if (s->at == 0 && !any("-0123456789tfn", c))
		blame(s, "text between the rows");
	s->at++;
	return false;
}

/* In a string: over the bytes that mean nothing, while they are at hand. */
static void
skip_plain(struct split *s)
{
	const char *p = s->buf.p + s->pos;
	size_t end = s->buf.len - s->pos, i = s->at;

	if (!s->skipping && end > s->max)
		end = s->max;
	while (i < end && p[i] != '"' && p[i] != '\\' && p[i] != '\n')
		i++;
	s->at = i;
}

/* Goes on with the row in hand. */
static int
scan_row(struct split *s)
{
	bool over = false;

	while (!over) {
		int c;

		if (s->string)
			skip_plain(s);
		if (!s->skipping && s->at >= s->max + s->bare)
			return TOO_LONG;
		if (s->skipping && s->at >= DROP) {
			eat(s, s->at - LOOK_BACK);
			s->at = LOOK_BACK;
		}
		c = byte(s, s->at);
		if (c < 0)
			return c;
		if (s->bare)
			over = bare(s, c);
		else
			over = s->string ? inside(s, c) : outside(s, c);
	}
	return ROW_ENDS;
}

/*
 * Rows.
 */

/* The n bytes in hand are a row, or what is wrong with it is `why`. */
static int
give(struct split *s, size_t n, const char *why, struct span *row)
{
	*row = str_trim((struct span){s->buf.p + s->pos, n});
	while (why && row->n && row->p[row->n - 1] == ',')
		*row = str_trim((struct span){row->p, row->n - 1});
	s->row++;
	eat(s, n);
	restart(s);
	if (!why)
		return SPLIT_ROW;
	err_set(s->e, ERR_INPUT, "%s", why);
	return SPLIT_BAD;
}

static int
give_long(struct split *s, struct span *row)
{
	*row = (struct span){s->buf.p + s->pos, s->max};
	s->row++;
	s->twin = 0;
	s->skipping = true;
	err_set(s->e, ERR_INPUT, "longer than %zu bytes", s->max);
	return SPLIT_BAD;
}

/* A row that was given as too long has ended; its last n bytes go. */
static int
skipped(struct split *s, size_t n)
{
	eat(s, n);
	restart(s);
	return GO_ON;
}

static int
open_array(struct split *s)
{
	eat(s, 1);
	s->array = true;
	s->closed = s->resumed = false;
	return GO_ON;
}

static int
element(struct split *s, struct span *row)
{
	int c;

	if (s->at == 0) {
		c = row_begin(s);
		s->row_line = s->line;
		s->array = c != INPUT_END && c != ']';
		if (c == INPUT_END)
			return s->resumed
				   ? GO_ON
				   : give(s, 0, "the array has no end", row);
		if (c == ']') {
			eat(s, 1);
			s->closed = true;
			return GO_ON;
		}
		if (c == '[' && s->resumed)
			return open_array(s);
		s->resumed = false;
		s->bare = !any("{[\"", c);
	}
	c = scan_row(s);
	if (c != ROW_ENDS && s->twin && s->at - s->twin <= s->credit) {
		s->credit -= s->at - s->twin;
		return give(s, s->twin, "the row has no end", row);
	}
	if (c == TOO_LONG)
		return give_long(s, row);
	if (c == ROW_ENDS)
		return s->skipping ? skipped(s, s->cut)
				   : give(s, s->cut, s->why, row);
	s->array = false;
	if (s->skipping)
		return skipped(s, s->buf.len - s->pos);
	return give(s, s->buf.len - s->pos, "the input ends inside a row", row);
}

/* The length of the line in hand, or something over max + 1. */
static size_t
line_end(struct split *s)
{
	for (;;) {
		const char *p = s->buf.p + s->pos, *nl;
		size_t have = s->buf.len - s->pos;

		nl = memchr(p + s->at, '\n', have - s->at);
		if (nl)
			return (size_t)(nl - p);
		if (s->skipping)
			eat(s, have);
		else if (have > s->max + 1)
			return have;
		s->at = s->skipping ? 0 : have;
		if (byte(s, s->at) == INPUT_END)
			return s->at;
	}
}

/* Outside arrays: true if the byte at hand begins a line that is a row. */
static bool
begins_line(struct split *s, int c)
{
	if (c == 0xef && byte(s, 1) == 0xbb && byte(s, 2) == 0xbf) {
		eat(s, 3);
		return false;
	}
	if (c == '[') {
		open_array(s);
		return false;
	}
	s->array = s->resumed = s->closed && any(",:}", c);
	s->closed = false;
	return !s->array;
}

static int
line(struct split *s, struct span *row)
{
	size_t n;
	int c;

	if (!s->skipping && s->at == 0) {
		c = row_begin(s);
		s->row_line = s->line;
		if (c < 0)
			return SPLIT_END;
		if (!begins_line(s, c))
			return GO_ON;
	}
	n = line_end(s);
	if (s->skipping)
		return skipped(s, n);
	if (n - (s->buf.p[s->pos + n - 1] == '\r') <= s->max)
		return give(s, n, NULL, row);
	s->at = 0;
	return give_long(s, row);
}

enum split_got
split_next(struct split *s, struct span *row, struct err *e)
{
	int got = GO_ON;

	s->e = e;
	while (got == GO_ON)
		got = s->array ? element(s, row) : line(s, row);
	return s->failed ? SPLIT_FAIL : (enum split_got)got;
}
