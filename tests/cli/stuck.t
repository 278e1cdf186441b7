#!/bin/sh
# SPDX-License-Identifier: MIT
# ringo-match behind a reader that doesn't read: it keeps nobody from resetting
# the journal's -wal, which would grow for as long.
. "${0%/*}/../lib.sh"
. "$TOP/tests/calls.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW
shop p
chmod 700 p

# A batch of more than a pipe takes.
long=$(printf '%02000d' 0)
missed_calls 0 200 | sed "s/\$/ /; s/} \$/,\"long\":\"$long\"}/" >in
mkfifo pipe
"$BIN/ringo-match" -C p <in >pipe &
exec 3<pipe
read -r first <&3
like "$first" '*"plan":*' 'the first plan is there'
is "$(sqlite3 p/journal.db 'PRAGMA wal_checkpoint(TRUNCATE)')" '0|0|0' \
	'while the others wait for the reader the -wal is emptied'
cat <&3 >rest
is "$(wc -l <rest)" 199 '... who then gets them'
wait $!
is $? 0 '... and all is well'
done_testing
