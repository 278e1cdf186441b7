/* SPDX-License-Identifier: MIT */
#include "flow/body.h"

void
body_strip(struct rec *r)
{
	rec_del(r, "skip");
	rec_del(r, "plan");
	rec_del(r, "hold");
	rec_del(r, "result");
}
