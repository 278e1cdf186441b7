#!/bin/sh
# SPDX-License-Identifier: MIT
# What the presets for Bitrix24 make, in the situations of bitrix24.scenarios.
exec "${0%/*}/play" "${0%.t}.scenarios"
