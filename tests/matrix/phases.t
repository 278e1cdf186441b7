#!/bin/sh
# SPDX-License-Identifier: MIT
# A call makes one contact and one lead, and each task once, in whatever order
# its phases come, whatever of them is lost or comes twice; and two calls of a
# new client at the same time make one contact and one lead. The exception: a
# task of a pick-up that comes after the call's end isn't made any more.
TMPDIR=$("${0%/*}/place")
. "${0%/*}/../lib.sh"
RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW

orders() {
	"$TOP/tests/matrix/orders" "$@"
}

# The matrices: whether contacts are made, and by which phases; see orders.
for matrix in answered ended ringing; do
	shop $matrix
	chmod 700 $matrix
done
cp "$RINGO_SHARE/matrix/bitrix24" answered/matrix
cat - "$RINGO_SHARE/example/shop/matrix" >ringing/matrix <<'EOT'
text pickup "Somebody talks with {client.phone}"
when call.ringing in client=new
	create contact to senior
	create lead to senior
when call.answered in client=new
	create contact to answerer
	create lead to answerer
	task pickup to senior on lead
when call.answered in
	task pickup to senior
EOT

# What the pipe's programs say and end with is in `wrong`, if anything.
ended() {
	[ "$2" -eq 0 ] || echo "$1 ended with $2" >>wrong
}

piped() {
	{ "$BIN/ringo-match" -C run; ended match $?; } |
		{ "$BIN/ringo-push" -C run; ended push $?; } >>results
}

# play MATRIX one|two WAY: every order of phases; what came of it into `got`.
# all: in one stream. apart: each phase in a run of its own. ahead: all planned
# before anything is carried out. stale: so, and each phase by itself, so that
# plans don't know of each other.
play() {
	rm -rf run results && cp -r "$1" run
	: >wrong
	: >results
	orders "$2" "$1" all >in
	case $3 in
	all) piped <in ;;
	apart)
		for round in 1 2 3 4 5 6; do
			orders "$2" "$1" $round >in.$round
			piped <in.$round
		done
		;;
	ahead)
		"$BIN/ringo-match" -C run <in >planned
		ended match $?
		"$BIN/ringo-push" -C run <planned >>results
		ended push $?
		;;
	stale)
		for round in 1 2 3 4 5 6; do
			orders "$2" "$1" $round | "$BIN/ringo-match" -C run
			ended match $?
		done >planned
		"$BIN/ringo-push" -C run <planned >>results
		ended push $?
		;;
	esac 2>>wrong
	sqlite3 run/crm.db <"$TOP/tests/matrix/state.sql" | sort >got
	[ "$(wc -l <results)" -eq "$(wc -l <in)" ] ||
		echo "$(wc -l <results) lines came out" >>wrong
}

for calls in one two; do
	for matrix in answered ended ringing; do
		orders $calls $matrix want | sort >right
		is "$(grep -c lead right)" "$(cut -c1-4 right | uniq | wc -l)" \
			"$calls, created when $matrix: a lead each is wanted"
		for way in all apart ahead stale; do
			name="$calls, created when $matrix, $way"
			play $matrix $calls $way
			same got right "$name: a contact, a lead, every task"
			[ -s wrong ] && note <wrong
			ok "$name: nothing held, no line lost" test ! -s wrong
		done
	done
done
done_testing
