/* SPDX-License-Identifier: MIT */
#include "flow/once.h"

#include "base/str.h"
#include "base/xalloc.h"
#include "flow/known.h"
#include "io/jsonx.h"

/* "callback" of "-1763712000.101/task.callback". */
static const char *
text_name(const json_t *action)
{
	const char *key = json_str(action, "key");
	const char *dot = key ? strstr(key, "/task.") : NULL;

	return dot ? dot + strlen("/task.") : "";
}

int
once_made(const struct decider *d, const struct keys *k, int64_t at,
    const json_t *action, char **key, struct err *e)
{
	int64_t within =
	    json_integer_value(json_object_get(action, "once")) * 1000;
	const json_t *made;
	struct known kn;
	int64_t apart;
	int rc;

	if (within == 0)
		return 0;
	rc = known_open(d->journal, k, &kn, e);
	made = json_object_get(
	    json_object_get(kn.mine, "once"), text_name(action));
	apart = at - json_integer_value(json_object_get(made, "at"));
	if (rc == 0 && made && apart < within && apart > -within &&
	    strcmp(json_str(made, "key"), json_str(action, "key")) != 0) {
		*key = xstrdup(json_str(made, "key"));
		rc = 1;
	}
	known_close(&kn);
	return rc;
}

int
once_note(const struct decider *d, const struct keys *k, int64_t at,
    const json_t *action, struct err *e)
{
	struct known kn;
	json_t *once;
	int rc;

	if (!json_object_get(action, "once"))
		return 0;
	rc = known_open(d->journal, k, &kn, e);
	once = json_object_get(kn.mine, "once");
	if (!once) {
		once = json_object();
		json_object_set_new(kn.mine, "once", once);
	}
	json_object_set_new(once, text_name(action),
	    json_pack("{s:s, s:I}", "key", json_str(action, "key"), "at",
		(json_int_t)at));
	if (rc == 0)
		rc = known_save(d->journal, k, &kn, e);
	known_close(&kn);
	return rc;
}
