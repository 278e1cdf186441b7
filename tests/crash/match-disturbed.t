#!/bin/sh
# SPDX-License-Identifier: MIT
# ringo-match killed at each of its system calls, and met by an error of the
# disk: the CRM stays as it was, no plan is wrong, nothing is left out without
# a message, and the next run isn't disturbed.
. "${0%/*}/../lib.sh"
. "$TOP/tests/crash/crm.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW

crash_seed
crm_state seed >before
: >wrong

# match_at WHERE: it is disturbed there, by crash_at ARGUMENT...
match_at() {
	crash_at "$@" "$BIN/ringo-match" -C run <in >out 2>said
	rc=$?
	case $rc in
	0)
		content=$((content + 1))
		[ "$(wc -l <out)" -eq "$(wc -l <in)" ] ||
			echo "$*: ended 0, lines are missing" >>wrong
		;;
	74 | 78) [ -s said ] || echo "$*: ended $rc, mute" >>wrong ;;
	137) killed=$((killed + 1)) ;;
	*) echo "$*: ended $rc: $(cat said)" >>wrong ;;
	esac
	# What is planned is planned right; what can't be says so.
	head -n "$(wc -l <out)" out | grep -v '"hold":"' |
		grep -vxFf planned >strange
	[ -s strange ] && {
		echo "$*: ended $rc with other plans"
		cat strange
	} >>wrong
	crm_state run >got
	cmp -s before got || echo "$*: the CRM has changed" >>wrong
	# A CRM that was found down is tried again after an hour.
	grep -q '"hold":"' out &&
		RINGO_NOW=2026-11-21T13:00:00+02:00 "$BIN/ringo-match" \
			-C run <in >again 2>said
	"$BIN/ringo-match" -C run <in >out 2>said
	rc=$?
	cmp -s planned out && [ $rc -eq 0 ] ||
		echo "$*: the next run ended $rc: $(cat said)" >>wrong
}

crash_step 21
crash_trace ringo-match in
killed=0 content=0
crash_sweep KILL match_at
crash_report 'killed anywhere: the next run is undisturbed'
ok 'nearly all of the points were reached' \
	test "$killed" -ge $((points * 9 / 10))

for error in EIO ENOSPC; do
	content=0
	crash_sweep $error match_at
	crash_report "$error anywhere: told, and nothing is changed"
done

content=0
crash_sweep EINTR match_at
crash_report 'EINTR anywhere: no plan is wrong'
is "$content" "$points" 'EINTR anywhere: no failure'

crash_plain 2
rm -rf run && cp -r seed run
env LD_PRELOAD="$TESTS/short.so" "$BIN/ringo-match" -C run <in >out
is $? 0 'every write is cut short: no failure'
same out planned 'every write is cut short: the same plans'
done_testing
