/* SPDX-License-Identifier: MIT */
/* The map, compared with an array that is searched from end to end. */
#include "base/map.h"

#include "../tap.h"

enum { KEYS = 300, STEPS = 60000 };

static int values[4];
static void *model[KEYS]; /* NULL: not there */
static unsigned long seed = 1;

static unsigned
roll(unsigned n)
{
	seed = seed * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned)(seed >> 33) % n;
}

static void
name(unsigned i, char out[32])
{
	/* Some begin as others do; that of 0 is empty. */
	snprintf(out, 32, "%.0u", i);
}

static size_t
count(void)
{
	size_t n = 0;

	for (size_t i = 0; i < KEYS; i++)
		n += model[i] != NULL;
	return n;
}

static bool
agrees(const struct map *m)
{
	char key[32];

	for (unsigned i = 0; i < KEYS; i++) {
		name(i, key);
		if (map_get(m, key) != model[i])
			return false;
	}
	return m->n == count();
}

static void
sum(void *ctx, void *value)
{
	size_t *each = ctx;

	each[(int *)value - values]++;
}

static bool
each_comes_once(const struct map *m)
{
	size_t got[4] = {0}, want[4] = {0};

	map_each(m, sum, got);
	for (size_t i = 0; i < KEYS; i++)
		if (model[i])
			want[(int *)model[i] - values]++;
	return memcmp(got, want, sizeof(got)) == 0;
}

/* Two names must not be one, or the model would be wrong. */
static bool
names_differ(void)
{
	char a[32], b[32];

	for (unsigned i = 0; i < KEYS; i++) {
		for (unsigned k = 0; k < i; k++) {
			name(i, a);
			name(k, b);
			if (strcmp(a, b) == 0)
				return false;
		}
	}
	return true;
}

/* Mostly growing, then mostly shrinking, and again. */
static void
random_steps(struct map *m)
{
	bool good = true, gone = true;
	char key[32];

	for (int step = 0; step < STEPS; step++) {
		unsigned i = roll(KEYS);
		bool grow = step / 5000 % 2 == 0;

		name(i, key);
		if (roll(10) < (grow ? 7u : 3u)) {
			model[i] = &values[roll(4)];
			map_set(m, key, model[i]);
		} else {
			gone &= map_del(m, key) == model[i];
			model[i] = NULL;
		}
		if (step % 997 == 0)
			good &= agrees(m) && each_comes_once(m);
	}
	ok(good, "after any steps it holds what was set and not deleted");
	ok(gone, "what is deleted is given back");
	ok(agrees(m) && each_comes_once(m), "... and so it is in the end");
	ok(m->cap <= 16 * 1024, "deleted ones take no room for ever");
}

static void
small(void)
{
	struct map m = {0};
	char key[] = "key";
	size_t each[4] = {0};

	ok(!map_get(&m, "") && !map_del(&m, "a"), "nothing is in an empty one");
	map_each(&m, sum, each);
	ok(each[0] == 0, "... and nothing comes out");
	map_set(&m, key, &values[0]);
	key[0] = 'K';
	ok(map_get(&m, "key") == &values[0] && !map_get(&m, key),
	    "keys are copied");
	map_set(&m, "key", &values[1]);
	ok(map_get(&m, "key") == &values[1] && m.n == 1,
	    "a key set again has the new value");
	ok(map_del(&m, "key") == &values[1] && m.n == 0,
	    "deleting gives the value back");
	ok(!map_del(&m, "key") && !map_get(&m, "key"),
	    "what is deleted isn't there");
	map_set(&m, "key", &values[2]);
	ok(map_get(&m, "key") == &values[2] && m.n == 1,
	    "what was deleted can be set again");
	map_free(&m);
	ok(!map_get(&m, "key") && m.n == 0, "freed, it is an empty one");
	map_free(&m);
}

int
main(void)
{
	struct map m = {0};

	small();
	ok(names_differ(), "the names of the test differ");
	random_steps(&m);
	map_free(&m);
	return tap_done();
}
