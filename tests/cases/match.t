#!/bin/sh
# SPDX-License-Identifier: MIT
# The cases in tests/cases/match.
exec "${0%/*}/play" match
