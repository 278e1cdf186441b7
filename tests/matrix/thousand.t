#!/bin/sh
# SPDX-License-Identifier: MIT
# A thousand calls of fifty new clients: a contact and a lead for each client
# and every call's task, however far ringo-match is ahead, however often the
# input comes, and however many push at the same time.
TMPDIR=$("${0%/*}/place")
. "${0%/*}/../lib.sh"
RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW

calls() {
	"$TOP/tests/matrix/calls" 1000 50 "$1"
}

shop fresh
chmod 700 fresh
calls log | "$BIN/ringo-normalize" -C fresh >records
calls want | sort >right
is "$(grep -c contact right) $(grep -c /lead right) $(grep -c -v -e contact \
	-e /lead -e check right)" '50 50 1000' \
	'a contact and a lead for each client, a task for each call are wanted'
"$BIN/ringo-match" -C fresh <records >planned
is $? 0 'all can be planned at once'

begin() {
	rm -rf run && cp -r fresh run
}

push() {
	"$BIN/ringo-push" -C run 2>>said
}

# again NAME: what was held is fed once more, until nothing is held.
again() {
	runs=0 rc=75
	while [ $rc -eq 75 ] && [ $runs -lt 20 ]; do
		runs=$((runs + 1))
		"$BIN/ringo-match" -C run <records | push >out
		rc=$?
	done
	note "$runs more runs"
	is $rc 0 "$1: in the end nothing is held"
}

# right NAME: the CRM is as it should be.
right() {
	sqlite3 run/crm.db <"$TOP/tests/matrix/state.sql" | sort >got
	same got right "$1: 50 contacts, 50 leads, every call's tasks"
}

begin
"$BIN/ringo-match" -C run <records | push >out
is "$(wc -l <out)" 1000 'in one stream: a line in is a line out'
again 'in one stream'
right 'in one stream'

begin
push <planned >out
is "$(wc -l <out)" 1000 'match far ahead: a line in is a line out'
again 'match far ahead'
right 'match far ahead'

begin
cat records records | "$BIN/ringo-match" -C run | push >out
is "$(wc -l <out)" 2000 'fed twice: a line in is a line out'
again 'fed twice'
right 'fed twice'

begin
push <planned >out.1 &
push <planned >out.2
wait $!
is "$(cat out.1 out.2 | wc -l)" 2000 'two at once: a line in is a line out'
again 'two at once'
right 'two at once'
done_testing
