/* SPDX-License-Identifier: MIT */
/*
 * Preloaded: at each allocation of the program a child comes into being for
 * which it fails. It shall end at once, with code 71; one that doesn't is
 * stopped at its next allocation and told on descriptor 2 as "went on: N".
 * NOMEM_STEP=N takes every N-th. NOMEM_AT=N instead lets the N-th allocation
 * and all later ones fail, without children. Counted from when the program
 * looks at its descriptors, where main() begins; at the end descriptor 2 gets
 * "allocations: N".
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
int __fcntl(int fd, int cmd, ...);

enum { OUT_OF_MEMORY = 71, CHILD_SECONDS = 2 };

static long count, fail_at, step;
static bool begun, child, in_libc;

static void
tell(const char *what, long n)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "%s: %ld\n", what, n);

	if (write(STDERR_FILENO, text, (size_t)len) < 0)
		_exit(1);
}

/* True if this allocation is to fail. */
static bool
fails(void)
{
	int status;
	pid_t pid;

	if (!begun || in_libc)
		return false;
	if (child)
		_exit(0); /* it lives on without its memory */
	count++;
	if (fail_at)
		return count >= fail_at;
	if (count % step)
		return false;
	pid = fork();
	if (pid == 0) {
		child = true;
		alarm(CHILD_SECONDS);
		return true;
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != OUT_OF_MEMORY)
		tell("went on", count);
	return false;
}

void *
malloc(size_t n)
{
	if (!fails())
		return __libc_malloc(n);
	errno = ENOMEM;
	return NULL;
}

void *
calloc(size_t n, size_t size)
{
	if (!fails())
		return __libc_calloc(n, size);
	errno = ENOMEM;
	return NULL;
}

void *
realloc(void *p, size_t n)
{
	if (!fails())
		return __libc_realloc(p, n);
	errno = ENOMEM;
	return NULL;
}

static long
number(const char *name, long otherwise)
{
	const char *s = getenv(name);

	return s ? strtol(s, NULL, 10) : otherwise;
}

int
fcntl(int fd, int cmd, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (!begun && fd == 0) {
		fail_at = number("NOMEM_AT", 0);
		step = number("NOMEM_STEP", 1);
		begun = true;
	}
	return __fcntl(fd, cmd, arg);
}

static void
find(const char *name, void *to, size_t size)
{
	void *p = dlsym(RTLD_NEXT, name);

	memcpy(to, &p, size);
}

/* These two do without, and a child would share the position in the file. */
void
tzset(void)
{
	void (*real)(void);

	find("tzset", &real, sizeof(real));
	in_libc = true;
	real();
	in_libc = false;
}

int
setenv(const char *name, const char *value, int overwrite)
{
	int (*real)(const char *, const char *, int), rc;

	find("setenv", &real, sizeof(real));
	in_libc = true;
	rc = real(name, value, overwrite);
	in_libc = false;
	return rc;
}

__attribute__((destructor)) static void
sum(void)
{
	if (begun && !child)
		tell("allocations", count);
}
