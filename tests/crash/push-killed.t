#!/bin/sh
# SPDX-License-Identifier: MIT
# ringo-push killed at every system call it makes: after feeding the same input
# again the CRM is the one of an undisturbed run, nothing lost, nothing twice.
. "${0%/*}/../lib.sh"
. "$TOP/tests/crash/crm.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW

crash_seed
is "$(wc -l <want)" 11 'the undisturbed run makes what the matrix says'

# again K: the same input as before the kill, by turns from match or from push.
again() {
	if [ $(($1 % 2)) -eq 0 ]; then
		"$BIN/ringo-push" -C run <planned
	else
		"$BIN/ringo-match" -C run <in | "$BIN/ringo-push" -C run
	fi
}

# kill_at WHERE: it is killed there, by crash_at ARGUMENT...
kill_at() {
	crash_at "$@" "$BIN/ringo-push" -C run <planned >out 2>said
	[ $? -eq 137 ] && killed=$((killed + 1)) # by 9
	crash_lies run out >lies
	again "$3" >out 2>said
	rc=$?
	crm_state run >got
	[ $rc -eq 0 ] && [ ! -s lies ] && cmp -s want got && return
	{
		echo "$*: rerun ended $rc"
		diff want got
		cat said lies
	} >>wrong
}

killed=0
: >wrong
crash_step 9
crash_trace ringo-push planned
crash_sweep KILL kill_at
crash_report 'killed anywhere and fed again: the CRM of an undisturbed run'
ok 'nearly all of the points were reached' \
	test "$killed" -ge $((points * 9 / 10))
done_testing
