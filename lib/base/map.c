/* SPDX-License-Identifier: MIT */
/*
 * Open addressing. A deleted slot keeps its key with a NULL value, so that
 * probing goes on behind it; growing leaves such slots behind.
 */
#include "base/map.h"

#include "base/xalloc.h"

#include <stdint.h>

static size_t
hash(const char *s)
{
	uint64_t h = 14695981039346656037u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return (size_t)(h ^ h >> 32);
}

/* The slot of key, or the free one where it would go. cap > used. */
static struct map_slot *
probe(const struct map *m, const char *key)
{
	size_t i = hash(key) & (m->cap - 1);

	while (m->slot[i].key && strcmp(m->slot[i].key, key) != 0)
		i = (i + 1) & (m->cap - 1);
	return &m->slot[i];
}

void
map_free(struct map *m)
{
	for (size_t i = 0; i < m->cap; i++)
		free(m->slot[i].key);
	free(m->slot);
	*m = (struct map){0};
}

static void
grow(struct map *m)
{
	struct map old = *m;

	*m = (struct map){.cap = 16};
	while (m->cap < old.n * 4)
		m->cap *= 2;
	m->slot = xcalloc(m->cap, sizeof(*m->slot));
	for (size_t i = 0; i < old.cap; i++) {
		if (!old.slot[i].value) {
			free(old.slot[i].key);
			continue;
		}
		*probe(m, old.slot[i].key) = old.slot[i];
		m->used++;
		m->n++;
	}
	free(old.slot);
}

void *
map_get(const struct map *m, const char *key)
{
	return m->cap ? probe(m, key)->value : NULL;
}

void
map_set(struct map *m, const char *key, void *value)
{
	struct map_slot *s;

	if ((m->used + 1) * 2 > m->cap)
		grow(m);
	s = probe(m, key);
	if (!s->key) {
		s->key = xstrdup(key);
		m->used++;
	}
	m->n += s->value == NULL;
	s->value = value;
}

void *
map_del(struct map *m, const char *key)
{
	struct map_slot *s = m->cap ? probe(m, key) : NULL;
	void *value = s ? s->value : NULL;

	if (value) {
		s->value = NULL;
		m->n--;
	}
	return value;
}

void
map_each(const struct map *m, void (*f)(void *ctx, void *value), void *ctx)
{
	for (size_t i = 0; i < m->cap; i++)
		if (m->slot[i].value)
			f(ctx, m->slot[i].value);
}
