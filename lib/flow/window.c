/* SPDX-License-Identifier: MIT */
#include "flow/window.h"

int64_t
window_start(int64_t now)
{
	time_t t = (time_t)(now / 1000);
	struct tm tm;

	localtime_r(&t, &tm);
	tm.tm_mday -= 2; /* mktime takes it over month and DST boundaries */
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm) * 1000;
}
