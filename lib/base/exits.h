/* SPDX-License-Identifier: MIT */
/* Exit codes of every program, after sysexits(3); ringo(7) has the table. */
#ifndef BASE_EXITS_H
#define BASE_EXITS_H

enum exits {
	EXITS_OK = 0,
	EXITS_NO = 1,      /* a test says no: --check found something */
	EXITS_USAGE = 64,  /* wrong options or operands */
	EXITS_REJECT = 65, /* records rejected or dead; the rest was done */
	EXITS_INPUT = 66,  /* an input file can't be read */
	EXITS_BUG = 70,    /* a mistake of ours */
	EXITS_OS = 71,     /* out of memory, no more descriptors */
	EXITS_CREATE = 73, /* an output file can't be made */
	EXITS_IO = 74,     /* a read or write failed half-way */
	EXITS_RETRY = 75,  /* records are left open; feed again or replay */
	EXITS_ACCESS = 77, /* credentials refused or files unsafe */
	EXITS_CONFIG = 78, /* ringo.conf, matrix or employees are wrong */
};

/*
 * Of two codes the one that a script must see: 70 and 71, then
 * 74 > 73 > 78 > 77 > 75 > 65 > 66 > 64 > the rest > 0.
 */
int exits_worse(int a, int b);

#endif
