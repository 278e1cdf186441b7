/* SPDX-License-Identifier: MIT */
#include "crm/crm.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "crm/faults.h"
#include "io/jsonx.h"

#include <stdarg.h>

static const struct crm_driver *const drivers[] = {
    &crm_local, &crm_bitrix24, FAULTS_DRIVERS NULL};

const struct crm_driver *
crm_driver(const char *name)
{
	for (size_t i = 0; drivers[i]; i++)
		if (strcmp(drivers[i]->name, name) == 0)
			return drivers[i];
	return NULL;
}

const char *
crm_driver_names(void)
{
	return "local, bitrix24";
}

const char *
crm_role(const struct crm_driver *d, const char *word)
{
	for (const struct crm_word *w = d->entities; w->word; w++)
		if (strcmp(w->word, word) == 0)
			return w->role;
	return NULL;
}

bool
crm_can(const struct crm_driver *d, const char *verb)
{
	for (const char *const *v = d->verbs; *v; v++)
		if (strcmp(*v, verb) == 0)
			return true;
	return false;
}

static void
drop_command(struct crm_txn *t)
{
	json_decref(t->cmd.args);
	json_decref(t->verdict.data);
	t->cmd = (struct crm_command){0};
	t->verdict = (struct crm_verdict){0};
}

void
crm_txn_clear(struct crm_txn *t)
{
	drop_command(t);
	json_decref(t->refs);
	json_decref(t->result);
	json_decref(t->scratch);
	*t = (struct crm_txn){0};
}

void
crm_request_free(struct crm_request *r)
{
	if (!r)
		return;
	buf_free(&r->path);
	buf_free(&r->head);
	buf_free(&r->body);
	buf_free(&r->answer.body);
	free(r->txns);
	free(r);
}

void
crm_verdict(struct crm_txn *t, enum crm_code code, enum crm_scope scope,
    const char *fmt, ...)
{
	struct crm_verdict *v = &t->verdict;
	va_list ap;
	size_t n;

	v->code = code;
	v->scope = scope;
	va_start(ap, fmt);
	vsnprintf(v->text, sizeof(v->text), fmt, ap);
	va_end(ap);
	/* Never half a UTF-8 sequence: the text goes into JSON. */
	for (n = 0; v->text[n];) {
		size_t len = str_utf8_len(v->text + n, strlen(v->text + n));

		if (len == 0)
			v->text[n] = '\0';
		n += len;
	}
}

void
crm_ref_add(
    const struct crm *c, struct crm_txn *t, const char *role, const char *id)
{
	struct buf url = {0};
	json_t *ref;

	if (!t->refs)
		t->refs = json_array();
	if (crm_ref_id(t->refs, role))
		return;
	ref = json_pack("{s:s, s:s}", "role", role, "id", id);
	if (c->driver->url)
		c->driver->url(c, role, id, &url);
	if (url.len)
		json_object_set_new(ref, "url", json_string(url.p));
	json_array_append_new(t->refs, ref);
	buf_free(&url);
}

const char *
crm_ref_id(const json_t *refs, const char *role)
{
	return json_str(json_find(refs, "role", role), "id");
}
