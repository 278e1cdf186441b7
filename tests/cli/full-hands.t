#!/bin/sh
# SPDX-License-Identifier: MIT
# ringo-push with as much in hand as it takes, all of it in doubt: it sleeps
# until the time comes to look, and reads on then.
. "${0%/*}/../lib.sh"
. "$TOP/tests/calls.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW
shop p
chmod 700 p
printf 'when in\n\ttask callback to senior\n' >p/matrix
echo 'settle 1h' >>p/ringo.conf
"$BIN/ringo-push" -C p </dev/null

missed_calls 0 1100 >in
"$BIN/ringo-match" -C p <in >planned
mkfifo feed
RINGO_FAULT='error500-before@*' "$FAULTS/ringo-push" -C p <feed >out 2>said &
pushing=$!
exec 8>feed
cat planned >&8 &
feeding=$!
tries=0
until [ "$(sqlite3 p/journal.db "SELECT count(*) FROM action
	WHERE state = 'sent' AND due NOT NULL")" = 1024 ] ||
	[ $tries = 2000 ]; do
	tries=$((tries + 1))
done
seen=
while [ ${#seen} -lt 9 ]; do
	read -r _ _ state _ <"/proc/$pushing/stat"
	seen=$seen$state
	sqlite3 p/journal.db 'SELECT 1' >/dev/null # some milliseconds
done
ok "1,024 calls in doubt: it sleeps ($seen)" \
	test "$(printf %s "$seen" | tr -d S | wc -c)" -lt 4
kill -TERM $pushing
wait $pushing
is "$? $(jq -r .result.state out | sort | uniq -c | tr -s ' ')" \
	'75  1024 held' '... and can be stopped'
exec 8>&-
wait $feeding
done_testing
