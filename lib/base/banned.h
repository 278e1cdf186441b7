/* SPDX-License-Identifier: MIT */
/*
 * Functions that nobody here calls: unbounded, locale-dependent or with
 * static results. Forced into every file of ours by the Makefile.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* With _FORTIFY_SOURCE and clang these two are macros. */
#undef sprintf
#undef vsprintf

#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atol atoll gets
#pragma GCC poison localtime gmtime ctime asctime system popen

#endif
