/* SPDX-License-Identifier: MIT */
/*
 * Secrets that others can read are refused by what uses them, so that is an
 * error; the rest is personal data of clients.
 */
#include "flow/check.h"

#include "base/exits.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OTHERS = 077 };

/* Only its owner may get at it, and that is us. */
static void
check_mode(struct check *c, const char *path, enum severity severity)
{
	struct buf mend = {0};
	struct stat st;

	if (lstat(path, &st) < 0)
		return;
	if (S_ISLNK(st.st_mode) && severity == FINDING_ERROR)
		finding_add(c->findings, severity, "mode", path,
		    "put the file itself there", "it is a symbolic link");
	if (stat(path, &st) < 0)
		return;
	if (st.st_uid != geteuid()) {
		buf_fmt(&mend, "chown %ld %s, or run ringo as its owner",
		    (long)geteuid(), path);
		finding_add(c->findings, severity, "mode", path, mend.p,
		    "it belongs to another user");
	} else if (st.st_mode & OTHERS) {
		buf_fmt(&mend, "chmod %o %s",
		    S_ISDIR(st.st_mode) ? 0700U : 0600U, path);
		finding_add(c->findings, severity, "mode", path, mend.p,
		    "other users of this machine can get at it (mode %04o)",
		    (unsigned)st.st_mode & 07777);
	}
	buf_free(&mend);
}

static void
check_secrets(struct check *c, const char *dir)
{
	size_t before = json_array_size(c->findings);
	struct dirent *x;
	DIR *d = opendir(dir);

	if (!d)
		return;
	check_mode(c, dir, FINDING_ERROR);
	while ((x = readdir(d))) {
		struct buf path = {0};

		if (x->d_name[0] == '.')
			continue;
		buf_fmt(&path, "%s/%s", dir, x->d_name);
		check_mode(c, path.p, FINDING_ERROR);
		buf_free(&path);
	}
	closedir(d);
	if (json_array_size(c->findings) > before)
		c->code = exits_worse(c->code, EXITS_ACCESS);
}

void
check_files(struct check *c)
{
	static const char *const personal[] = {"journal.db", "journal.db-wal",
	    "crm.db", "crm.db-wal", "rejects.ndjson", NULL};
	char *path;

	check_mode(c, c->su.project.dir, FINDING_WARNING);
	for (size_t i = 0; personal[i]; i++) {
		path = project_path(&c->su.project, personal[i]);
		check_mode(c, path, FINDING_WARNING);
		free(path);
	}
	path = project_path(&c->su.project, "secrets");
	check_secrets(c, path);
	free(path);
}
