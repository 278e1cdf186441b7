#!/bin/sh
# SPDX-License-Identifier: MIT
# Memory that isn't there ends a program at once with 71 and a message, at every
# single allocation, of libraries too: what is left behind is then what a kill
# leaves, and the same input brings it to its end.
. "${0%/*}/../lib.sh"
. "$TOP/tests/crash/crm.sh"

crash_plain 1
RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW

crash_seed
: >wrong

# every PROGRAM INPUT [PROJECT]: fails every step-th allocation of a run, in a
# child of its own.
every() {
	rm -rf run && cp -r "${3:-seed}" run
	NOMEM_STEP=$step LD_PRELOAD=$TESTS/nomem.so "$BIN/$1" -C run \
		<"$2" >out 2>said
	is "$? $(grep 'went on' said)" '0 ' "$1: ends wherever memory ends"
	count=$(sed -n "s/^allocations: //p" said)
	told=$(grep -c "^ringo: error: out of memory$" said)
	note "$1: $told of $count allocations"
	is "$told" $((count / step)) "$1: and says why"
}

crash_step 11
every ringo-match in
same out planned 'ringo-match: the run itself was undisturbed'

rm -rf left && cp -r seed left
head -n 2 in | sed "s/}\$/,\"hold\":\"later\"}/" |
	RINGO_NOW=2026-11-21T10:00:00+02:00 "$BIN/ringo-push" -C left \
		>out 2>said
every ringo-replay /dev/null left
is "$(wc -l <out)" 2 "ringo-replay: the run itself was undisturbed"

every ringo-push planned
crm_state run >got
same got want 'ringo-push: the run itself was undisturbed'

# The disk's side of it.
step=$((step == 1 ? 100 : 2000))
n=$step points=0
while [ "$n" -lt "$count" ]; do
	rm -rf run && cp -r seed run
	NOMEM_AT=$n LD_PRELOAD=$TESTS/nomem.so "$BIN/ringo-push" -C run \
		<planned >out 2>said
	rc=$?
	[ $rc -eq 71 ] || echo "allocation $n: ended $rc" >>wrong
	crash_sane "allocation $n" $rc
	crash_mended "allocation $n"
	n=$((n + step)) points=$((points + 1))
done
note "$points points"
crash_report 'ringo-push out of memory: nothing lost, nothing twice'

done_testing
