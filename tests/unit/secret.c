/* SPDX-License-Identifier: MIT */
/* Files of secrets: who may hold one, and what is said of the others. */
#include "base/xalloc.h"
#include "net/secret.h"
#include "../tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[200];

static const char *
path(const char *name)
{
	static char p[300];

	snprintf(p, sizeof(p), "%s/secrets/%s", dir, name);
	return p;
}

static void
put_bytes(const char *name, const char *p, size_t n, mode_t mode)
{
	int fd = open(path(name), O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd < 0 || write(fd, p, n) != (ssize_t)n || fchmod(fd, mode) < 0)
		perror(name);
	close(fd);
}

static void
put(const char *name, const char *text, mode_t mode)
{
	put_bytes(name, text, strlen(text), mode);
}

static void
good(const char *name, const char *want, const char *what)
{
	struct buf b = {0};
	struct err e = {0};

	is_int(secret_load(dir, name, &b, &e), 0, "%s is read", what);
	is_str(b.p, want, "...as it is");
	secret_wipe(&b);
	ok(!b.p && !b.len, "...and forgotten");
}

static void
bad(const char *name, const char *want, const char *what)
{
	struct buf b = {0};
	struct err e = {0};
	char text[800], begin[320];

	is_int(secret_load(dir, name, &b, &e), -1, "%s is refused", what);
	is_int(err_exit(&e), 77, "...as unsafe");
	is_str(e.text, want, "...with a reason");
	snprintf(begin, sizeof(begin), "%s: ", path(name));
	err_text(&e, text, sizeof(text));
	ok(strncmp(text, begin, strlen(begin)) == 0, "...and its name");
	ok(!strstr(text, "s3cret"), "...without what is in it");
	ok(!b.p, "...and nothing is kept");
}

static void
test_modes(void)
{
	static const mode_t open_modes[] = {
	    0604, 0640, 0644, 0620, 0602, 0610, 0666};

	for (size_t i = 0; i < sizeof(open_modes) / sizeof(mode_t); i++) {
		char name[20], want[200];

		snprintf(name, sizeof(name), "mode%03o", open_modes[i]);
		put(name, "s3cret99\n", open_modes[i]);
		snprintf(want, sizeof(want),
		    "others may read or change it (mode %03o); run chmod 600 "
		    "on it, and think of a new secret",
		    open_modes[i]);
		bad(name, want, name);
	}
}

static void
test_kinds(void)
{
	put("real", "s3cret99\n", 0600);
	if (symlink("real", path("link")) < 0 ||
	    mkfifo(path("fifo"), 0600) < 0 || mkdir(path("dir"), 0700) < 0)
		perror("kinds");
	bad("link", "is a symbolic link; put the file itself there", "a link");
	bad("fifo", "is no regular file", "a fifo");
	bad("dir", "is no regular file", "a directory");
	bad("none", "is missing", "what isn't there");
	if (geteuid() == 0) {
		put("other", "s3cret99\n", 0600);
		if (chown(path("other"), 1, 1) < 0)
			perror("chown");
		bad("other",
		    "belongs to another user; chown it to the one who runs "
		    "ringo",
		    "another user's file");
	}
}

static void
test_contents(void)
{
	size_t max = 64 << 10;
	char *big = xmalloc(max + 2);

	memset(big, 's', max + 1);
	big[max + 1] = '\0';
	put("large", big, 0600);
	bad("large", "is too large for a secret", "64 KiB and a byte");
	big[max] = '\0';
	put("most", big, 0600);
	good("most", big, "64 KiB");
	free(big);
	put("empty", "", 0600);
	bad("empty", "is empty", "an empty file");
	put("blank", " \n\t\n", 0600);
	bad("blank", "is empty", "a file of blanks");
	put("lines", "s3cret\ns3cret\n", 0600);
	bad("lines", "has control bytes or several lines; a secret is one line",
	    "a file of two lines");
	put_bytes("nul", "s3cret\0x", 8, 0600);
	bad("nul", "has control bytes or several lines; a secret is one line",
	    "a NUL");
	put("plain", "s3cret99", 0600);
	good("plain", "s3cret99", "a secret");
	put("line", " s3cret99 \r\n\n", 0400);
	good("line", "s3cret99", "a secret with blanks around");
}

static void
remove_all(void)
{
	DIR *d = opendir(path(""));
	struct dirent *f;

	while (d && (f = readdir(d)))
		if (f->d_name[0] != '.')
			remove(path(f->d_name));
	closedir(d);
	rmdir(path(""));
	if (rmdir(dir) < 0)
		perror(dir);
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%s/ringo.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir) || mkdir(path(""), 0700) < 0)
		perror(dir);
	test_modes();
	test_kinds();
	test_contents();
	remove_all();
	return tap_done();
}
