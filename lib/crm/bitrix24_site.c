/* SPDX-License-Identifier: MIT */
/* The address of an inbound webhook, as Bitrix24 shows it to be copied. */
#include "crm/bitrix24.h"

#include "base/str.h"
#include "matrix/plan.h"

#define REST "/rest/"
#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool
consists_of(struct span s, const char *chars)
{
	for (size_t i = 0; i < s.n; i++)
		if (!s.p[i] || !strchr(chars, s.p[i]))
			return false;
	return s.n > 0;
}

/* Up to the next slash, which is left out; *rest is what comes behind it. */
static struct span
piece(struct span *rest)
{
	const char *slash = rest->n ? memchr(rest->p, '/', rest->n) : NULL;
	struct span s = {rest->p, slash ? (size_t)(slash - rest->p) : rest->n};
	size_t n = s.n + (slash != NULL);

	*rest = (struct span){rest->p + n, rest->n - n};
	return s;
}

int
b24_site(const struct crm *c, struct span pasted, struct crm_site *out,
    struct err *e)
{
	struct span s = str_trim(pasted), user, secret;
	const char *rest = memmem(s.p, s.n, REST, strlen(REST));
	const char *scheme = memmem(s.p, s.n, "://", 3);

	(void)c;
	if (!scheme || !rest || rest <= scheme + 3)
		return err_set(e, ERR_ACCESS,
		    "no webhook's address: it begins with https://, and has "
		    "/rest/ behind the portal's name");
	if (memchr(scheme + 3, '/', (size_t)(rest - scheme - 3)))
		return err_set(e, ERR_ACCESS,
		    "no webhook's address: /rest/ comes right behind the "
		    "portal's name");
	buf_add(&out->base, s.p, (size_t)(rest - s.p));
	s = (struct span){
	    rest + strlen(REST), s.n - (size_t)(rest - s.p) - strlen(REST)};
	user = piece(&s);
	secret = piece(&s);
	if (!consists_of(user, DIGITS))
		return err_set(e, ERR_ACCESS,
		    "the webhook's address lacks the number of its user "
		    "behind /rest/");
	if (!consists_of(secret, DIGITS LETTERS "_-"))
		return err_set(e, ERR_ACCESS,
		    "the webhook's address lacks the secret behind the number "
		    "of its user");
	buf_str(&out->base, REST);
	buf_span(&out->base, user);
	buf_span(&out->secret, secret);
	return 0;
}

/* ---- pages ---- */

/* The portal of the site's base, and the webhook's user. */
static void
take_apart(const struct crm *c, struct span *portal, const char **user)
{
	const char *rest = strstr(c->base, REST);

	*portal = str_span(c->base);
	*user = "0";
	if (!rest)
		return;
	portal->n = (size_t)(rest - c->base);
	*user = rest + strlen(REST);
}

void
b24_url(const struct crm *c, const char *role, const char *id, struct buf *out)
{
	struct span portal;
	const char *user;

	take_apart(c, &portal, &user);
	if (b24_type(role))
		buf_fmt(out, "%.*s/crm/%s/details/%s/", (int)portal.n, portal.p,
		    role, id);
	else if (strcmp(role, ROLE_TASK) == 0)
		buf_fmt(out,
		    "%.*s/company/personal/user/%s/tasks/task/view/%s/",
		    (int)portal.n, portal.p, user, id);
}
