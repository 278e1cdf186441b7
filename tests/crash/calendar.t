#!/bin/sh
# SPDX-License-Identifier: MIT
# Days that are no 24 hours, a leap day, the end of a year, and a project that
# moves to another zone: what is in the window comes out, deadlines are so many
# hours away, texts have the time that the call had, calls keep their order.
. "${0%/*}/../lib.sh"

at() {
	RINGO_NOW=$1
	export RINGO_NOW
}
fresh() {
	rm -rf p && shop p && chmod 700 p
}
crm() { sqlite3 p/crm.db "$1"; }

# missed N AT: a call of client N, one minute long.
missed() {
	printf '{"id":"a_%d.%d","event":"call.ended","at":"%s",%s,%s}\n' \
		"$(date -d "$2" +%s)" "$1" "$2" \
		'"direction":"in","outcome":"missed","seconds":{"total":60}' \
		"$(printf '"client":{"phone":"+38067555%04d"}' "$1")"
}

# held NOW AT...: calls of a client each, open in the journal at NOW.
held() {
	fresh
	at "$1"
	shift
	n=0
	for call; do
		n=$((n + 1))
		missed $n "$call"
	done | RINGO_FAULT='auth@*' "$FAULTS/ringo-push" -C p >out 2>said
	sqlite3 p/journal.db 'DELETE FROM account; UPDATE record SET due = 0'
}

# comes_out NAME IN OLDER: of two calls the first comes out, the other doesn't.
comes_out() {
	"$BIN/ringo-replay" -C p >out 2>said
	is "$? $(jq -r .at out | tr '\n' ' ')" "75 $2 " "$1: the window"
	like "$(cat said)" '*1 open record older than the window*' \
		"... and the other is reported"
}

held 2026-10-26T12:00:00+02:00 2026-10-24T00:00:00+03:00 \
	2026-10-23T23:59:59+03:00
comes_out 'an hour came twice' 2026-10-24T00:00:00+03:00
held 2026-03-31T00:30:00+03:00 2026-03-29T00:00:00+02:00 \
	2026-03-28T23:59:59+02:00
comes_out 'an hour was lost' 2026-03-29T00:00:00+02:00
held 2028-03-02T09:00:00+02:00 2028-02-29T00:00:00+02:00 \
	2028-02-28T23:59:59+02:00
comes_out 'a leap day' 2028-02-29T00:00:00+02:00
held 2027-01-01T00:00:01+02:00 2026-12-30T00:00:00+02:00 \
	2026-12-29T23:59:59+02:00
comes_out 'the first second of a year' 2026-12-30T00:00:00+02:00

# due NOW AT WANT NAME: the deadline of a callback, an hour after the call.
due() {
	fresh
	at "$1"
	missed 1 "$2" | "$BIN/ringo-push" -C p >out
	is "$(crm 'SELECT due FROM task')" "$3" "$4"
	like "$(crm 'SELECT text FROM task')" "missed $2 *" \
		'... and the text has the time of the call'
}

due 2026-10-25T03:00:00+03:00 2026-10-25T03:30:00+03:00 \
	2026-10-25T03:31:00+02:00 'due in the hour that comes again'
due 2026-10-25T03:00:00+03:00 2026-10-25T03:30:00+02:00 \
	2026-10-25T04:31:00+02:00 'due an hour after it'
due 2026-03-29T02:00:00+02:00 2026-03-29T02:30:00+02:00 \
	2026-03-29T04:31:00+03:00 'due behind the hour that is lost'
due 2028-02-28T23:00:00+02:00 2028-02-28T23:30:00+02:00 \
	2028-02-29T00:31:00+02:00 'due on a leap day'
due 2026-12-31T23:00:00+02:00 2026-12-31T23:30:00+02:00 \
	2027-01-01T00:31:00+02:00 'due in the next year'

# Two calls of a client in the hour that comes twice: by local time the second
# began before the first.
fresh
at 2026-10-25T12:00:00+02:00
printf 'when in answered client=new\n\tcreate lead to answerer\n' >p/matrix
for call in 03:50:00+03:00/olena 03:10:00+02:00/ivan; do
	by="\"answered_by\":{\"sip\":\"demoshopua_${call#*/}\"}"
	missed 1 "2026-10-25T${call%/*}" |
		sed "s/\"missed\"/\"answered\",$by/"
done >two
"$BIN/ringo-match" -C p <two | "$BIN/ringo-push" -C p >out
is "$(crm 'SELECT owner, at FROM lead')" '7|2026-10-25T03:50:00+03:00' \
	'the hour that comes twice: the first call makes the lead'

# The project moves: what was held before comes out by the new zone's window,
# and a deadline is the same moment.
held 2026-11-21T01:00:00+02:00 2026-11-19T00:00:00+02:00 \
	2026-11-20T12:00:00+02:00
sed -i 's,^timezone .*,timezone America/New_York,' p/ringo.conf
"$BIN/ringo-replay" -C p >emitted 2>said
is "$? $(wc -l <emitted)" '0 2' 'west: still the day before, both come out'
"$BIN/ringo-match" -C p <emitted | "$BIN/ringo-push" -C p >out
is "$(crm 'SELECT DISTINCT due FROM task')" 2026-11-20T19:00:00-05:00 \
	'... and are due in an hour, by the new zone'
held 2026-11-21T23:00:00+02:00 2026-11-20T12:00:00+02:00 \
	2026-11-19T12:00:00+02:00
sed -i 's,^timezone .*,timezone Asia/Tokyo,' p/ringo.conf
comes_out 'east: it is the next day already' 2026-11-20T12:00:00+02:00
sed -i 's,^timezone .*,timezone Europe/Kyiv,' p/ringo.conf
at 2026-11-21T23:06:00+02:00
"$BIN/ringo-replay" -C p >emitted
is "$? $(wc -l <emitted)" '0 2' 'moved back: nothing is lost'
done_testing
