/* SPDX-License-Identifier: MIT */
#include "base/exits.h"

#include <stddef.h>

int
exits_worse(int a, int b)
{
	static const int order[] = {EXITS_BUG, EXITS_OS, EXITS_IO, EXITS_CREATE,
	    EXITS_CONFIG, EXITS_ACCESS, EXITS_RETRY, EXITS_REJECT, EXITS_INPUT,
	    EXITS_USAGE};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a ? a : b;
}
