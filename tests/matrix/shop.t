#!/bin/sh
# SPDX-License-Identifier: MIT
# What the matrix of the example makes, in the situations of shop.scenarios.
exec "${0%/*}/play" "${0%.t}.scenarios"
