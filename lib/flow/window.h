/* SPDX-License-Identifier: MIT */
/* The replay window: today and the two calendar days before. */
#ifndef FLOW_WINDOW_H
#define FLOW_WINDOW_H

#include <stdint.h>

/* Midnight, in the project's zone, two calendar days before now; ms. */
int64_t window_start(int64_t now);

#endif
