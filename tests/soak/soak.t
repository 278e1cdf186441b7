#!/bin/sh
# SPDX-License-Identifier: MIT
# The random run in its short form: three pipelines at a time, killed and given
# faults at random, lose nothing and make nothing twice.
. "${0%/*}/../lib.sh"

ok 'random streams, kills and faults: nothing lost, nothing twice' \
	env BUILD="$BUILD" "$TOP/tests/soak/soak" seed=20261121 cases=4 size=60
note <.said
done_testing
