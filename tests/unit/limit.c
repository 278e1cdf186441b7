/* SPDX-License-Identifier: MIT */
/*
 * The vendor's limits: never faster than the table says, all processes
 * together; what the vendor refuses slows all of them down, and nothing in the
 * file can stop them. Time is the test's own but for the last test.
 */
#include "net/limit.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "../tap.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECOND = 1000000 };

static char dir[200], file[220];
static struct clock_boot now;

static void
must(bool good)
{
	if (good)
		return;
	perror("bail out");
	exit(99);
}

static void
fresh(void)
{
	unlink(file);
	now = (struct clock_boot){.us = INT64_C(1000) * SECOND, .id = "boot-1"};
	clock_boot_set(&now);
}

static struct limit *
opened(const struct limit_bucket *table)
{
	struct err e = {0};
	struct limit *l = limit_open(dir, table, 100, &e);

	must(l != NULL);
	return l;
}

static void
pass(int64_t ms)
{
	now.us += ms * 1000;
}

/* The wait that a request is told; 0: it went, and was answered. */
static int64_t
ask(struct limit *l, unsigned bucket, bool live)
{
	struct limit_use u;
	int64_t wait = limit_take(l, bucket, live, &u);

	if (wait == 0)
		limit_done(l, &u, true);
	return wait;
}

/* How many go at once. */
static int
go(struct limit *l, unsigned bucket, bool live)
{
	int n = 0;

	while (n < 1000 && ask(l, bucket, live) == 0)
		n++;
	return n;
}

/* A request that the vendor refuses; how long the bucket is blocked. */
static int64_t
refused(struct limit *l, unsigned bucket, int64_t wait_ms)
{
	struct limit_use u;
	int64_t ms;

	pass(1);
	limit_take(l, bucket, true, &u);
	ms = limit_block(l, bucket, u.granted, wait_ms);
	limit_done(l, &u, false);
	return ms;
}

static const struct limit_bucket table[] = {
    {.name = "requests", .rate = 10, .burst = 5, .floor = 2},
    {.name = "slow", .rate = 0.5, .burst = 1},
    {.name = "free"},
    {.name = "work", .rate = 0.5, .burst = 100, .floor = 20},
    {0},
};
enum { REQUESTS, SLOW, FREE, WORK };

static void
rate_and_burst(void)
{
	struct limit *a, *b;

	fresh();
	a = opened(table);
	b = opened(table);
	is_int(go(a, REQUESTS, true), 5, "as many at once as the burst");
	is_int(
	    ask(b, REQUESTS, true), 100, "... for all together; then a wait");
	pass(99);
	is_int(ask(b, REQUESTS, true), 1, "... until a unit is back");
	pass(1);
	is_int(go(b, REQUESTS, true), 1, "one after 1/rate");
	is_int(ask(a, REQUESTS, true), 100, "... for all together");
	pass(1000 * 3600);
	is_int(go(a, REQUESTS, true), 5, "never more than the burst");
	is_int(go(a, SLOW, false), 1, "a rate below one a second");
	is_int(ask(a, SLOW, false), 2000, "... is a wait of seconds");
	is_int(go(a, FREE, false), 1000, "without a rate as many as there are");
	limit_close(a);
	limit_close(b);
	limit_close(NULL);
}

static void
floor_for_live_calls(void)
{
	struct limit *l;

	fresh();
	l = opened(table);
	is_int(go(l, REQUESTS, false), 3, "a backlog leaves the floor");
	is_int(ask(l, REQUESTS, false), 100, "... and waits");
	is_int(go(l, REQUESTS, true), 2, "for live calls, which go at once");
	is_int(ask(l, REQUESTS, false), 300,
	    "the floor is filled before a backlog goes on");
	pass(300);
	is_int(go(l, REQUESTS, false), 1, "... and then it does");
	limit_close(l);
}

