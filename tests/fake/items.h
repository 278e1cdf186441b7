/* SPDX-License-Identifier: MIT */
/* The fake CRM's server: what it does with one item of a request. */
#ifndef FAKE_ITEMS_H
#define FAKE_ITEMS_H

#include "crm/local_entity.h"

/*
 * The item sent to a path. What it answers: {"ok":…}, of a read an array of
 * rows, or {"error":{"code",…}}; NULL if the database failed.
 */
json_t *fake_item_new(struct local_crm *l, const char *path, json_t *item);

/* Does the path read? */
bool fake_reads(const char *path);

#endif
