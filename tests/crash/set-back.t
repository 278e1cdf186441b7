#!/bin/sh
# SPDX-License-Identifier: MIT
# The clock is set back by a day while ringo-push waits to look up what came of
# a request: it doesn't wait for a day, nor does its client.
. "${0%/*}/../lib.sh"

shop p
chmod 700 p
echo 'settle 2s' >>p/ringo.conf
call() {
	printf '{"id":"a_%s.1","event":"call.ended","at":"%s",%s%s}\n' "$1" \
		"$(date -u +%Y-%m-%dT%H:%M:%SZ)" '"direction":"in",' \
		'"outcome":"missed","client":{"phone":"+380501111111"}'
}

mkfifo in
RINGO_FAULT='html@2' STEP=$PWD/step LD_PRELOAD=$TESTS/step.so \
	ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" \
	"$FAULTS/ringo-push" -C p <in >out 2>said &
exec 5>in
call 1 >&5
state() {
	sqlite3 -cmd '.timeout 5000' p/journal.db \
		"SELECT coalesce((SELECT state FROM action WHERE
		key LIKE 'client/%'), '')"
}
tries=0
while [ "$(state)" != sent ] && [ $tries -lt 100 ]; do
	tries=$((tries + 1))
	sleep 0.05
done
is "$(state)" sent 'sent, and nobody knows what came of it'
: >step
call 2 >&5
tries=0
while [ "$(wc -l <out)" -lt 2 ] && [ $tries -lt 100 ]; do
	tries=$((tries + 1))
	sleep 0.05
done
is "$(jq -r .result.state out | tr '\n' ' ')" 'done done ' \
	'the clock is set back by a day: found and finished all the same'
exec 5>&-
wait
done_testing
