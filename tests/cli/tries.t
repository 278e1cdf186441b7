#!/bin/sh
# SPDX-License-Identifier: MIT
# An action that fails again and again: longer and longer waits, and after
# twelve tries that were its own fault the end. While nothing else succeeds
# either, no try counts.
. "${0%/*}/../lib.sh"

call() {
	printf '{"id":"a_%s.1","event":"call.ended","at":"%s",%s,%s"%s"}}\n' \
		"$1" 2026-11-21T10:00:00+02:00 '"direction":"in"' \
		'"outcome":"missed","client":{"phone":' \
		"+38050111$(printf %04d "$1")"
}
project() {
	rm -rf p
	shop p
	chmod 700 p
	printf 'when in\n\tcreate lead to senior\n' >p/matrix
}
# at HOUR: so many hours after midnight of that day.
at() {
	RINGO_NOW=2026-11-$((21 + $1 / 24))T$(printf %02d $(($1 % 24))):00:00Z
	export RINGO_NOW
}
journal() { sqlite3 p/journal.db "$1"; }
field() { journal "SELECT $2 FROM action WHERE key = '$1.1/lead'"; }
# bad: the call's request gets no answer, its find does.
bad() {
	RINGO_FAULT='drop-before@2,drop-before@4' "$FAULTS/ringo-push" -C p \
		>out 2>said
}

project
at 12
call 1 | bad
is "$(jq -r .result.state out) $(field 1 tries)" 'held 2' \
	'no answer, twice: held'
hour=14 waits=
while [ $hour -le 32 ]; do
	at $hour
	call $hour | "$BIN/ringo-push" -C p >out 2>said # others succeed
	"$BIN/ringo-replay" -C p 2>said | bad
	waits="$waits $(journal "SELECT max(1, round((due -
		$(date -d "$RINGO_NOW" +%s)000) / 60000.0)) FROM action
		WHERE key = '1.1/lead' AND due NOT NULL")"
	hour=$((hour + 2))
done
is "$(field 1 tries) $(field 1 state)" '12 sent' \
	'twelve tries, two hours apart'
set -- $waits
ok 'the waits grow' test "${2%.*}" -gt "${1%.*}" -a "${4%.*}" -gt "${2%.*}" \
	-a "${6%.*}" -gt "${4%.*}"
ok '... to about an hour' test "${10%.*}" -ge 48 -a "${10%.*}" -le 72
at 34
call 34 | "$BIN/ringo-push" -C p >out 2>said
"$BIN/ringo-replay" -C p 2>said | "$BIN/ringo-push" -C p >out 2>said
is "$? $(jq -r .result.state out) $(field 1 state)" '65 dead dead' \
	'then it is dead'
like "$(field 1 error)" 'given up after 12 tries*' '... and says so'
call 36 | "$BIN/ringo-push" -C p >out
is "$(jq -r .result.state out)" done '... others go on'

project
at 12
call 1 | bad
hour=14
while [ $hour -le 40 ]; do
	at $hour
	"$BIN/ringo-replay" -C p 2>said | bad
	hour=$((hour + 2))
done
ok 'nothing else succeeds: no try counts' test "$(field 1 tries)" -le 3
at 42
"$BIN/ringo-replay" -C p 2>said | "$BIN/ringo-push" -C p >out 2>said
is "$? $(jq -r .result.state out)" '0 done' '... and it is done in the end'
done_testing
