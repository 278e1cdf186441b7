/* SPDX-License-Identifier: MIT */
/* Stages, sources, pipelines. Ids of stages end at their 21st character. */
#include "methods.h"

#include "base/str.h"

struct word {
	const char *dictionary;            /* before "_ID" of a pipeline */
	const char *id, *name, *semantics; /* "process" if NULL */
};

static const struct word words[] = {
    {"STATUS", "NEW", "Новый", NULL},
    {"STATUS", "IN_PROCESS", "В работе", NULL},
    {"STATUS", "PROCESSED", "Обработан", NULL},
    {"STATUS", "CONVERTED", "Качественный", "success"},
    {"STATUS", "JUNK", "Некачественный", "failure"},
    {"DEAL_STAGE", "NEW", "Новая", NULL},
    {"DEAL_STAGE", "PREPARATION", "Документы", NULL},
    {"DEAL_STAGE", "PREPAYMENT_INVOICE", "Предоплата", NULL},
    {"DEAL_STAGE", "EXECUTING", "В работе", NULL},
    {"DEAL_STAGE", "WON", "Успешна", "success"},
    {"DEAL_STAGE", "LOSE", "Провалена", "failure"},
    {"DEAL_STAGE", "APOLOGY", "Анализ", "apology"},
    {"SOURCE", "CALL", "Звонок", NULL},
    {"SOURCE", "EMAIL", "Почта", NULL},
    {"SOURCE", "WEB", "Сайт", NULL},
    {"SOURCE", "ADVERTISING", "Реклама", NULL},
    {"SOURCE", "PARTNER", "Партнёр", NULL},
    {"SOURCE", "RECOMMENDATION", "Рекомендация", NULL},
    {"SOURCE", "TRADE_SHOW", "Выставка", NULL},
    {"SOURCE", "WEBFORM", "Форма", NULL},
    {"SOURCE", "CALLBACK", "Обратный звонок", NULL},
    {"SOURCE", "RC_GENERATOR", "Генератор продаж", NULL},
    {"SOURCE", "STORE", "Магазин", NULL},
    {"SOURCE", "OTHER", "Другое", NULL},
};

enum { WORDS = sizeof(words) / sizeof(words[0]), ID_MAX = 21 };

static const struct {
	int id;
	const char *name;
} pipelines[] = {{0, "Общая"}, {1, "Розница"}, {10, "Опт"}};

enum { PIPELINES = sizeof(pipelines) / sizeof(pipelines[0]) };

bool
b24_category(int64_t id)
{
	for (int i = 0; i < PIPELINES; i++)
		if (pipelines[i].id == id)
			return true;
	return false;
}

/* The word's id in a pipeline. */
static const char *
spell(const struct word *w, int64_t pipeline, char out[ID_MAX + 1])
{
	if (pipeline)
		snprintf(
		    out, ID_MAX + 1, "C%lld:%s", (long long)pipeline, w->id);
	else
		snprintf(out, ID_MAX + 1, "%s", w->id);
	return out;
}

static bool
of_kind(const struct word *w, enum b24_kind k)
{
	return strcmp(w->dictionary, k == B24_LEAD ? "STATUS" : "DEAL_STAGE") ==
	       0;
}

const char *
b24_stage(enum b24_kind k, int64_t category, const char *stage)
{
	char id[ID_MAX + 1];

	for (int i = 0; i < WORDS; i++)
		if (of_kind(&words[i], k) &&
		    strcmp(spell(&words[i], category, id), stage) == 0)
			return !words[i].semantics                     ? "P"
			       : strcmp(words[i].semantics, "success") ? "F"
								       : "S";
	return NULL;
}

const char *
b24_first_stage(enum b24_kind k, int64_t category)
{
	static char id[ID_MAX + 1];

	for (int i = 0; i < WORDS; i++)
		if (of_kind(&words[i], k))
			return spell(&words[i], category, id);
	return "";
}

bool
b24_source(const char *id)
{
	for (int i = 0; i < WORDS; i++)
		if (strcmp(words[i].dictionary, "SOURCE") == 0 &&
		    strcmp(words[i].id, id) == 0)
			return true;
	return false;
}

static void
list_words(struct b24_call *c, const char *dictionary, int64_t pipeline)
{
	char id[ID_MAX + 1], full[40];
	int sort = 10;

	snprintf(full, sizeof(full), pipeline ? "%s_%lld" : "%s", dictionary,
	    (long long)pipeline);
	for (int i = 0; i < WORDS; i++) {
		const struct word *w = &words[i];
		const char *s = w->semantics ? w->semantics : "process";
		json_t *row;

		if (strcmp(w->dictionary, dictionary) != 0)
			continue;
		row = json_pack("{s:o, s:s, s:s, s:s, s:o, s:s}", "ID",
		    json_sprintf("%d", i + 1), "ENTITY_ID", full, "STATUS_ID",
		    spell(w, pipeline, id), "NAME", w->name, "SORT",
		    json_sprintf("%d", sort), "SYSTEM", "Y");
		if (pipeline)
			json_object_set_new(row, "CATEGORY_ID",
			    json_sprintf("%lld", (long long)pipeline));
		if (strcmp(dictionary, "SOURCE") != 0) {
			json_object_set_new(row, "SEMANTICS",
			    !w->semantics ? json_null()
					  : json_string(*s == 's' ? "S" : "F"));
			json_object_set_new(
			    row, "EXTRA", json_pack("{s:s}", "SEMANTICS", s));
		}
		json_array_append_new(c->result, row);
		sort += 10;
	}
}

void
m_status_list(struct b24_call *c)
{
	char of[40];
	int64_t id;

	b24_str(b24_in(b24_arg(c, "filter"), "ENTITY_ID"), of, sizeof(of));
	c->result = json_array();
	if (strncmp(of, "DEAL_STAGE_", 11) == 0) {
		/* The first pipeline's dictionary has no number. */
		if (str_num(str_span(of + 11), 1, INT32_MAX, &id) &&
		    b24_category(id))
			list_words(c, "DEAL_STAGE", id);
	} else if (of[0]) {
		list_words(c, of, 0);
	} else {
		list_words(c, "STATUS", 0);
		list_words(c, "SOURCE", 0);
		for (int i = 0; i < PIPELINES; i++)
			list_words(c, "DEAL_STAGE", pipelines[i].id);
	}
	c->total = json_integer((json_int_t)json_array_size(c->result));
}

void
m_category_list(struct b24_call *c)
{
	json_t *list = json_array();

	if (b24_arg_id(c, "entityTypeId") != 2) {
		json_decref(list);
		b24_fail(c, 400, "ENTITY_TYPE_NOT_SUPPORTED",
		    "Entity type has no categories");
		return;
	}
	for (int i = 0; i < PIPELINES; i++)
		json_array_append_new(
		    list, json_pack("{s:i, s:s, s:i, s:i, s:s}", "id",
			      pipelines[i].id, "name", pipelines[i].name,
			      "sort", (i + 1) * 100, "entityTypeId", 2,
			      "isDefault", i ? "N" : "Y"));
	c->result = json_pack("{s:o}", "categories", list);
	c->total = json_integer(PIPELINES);
}

void
m_dealcategory_list(struct b24_call *c)
{
	c->result = json_array();
	for (int i = 1; i < PIPELINES; i++) /* without the first */
		json_array_append_new(
		    c->result, json_pack("{s:o, s:s, s:s}", "ID",
				   json_sprintf("%d", pipelines[i].id), "NAME",
				   pipelines[i].name, "IS_LOCKED", "N"));
	c->total = json_integer(PIPELINES - 1);
}
