/* SPDX-License-Identifier: MIT */
/* What leads, deals, contacts and companies are made of. */
#include "b24.h"

#include "base/str.h"

#include <ctype.h>
#include <strings.h>

#define COMMON                                                                 \
	{"ID", "id", T_INT, R}, {"ASSIGNED_BY_ID", "assignedById", T_USER, 0}, \
	    {"CREATED_BY_ID", "createdBy", T_USER, R},                         \
	    {"MODIFY_BY_ID", "updatedBy", T_USER, R},                          \
	    {"DATE_CREATE", "createdTime", T_TIME, R},                         \
	    {"DATE_MODIFY", "updatedTime", T_TIME, R},                         \
	    {"OPENED", "opened", T_FLAG, 0},                                   \
	    {"COMMENTS", "comments", T_STRING, 0},                             \
	    {"ORIGINATOR_ID", "originatorId", T_STRING, 0},                    \
	{                                                                      \
		"ORIGIN_ID", "originId", T_STRING, 0                           \
	}
#define UTM                                               \
	{"UTM_SOURCE", "utmSource", T_STRING, 0},         \
	    {"UTM_MEDIUM", "utmMedium", T_STRING, 0},     \
	    {"UTM_CAMPAIGN", "utmCampaign", T_STRING, 0}, \
	    {"UTM_CONTENT", "utmContent", T_STRING, 0},   \
	{                                                 \
		"UTM_TERM", "utmTerm", T_STRING, 0        \
	}
#define SOURCE                                                         \
	{"SOURCE_ID", "sourceId", T_STATUS, 0},                        \
	{                                                              \
		"SOURCE_DESCRIPTION", "sourceDescription", T_STRING, 0 \
	}
#define MULTI                                                           \
	{"PHONE", "phone", T_MULTI, 0}, {"EMAIL", "email", T_MULTI, 0}, \
	    {"HAS_PHONE", "hasPhone", T_FLAG, R},                       \
	{                                                               \
		"HAS_EMAIL", "hasEmail", T_FLAG, R                      \
	}
#define END       \
	{         \
		0 \
	}

static const struct b24_field lead[] = {COMMON, UTM, SOURCE, MULTI,
    {"TITLE", "title", T_STRING, NEED}, {"NAME", "name", T_STRING, 0},
    {"SECOND_NAME", "secondName", T_STRING, 0},
    {"LAST_NAME", "lastName", T_STRING, 0},
    {"STATUS_ID", "stageId", T_STATUS, 0},
    {"STATUS_SEMANTIC_ID", "stageSemanticId", T_STRING, R},
    {"STATUS_DESCRIPTION", "statusDescription", T_STRING, 0},
    {"CONTACT_ID", "contactId", T_INT, 0},
    {"CONTACT_IDS", "contactIds", T_IDS, HIDE},
    {"COMPANY_ID", "companyId", T_INT, 0},
    {"IS_RETURN_CUSTOMER", "isReturnCustomer", T_FLAG, R},
    {"OPPORTUNITY", "opportunity", T_DOUBLE, 0},
    {"CURRENCY_ID", "currencyId", T_STRING, 0}, END};

static const struct b24_field deal[] = {COMMON, UTM, SOURCE,
    {"TITLE", "title", T_STRING, 0}, {"CATEGORY_ID", "categoryId", T_INT, 0},
    {"STAGE_ID", "stageId", T_STATUS, 0},
    {"STAGE_SEMANTIC_ID", "stageSemanticId", T_STRING, R},
    {"CLOSED", "closed", T_FLAG, R}, {"CONTACT_ID", "contactId", T_INT, 0},
    {"CONTACT_IDS", "contactIds", T_IDS, HIDE},
    {"COMPANY_ID", "companyId", T_INT, 0}, {"LEAD_ID", "leadId", T_INT, 0},
    {"OPPORTUNITY", "opportunity", T_DOUBLE, 0},
    {"IS_MANUAL_OPPORTUNITY", "isManualOpportunity", T_FLAG, 0},
    {"CURRENCY_ID", "currencyId", T_STRING, 0},
    {"IS_RETURN_CUSTOMER", "isReturnCustomer", T_FLAG, R}, END};

static const struct b24_field contact[] = {COMMON, UTM, SOURCE, MULTI,
    {"NAME", "name", T_STRING, 0}, {"SECOND_NAME", "secondName", T_STRING, 0},
    {"LAST_NAME", "lastName", T_STRING, 0}, {"TYPE_ID", "typeId", T_STRING, 0},
    {"COMPANY_ID", "companyId", T_INT, 0}, {"LEAD_ID", "leadId", T_INT, R},
    END};

static const struct b24_field company[] = {COMMON, UTM, MULTI,
    {"TITLE", "title", T_STRING, NEED}, {"COMPANY_TYPE", "typeId", T_STRING, 0},
    {"LEAD_ID", "leadId", T_INT, R}, END};