static void
blocked(void)
{
	struct limit *a, *b;
	struct limit_use u[3];

	fresh();
	a = opened(table);
	b = opened(table);
	is_int(refused(a, FREE, 700), 700, "the vendor's own wait");
	is_int(
	    ask(b, FREE, true), 700, "... for all processes, live calls too");
	is_int(ask(b, SLOW, true), 0, "... of this bucket only");
	pass(700);
	is_int(go(b, FREE, true), 1000, "then they go on");

	is_int(refused(a, FREE, 0), 1000, "without a word a second");
	pass(1000);
	is_int(refused(b, FREE, 0), 2000, "... doubled, whoever asked");
	pass(2000);
	is_int(refused(a, FREE, 0), 4000, "... and again");
	for (int i = 0; i < 20; i++) {
		pass(60000);
		is_int(refused(a, FREE, 0), i < 3 ? 8000 << i : 60000,
		    "... up to a minute, %d", i);
	}
	pass(60000);
	is_int(ask(a, FREE, true), 0, "a good answer");
	is_int(refused(a, FREE, 0), 1000, "... begins anew");

	pass(1000);
	ask(a, FREE, true);
	for (int i = 0; i < 3; i++)
		is_int(refused(a, FREE, 1000), 1000, "a short wait, believed");
	is_int(refused(a, FREE, 1000), 8000, "... not for ever");
	is_int(refused(a, FREE, INT64_MAX), 86400000, "a day at most");

	fresh();
	limit_close(a);
	a = opened(table);
	for (int i = 0; i < 3; i++)
		limit_take(a, REQUESTS, true, &u[i]);
	pass(50);
	is_int(limit_block(a, REQUESTS, u[0].granted, 0), 1000, "refused");
	pass(50);
	is_int(limit_block(a, REQUESTS, u[1].granted, 0), 950,
	    "those that were under way with it count as one refusal");
	is_int(limit_block(a, REQUESTS, u[2].granted, 3000), 3000,
	    "... but the longest wait counts");
	limit_close(a);
	limit_close(b);
}

/* ms from one unit to the next, when the bucket is used up. */
static int64_t
pace(struct limit *l)
{
	int64_t wait;

	while ((wait = ask(l, REQUESTS, true)) == 0)
		;
	pass(wait);
	must(ask(l, REQUESTS, true) == 0);
	return ask(l, REQUESTS, true);
}

static void
slower_and_faster(void)
{
	struct limit *l;
	int64_t last, ms;
	bool rises = true;

	fresh();
	l = opened(table);
	is_int(pace(l), 100, "the rate of the table");
	refused(l, REQUESTS, 1);
	pass(1);
	is_int(ask(l, REQUESTS, true), 142, "refused: its bucket is full");
	is_int(pace(l), 143, "... and the rate is 0.7");
	refused(l, REQUESTS, 1);
	is_int(pace(l), 204, "... of what it was, each time");
	last = pace(l);
	for (int i = 0; i < 50; i++) {
		pass(5000);
		ms = pace(l);
		rises &= ms <= last;
		last = ms;
	}
	ok(rises, "it rises again");
	is_int(last, 109, "... by a tenth a minute");
	pass(3600 * 1000);
	is_int(pace(l), 100, "... never past the table's");
	for (int i = 0; i < 40; i++)
		refused(l, REQUESTS, 1);
	pass(60000);
	ok(pace(l) < 2100, "it never comes to a standstill");

	fresh();
	limit_close(l);
	l = opened(table);
	limit_gently(l);
	is_int(pace(l), 200, "gently: half the rate");
	pass(30000);
	ms = pace(l);
	ok(ms > 130 && ms < 136, "... three quarters after half a minute");
	pass(30000);
	is_int(pace(l), 100, "... and all of it after a minute");
	refused(l, REQUESTS, 1);
	refused(l, REQUESTS, 1);
	refused(l, REQUESTS, 1);
	ms = pace(l);
	limit_gently(l);
	ok(pace(l) >= ms - 1, "what is slower already isn't made faster");
	limit_close(l);
}

