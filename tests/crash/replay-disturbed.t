#!/bin/sh
# SPDX-License-Identifier: MIT
# ringo-replay killed at each of its system calls, and met by an error of the
# disk: what it didn't emit, or what nobody took, comes out later, once.
. "${0%/*}/../lib.sh"
. "$TOP/tests/crash/crm.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW

# A project in which all records are held since two hours.
crash_seed
sed 's/}$/,"hold":"later"}/' in | RINGO_NOW=2026-11-21T10:00:00+02:00 \
	"$BIN/ringo-push" -C seed >out 2>said
: >nothing
: >wrong

# replay_at WHERE: it is disturbed there, by crash_at ARGUMENT...
replay_at() {
	crash_at "$@" "$BIN/ringo-replay" -C run <nothing >out 2>said
	rc=$?
	case $rc in
	0) content=$((content + 1)) ;;
	74 | 75 | 78) [ -s said ] || echo "$*: ended $rc, mute" >>wrong ;;
	137) killed=$((killed + 1)) ;;
	*) echo "$*: ended $rc: $(cat said)" >>wrong ;;
	esac
	# What came out whole is carried out; a cut line can't be.
	head -n "$(wc -l <out)" out | "$BIN/ringo-push" -C run >done 2>said
	for minute in 10 20; do
		RINGO_NOW=2026-11-21T12:$minute:00+02:00 \
			"$BIN/ringo-replay" -C run 2>>said |
			"$BIN/ringo-push" -C run >>done 2>>said
	done
	crm_state run >got
	cmp -s want got || {
		echo "$*: ended $rc, another CRM"
		diff want got
		cat said
	} >>wrong
	[ "$(grep -c '"result":{"state":"done"' done)" -eq 4 ] ||
		echo "$*: not each was done once" >>wrong
}

crash_step 16
crash_trace ringo-replay nothing
killed=0 content=0
crash_sweep KILL replay_at
crash_report 'killed anywhere: everything comes out later, once'
ok 'nearly all of the points were reached' \
	test "$killed" -ge $((points * 9 / 10))

for error in EIO ENOSPC; do
	crash_sweep $error replay_at
	crash_report "$error anywhere: told, and everything comes out, once"
done

content=0
crash_sweep EINTR replay_at
crash_report 'EINTR anywhere: everything comes out, once'
is "$content" "$points" 'EINTR anywhere: no failure'
done_testing
