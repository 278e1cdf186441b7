/* SPDX-License-Identifier: MIT */
/* A map from strings to pointers. Zero-initialise; map_free when done. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>

struct map_slot {
	char *key; /* NULL: never used */
	void *value;
};

struct map {
	struct map_slot *slot;
	size_t cap, used; /* used counts deleted ones too */
	size_t n;
};

/* The keys are copied and the map's, the values the caller's. */
void map_free(struct map *m);
/* NULL if there is none. */
void *map_get(const struct map *m, const char *key);
/* Set or replace; value must not be NULL. */
void map_set(struct map *m, const char *key, void *value);
/* Remove; returns the value that was there, or NULL. */
void *map_del(struct map *m, const char *key);
/* Every value, in no order; the map must not change meanwhile. */
void map_each(
    const struct map *m, void (*f)(void *ctx, void *value), void *ctx);

#endif