static void
spent_afterwards(void)
{
	struct limit *l;

	fresh();
	l = opened(table);
	limit_spend(l, WORK, 80);
	is_int(limit_wait(l, WORK, false), 0, "work within the budget");
	limit_spend(l, WORK, 10);
	is_int(limit_wait(l, WORK, false), 20000, "over it a backlog waits");
	is_int(limit_wait(l, WORK, true), 0, "... a live call does not");
	limit_spend(l, WORK, 30);
	is_int(limit_wait(l, WORK, true), 40000, "... until all is used up");
	pass(80000);
	is_int(limit_wait(l, WORK, false), 0, "time brings it back");
	limit_spend(l, WORK, 1e9);
	limit_spend(l, WORK, -1e9);
	ok(limit_wait(l, WORK, true) <= 200000,
	    "an absurd cost is one budget at most");
	is_int(limit_block(l, WORK, now.us, 300000), 300000,
	    "the vendor's own reset");
	is_int(limit_wait(l, WORK, true), 300000, "... is waited for");
	limit_close(l);
}

static void
share_of_an_account(void)
{
	static const struct limit_bucket whole[] = {
	    {.name = "requests", .rate = 10, .burst = 10, .floor = 4},
	    {.name = "one", .rate = 10, .burst = 1},
	    {.name = "slots", .slots = 5, .spare = 2},
	    {0},
	};
	struct err e = {0};
	struct limit_use u;
	struct limit *l;

	fresh();
	l = limit_open(dir, whole, 50, &e);
	is_int(go(l, 0, false), 3, "half: half the burst but half the floor");
	is_int(go(l, 0, true), 2, "... which is for live calls");
	is_int(ask(l, 0, true), 200, "... and half the rate");
	is_int(go(l, 1, true), 1, "never less than one unit");
	is_int(limit_take(l, 2, true, &u), 0, "and half the slots");
	is_int(limit_take(l, 2, true, &u), 0, "...");
	ok(limit_take(l, 2, true, &u) > 0, "... no more");
	limit_close(l);
}

static const struct limit_bucket slotted[] = {
    {.name = "slots", .slots = 4, .spare = 2},
    {0},
};

static void
slots(void)
{
	struct limit *a, *b;
	struct limit_use u[5];
	int fd[2], status;
	pid_t pid;
	char x;

	fresh();
	a = opened(slotted);
	b = opened(slotted);
	is_int(limit_take(a, 0, false, &u[0]), 0, "a backlog takes a slot");
	is_int(limit_take(b, 0, false, &u[1]), 0, "... another process, too");
	ok(limit_take(a, 0, false, &u[2]) > 0, "... but leaves two");
	is_int(limit_take(a, 0, true, &u[2]), 0, "which a live call takes");
	is_int(limit_take(b, 0, true, &u[3]), 0, "... and another");
	ok(limit_take(a, 0, true, &u[4]) > 0, "never more than there are");
	ok(limit_take(b, 0, true, &u[4]) > 0, "... in no process");
	limit_done(a, &u[0], true);
	is_int(limit_take(b, 0, true, &u[4]), 0, "one that is through is free");
	limit_done(b, &u[1], true);
	limit_done(a, &u[2], true);
	limit_done(b, &u[3], true);
	limit_done(b, &u[4], true);

	must(pipe(fd) == 0);
	fflush(stdout);
	pid = fork();
	must(pid >= 0);
	if (pid == 0) {
		struct limit *c = opened(slotted);

		while (limit_take(c, 0, true, &u[0]) == 0)
			;
		must(write(fd[1], "x", 1) == 1);
		pause();
		_exit(0);
	}
	must(read(fd[0], &x, 1) == 1);
	ok(limit_take(a, 0, true, &u[0]) > 0, "another process has them all");
	kill(pid, SIGKILL);
	must(waitpid(pid, &status, 0) == pid);
	is_int(limit_take(a, 0, true, &u[0]), 0, "killed, it has none");
	close(fd[0]);
	close(fd[1]);
	limit_close(a);
	limit_close(b);
}

static void
write_file(const char *bytes, size_t n, off_t at)
{
	int fd = open(file, O_WRONLY | O_CREAT, 0600);

	must(fd >= 0 && pwrite(fd, bytes, n, at) == (ssize_t)n);
	close(fd);
}

/* A bucket that is used up and blocked; then the file is as damage leaves it.
 */
static void
begins_anew(const char *what, void (*damage)(void))
{
	struct limit *l;

	fresh();
	l = opened(table);
	go(l, REQUESTS, true);
	refused(l, REQUESTS, 5000);
	limit_close(l);
	l = opened(table);
	ok(ask(l, REQUESTS, true) > 4900, "kept for the next process");
	limit_close(l);
	damage();
	l = opened(table);
	is_int(go(l, REQUESTS, true), 5, "%s: begun anew", what);
	limit_close(l);
}

