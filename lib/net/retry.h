/* SPDX-License-Identifier: MIT */
/* Retry-After, as servers write it. */
#ifndef NET_RETRY_H
#define NET_RETRY_H

#include "base/buf.h"

#include <stdint.h>

/*
 * How long to wait, in ms, at most a day. value is a number of seconds or a
 * date, which is measured against date, the answer's own "Date": the server's
 * clock may differ from ours. Without a usable date it is measured against
 * now_ms. 0 for what is past or makes no sense.
 */
int64_t retry_after(struct span value, struct span date, int64_t now_ms);

#endif
