#!/bin/sh
# SPDX-License-Identifier: MIT
# A call that comes again with a late recording or another status, after it was
# carried out: what changed becomes a record call.amended, which updates what
# the call has and never creates.
. "${0%/*}/../lib.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW

# project: a new one, its matrix on standard input.
project() {
	rm -rf p
	shop p
	chmod 700 p
	cat >p/matrix
}
# call MORE: an answered call of ten o'clock.
call() {
	printf '{"id":"a_1.1","event":"call.ended","at":"%s",%s%s%s}\n' \
		2026-11-21T10:00:00+02:00 '"direction":"in",' \
		'"outcome":"answered","client":{"phone":"+380501111111"}' "$1"
}
push() { "$BIN/ringo-push" -C p 2>said >out; }
replay() { "$BIN/ringo-replay" -C p | "$BIN/ringo-match" -C p | push; }
crm() { sqlite3 p/crm.db "$1"; }
state() { jq -r .result.state out; }

project <<'END'
text talked "Talked\nrecording: {recording}\nstatus: {status}"
when call.amended
	update call
	update task talked
when in answered
	create lead to senior
	task talked done to senior on lead
	call on lead
END
call ',"seconds":{"total":23,"talk":11}' | push
is "$? $(state)" '0 done' 'the call is carried out'
call ',"seconds":{ "talk":11, "total":23}' | push
is "$? $(state) $(jq -r .result.amended out)" '0 duplicate null' \
	'other blanks and another order of keys change nothing'
call '' | push
is "$? $(jq -r .result.amended out)" '0 null' 'what it lacks is no change'
call ',"extra":{"x":1},"seconds":{"total":23,"talk":11}' | push
is "$? $(jq -r .result.amended out)" '0 null' 'other members are no change'

late=',"seconds":{"total":23,"talk":11},"recording":"https://r.example/1"'
call "$late" | push
is "$? $(state)" '75 duplicate' 'a late recording: duplicate, something is open'
key=$(jq -r .result.amended out)
like "$key" '1.1/call.amended/????????????????' '... it is kept under this key'
is "$(jq -r .event out)" call.ended '... the line is printed as it was read'
call "$late" | push
is "$? $(state) $(jq -r .result.amended out)" "0 duplicate $key" \
	'fed again: kept already'
is "$(crm 'SELECT count(*) FROM call WHERE recording IS NULL')" 1 \
	'nothing is done before replay brings it'
replay
is "$? $(state) $(jq -r .event out)" '0 done call.amended' 'replay brings it'
is "$(crm 'SELECT recording FROM call')" https://r.example/1 \
	'the call record has its recording'
like "$(crm 'SELECT text FROM task')" '*https://r.example/1*' \
	'the task names it'

# A second change is a record of its own; the first body doesn't undo it.
call "$late"',"status":"REPEATED"' | push
is "$?" 75 'a second change: kept as well'
ok '... under another key' test "$(jq -r .result.amended out)" != "$key"
replay
is "$? $(state)" '0 done' '... and carried out'
is "$(crm 'SELECT status, recording FROM call')" \
	'REPEATED|https://r.example/1' 'both changes are there'
call "$late" | push
is "$? $(jq -r .result.amended out)" "0 $key" \
	'an older body that comes once more changes nothing'
is "$(crm 'SELECT (SELECT count(*) FROM lead), (SELECT count(*) FROM task),
	(SELECT count(*) FROM call)')" '1|1|1' 'nothing was made twice'

# While the call itself is still open: first it, then what changed in it.
project <<'END'
when call.amended
	update call
when in
	create lead to senior
	call on lead
END
call '' | RINGO_FAULT='auth@3+' "$FAULTS/ringo-push" -C p \
	>out 2>said
is "$(state)" held 'the call is held after its first action'
call "$late" | push
RINGO_NOW=2026-11-21T12:30:00+02:00
replay
replay
is "$(crm 'SELECT recording FROM call')" https://r.example/1 \
	'a change that came meanwhile follows it'
RINGO_NOW=2026-11-21T12:00:00+02:00

# Nothing had started: the newer body simply takes its place.
project <<'END'
when in
	call
END
call '' | RINGO_FAULT='down@*' "$FAULTS/ringo-push" -C p >out 2>said
call "$late" | push
is "$? $(state) $(jq -r .result.amended out)" '0 done null' \
	'nothing had started: carried out with the newer body'
is "$(crm 'SELECT recording FROM call')" https://r.example/1 \
	'... in one piece'

# It comes to one process while another is about to begin, for the CRM's limit
# keeps the look-up waiting.
project <<'END'
when call.amended
	update call
when in
	call
END
push </dev/null
# journal_says SQL: waits until it returns something, ten seconds at most.
journal_says() {
	tries=0
	while [ -z "$(sqlite3 p/journal.db "$1")" ] && [ $tries -lt 1000 ]; do
		tries=$((tries + 1))
	done
}
call '' | RINGO_FAULT='throttle=1500@1' "$FAULTS/ringo-push" -C p \
	>first 2>said &
journal_says 'SELECT 1 FROM record'
call "$late" >second
"$BIN/ringo-push" -C p <second >out 2>said &
journal_says "SELECT 1 FROM record WHERE body LIKE '%recording%'"
kill -TERM $!
wait
replay
is "$(crm 'SELECT recording FROM call')" https://r.example/1 \
	'a newer body that comes while another process begins is not lost'
is "$(crm 'SELECT count(*) FROM call')" 1 '... nor carried out twice'

# What was replaced doesn't come back, though replay had it in a pipe.
project <<'END'
when in
	call
END
call '' | RINGO_FAULT='down@*' "$FAULTS/ringo-push" -C p >out 2>said
RINGO_NOW=2026-11-21T12:05:00+02:00
"$BIN/ringo-replay" -C p >piped
call "$late" | RINGO_FAULT='down@*' "$FAULTS/ringo-push" -C p >out 2>said
push <piped
is "$(crm 'SELECT recording FROM call')" https://r.example/1 \
	'a body that was replaced while it was in a pipe: the newer counts'
RINGO_NOW=2026-11-21T12:00:00+02:00

# Nothing had started: the newer body simply takes its place.
project <<'END'
when in
	call
END
call '' | RINGO_FAULT='down@*' "$FAULTS/ringo-push" -C p >out 2>said
call "$late" | push

# Lines without an event take an amended record, too, but make nothing of it.
call "$late"',"status":"BUSY"' | push
replay
is "$? $(jq -r '.result.state + ": " + .result.reason' out)" \
	'0 skipped: matrix line 1: nothing to do' \
	'a line that creates does nothing for an amended record'
is "$(crm 'SELECT count(*) FROM call')" 1 '... really nothing'
project <<'END'
when call.amended
	update call
	task check to senior
	note check on lead
END
exits 78 'a matrix that creates what is amended is refused' \
	"$BIN/ringo-match" -C p </dev/null
is "$(grep -c 'matrix:[34]: what is amended has been made already' .said)" 2 \
	'... each such line is named'
done_testing
