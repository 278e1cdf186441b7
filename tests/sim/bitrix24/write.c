/* SPDX-License-Identifier: MIT */
#include "write.h"

#include "base/str.h"
#include "io/jsonx.h"

static bool
same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* ---- what follows from the rest ---- */

void
b24_derive(struct b24 *b, enum b24_kind k, json_t *row)
{
	const char *s;

	(void)b;
	if (k == B24_LEAD) {
		s = b24_stage(k, 0, b24_word(row, "STATUS_ID"));
		json_put(row, "STATUS_SEMANTIC_ID", s);
	} else if (k == B24_DEAL) {
		s = b24_stage(
		    k, b24_num(row, "CATEGORY_ID"), b24_word(row, "STAGE_ID"));
		json_put(row, "STAGE_SEMANTIC_ID", s);
		json_put(row, "CLOSED", s && same(s, "P") ? "N" : "Y");
	}
	if (k != B24_DEAL)
		json_put(row, "HAS_PHONE",
		    json_array_size(json_object_get(row, "PHONE")) ? "Y" : "N");
}

void
b24_defaults(struct b24 *b, enum b24_kind k, json_t *row)
{
	if (!b24_num(row, "ASSIGNED_BY_ID"))
		json_object_set_new(
		    row, "ASSIGNED_BY_ID", json_integer(b->owner));
	if (k == B24_LEAD && !json_object_get(row, "STATUS_ID"))
		json_put(row, "STATUS_ID", b24_first_stage(k, 0));
	if (k == B24_LEAD &&
	    (b24_num(row, "CONTACT_ID") || b24_num(row, "COMPANY_ID")))
		json_put(row, "IS_RETURN_CUSTOMER", "Y");
	if (k != B24_DEAL)
		return;
	if (!json_object_get(row, "CATEGORY_ID"))
		json_object_set_new(row, "CATEGORY_ID", json_integer(0));
	if (!json_object_get(row, "STAGE_ID"))
		json_put(row, "STAGE_ID",
		    b24_first_stage(k, b24_num(row, "CATEGORY_ID")));
}

const char *
b24_lacks(const struct b24 *b, enum b24_kind k, const json_t *row)
{
	const char *name;
	json_t *uf, *v;

	json_object_foreach (b->uf[k], name, uf) {
		v = json_object_get(row, name);
		if (same(b24_word(uf, "MANDATORY"), "Y") &&
		    (!v || (json_is_string(v) && !json_string_length(v))))
			return name;
	}
	return NULL;
}

/* A simple CRM has no leads: it makes a contact and a deal of a named one. */
static void
convert(struct b24 *b, json_t *lead)
{
	static const char *const kept[] = {"ASSIGNED_BY_ID", "SOURCE_ID",
	    "UTM_SOURCE", "UTM_MEDIUM", "UTM_CAMPAIGN", "UTM_CONTENT",
	    "UTM_TERM", "LEAD_ID", NULL};
	json_t *contact = json_object(), *deal = json_object(), *v;
	json_int_t id;

	json_object_set(lead, "LEAD_ID", json_object_get(lead, "ID"));
	for (size_t i = 0; kept[i]; i++) {
		if (!(v = json_object_get(lead, kept[i])))
			continue;
		json_object_set(contact, kept[i], v);
		json_object_set(deal, kept[i], v);
	}
	json_object_del(lead, "LEAD_ID");
	json_object_set(contact, "NAME", json_object_get(lead, "NAME"));
	if ((v = json_object_get(lead, "PHONE")))
		json_object_set_new(contact, "PHONE", json_deep_copy(v));
	id = b24_store(b, B24_CONTACT, contact);
	json_put(deal, "TITLE", b24_word(lead, "TITLE"));
	json_object_set_new(deal, "CONTACT_ID", json_integer(id));
	json_object_set_new(deal, "CONTACT_IDS", json_pack("[I]", id));
	b24_store(b, B24_DEAL, deal);
	json_put(lead, "STATUS_ID", "CONVERTED");
	b24_derive(b, B24_LEAD, lead);
}

int64_t
b24_store(struct b24 *b, enum b24_kind k, json_t *row)
{
	int64_t id;

	b24_defaults(b, k, row);
	b24_derive(b, k, row);
	b24_stamp(b, row, true);
	id = b24_insert(&b->t[k], row, sim_now(b->sim));
	if (!json_object_get(row, "TITLE") && k != B24_CONTACT)
		json_object_set_new(row, "TITLE",
		    json_sprintf(
			"%s #%lld", b24_entity[k].name, (long long)id));
	if (k == B24_LEAD && sim_is(b->sim, "mode", "2") &&
	    b24_word(row, "NAME")[0])
		convert(b, row);
	return id;
}

/* ---- one field ---- */

/* A word of a dictionary; the row knows its pipeline already. */
static bool
known_word(const struct b24_field *f, enum b24_kind k, const json_t *row,
    const char *word)
{
	if (same(f->upper, "SOURCE_ID"))
		return !word[0] || b24_source(word);
	return b24_stage(k, k == B24_DEAL ? b24_num(row, "CATEGORY_ID") : 0,
		   word) != NULL;
}

static void
bad_value(struct b24_call *c, const char *name)
{
	b24_fail(c, 400, "CRM_FIELD_ERROR_VALUE_NOT_VALID",
	    "Field \"%s\": invalid value", name);
}

