#!/bin/sh
# SPDX-License-Identifier: MIT
# The cases in tests/cases/normalize.
exec "${0%/*}/play" normalize
