#!/bin/sh
# SPDX-License-Identifier: MIT
# Every input that a fuzzer has ever broken something with, once more.
. "${0%/*}/../lib.sh"

for target in "$TOP"/tests/fuzz/*.c; do
	name=${target##*/}
	name=${name%.c}
	if [ ! -d "$TOP/tests/fuzz/corpus/$name" ]; then
		skip 1 "$name has no corpus yet"
		continue
	fi
	ok "$name takes the inputs of its corpus" \
		find "$TOP/tests/fuzz/corpus/$name" -type f \
		-exec "$TESTS/replay-$name" '{}' +
done
done_testing