static void
write_one(struct b24_call *c, const struct b24_field *f, enum b24_kind k,
    json_t *row, const json_t *v, unsigned how)
{
	json_t *value;

	if (f->type == T_MULTI) {
		if (how & WRITE_OLD)
			b24_multi(c->b, row, f->upper, v);
		return; /* crm.item takes "fm" */
	}
	value = b24_value_new(c->b, f, v);
	if (value && f->type == T_STATUS &&
	    !known_word(f, k, row, json_string_value(value))) {
		json_decref(value);
		value = NULL;
		if (how & WRITE_OLD)
			return;
	}
	if (value && f->type == T_USER &&
	    sim_is(c->b->sim, "owner-check", "yes") &&
	    !b24_active(c->b, json_integer_value(value))) {
		json_decref(value);
		value = NULL;
	} else if (!value && (how & WRITE_OLD)) {
		/* PHP's idea of a number that is none. */
		value = f->type == T_INT || f->type == T_USER ? json_integer(0)
							      : json_null();
	}
	if (value)
		json_object_set_new(row, f->upper, value);
	else if (f->type == T_IDS)
		b24_fail(c, 400, "100",
		    "Expected iterable value for multiple field, but got %s "
		    "instead.",
		    json_is_string(v) ? "string" : "integer");
	else
		bad_value(c, f->camel);
}

static void
write_uf(struct b24_call *c, const json_t *uf, json_t *row, const json_t *v,
    unsigned how)
{
	const char *name = b24_word(uf, "FIELD_NAME");
	bool many = same(b24_word(uf, "MULTIPLE"), "Y");
	struct b24_field f = {name, name, many ? T_STRINGS : T_STRING, 0};
	json_t *value;

	if (same(b24_word(uf, "USER_TYPE_ID"), "integer"))
		f.type = many ? T_IDS : T_INT;
	if (same(b24_word(uf, "USER_TYPE_ID"), "datetime"))
		f.type = T_TIME;
	value = b24_value_new(c->b, &f, v);
	if (value)
		json_object_set_new(row, name, value);
	else if (!(how & WRITE_OLD))
		bad_value(c, name);
}

/* "fm": an array on add; on update also an object by the ids of phones. */
static void
write_fm(struct b24_call *c, json_t *row, const json_t *v)
{
	static const char *const types[] = {"PHONE", "EMAIL", NULL};
	const char *k;
	json_t *x;
	size_t i;

	for (size_t t = 0; types[t]; t++) {
		json_t *mine = json_object();
		int n = 0;
		char key[24];

		json_array_foreach (v, i, x) {
			snprintf(key, sizeof(key), "n%d", n++);
			if (same(b24_word(x, "typeId"), types[t]))
				json_object_set(mine, key, x);
		}
		json_object_foreach ((json_t *)(uintptr_t)v, k, x)
			if (same(b24_word(x, "typeId"), types[t]))
				json_object_set(mine, k, x);
		b24_multi(c->b, row, types[t], mine);
		json_decref(mine);
	}
}

/* Its first contact is the primary one. */
static void
write_contacts(json_t *row, bool by_list)
{
	json_t *ids = json_object_get(row, "CONTACT_IDS");
	json_int_t id = json_integer_value(json_object_get(row, "CONTACT_ID"));

	if (by_list)
		json_object_set_new(row, "CONTACT_ID",
		    json_integer(json_integer_value(json_array_get(ids, 0))));
	else if (id)
		json_object_set_new(row, "CONTACT_IDS", json_pack("[I]", id));
	else
		json_object_set_new(row, "CONTACT_IDS", json_array());
}

static bool
later(const struct b24_field *f)
{
	return f && f->type == T_STATUS;
}

static void
write_named(struct b24_call *c, const struct b24_entity *e, enum b24_kind k,
    json_t *row, const char *name, const json_t *v, unsigned how, bool words)
{
	const struct b24_field *f =
	    b24_field(e->fields, name, !(how & WRITE_OLD));
	json_t *uf = f ? NULL : b24_uf(c->b, k, name);
	bool upper = strncmp(name, "UF_", 3) == 0;

	if (f && later(f) != words)
		return;
	/* The old update leaves a deal in its pipeline. */
	if (f && k == B24_DEAL && same(f->upper, "CATEGORY_ID") &&
	    how == WRITE_OLD)
		return;
	if (f && !(f->flags & R))
		write_one(c, f, k, row, v, how);
	else if (uf && !words &&
		 upper == ((how & (WRITE_OLD | WRITE_UPPER_UF)) != 0))
		write_uf(c, uf, row, v, how);
	else if (!f && !words && !(how & WRITE_OLD) && same(name, "fm"))
		write_fm(c, row, v);
}

void
write_fields(struct b24_call *c, const struct b24_entity *e, enum b24_kind k,
    json_t *row, const json_t *fields, unsigned how)
{
	const char *ids = how & WRITE_OLD ? "CONTACT_IDS" : "contactIds";
	const char *one = how & WRITE_OLD ? "CONTACT_ID" : "contactId";
	const char *name;
	json_t *v;

	/* Stages are judged when the pipeline is known. */
	for (int words = 0; words < 2; words++)
		json_object_foreach ((json_t *)(uintptr_t)fields, name, v)
			write_named(c, e, k, row, name, v, how, words);
	if (k != B24_CONTACT && k != B24_COMPANY && !c->failed) {
		if (json_object_get(fields, ids))
			write_contacts(row, true);
		else if (json_object_get(fields, one))
			write_contacts(row, false);
	}
	if (!(how & WRITE_NEW))
		b24_derive(c->b, k, row);
}
