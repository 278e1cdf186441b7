/* SPDX-License-Identifier: MIT */
/* A client's lock: held by one process, counted in it, and never left over. */
#include "journal/lock.h"

#include "../tap.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[200];

static void
must(bool good)
{
	if (good)
		return;
	perror("bail out");
	exit(99);
}

static struct locks *
opened(void)
{
	struct err e = {0};
	struct locks *l = locks_open(dir, &e);

	must(l != NULL);
	return l;
}

static int
take(struct locks *l, const char *client)
{
	struct err e = {0};

	return lock_take(l, client, &e);
}

static void
two_holders(void)
{
	struct locks *a = opened(), *b = opened();

	is_int(take(a, "675550101"), 1, "a free client can be taken");
	is_int(take(b, "675550101"), 0, "... by one only");
	is_int(take(b, "675550102"), 1, "another client is free");
	is_int(take(a, "675550101"), 1, "who has it can take it again");
	lock_drop(a, "675550101");
	is_int(take(b, "675550101"), 0, "... and has it until the last drop");
	lock_drop(a, "675550101");
	is_int(take(b, "675550101"), 1, "then it is free");
	is_int(take(a, "675550101"), 0, "... for one only");
	locks_close(b);
	is_int(take(a, "675550101"), 1, "closing frees it");
	is_int(take(a, "675550102"), 1, "... all of them");
	lock_drop(a, "675550102");
	locks_close(a);
	locks_close(NULL);
}

/* More clients than buckets: each is its own. */
static void
many(void)
{
	enum { CLIENTS = 5000 };
	struct locks *a = opened(), *b = opened();
	int got = 0, barred = 0, freed = 0;
	char client[20];

	for (int i = 0; i < CLIENTS; i++) {
		snprintf(client, sizeof(client), "67%07d", i);
		got += take(a, client) == 1;
	}
	for (int i = 0; i < CLIENTS; i++) {
		snprintf(client, sizeof(client), "67%07d", i);
		barred += take(b, client) == 0;
	}
	for (int i = 0; i < CLIENTS; i++) {
		snprintf(client, sizeof(client), "67%07d", i);
		lock_drop(a, client);
	}
	for (int i = 0; i < CLIENTS; i++) {
		snprintf(client, sizeof(client), "67%07d", i);
		freed += take(b, client) == 1;
	}
	is_int(got, CLIENTS, "as many clients as there are can be held");
	is_int(barred, CLIENTS, "... each barred for others");
	is_int(freed, CLIENTS, "... and freed, in any order");
	locks_close(a);
	locks_close(b);
}

/* A child that holds the client; it writes a byte once it does, and waits. */
static pid_t
holder(const char *client, int *ready)
{
	int fd[2];
	pid_t pid;

	must(pipe(fd) == 0);
	fflush(stdout);
	pid = fork();
	must(pid >= 0);
	if (pid == 0) {
		struct locks *l = opened();

		if (take(l, client) != 1 || write(fd[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(fd[1]);
	*ready = fd[0];
	return pid;
}

static void
killed(void)
{
	struct locks *l = opened();
	int ready, status;
	char c;
	pid_t pid = holder("675550101", &ready);

	must(read(ready, &c, 1) == 1);
	is_int(take(l, "675550101"), 0, "another process holds it");
	is_int(take(l, "675550102"), 1, "... and it alone");
	must(kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid);
	is_int(take(l, "675550101"), 1, "killed, it holds nothing");
	close(ready);
	locks_close(l);
}

/* POSIX record locks die with any descriptor of the file: these don't. */
static void
other_descriptors(void)
{
	struct locks *a = opened(), *b = opened();
	char path[250];
	FILE *f;

	must(take(a, "675550101") == 1);
	snprintf(path, sizeof(path), "%s/journal.lock", dir);
	f = fopen(path, "r+");
	must(f && fclose(f) == 0);
	is_int(take(b, "675550101"), 0,
	    "that somebody opens and closes the file doesn't free it");
	locks_close(a);
	locks_close(b);
}

static void
the_file(void)
{
	struct err e = {0};
	char path[250], want[300];
	struct stat st;

	snprintf(path, sizeof(path), "%s/journal.lock", dir);
	must(stat(path, &st) == 0);
	is_int(st.st_mode & 07777, 0600, "the file is private");
	is_int(st.st_size, 0, "... and stays empty");
	must(unlink(path) == 0 && symlink("elsewhere", path) == 0);
	ok(!locks_open(dir, &e), "a link isn't followed");
	snprintf(
	    want, sizeof(want), "%s: Too many levels of symbolic links", path);
	is_str(e.text, want, "... and it is said");
	must(unlink(path) == 0);
	e = (struct err){0};
	ok(!locks_open("/nowhere/at/all", &e) && e.kind == ERR_IO,
	    "a directory must be there");
	is_str(e.text,
	    "/nowhere/at/all/journal.lock: No such file or directory",
	    "... and it is said");
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%s/ringo.XXXXXX", tmp ? tmp : "/tmp");
	must(mkdtemp(dir) != NULL);
	two_holders();
	many();
	killed();
	other_descriptors();
	the_file();
	must(rmdir(dir) == 0);
	return tap_done();
}
