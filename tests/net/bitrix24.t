#!/bin/sh
# SPDX-License-Identifier: MIT
# Bitrix24 over HTTP: three days of a call log become what the matrix says, in
# whatever portions; a webhook that is revoked meanwhile costs nothing; and its
# secret is nowhere but in its file.
. "${0%/*}/../lib.sh"
. "$TOP/tests/net/sim.sh"
. "$TOP/tests/net/day.sh"
. "$TOP/tests/net/bitrix24.sh"

day_all bitrix24 "$TOP/tests/net/bitrix24.want"
done_testing
