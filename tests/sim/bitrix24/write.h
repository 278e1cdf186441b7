/* SPDX-License-Identifier: MIT */
/* Writing leads, deals, contacts and companies, by either kind of method. */
#ifndef B24_WRITE_H
#define B24_WRITE_H

#include "b24.h"

enum {
	WRITE_OLD = 1,      /* UPPER_SNAKE names, lenient */
	WRITE_NEW = 2,      /* the row is new */
	WRITE_UPPER_UF = 4, /* crm.item with useOriginalUfNames */
};

/*
 * Puts the fields that there are into the row; others are ignored. Fails as
 * the method would.
 */
void write_fields(struct b24_call *c, const struct b24_entity *e,
    enum b24_kind k, json_t *row, const json_t *fields, unsigned how);

/* "type", "isRequired"…: one entry of *.fields. */
json_t *b24_about_new(const char *type, bool required, bool readonly,
    bool multiple, bool dynamic, const char *title);
const char *b24_type_name(const struct b24_field *f);

#endif
