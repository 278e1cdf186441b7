#!/bin/sh
# SPDX-License-Identifier: MIT
# ringo-push killed at every system call it makes: after feeding the same input
# again the CRM is the one of an undisturbed run, nothing lost, nothing twice.
# The short form takes every RINGO_CRASH_STEP-th point (default 9).
. "${0%/*}/../lib.sh"
. "$TOP/tests/crash/crm.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW
case ${RINGO_CRASH:-short} in
long) step=1 ;;
*) step=${RINGO_CRASH_STEP:-9} ;;
esac

crash_seed
is "$(wc -l <want)" 11 'the undisturbed run makes what the matrix says'

# The system calls of an undisturbed run, and how often each is made.
cp -r seed traced
strace -qq -o trace "$BIN/ringo-push" -C traced <planned >/dev/null
sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' trace | grep -v '^exit' | sort |
	uniq -c >calls

# again K: the same input as before the kill, by turns from match or from push.
again() {
	if [ $(($1 % 2)) -eq 0 ]; then
		"$BIN/ringo-push" -C run <planned
	else
		"$BIN/ringo-match" -C run <in | "$BIN/ringo-push" -C run
	fi
}

points=0 killed=0 n=0
: >wrong
while read -r count call; do
	k=1
	while [ "$k" -le "$count" ]; do
		n=$((n + 1))
		if [ $((n % step)) -eq 0 ]; then
			points=$((points + 1))
			rm -rf run && cp -r seed run
			# Killed by 9 is 137.
			strace -qq -o /dev/null -e "trace=$call" \
				-e "inject=$call:signal=KILL:when=$k" \
				"$BIN/ringo-push" -C run <planned \
				>/dev/null 2>&1
			[ $? -eq 137 ] && killed=$((killed + 1))
			again "$k" >out 2>err
			rc=$?
			crm_state run >got
			if [ $rc -ne 0 ] || ! cmp -s want got; then
				echo "$call $k: rerun ended $rc" >>wrong
				diff want got >>wrong
				cat err >>wrong
			fi
		fi
		k=$((k + 1))
	done
done <calls

note "$points points of $n, killed at $killed"
[ -s wrong ] && note <wrong
ok 'killed anywhere and fed again: the CRM of an undisturbed run' \
	test ! -s wrong
ok 'nearly all of the points were reached' \
	test "$killed" -ge $((points * 9 / 10))
done_testing
