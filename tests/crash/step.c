/* SPDX-License-Identifier: MIT */
/*
 * Preloaded: while the file STEP exists, the system's clock is a day behind.
 * Clocks that nobody can set go on.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	static int (*real)(clockid_t, struct timespec *);
	const char *step = getenv("STEP");
	int rc;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	rc = real(id, ts);
	if (rc == 0 && id == CLOCK_REALTIME && step && access(step, F_OK) == 0)
		ts->tv_sec -= 86400;
	return rc;
}
