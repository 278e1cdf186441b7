/* SPDX-License-Identifier: MIT */
#ifndef JOURNAL_SCHEMA_H
#define JOURNAL_SCHEMA_H

#include "io/sqlx.h"

/* The journal's tables; reliability of the store rests on journal.h. */
extern const struct sqlx_schema journal_schema;

#endif
