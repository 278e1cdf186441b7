#!/bin/sh
# SPDX-License-Identifier: MIT
# Missed calls that replay brings late: one task a client, which names the
# others; theirs are skipped, and nothing else of them is.
. "${0%/*}/../lib.sh"

at() {
	RINGO_NOW=2026-11-21T$1:00+02:00
	export RINGO_NOW
}
# call ID PHONE TIME [OUTCOME]: a missed call, or another.
call() {
	printf '{"id":"a_%s.1","event":"%s","at":"%s",%s"%s",%s"%s"}}\n' \
		"$1" call.ended "2026-11-21T$3:00+02:00" \
		'"direction":"in","outcome":' "${4:-missed}" \
		'"client":{"phone":' "$2"
}
project() {
	rm -rf p
	shop p
	chmod 700 p
	cat >p/matrix
}
down() { RINGO_FAULT='down@*' "$FAULTS/ringo-push" -C p >out 2>said; }
replay() {
	"$BIN/ringo-replay" -C p 2>said | "$BIN/ringo-match" -C p |
		"$BIN/ringo-push" -C p >out 2>said
}
crm() { sqlite3 p/crm.db "$1"; }
state() { jq -r '"\(.id) \(.result.state) \(.result.reason // "-")"' out; }

project <<'END'
when in client=new
	create lead to senior
	task callback to senior on lead
	call
when in
	task callback to responsible
	call
END
at 10:01
{
	call 1 +380501111111 10:00
	call 2 +380501111111 10:05
	call 3 +380502222222 10:06
	call 4 +380501111111 11:30
} >calls
down <calls
at 12:00
sqlite3 p/journal.db 'DELETE FROM account'
replay
is "$(state)" "a_1.1 done -
a_3.1 done -
a_2.1 done -
a_4.1 done -" 'all are carried out: each has its call record'
is "$(crm 'SELECT count(*) FROM call')" 4 '... every one of them'
is "$(crm 'SELECT count(*) FROM task')" 2 'but each client has one task'
like "$(crm "SELECT text FROM task WHERE title LIKE '%1111111%'")" \
	'*Також пропущено: 2026-11-21 10:05, 2026-11-21 11:30' \
	'which names the other calls'
is "$(jq -r 'select(.id == "a_2.1").result.actions[] |
	select(.do == "task") | .state + " " + .error' out)" \
	'skipped in 1.1/task.callback' 'the others say where they are'
is "$(crm "SELECT text LIKE '%пропущено:%' FROM task
	WHERE title LIKE '%2222222%'")" 0 'one alone names none'

# Nothing but the task: then the record itself is skipped.
project <<'END'
when in
	task callback to senior
END
at 10:01
down <calls
at 12:00
sqlite3 p/journal.db 'DELETE FROM account'
replay
is "$(state | sort)" 'a_1.1 done -
a_2.1 skipped in 1.1/task.callback
a_3.1 done -
a_4.1 skipped in 1.1/task.callback' 'nothing else to do: skipped'
replay
is "$(crm 'SELECT count(*) FROM task')" 2 'and so it stays'

# The first one's task can't be made: the others keep theirs.
project <<'END'
when in
	task callback to senior
END
at 10:01
down <calls
at 12:00
sqlite3 p/journal.db 'DELETE FROM account'
sqlite3 p/crm.db "CREATE TRIGGER t BEFORE INSERT ON task
	WHEN new.key = '1.1/task.callback'
	BEGIN SELECT raise(ABORT, 'no'); END"
replay
is "$(state | sort | cut -d ' ' -f 1,2)" 'a_1.1 dead
a_2.1 done
a_3.1 done
a_4.1 skipped' 'the task that names them is dead: the next one does it'

# One that was named turns out to have been answered.
project <<'END'
when in missed
	task callback to senior
when in answered
	task check to senior
END
at 10:01
{
	call 1 +380501111111 10:00
	call 2 +380501111111 10:05
} >calls
down <calls
at 12:00
sqlite3 p/journal.db 'DELETE FROM account'
"$BIN/ringo-replay" -C p 2>said | head -n 1 | "$BIN/ringo-push" -C p >out
call 2 +380501111111 10:05 answered | "$BIN/ringo-push" -C p >out
is "$(state)" 'a_2.1 done -' \
	'a call that was named, and was answered after all: its task is made'

# Calls that aren't missed, or aren't late, or weren't brought by replay.
project <<'END'
when in
	task callback to senior
END
at 10:01
{
	call 1 +380501111111 10:00
	call 2 +380501111111 10:05 answered
	call 3 +380501111111 11:55
} >calls
down <calls
at 12:00
sqlite3 p/journal.db 'DELETE FROM account'
replay
is "$(crm 'SELECT count(*) FROM task')" 3 \
	'an answered call and one of a moment ago have their tasks'
project <<'END'
when in
	task callback to senior
END
{
	call 1 +380501111111 10:00
	call 2 +380501111111 10:05
} | "$BIN/ringo-push" -C p >out
is "$(crm 'SELECT count(*) FROM task')" 2 \
	'an export that is fed: each call has its task'
done_testing
