/* SPDX-License-Identifier: MIT */
/*
 * One pass, no recursion: what is open is a stack of levels. The line ends
 * with NUL bytes, which no token accepts, so that only error messages ask
 * where the end is.
 *
 * A key may stand only once in its object. Keys of all objects share one hash
 * table over (object, text); an attacker's keys must not make it a list, hence
 * the seed.
 */
#include "call/recscan.h"

#include "base/str.h"
#include "base/xalloc.h"

#include <assert.h>

enum {
	SLACK = 8, /* NUL bytes behind the line */
	SLOTS_MIN = 256,
	KEY_SHOWN = 60, /* bytes of a key that a message quotes */
};

static const uint32_t LEVEL_ARRAY = UINT32_MAX;
static const uint32_t MEMBER_NONE = UINT32_MAX;

void
recscan_free(struct recscan *s)
{
	buf_free(&s->line);
	buf_free(&s->keys);
	free(s->members);
	free(s->slots);
}

void
recscan_load(struct recscan *s, const char *p, size_t n)
{
	assert(n < UINT32_MAX);
	buf_clear(&s->line);
	buf_room(&s->line, n + SLACK);
	if (n)
		memcpy(s->line.p, p, n);
	memset(s->line.p + n, 0, SLACK);
	s->line.len = n;
	s->n = 0;
}

/* False, and e says what is wrong at which byte. */
static bool
wrong(struct recscan *s, const char *at, const char *what)
{
	size_t byte = (size_t)(at - s->line.p);

	if (byte == s->line.len)
		what = "the line ends inside the record";
	err_set(s->e, ERR_INPUT, "byte %zu: %s", byte + 1, what);
	return false;
}

/*
 * The table of keys.
 */

static uint64_t
mix(uint64_t h)
{
	h *= UINT64_C(0x9fb21c651e98df25);
	return h ^ h >> 32;
}

static uint32_t
hash(const struct recscan *s, uint32_t owner, struct span key)
{
	uint64_t h = mix(s->seed ^ (uint64_t)owner << 32 ^ key.n), w;

	for (; key.n >= sizeof(w); key.p += sizeof(w), key.n -= sizeof(w)) {
		memcpy(&w, key.p, sizeof(w));
		h = mix(h ^ w);
	}
	for (w = 0; key.n; key.n--)
		w = w << 8 | (unsigned char)key.p[key.n - 1];
	return (uint32_t)mix(mix(h ^ w));
}

struct span
recscan_key(const struct recscan *s, const struct member *m)
{
	const char *base = m->key_escaped ? s->keys.p : s->line.p;

	return (struct span){base + m->key, m->key_n};
}

/* The slot that holds the key, or else the free one where it belongs. */
static size_t
slot_of(
    const struct recscan *s, uint32_t owner, uint32_t key_hash, struct span key)
{
	size_t i = key_hash & s->mask;

	for (; s->slots[i]; i = (i + 1) & s->mask) {
		const struct member *m = &s->members[s->slots[i] - 1];

		if (m->hash == key_hash && m->owner == owner &&
		    str_same(recscan_key(s, m), key))
			break;
	}
	return i;
}

const struct member *
recscan_find(const struct recscan *s, uint32_t owner, struct span key)
{
	size_t i;

	if (s->n == 0)
		return NULL;
	i = slot_of(s, owner, hash(s, owner, key), key);
	return s->slots[i] ? &s->members[s->slots[i] - 1] : NULL;
}

/* An empty table of n slots, a power of 2. */
static void
slots_reset(struct recscan *s, size_t n)
{
	if (n > s->slots_room) {
		s->slots = xrealloc(s->slots, n, sizeof(*s->slots));
		s->slots_room = n;
	}
	memset(s->slots, 0, n * sizeof(*s->slots));
	s->mask = n - 1;
}

static void
slots_grow(struct recscan *s)
{
	slots_reset(s, (s->mask + 1) * 2);
	for (size_t k = 0; k < s->n; k++) {
		size_t i = s->members[k].hash & s->mask;

		while (s->slots[i])
			i = (i + 1) & s->mask;
		s->slots[i] = (uint32_t)k + 1;
	}
}

/*
 * Tokens.
 */