static void
another_boot(void)
{
	snprintf(now.id, sizeof(now.id), "boot-2");
}

static void
another_boot_without_name(void)
{
	now.us = SECOND;
}

static void
a_byte_changed(void)
{
	write_file("\xaa", 1, 9);
}

static void
a_foreign_file(void)
{
	unlink(file);
	write_file(
	    "this is somebody's text, not the file of a limiter\n", 51, 0);
}

static void
cut_short(void)
{
	must(truncate(file, 17) == 0);
}

static void
removed(void)
{
	must(unlink(file) == 0);
}

static void
the_file(void)
{
	static const struct limit_bucket other[] = {
	    {.name = "other", .rate = 10, .burst = 5}, {0}};
	struct err e = {0};
	struct limit *l;
	struct stat st;

	begins_anew("another run of the machine", another_boot);
	begins_anew("a clock that went back", another_boot_without_name);
	begins_anew("a damaged file", a_byte_changed);
	begins_anew("a foreign file", a_foreign_file);
	begins_anew("a file cut short", cut_short);
	begins_anew("a file that is gone", removed);

	fresh();
	l = opened(table);
	go(l, REQUESTS, true);
	must(stat(file, &st) == 0);
	is_int(st.st_mode & 0777, 0600, "the file is for its owner only");
	is_int(st.st_size, 32, "... 32 bytes a bucket");
	limit_close(l);
	l = opened(other);
	is_int(go(l, 0, true), 5, "another driver's bucket is another");
	limit_close(l);

	unlink(file);
	must(symlink("/dev/null", file) == 0);
	ok(!limit_open(dir, table, 100, &e) && e.kind == ERR_IO,
	    "a link is not followed");
	unlink(file);
}

