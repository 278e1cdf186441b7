#!/bin/sh
# SPDX-License-Identifier: MIT
# Standard streams that are closed, full, or whose reader goes away: code 74,
# nothing lost, nothing twice, and what wasn't seen is printed by the next run.
. "${0%/*}/../lib.sh"
. "$TOP/tests/crash/crm.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW

crash_seed
: >wrong
crm_state seed >before

# again WHAT: every result comes out, as a duplicate or as new.
again() {
	"$BIN/ringo-push" -C run <planned >out 2>>said
	[ $? -eq 0 ] || echo "$1: the next run failed" >>wrong
	[ "$(grep -c '"result":{"state":"d[ou]' out)" -eq 4 ] ||
		echo "$1: results are missing" >>wrong
	crash_mended "$1"
	crash_report "$1: fed again, nothing lost, nothing twice"
}

# A file that got descriptor 0, 1 or 2 would be written into by mistake.
for closed in 0 1 2; do
	for program in ringo-match ringo-push ringo-replay; do
		rm -rf run && cp -r seed run
		sh -c 'n=$1; shift; eval "exec $n>&-"; exec "$@"' sh $closed \
			strace -qq -y -o trace "$BIN/$program" -C run \
			<planned >out 2>said
		is "$?" 74 "$program without descriptor $closed: ends with 74"
		is "$(grep -c '^openat.*run/.* = ' trace)" 0 \
			"$program without descriptor $closed: opens no file"
		[ $closed -eq 2 ] || like "$(cat said)" \
			"$program: error: standard *put is closed" \
			"$program without descriptor $closed: says so"
	done
	crm_state run >got
	same got before "without descriptor $closed: the CRM is as it was"
done

rm -rf run && cp -r seed run
exits 74 'match, the disk of standard output is full: 74' \
	sh -c '"$1" -C run <in >/dev/full' sh "$BIN/ringo-match"
like "$(cat .said)" '*standard output: No space left on device' 'it says so'

rm -rf run && cp -r seed run
exits 74 'push, the disk of standard output is full: 74' \
	sh -c '"$1" -C run <planned >/dev/full' sh "$BIN/ringo-push"
like "$(cat .said)" '*standard output: No space left on device' 'it says so'
again 'standard output was full'

# The reader is gone before anything is written, or after a line of it. Records
# that come later still are fed, so that there is something left to do.
for first in 0 1; do
	rm -rf run && cp -r seed run
	mkfifo pipe
	{
		"$BIN/ringo-push" -C run <planned >pipe 2>said
		echo $? >code
	} &
	head -n $first <pipe >seen-line
	wait
	rm pipe
	case $(cat code) in
	0 | 74) pass "the reader left after $first lines: 0 or 74" ;;
	*) fail "the reader left after $first lines: $(cat code)" ;;
	esac
	again "the reader left after $first lines"
done

# match is a filter: it dies of the signal or says 74, and never 0.
yes "$(head -n 1 in)" | head -n 3000 >many
"$BIN/ringo-match" -C run <many 2>said | head -n 1 >first
is "$(wc -l <first)" 1 'match, its reader leaves: it ends'
done_testing