static char *
blanks(char *p)
{
	for (; *p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'; p++)
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	return p;
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

long
recscan_hex4(const char *p)
{
	long v = 0;

	for (int i = 0; i < 4; i++) {
		if (digit(p[i]))
			v = v * 16 + (p[i] - '0');
		else if (p[i] >= 'a' && p[i] <= 'f')
			v = v * 16 + (p[i] - 'a' + 10);
		else if (p[i] >= 'A' && p[i] <= 'F')
			v = v * 16 + (p[i] - 'A' + 10);
		else
			return -1;
	}
	return v;
}

/* The byte behind the escape at p, NULL if it is none. */
static const char *
escape(struct recscan *s, const char *p)
{
	long high, low;

	if (p[1] != 'u') {
		if (p[1] && strchr("\"\\/bfnrt", p[1]))
			return p + 2;
		return wrong(s, p, "unknown escape"), NULL;
	}
	high = recscan_hex4(p + 2);
	if (high < 0)
		return wrong(s, p, "\\u without four hex digits"), NULL;
	if (high == 0)
		return wrong(s, p, "\\u0000 is not allowed"), NULL;
	if (high < 0xd800 || high > 0xdfff)
		return p + 6;
	low = p[6] == '\\' && p[7] == 'u' ? recscan_hex4(p + 8) : -1;
	if (high > 0xdbff || low < 0xdc00 || low > 0xdfff)
		return wrong(s, p, "half of a surrogate pair"), NULL;
	return p + 12;
}

/* Skips what stands for itself in a string: a word, then a byte at a time. */
static const char *
plain(const char *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t w, quote, slash;

	for (;; p += sizeof(w)) {
		memcpy(&w, p, sizeof(w));
		quote = w ^ ones * '"';
		slash = w ^ ones * '\\';
		/* A high bit: the byte's own, or a borrow of "less than". */
		if ((w | (w - ones * ' ') | (quote - ones) | (slash - ones)) &
		    ones * 0x80)
			break;
	}
	while (*p >= ' ' && (unsigned char)*p < 0x80 && *p != '"' && *p != '\\')
		p++;
	return p;
}

/* p is behind the opening quote; the closing one, NULL if it is malformed. */
static const char *
string(struct recscan *s, const char *p, bool *escaped)
{
	const char *end = s->line.p + s->line.len;
	size_t n;

	for (*escaped = false;;) {
		p = plain(p);
		if (*p == '"')
			return p;
		if (*p == '\\') {
			*escaped = true;
			p = escape(s, p);
			if (!p)
				return NULL;
			continue;
		}
		if ((unsigned char)*p < 0x80)
			return wrong(s, p, "control byte in a string"), NULL;
		do {
			n = str_utf8_len(p, (size_t)(end - p));
			if (n == 0)
				return wrong(s, p, "malformed UTF-8"), NULL;
			p += n;
		} while ((unsigned char)*p >= 0x80);
	}
}

static const char *
digits(const char *p)
{
	if (!digit(*p))
		return NULL;
	while (digit(*p))
		p++;
	return p;
}

/* The byte behind the number at p, NULL if it is malformed. */
static const char *
number(const char *p)
{
	p += *p == '-';
	p = *p == '0' ? p + 1 : digits(p);
	if (p && *p == '.')
		p = digits(p + 1);
	if (p && (*p == 'e' || *p == 'E'))
		p = digits(p + 1 + (p[1] == '+' || p[1] == '-'));
	if (p && *p && strchr("0123456789.eE+-", *p))
		return NULL;
	return p;
}

/*
 * Grammar.
 */

static bool
twice(struct recscan *s, const char *from, size_t n)
{
	const char *key = from + 1, *dots = "";

	if (n > KEY_SHOWN) {
		for (n = KEY_SHOWN; (key[n] & 0xc0) == 0x80;)
			n--;
		dots = "...";
	}
	err_set(s->e, ERR_INPUT, "byte %zu: key \"%.*s%s\" twice",
	    (size_t)(from - s->line.p) + 1, (int)n, key, dots);
	return false;
}

/* Lists the key between the quotes at from and to. */
static bool
add_member(struct recscan *s, const char *from, const char *to, bool escaped)
{
	uint32_t owner = s->levels[s->depth - 1].object;
	struct span key = {from + 1, (size_t)(to - from) - 1};
	size_t keys = s->keys.len, i;
	struct member *m;

	if (escaped) {
		rec_unquote(&s->keys, (struct span){from, key.n + 2});
		key = (struct span){s->keys.p + keys, s->keys.len - keys};
	}
	if (s->n == s->room) {
		s->room = s->room ? s->room * 2 : SLOTS_MIN / 2;
		s->members = xrealloc(s->members, s->room, sizeof(*s->members));
	}
	m = &s->members[s->n];
	*m = (struct member){.owner = owner,
	    .hash = hash(s, owner, key),
	    .from = (uint32_t)(from - s->line.p),
	    .key = (uint32_t)(key.p - (escaped ? s->keys.p : s->line.p)),
	    .key_n = (uint32_t)key.n,
	    .key_escaped = escaped};
	i = slot_of(s, owner, m->hash, key);
	if (s->slots[i])
		return twice(s, from, (size_t)(to - from) - 1);
	s->member = (uint32_t)s->n++;
	s->slots[i] = s->member + 1;
	if (s->n * 2 > s->mask)
		slots_grow(s);
	return true;
}

/* In an object: the key and the colon that come before a value. */
static bool
member_key(struct recscan *s)
{
	const char *from = s->p, *to;
	bool escaped;

	s->member = MEMBER_NONE;
	if (s->levels[s->depth - 1].object == LEVEL_ARRAY)
		return true;
	if (*from != '"')
		return wrong(s, from, "expected a key");
	to = string(s, from + 1, &escaped);
	if (!to || !add_member(s, from, to, escaped))
		return false;
	s->p = blanks(s->p + (to + 1 - from));
	if (*s->p != ':')
		return wrong(s, s->p, "expected ':'");
	s->p = blanks(s->p + 1);
	return true;
}

/* A value that ends before end. */
static bool
take(struct recscan *s, enum rec_type type, const char *end, bool escaped)
{
	size_t n = (size_t)(end - s->p);

	if (s->member != MEMBER_NONE) {
		struct member *m = &s->members[s->member];

		m->type = type;
		m->val = (uint32_t)(s->p - s->line.p);
		m->val_n = (uint32_t)n;
		m->val_escaped = escaped;
	}
	s->p += n;
	return true;
}

static bool
literal(struct recscan *s, const char *word, enum rec_type type)
{
	size_t n = strlen(word);

	if (strncmp(s->p, word, n) != 0)
		return wrong(s, s->p, "expected a value");
	return take(s, type, s->p + n, false);
}

static bool
open_level(struct recscan *s)
{
	bool array = *s->p == '[';

	if (s->depth == REC_DEPTH_MAX)
		return wrong(s, s->p, "nested deeper than 2048");
	s->levels[s->depth++] = (struct level){
	    .object = array ? LEVEL_ARRAY : s->objects, .member = s->member};
	if (s->member != MEMBER_NONE && !array)
		s->members[s->member].object = s->objects;
	s->objects += !array;
	take(s, array ? REC_ARRAY : REC_OBJECT, s->p + 1, false);
	s->fresh = true;
	return true;
}

static bool
value(struct recscan *s)
{
	const char *end;
	bool escaped;

	switch (*s->p) {
	case '"':
		end = string(s, s->p + 1, &escaped);
		return end && take(s, REC_STRING, end + 1, escaped);
	case '{':
	case '[':
		return open_level(s);
	case 't':
		return literal(s, "true", REC_TRUE);
	case 'f':
		return literal(s, "false", REC_FALSE);
	case 'n':
		return literal(s, "null", REC_NULL);
	}
	if (*s->p != '-' && !digit(*s->p))
		return wrong(s, s->p, "expected a value");
	end = number(s->p);
	if (!end)
		return wrong(s, s->p, "malformed number");
	return take(s, REC_NUMBER, end, false);
}

/* Behind a value or an opening bracket: up to where the next value begins. */
static bool
behind(struct recscan *s)
{
	while (s->depth) {
		const struct level *top = &s->levels[s->depth - 1];
		bool array = top->object == LEVEL_ARRAY;

		s->p = blanks(s->p);
		if (*s->p == (array ? ']' : '}')) {
			if (top->member != MEMBER_NONE) {
				struct member *m = &s->members[top->member];

				m->val_n =
				    (uint32_t)(s->p + 1 - s->line.p) - m->val;
			}
			s->p++;
			s->depth--;
			s->fresh = false;
			continue;
		}
		if (s->fresh) {
			s->fresh = false;
			return true;
		}
		if (*s->p != ',')
			return wrong(s, s->p,
			    array ? "expected ',' or ']'"
				  : "expected ',' or '}'");
		s->p = blanks(s->p + 1);
		return true;
	}
	return true;
}

static bool
scan(struct recscan *s)
{
	char *start = blanks(s->p);

	s->p = start;
	s->from = (size_t)(start - s->line.p);
	if (*start != '{') {
		err_set(s->e, ERR_INPUT, "byte %zu: expected an object",
		    s->from + 1);
		return false;
	}
	if (!open_level(s) || !behind(s))
		return false;
	while (s->depth)
		if (!member_key(s) || !value(s) || !behind(s))
			return false;
	s->to = (size_t)(s->p - s->line.p);
	s->p = blanks(s->p);
	if (s->p != s->line.p + s->line.len)
		return wrong(s, s->p, "text behind the record");
	return true;
}

int
recscan_run(struct recscan *s, struct err *e)
{
	s->n = 0;
	s->depth = 0;
	s->objects = 0;
	s->member = MEMBER_NONE;
	s->from = s->to = 0;
	s->p = s->line.p;
	s->e = e;
	buf_clear(&s->keys);
	slots_reset(s, SLOTS_MIN);
	if (scan(s))
		return 0;
	s->n = 0;
	s->from = s->to = 0;
	return -1;
}
