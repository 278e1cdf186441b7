#!/bin/sh
# SPDX-License-Identifier: MIT
# A record that stays in push's hands for longer than replay hides it isn't
# emitted a second time: push hides it anew, every two minutes.
. "${0%/*}/../lib.sh"

shop p
chmod 700 p
echo 'settle 1d' >>p/ringo.conf
call() {
	printf '{"id":"a_%s.1","event":"call.ended","at":"%s",%s%s}\n' "$1" \
		"$(date -u +%Y-%m-%dT%H:%M:%SZ)" '"direction":"in",' \
		'"outcome":"missed","client":{"phone":"+38050111111'"$1"'"}'
}
field() {
	sqlite3 -cmd '.timeout 5000' p/journal.db \
		"SELECT $2 FROM record WHERE key = '$1.1/call.ended'"
}

call 1 >one
RINGO_FAULT='down@*' "$FAULTS/ringo-push" -C p <one >out 2>said
sqlite3 p/journal.db "DELETE FROM account; UPDATE record SET due = 0"
"$BIN/ringo-replay" -C p >emitted
is "$(wc -l <emitted)" 1 'replay emits it'
until=$(field 1 out)

# Its request is never answered, so it stays with push, whose clock flies.
mkfifo in
RINGO_FAULT='drop-after@2' FAST=2000 LD_PRELOAD=$TESTS/fast.so \
	ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" \
	"$FAULTS/ringo-push" -C p <in >out 2>said &
exec 5>in
cat emitted >&5
tries=0
while [ "$(field 1 out)" = "$until" ] && [ $tries -lt 50 ]; do
	tries=$((tries + 1))
	sleep 0.1
	call 2 >&5
done
ok 'push has it in hand: hidden anew' test "$(field 1 'out')" -gt "$until"
is "$(field 1 state)" planned '... and has begun it'
exec 5>&-
wait
is "$(field 1 'out IS NULL')" 1 'held: in no pipe any more'
done_testing
