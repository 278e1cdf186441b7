/* SPDX-License-Identifier: MIT */
/* Bitrix24: the webhook's address, pages, and how much one request carries. */
#include "../tap.h"

#include "call/project.h"
#include "crm/crm.h"
#include "io/jsonx.h"

enum { CALLERS = 60 };

static struct project project;
static struct crm crm = {.driver = &crm_bitrix24, .project = &project};

/* ---- addresses ---- */

static void
site(const char *pasted, const char *want)
{
	struct crm_site s = {0};
	struct err e = {0};
	struct buf got = {0};

	if (crm_bitrix24.site(
		&crm, (struct span){pasted, strlen(pasted)}, &s, &e) == 0)
		buf_fmt(&got, "%s %s", s.base.p, s.secret.p);
	else
		buf_str(&got, e.text);
	is_str(got.p, want, "%s", pasted);
	buf_free(&got);
	buf_free(&s.base);
	buf_free(&s.secret);
}

static void
sites(void)
{
	static const char good[] = "https://acme.bitrix24.eu/rest/17 k3yOf_-9";

	site("https://acme.bitrix24.eu/rest/17/k3yOf_-9/", good);
	site("https://acme.bitrix24.eu/rest/17/k3yOf_-9", good);
	site(" https://acme.bitrix24.eu/rest/17/k3yOf_-9/profile/\r\n", good);
	site("https://acme.bitrix24.eu/rest/17/k3yOf_-9/profile.json", good);
	site("http://127.0.0.1:8080/rest/1/abcdefgh/",
	    "http://127.0.0.1:8080/rest/1 abcdefgh");
	site("acme.bitrix24.eu/rest/17/k3y/",
	    "no webhook's address: it begins with https://, and has /rest/ "
	    "behind the portal's name");
	site("k3yOf_-9",
	    "no webhook's address: it begins with https://, and has /rest/ "
	    "behind the portal's name");
	site("",
	    "no webhook's address: it begins with https://, and has /rest/ "
	    "behind the portal's name");
	site("https:///rest/17/k3y/",
	    "no webhook's address: it begins with https://, and has /rest/ "
	    "behind the portal's name");
	site("https://acme.bitrix24.eu/crm/rest/17/k3y/",
	    "no webhook's address: /rest/ comes right behind the portal's "
	    "name");
	site("https://acme.bitrix24.eu/rest/k3yOf/profile/",
	    "the webhook's address lacks the number of its user behind /rest/");
	site("https://acme.bitrix24.eu/rest/api/17/k3yOf/",
	    "the webhook's address lacks the number of its user behind /rest/");
	site("https://acme.bitrix24.eu/rest/17/",
	    "the webhook's address lacks the secret behind the number of its "
	    "user");
	site("https://acme.bitrix24.eu/rest/17/k3y of/",
	    "the webhook's address lacks the secret behind the number of its "
	    "user");
}

static void
page(const char *role, const char *want)
{
	struct buf b = {0};

	crm_bitrix24.url(&crm, role, "12", &b);
	is_str(buf_cstr(&b), want, "the page of a %s", role);
	buf_free(&b);
}

static void
pages(void)
{
	snprintf(
	    crm.base, sizeof(crm.base), "https://acme.bitrix24.eu/rest/17");
	page("lead", "https://acme.bitrix24.eu/crm/lead/details/12/");
	page("deal", "https://acme.bitrix24.eu/crm/deal/details/12/");
	page("contact", "https://acme.bitrix24.eu/crm/contact/details/12/");
	page("task", "https://acme.bitrix24.eu/company/personal/user/17/tasks/"
		     "task/view/12/");
	page("call", "");
	crm.base[0] = '\0';
	page("lead", "/crm/lead/details/12/");
}

/* ---- many callers ---- */

static struct crm_txn txn[CALLERS];

static void
begin(void)
{
	for (size_t i = 0; i < CALLERS; i++)
		txn[i].spec = json_pack("{s:o, s:[]}", "phone",
		    json_sprintf("+3806712345%02zu", i), "known");
}

static void
step_all(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		json_t *data = txn[i].verdict.data;

		json_decref(txn[i].cmd.args);
		txn[i].cmd = (struct crm_command){0};
		crm_bitrix24.step(&crm, &txn[i]);
		txn[i].verdict.data = NULL;
		json_decref(data);
	}
}

/* What the i-th command of a request is answered: a row or id a caller. */
static json_t *
result_new(const char *command, size_t i)
{
	json_t *rows = json_array();

	if (strncmp(command, "crm.duplicate", 13) == 0) {
		json_decref(rows);
		return json_pack("{s:[i]}", "CONTACT", 1000 + (int)i);
	}
	for (int k = 0; strncmp(command, "crm.contact", 11) == 0 && k < 50; k++)
		json_array_append_new(
		    rows, json_pack("{s:i, s:[{s:o}]}", "ID", 1000 + k, "PHONE",
			      "VALUE", json_sprintf("+3806712345%02d", k)));
	return rows;
}

/* One request of the first n; returns how many went, *commands is its size. */
static size_t
one_request(size_t n, size_t *commands)
{
	struct crm_txn *all[CALLERS];
	struct crm_request r = {.txns = all};
	json_auto_t *body = NULL, *answer = NULL;
	json_t *results = json_object(), *cmd;
	struct err e = {0};
	const char *label;
	size_t i = 0;

	for (size_t k = 0; k < n; k++)
		all[k] = &txn[k];
	r.n = crm_bitrix24.pack(&crm, all, n, &r);
	body = json_text_load((struct span){r.body.p, r.body.len}, &e);
	*commands = json_object_size(json_object_get(body, "cmd"));
	json_object_foreach (json_object_get(body, "cmd"), label, cmd)
		json_object_set_new(
		    results, label, result_new(json_string_value(cmd), i++));
	answer = json_pack(
	    "{s:{s:o, s:[]}}", "result", "result", results, "result_error");
	json_append(&r.answer.body, answer);
	r.answer.status = 200;
	ok(crm_bitrix24.unpack(&crm, &r), "an answer to %zu", r.n);
	buf_free(&r.path);
	buf_free(&r.head);
	buf_free(&r.body);
	buf_free(&r.answer.body);
	return r.n;
}

static void
fifty_callers(void)
{
	size_t commands, found = 0;

	begin();
	step_all(CALLERS);
	is_int(one_request(CALLERS, &commands), 50, "fifty callers go at once");
	is_int(commands, 50, "...one search each");
	step_all(50);
	is_int(one_request(50, &commands), 50, "then the cards of all");
	is_int(commands, 1, "...in one list");
	step_all(50);
	is_int(one_request(50, &commands), 50, "then what they have open");
	is_int(commands, 2, "...leads in one list, deals in another");
	step_all(50);
	for (size_t i = 0; i < 50; i++)
		found += json_array_size(txn[i].result) == 1;
	is_int(found, 50, "three requests, and each has his own contact");
	for (size_t i = 0; i < CALLERS; i++) {
		json_t *spec = (json_t *)(uintptr_t)txn[i].spec;

		crm_txn_clear(&txn[i]);
		json_decref(spec);
	}
}

int
main(void)
{
	sites();
	pages();
	fifty_callers();
	return tap_done();
}
