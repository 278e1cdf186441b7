#!/bin/sh
# SPDX-License-Identifier: MIT
# Eight processes push into one journal and one CRM at the same time: nobody is
# told that it is busy, every call is carried out once.
. "${0%/*}/../lib.sh"
. "$TOP/tests/calls.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW

shop project
printf 'when in\n\tcreate lead to senior\n' >project/matrix
"$BIN/ringo-match" -C project </dev/null
for part in 1 2 3 4 5 6 7 8; do
	missed_calls $((part * 1000)) 200 >"in.$part"
	"$BIN/ringo-push" -C project <"in.$part" >"out.$part" 2>"err.$part" &
done
wait

# Two clients may share a lock: who waited too long for the other is held.
is "$(grep -hv 'held; ringo-replay brings' err.*)" '' 'nobody has to complain'
is "$(cat out.* | wc -l)" 1600 'a line in is a line out'
for second in 10 20 30; do
	RINGO_NOW=2026-11-21T12:00:$second+02:00
	"$BIN/ringo-replay" -C project 2>said | "$BIN/ringo-push" -C project \
		>out 2>said
done
is "$(sqlite3 project/crm.db '
	SELECT count(*), count(DISTINCT key) FROM lead')" '1600|1600' \
	'every call is carried out, once'
is "$(sqlite3 project/journal.db "SELECT count(*) FROM record
	WHERE state <> 'done'")" 0 '... and the journal knows it'
done_testing
