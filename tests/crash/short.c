/* SPDX-License-Identifier: MIT */
/* Preloaded: the system takes only half of what each write offers. */
#include <sys/syscall.h>
#include <unistd.h>

static size_t
half(size_t n)
{
	return n > 1 ? n / 2 : n;
}

ssize_t
write(int fd, const void *p, size_t n)
{
	return syscall(SYS_write, fd, p, half(n));
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	return syscall(SYS_pwrite64, fd, p, half(n), at);
}
