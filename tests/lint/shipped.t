#!/bin/sh
# SPDX-License-Identifier: MIT
# What is installed has no switches for tests, and what it needs is declared.
. "${0%/*}/../lib.sh"

version=$(sed -n 's/^VERSION = //p' "$TOP/Makefile")
for program in "$TOP"/cmd/*.c; do
	name=${program##*/}
	name=${name%.c}
	is "$(strings "$BIN/$name" | grep RINGO_FAULT)" '' \
		"$name has no switches for faults"
	is "$("$BIN/$name" --version)" "ringo $version" \
		"$name says its version"
	"$BIN/$name" --help >help
	like "$(cat help)" 'Usage: *' "$name shows its help"
	ok '...which fits on a screen' test "$(wc -l <help)" -le 24
done

# What a program loads costs it memory, and each start 5 ms.
is "$(readelf -d "$BIN/ringo-normalize" | grep -E 'lib(curl|sqlite3)')" '' \
	'what neither sends nor stores loads no library for it'
ok 'the test build has them' grep -q RINGO_FAULT "$FAULTS/ringo-push"
done_testing
