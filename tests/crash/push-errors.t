#!/bin/sh
# SPDX-License-Identifier: MIT
# ringo-push, and at each of its system calls an error of the disk: it says so,
# claims nothing that isn't done, and after feeding the same input again the CRM
# is the one of an undisturbed run. An interrupted call is no error at all.
. "${0%/*}/../lib.sh"
. "$TOP/tests/crash/crm.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW

crash_seed
: >wrong


# push_at WHERE: it is disturbed there, by crash_at ARGUMENT...
push_at() {
	crash_at "$@" "$BIN/ringo-push" -C run <planned >out 2>said
	rc=$?
	crash_sane "$*" $rc
	if [ $rc -eq 0 ]; then
		content=$((content + 1))
		crm_state run >got
		cmp -s want got || echo "$*: false success" >>wrong
	else
		[ "$1" = EINTR ] && echo "$*: ended $rc: $(cat said)" >>wrong
		crash_mended "$*"
	fi
}

crash_step 14
crash_trace ringo-push planned
for error in EIO ENOSPC; do
	content=0
	crash_sweep $error push_at
	crash_report "$error anywhere: told, nothing lost, nothing twice"
	ok "$error: reached" test "$content" -lt "$points"
done

content=0
crash_sweep EINTR push_at
crash_report "EINTR anywhere: no failure, nothing lost, nothing twice"

crash_plain 2
rm -rf run && cp -r seed run
ok 'every write is cut short: no failure' env LD_PRELOAD="$TESTS/short.so" \
	"$BIN/ringo-push" -C run <planned
crm_state run >got
same got want 'every write is cut short: nothing lost, nothing twice'
done_testing
