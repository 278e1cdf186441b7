/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4), for keys made of content; not for secrets. */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include "base/buf.h"

enum { SHA256_HEX = 65 };

/* The digest of s as 64 lower-case hex digits and NUL. */
void sha256_hex(struct span s, char out[SHA256_HEX]);

#endif
