/* SPDX-License-Identifier: MIT */
#include "flow/setup.h"

static const char *
role_of(const void *ctx, const char *word)
{
	const struct crm *c = ctx;

	return crm_role(c->driver, word);
}

static bool
can_do(const void *ctx, const char *verb)
{
	const struct crm *c = ctx;

	return crm_can(c->driver, verb);
}

void
setup_load(struct setup *s, const char *dir, struct errs *errs)
{
	const struct words words = {role_of, can_do, &s->crm};
	char *path;

	*s = (struct setup){0};
	project_load(&s->project, dir, errs);
	if (!s->project.crm)
		return;
	s->crm.project = &s->project;
	s->crm.facts = json_object();
	s->crm.driver = crm_driver(s->project.crm);
	if (!s->crm.driver) {
		errs_add(errs, s->project.conf.file, 0,
		    "there is no CRM \"%s\"; write crm with one of: %s",
		    s->project.crm, crm_driver_names());
		return;
	}
	s->crm.settle_ms = s->project.settle_ms >= 0 ? s->project.settle_ms
						     : s->crm.driver->settle_ms;
	path = project_path(&s->project, "matrix");
	s->matrix = matrix_load(path, &s->project, &words, errs);
	free(path);
	conf_unknown(&s->project.conf, errs);
}

int
setup_open(struct setup *s, const char *dir, struct errs *errs, struct err *e)
{
	setup_load(s, dir, errs);
	if (errs->n)
		return -1;
	s->journal = jnl_open(dir, e);
	if (!s->journal)
		return -1;
	s->decider = (struct decider){&s->project, s->matrix, s->journal};
	return 0;
}

void
setup_close(struct setup *s)
{
	jnl_close(s->journal);
	json_decref(s->crm.facts);
	matrix_free(s->matrix);
	project_free(&s->project);
	*s = (struct setup){0};
}