const struct b24_entity b24_entity[4] = {
    {1, "lead", "LEAD", "L", lead},
    {2, "deal", "DEAL", "D", deal},
    {3, "contact", "CONTACT", "C", contact},
    {4, "company", "COMPANY", "CO", company},
};

const struct b24_entity *
b24_entity_by_id(int64_t type_id, enum b24_kind *kind)
{
	for (int i = 0; i < 4; i++) {
		if (b24_entity[i].type_id != type_id)
			continue;
		*kind = (enum b24_kind)i;
		return &b24_entity[i];
	}
	return NULL;
}

const struct b24_entity *
b24_entity_by_name(const char *name, enum b24_kind *kind)
{
	for (int i = 0; i < 4; i++) {
		if (strcasecmp(b24_entity[i].name, name) != 0 &&
		    strcmp(b24_entity[i].letter, name) != 0)
			continue;
		*kind = (enum b24_kind)i;
		return &b24_entity[i];
	}
	return NULL;
}

const struct b24_field *
b24_field(const struct b24_field *fields, const char *name, bool camel)
{
	for (; fields->upper; fields++)
		if (strcmp(camel ? fields->camel : fields->upper, name) == 0)
			return fields;
	return NULL;
}

/* UF_CRM_1723 → ufCrm_1723, UF_CRM_2_16 → ufCrm2_16, UF_CRM_A_B → ufCrmAB */
char *
b24_uf_camel(const char *upper, char *out, size_t size)
{
	const char *p = upper + 7; /* behind "UF_CRM_" */
	size_t n = (size_t)snprintf(out, size, "ufCrm"), digits;
	bool up = true;

	digits = strspn(p, "0123456789");
	if (digits && !p[digits]) {
		snprintf(out, size, "ufCrm_%s", p);
		return out;
	}
	for (; *p && n + 2 < size; p++) {
		if (*p == '_' && n > 5 && isdigit((unsigned char)p[1]) &&
		    isdigit((unsigned char)p[-1])) {
			out[n++] = '_';
		} else if (*p == '_') {
			up = true;
		} else {
			out[n++] = (char)(up ? *p : tolower((unsigned char)*p));
			up = false;
		}
	}
	out[n] = '\0';
	return out;
}

json_t *
b24_uf(const struct b24 *b, enum b24_kind k, const char *name)
{
	const char *upper;
	char camel[80];
	json_t *uf;

	if (k > B24_COMPANY)
		return NULL;
	uf = json_object_get(b->uf[k], name);
	if (uf || strncmp(name, "uf", 2) != 0)
		return uf;
	json_object_foreach (b->uf[k], upper, uf)
		if (strcmp(b24_uf_camel(upper, camel, sizeof(camel)), name) ==
		    0)
			return uf;
	return NULL;
}

/* ---- values ---- */

static json_t *
list_new(struct b24 *b, const struct b24_field *f, const json_t *v)
{
	static const struct b24_field each = {"", "", T_INT, 0};
	json_t *out = json_array(), *x, *one;
	struct buf text = {0};
	size_t i;

	(void)b;
	json_array_foreach (v, i, x) {
		if (f->type == T_IDS) {
			one = b24_value_new(b, &each, x);
			if (!one)
				break;
			json_array_append_new(out, one);
			continue;
		}
		buf_clear(&text);
		if (b24_text(x, &text))
			json_array_append_new(
			    out, json_string(buf_cstr(&text)));
	}
	buf_free(&text);
	if (json_is_array(v) && i == json_array_size(v))
		return out;
	json_decref(out);
	return NULL;
}

json_t *
b24_value_new(struct b24 *b, const struct b24_field *f, const json_t *v)
{
	struct buf text = {0};
	int64_t n = 0;
	json_t *out = NULL;
	char *end;

	switch (f->type) {
	case T_INT:
	case T_USER:
		if (json_is_null(v) ||
		    (json_is_string(v) && !json_string_length(v)))
			return json_integer(0);
		return b24_int(v, &n) && n >= 0 ? json_integer(n) : NULL;
	case T_FLAG:
		return json_string(b24_true(v) ? "Y" : "N");
	case T_TIME:
		if (json_is_string(v) && !json_string_length(v))
			return json_null();
		return b24_time(b, v, &n) ? json_integer(n) : NULL;
	case T_IDS:
	case T_STRINGS:
		return list_new(b, f, v);
	case T_MULTI:
		return NULL;
	default:
		break;
	}
	if (json_is_null(v))
		return json_string("");
	if (b24_text(v, &text)) {
		if (f->type == T_DOUBLE)
			n = strtod(buf_cstr(&text), &end) < 0 || *end;
		out = n ? NULL : json_stringn(buf_cstr(&text), text.len);
	}
	buf_free(&text);
	return out;
}

