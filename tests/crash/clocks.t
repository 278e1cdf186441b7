#!/bin/sh
# SPDX-License-Identifier: MIT
# The system clock steps by an hour, a day or a year, back or forth, while
# records wait for a time: nothing is lost or twice, and nothing waits for
# longer than a day, whether the clock is put right again or not. The long form
# has more kinds of trouble, and more steps.
TMPDIR=$("${0%/*}/../matrix/place")
. "${0%/*}/../lib.sh"
. "$TOP/tests/crash/crm.sh"

# The window is then from 18 November; a day later the calls still lie in it.
noon=$(date -d 2026-11-20T12:00:00+02:00 +%s)
hour=3600 day=86400 year=31536000

# clock SECONDS: so long after noon.
clock() {
	now=$((noon + $1))
	RINGO_NOW=$(date -u -d "@$now" +%Y-%m-%dT%H:%M:%SZ)
	export RINGO_NOW
}

clock 0
crash_seed
echo 'settle 1h' >>seed/ringo.conf

# state: the CRM without deadlines, which count from when a record was decided.
state() {
	crm_state run | sed 's/|20[0-9-]*T[0-9:+-]*|/||/'
}
rm -rf run && mv calm run && state >want
is "$(grep -c task want)" 5 'there are tasks to be compared'

# trouble KIND: a project `run` in which everything waits for some time.
trouble() {
	clock 0
	rm -rf run && cp -r seed run
	case $1 in
	emitted)
		RINGO_FAULT='auth@*' "$FAULTS/ringo-push" -C run <planned
		sqlite3 run/journal.db 'DELETE FROM account'
		clock 120
		"$BIN/ringo-replay" -C run
		;;
	*) RINGO_FAULT=$1 "$FAULTS/ringo-push" -C run <planned ;;
	esac >out 2>said
	# The limiter goes by a clock that nobody sets.
	rm -f run/limit
}

# once: what is due comes out and is carried out. True if nothing is left.
once() {
	timeout 20 "$BIN/ringo-replay" -C run 2>said >emitted
	replayed=$?
	timeout 20 "$BIN/ringo-match" -C run <emitted 2>>said |
		timeout 20 "$BIN/ringo-push" -C run >out 2>>said
	case $? in
	0 | 75) ;;
	*) cat said >>wrong ;;
	esac
	case $replayed in
	0 | 75) ;;
	*) echo "replay ended $replayed" >>wrong ;;
	esac
	[ $replayed -eq 0 ] && [ ! -s emitted ]
}

# finished FROM: within a day from then, by runs that lie two hours apart.
finished() {
	later=0
	while [ $later -le $((day + 2 * hour)) ]; do
		clock $(($1 + later))
		once && return
		later=$((later + 2 * hour))
	done
	echo 'still open after a day'
	sqlite3 run/journal.db "SELECT key, state, reason, due / 1000 - $now
		FROM record WHERE state IN ('kept', 'planned', 'held')"
}

# right NAME: that is what has to come of it.
right() {
	state >got
	cmp -s want got || diff -u want got >>wrong
	[ -s wrong ] && note <wrong
	ok "$1" test ! -s wrong
}

kinds='html@2+ auth@* emitted' steps="-$year -$hour $day $year"
case ${RINGO_CRASH:-short} in
long) kinds="$kinds throttle=90000@2+ down@*" steps="$steps -$day $hour" ;;
esac

set -f # the kinds have stars
for kind in $kinds; do
	for step in $steps; do
		: >wrong
		trouble "$kind"
		clock "$step"
		once
		finished $((2 * hour)) >>wrong
		right "$kind: $step seconds off for a run, then put right"

		: >wrong
		trouble "$kind"
		if [ "$step" -eq $year ]; then
			clock "$step"
			once
			grep -q 'older than the window' said ||
				echo 'replay says nothing' >>wrong
			"$BIN/ringo-push" -C run <planned >out 2>said ||
				cat said >>wrong
		else
			finished "$step" >>wrong
		fi
		right "$kind: $step seconds off from then on"
	done
done
done_testing