/* A full disk: the process goes on by what it knows itself. */
static void
unwritable(void)
{
	struct rlimit old, none;
	struct limit *l;

	fresh();
	l = opened(table);
	must(getrlimit(RLIMIT_FSIZE, &old) == 0);
	none = (struct rlimit){0, old.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	must(setrlimit(RLIMIT_FSIZE, &none) == 0);
	is_int(go(l, REQUESTS, true), 5, "a file that can't be written");
	is_int(ask(l, REQUESTS, true), 100, "... limits this process");
	must(setrlimit(RLIMIT_FSIZE, &old) == 0);
	pass(100);
	is_int(go(l, REQUESTS, true), 1, "... until it can");
	limit_close(l);
	l = opened(table);
	is_int(ask(l, REQUESTS, true), 100, "... and then all of them");
	limit_close(l);
}

/* ---- against a vendor ---- */

struct vendor {
	double rate, burst, level;
	int64_t at;
	int taken, refused;
};

static bool
vendor_takes(struct vendor *v, int64_t at)
{
	v->level -= v->rate * (double)(at - v->at) / SECOND;
	if (v->level < 0)
		v->level = 0;
	v->at = at;
	if (v->level + 1 > v->burst + 1e-6) {
		v->refused++;
		return false;
	}
	v->level++;
	v->taken++;
	return true;
}

/*
 * Four processes with a backlog for so many hours; each waits 300 ms for an
 * answer.
 */
static struct vendor
play(double our_rate, double rate, int hours)
{
	enum { WORKERS = 4, ANSWER_MS = 300 };
	struct limit_bucket t[] = {
	    {.name = "r", .rate = our_rate, .burst = 50, .floor = 12}, {0}};
	struct vendor v = {.rate = rate, .burst = 50};
	struct {
		struct limit *l;
		struct limit_use u;
		bool asked, good;
		int64_t next;
	} w[WORKERS];
	int64_t end;

	fresh();
	v.at = now.us;
	end = now.us + (int64_t)hours * 3600 * SECOND;
	for (int i = 0; i < WORKERS; i++) {
		memset(&w[i], 0, sizeof(w[i]));
		w[i].l = opened(t);
		w[i].next = now.us;
	}
	while (now.us < end) {
		int k = 0;
		int64_t wait;

		for (int i = 1; i < WORKERS; i++)
			if (w[i].next < w[k].next)
				k = i;
		if (now.us < w[k].next)
			now.us = w[k].next;
		if (w[k].asked) {
			if (!w[k].good)
				limit_block(w[k].l, 0, w[k].u.granted, 0);
			limit_done(w[k].l, &w[k].u, w[k].good);
			w[k].asked = false;
		}
		wait = limit_take(w[k].l, 0, false, &w[k].u);
		if (wait == 0) {
			w[k].asked = true;
			w[k].good = vendor_takes(&v, now.us);
			wait = ANSWER_MS;
		}
		w[k].next = now.us + wait * 1000;
	}
	for (int i = 0; i < WORKERS; i++)
		limit_close(w[i].l);
	return v;
}

static void
long_runs(void)
{
	struct vendor v = play(2, 2, 1);

	is_int(v.refused, 0, "the vendor's own rate: nothing is refused");
	ok(v.taken >= 7200, "... and all that is possible is used (%d)",
	    v.taken);
	v = play(5, 2, 3);
	printf("# ceiling 2.5 times too high: %d of %d refused\n", v.refused,
	    v.taken + v.refused);
	ok(v.refused * 100 < v.taken,
	    "a ceiling 2.5 times too high: less than one in a hundred refused");
	ok(v.taken > 3 * 7200 * 9 / 10, "... and nine tenths used (%d)",
	    v.taken);
}

/* ---- real processes, real time ---- */

static const struct limit_bucket shared[] = {
    {.name = "shared", .rate = 60, .burst = 20, .floor = 2}, {0}};

static void
worker(int out, int64_t end)
{
	struct limit *l = opened(shared);

	for (;;) {
		struct limit_use u;
		int64_t wait = limit_take(l, 0, false, &u), at = clock_boot();

		if (at >= end)
			_exit(0);
		if (wait > 0) {
			poll(NULL, 0, (int)wait);
			continue;
		}
		must(write(out, &at, sizeof(at)) == sizeof(at));
		limit_done(l, &u, true);
	}
}

static int
by_time(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
processes(void)
{
	enum { WORKERS = 6, KILLED = 3, MS = 1500, MANY = 1000 };
	struct vendor v = {.rate = 60, .burst = 20};
	int64_t at[MANY], begin, end;
	pid_t pid[WORKERS];
	int fd[2], n = 0, possible = 18 + 60 * MS / 1000;

	fresh();
	clock_boot_set(NULL);
	must(pipe(fd) == 0);
	begin = v.at = clock_boot();
	end = begin + MS * 1000;
	fflush(stdout);
	for (int i = 0; i < WORKERS; i++) {
		must((pid[i] = fork()) >= 0);
		if (pid[i] == 0)
			worker(fd[1], end);
	}
	close(fd[1]);
	for (int killed = 0;
	     n < MANY && read(fd[0], &at[n], sizeof(at[0])) == sizeof(at[0]);
	     n++)
		if (killed < KILLED &&
		    clock_boot() > begin + (killed + 1) * 300000)
			kill(pid[killed++], SIGKILL);
	close(fd[0]);
	for (int i = 0; i < WORKERS; i++)
		waitpid(pid[i], NULL, 0);
	qsort(at, (size_t)n, sizeof(at[0]), by_time);
	for (int i = 0; i < n; i++)
		vendor_takes(&v, at[i]);
	is_int(v.refused, 0, "six processes, three killed: nothing is refused");
	ok(v.taken * 100 >= possible * 95,
	    "... and 95 of 100 possible are used (%d of %d)", v.taken,
	    possible);
	ok(v.taken <= possible + 1, "... no more than that");
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%s/limit.XXXXXX", tmp ? tmp : "/tmp");
	must(mkdtemp(dir) != NULL);
	snprintf(file, sizeof(file), "%s/limit", dir);
	rate_and_burst();
	floor_for_live_calls();
	blocked();
	slower_and_faster();
	spent_afterwards();
	share_of_an_account();
	slots();
	the_file();
	unwritable();
	long_runs();
	processes();
	unlink(file);
	rmdir(dir);
	return tap_done();
}
