/* SPDX-License-Identifier: MIT */
/*
 * The scanner under call/rec.h: validates a line and lists every member of
 * every object in it, in the order of the line. Only rec.c uses it.
 */
#ifndef CALL_RECSCAN_H
#define CALL_RECSCAN_H

#include "base/buf.h"
#include "base/err.h"
#include "call/rec.h"

#include <stdbool.h>
#include <stdint.h>

enum { REC_DEPTH_MAX = 2048 };

/* Offsets are into the line; the number of the record itself is 0. */
struct member {
	uint32_t owner;  /* number of the object that it is a member of */
	uint32_t object; /* number of the object that its value is, else 0 */
	uint32_t hash;
	uint32_t from;       /* the key's opening quote */
	uint32_t key, key_n; /* the key's text; into `keys` if key_escaped */
	uint32_t val, val_n;
	enum rec_type type;
	bool key_escaped;
	bool val_escaped;
};

struct level {
	uint32_t object; /* number of an open object, or LEVEL_ARRAY */
	uint32_t member; /* whose value it is, or MEMBER_NONE */
};

/* Zero-initialise but for the seed; recscan_free when done. */
struct recscan {
	struct buf line; /* what is scanned */
	size_t from, to; /* the record in it, blanks around it left out */
	struct buf keys; /* texts of keys that were spelt with escapes */
	struct member *members;
	size_t n, room;
	uint32_t *slots; /* hash table: index of a member plus 1, or 0 */
	size_t mask, slots_room;
	uint64_t seed; /* random: colliding keys can't be sent by plan */

	/* Used during a scan only. */
	char *p;
	uint32_t objects; /* numbers given out */
	uint32_t member;  /* whose value comes next, or MEMBER_NONE */
	bool fresh;       /* a bracket was opened just now */
	size_t depth;
	struct level levels[REC_DEPTH_MAX];
	struct err *e;
};

void recscan_free(struct recscan *s);
/* Put the line in place of the one before; its index is gone. */
void recscan_load(struct recscan *s, const char *p, size_t n);
/*
 * Scan the loaded line. 0, or -1, then s is empty. Line breaks between tokens
 * become blanks, so that a record is one line whatever it came from.
 */
int recscan_run(struct recscan *s, struct err *e);
/* A member of an object by its unescaped key; NULL if there is none. */
const struct member *recscan_find(
    const struct recscan *s, uint32_t owner, struct span key);
struct span recscan_key(const struct recscan *s, const struct member *m);
/* The value of four hexadecimal digits, -1 if they aren't. */
long recscan_hex4(const char *p);

#endif