json_t *
b24_old_new(const struct b24_field *f, const json_t *v)
{
	struct buf text = {0};
	json_t *out;

	if (f->type == T_TIME && json_is_integer(v))
		return b24_iso_new(json_integer_value(v));
	if (json_is_array(v)) {
		out = json_deep_copy(v);
		if (f->type == T_MULTI) {
			size_t i;
			json_t *x;

			json_array_foreach (out, i, x)
				json_object_del(x, "KEY");
		}
		return out;
	}
	if (!v || json_is_null(v) ||
	    (f->type == T_INT && !json_integer_value(v) &&
		strcmp(f->upper, "CONTACT_ID") == 0))
		return f->type == T_INT && strcmp(f->upper, "CONTACT_ID")
			   ? json_string("0")
			   : json_null();
	b24_text(v, &text);
	out = json_stringn(buf_cstr(&text), text.len);
	buf_free(&text);
	return out;
}

json_t *
b24_item_value_new(const struct b24_field *f, const json_t *v)
{
	if (f->type == T_MULTI) /* the first one, bare */
		return json_is_array(v) && json_array_size(v)
			   ? json_incref(
				 json_object_get(json_array_get(v, 0), "VALUE"))
			   : json_string("");
	if (f->type == T_TIME && json_is_integer(v))
		return b24_iso_new(json_integer_value(v));
	if (f->type == T_INT || f->type == T_USER)
		return json_integer(json_integer_value(v));
	if (f->type == T_IDS)
		return v ? json_deep_copy(v) : json_array();
	if (f->type == T_DOUBLE)
		return json_real(v ? strtod(json_string_value(v), NULL) : 0);
	return v ? json_deep_copy(v) : json_null();
}

/* ---- phones ---- */

bool
b24_has_digits(const char *s)
{
	return s && strpbrk(s, "0123456789") != NULL;
}

void
b24_phone(const struct b24 *b, const char *s, struct buf *out)
{
	size_t n = strcspn(s, ";x#"); /* an extension doesn't count */

	if (sim_is(b->sim, "phones", "whole")) {
		buf_add(out, s, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (isdigit((unsigned char)s[i]))
			buf_chr(out, s[i]);
	if (!out->len)
		buf_str(out, "-");
}

static void
multi_add(struct b24 *b, json_t *row, const char *type, const json_t *v)
{
	json_t *list = json_object_get(row, type);
	char value[512], kind[32];
	struct buf key = {0};

	b24_str(b24_in(v, "VALUE"), value, sizeof(value));
	if (!value[0])
		return;
	b24_str(json_object_get(v, "VALUE_TYPE"), kind, sizeof(kind));
	if (!kind[0])
		b24_str(json_object_get(v, "valueType"), kind, sizeof(kind));
	if (!list) {
		list = json_array();
		json_object_set_new(row, type, list);
	}
	if (strcmp(type, "PHONE") == 0)
		b24_phone(b, value, &key);
	else
		buf_str(&key, value);
	json_array_append_new(
	    list, json_pack("{s:I, s:s, s:s, s:s, s:s}", "ID",
		      (json_int_t)b->next_multi++, "VALUE", value, "VALUE_TYPE",
		      kind[0] ? kind : "WORK", "TYPE_ID", type, "KEY", key.p));
	buf_free(&key);
}

/* The row of that id changes, or goes. */
static void
multi_change(
    struct b24 *b, json_t *row, const char *type, int64_t id, const json_t *v)
{
	json_t *list = json_object_get(row, type), *x, *value;
	struct buf key = {0};
	size_t i;

	json_array_foreach (list, i, x) {
		if (b24_num(x, "ID") != id)
			continue;
		value = (json_t *)(uintptr_t)b24_in(v, "VALUE");
		if (b24_true(json_object_get(v, "DELETE")) ||
		    (json_is_string(value) && !json_string_length(value))) {
			json_array_remove(list, i);
		} else if (json_is_string(value)) {
			json_object_set(x, "VALUE", value);
			b24_phone(b, json_string_value(value), &key);
			json_object_set_new(x, "KEY", json_string(key.p));
			buf_free(&key);
		}
		return;
	}
}

void
b24_multi(struct b24 *b, json_t *row, const char *type, const json_t *v)
{
	json_t *x;
	const char *k;
	size_t i;
	int64_t id;

	json_array_foreach (v, i, x) {
		if (b24_int(json_object_get(x, "ID"), &id))
			multi_change(b, row, type, id, x);
		else
			multi_add(b, row, type, x);
	}
	json_object_foreach ((json_t *)(uintptr_t)v, k, x) {
		if (str_num(str_span(k), 1, INT64_MAX, &id))
			multi_change(b, row, type, id, x);
		else
			multi_add(b, row, type, x);
	}
}
