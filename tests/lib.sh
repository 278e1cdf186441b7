# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# TAP for tests in POSIX sh: tests/DIR/NAME.t begins with
#
#	#!/bin/sh
#	. "${0%/*}/../lib.sh"
#
# and ends with done_testing. It runs in a temporary directory of its own,
# which is removed at the end. A check says which promise it stands for:
#
#	ok 'an empty input is fine' "$BIN/ringo-normalize" </dev/null
#	exits 64 'no project is a usage error' "$BIN/ringo-match"
#	is "$(wc -l <out)" 34 'a line in is a line out'
#	same out want 'the second run prints the same bytes'
#
# TOP is the source tree, BIN the programs as they are shipped, FAULTS the same
# programs with the test switches, TESTS what else was built for tests.

set -u
TOP=$(cd "${0%/*}/../.." && pwd) || exit 1
: "${BUILD:=$TOP/build}"
: "${BIN:=$BUILD/bin}" "${FAULTS:=$BUILD/faults/bin}" "${TESTS:=$BUILD/tests}"
LC_ALL=C.UTF-8 TZ=UTC RINGO_SHARE=$TOP/share
export LC_ALL TZ RINGO_SHARE
unset RINGO_PROJECT RINGO_FAULT RINGO_NOW LANG LANGUAGE

TMP=$(mktemp -d "${TMPDIR:-/tmp}/ringo.XXXXXX") || exit 1
trap 'cd / && rm -rf "$TMP"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
cd "$TMP" || exit 1

tap_run=0 tap_failed=0

# Prints standard input, or the text, as comments.
note() {
	if [ $# -gt 0 ]; then
		printf '%s\n' "$*"
	else
		cat
	fi | sed 's/^/# /'
}

# pass NAME, fail NAME: the check is done already.
pass() {
	tap_run=$((tap_run + 1))
	printf 'ok %d - %s\n' "$tap_run" "$1"
}

fail() {
	tap_run=$((tap_run + 1)) tap_failed=$((tap_failed + 1))
	printf 'not ok %d - %s\n' "$tap_run" "$1"
	return 1
}

# exits CODE NAME COMMAND...: the command ends with CODE. What it prints is in
# $TMP/.said, and is shown if it ends otherwise. It reads standard input.
exits() {
	tap_want=$1 tap_name=$2
	shift 2
	tap_code=0
	"$@" >"$TMP/.said" 2>&1 || tap_code=$?
	[ "$tap_code" = "$tap_want" ] && pass "$tap_name" && return
	fail "$tap_name" || :
	note "$*"
	note "ended with $tap_code, not $tap_want, and said:"
	head -n 50 "$TMP/.said" | note
	return 1
}

# ok NAME COMMAND...: the command succeeds.
ok() {
	exits 0 "$@"
}

# is GOT WANT NAME: two texts are equal.
is() {
	[ "$1" = "$2" ] && pass "$3" && return
	fail "$3" || :
	note " got: $1"
	note "want: $2"
	return 1
}

# like TEXT PATTERN NAME: the text matches, as in case.
like() {
	# shellcheck disable=SC2254 # a pattern it shall be
	case $1 in
	$2) pass "$3" && return ;;
	esac
	fail "$3" || :
	note "   got: $1"
	note "no fit: $2"
	return 1
}

# same GOT WANT NAME: two files have the same bytes.
same() {
	cmp -s "$1" "$2" && pass "$3" && return
	fail "$3" || :
	diff -u "$2" "$1" 2>&1 | head -n 50 | note
	return 1
}

# skip N WHY: N checks can't be made here.
skip() {
	tap_i=0
	while [ "$tap_i" -lt "$1" ]; do
		tap_i=$((tap_i + 1)) tap_run=$((tap_run + 1))
		printf 'ok %d # SKIP %s\n' "$tap_run" "$2"
	done
}

skip_all() {
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

# shop DIR: a new project, made from the example.
shop() {
	cp -R "$TOP/share/example/shop" "$1"
}

# Last line of a test: without the plan it counts as broken.
done_testing() {
	printf '1..%d\n' "$tap_run"
	[ "$tap_failed" -eq 0 ]
	exit
}
