#!/bin/sh
# SPDX-License-Identifier: MIT
# The Bitrix24 simulator accepts, refuses and answers what the portal does.
. "${0%/*}/../lib.sh"

exec "$TESTS/sim-talk" "$TESTS/sim-bitrix24" "$TOP"/tests/sim/bitrix24/*.talk
