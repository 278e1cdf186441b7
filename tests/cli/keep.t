#!/bin/sh
# SPDX-License-Identifier: MIT
# Retention: what is finished and older than `keep` leaves the journal, what
# is open stays; a call of forgotten times isn't new; intake wants free disk.
. "${0%/*}/../lib.sh"

shop p
chmod 700 p
printf 'when in\n\tcreate contact to senior\n\ttask callback to senior\n' \
	>p/matrix

# call N DAY: a missed call of a client of its own.
call() {
	printf '{"id":"a_%s.1","event":"call.ended","at":"%s",%s"%s"}}\n' "$1" \
		"2026-11-$2T10:00:00+02:00" '"direction":"in",
		"outcome":"missed","client":{"phone":' \
		"+38050111$(printf %04d "$1")" | tr -d '\n\t'
	echo
}
at() {
	RINGO_NOW=2026-11-$1T12:00:00+02:00
	export RINGO_NOW
}
push() { "$BIN/ringo-push" -C p "$@" >out 2>said; }
journal() { sqlite3 p/journal.db "$1"; }
tasks() { sqlite3 p/crm.db 'SELECT count(*) FROM task'; }

at 01
{
	call 1 01
	call 2 01
} | push
call 3 01 | RINGO_FAULT='down@*' "$FAULTS/ringo-push" -C p >out 2>said
at 03
call 4 03 | push
is "$(journal 'SELECT count(*) FROM record')" 4 'four calls'

at 14
push </dev/null
is "$(journal 'SELECT count(*) FROM record')" 4 'thirteen days: all there'
at 16
mkfifo feed result
"$BIN/ringo-push" -C p <feed >result 2>served &
service=$!
exec 8>feed 7<result
call 4 03 >&8
read -r _ <&7 # it is up
push </dev/null
is "$(journal 'SELECT group_concat(key) FROM record')" \
	3.1/call.ended,4.1/call.ended \
	'fifteen days: the finished ones are gone, the open one stays'
is "$(journal "SELECT group_concat(key) FROM action
	WHERE key NOT LIKE 'client/%'")" 4.1/task.callback \
	'their actions are gone'
is "$(journal 'SELECT count(*) FROM call')" 1 '... and what they had frozen'
is "$(tasks)" 3 'the CRM keeps what it has'
call 2 01 >&8
exec 8>&-
cat <&7 >out
wait $service
is "$? $(wc -l <out)" '65 0' \
	'a process that another one forgets behind: rejects what is forgotten'
exec 7<&-

call 1 01 | push
is "$? $(wc -l <out)" '65 0' 'a forgotten call comes again: rejected'
like "$(jq -r .reason p/rejects.ndjson)" '*--adopt*' '... and told what to do'
is "$(tasks)" 3 '... and not carried out a second time'
call 5 02 | push
is "$?" 0 'a call of a day of which nothing is forgotten is new'
call 1 01 | push --adopt
is "$? $(jq -r .result.state out) $(tasks)" '0 done 4' \
	'--adopt: found in the CRM, nothing twice'

# The journal was lost: every action is looked for first.
rm p/journal.db*
{
	call 1 01
	call 4 03
	call 6 16
} | push --adopt
is "$? $(tasks)" '0 5' \
	'--adopt without a journal: what is there is found, what is new is made'
is "$(sqlite3 p/crm.db 'SELECT count(*), count(DISTINCT key) FROM contact')" \
	'5|5' '... contacts, too'

# A call dated ten years ahead, by a clock that was wrong.
rm p/journal.db*
at 01
call 8 01 | sed 's/2026/2036/' | push
at 20
push </dev/null
call 9 20 | push
is "$? $(jq -r .result.state out)" '0 done' \
	'a call dated ahead has grown old: the calls of today are not forgotten'

# Many go in batches; an open one among them stays.
rm p/journal.db*
at 01
i=10
while [ $i -lt 1250 ]; do
	call $i 01
	i=$((i + 1))
done | push
journal "UPDATE record SET state = 'held', plan = NULL
	WHERE key = '500.1/call.ended'"
at 20
push </dev/null
is "$(journal 'SELECT min(key), count(*) FROM record')" '500.1/call.ended|1' \
	'1,240 in one go, all but the open one'
is "$(journal 'PRAGMA integrity_check')" ok 'the journal is sound'
"$BIN/ringo-replay" -C p >out 2>said
is "$? $(grep -c '1 open record older' said)" '75 1' 'replay reports it'

echo 'keep 3d' >>p/ringo.conf
exits 78 'keep must exceed the window of replay' "$BIN/ringo-push" -C p \
	</dev/null
sed -i '$d' p/ringo.conf
echo 'min-free 900000G' >>p/ringo.conf
call 7 20 | push
is "$? $(wc -l <out)" '75 0' 'a disk that is nearly full: nothing is read'
ok '... and said' grep -q 'min-free' said
is "$(journal "SELECT count(*) FROM record WHERE key LIKE '7.1/%'")" 0 \
	'... nor stored'
done_testing
