#!/bin/sh
# SPDX-License-Identifier: MIT
# ringo-replay: what is open and due comes out again, once, in order.
. "${0%/*}/../lib.sh"

cp -r "$TOP/share/example/shop" shop
chmod 700 shop
"$BIN/ringo-match" -C shop </dev/null
"$BIN/ringo-normalize" -C shop <"$TOP/share/samples/calls-log.json" |
	grep -v 1795016402 >records # that one is older than three days

at() {
	RINGO_NOW=2026-11-21T$1+02:00
	export RINGO_NOW
}
pipe() {
	"$BIN/ringo-match" -C shop | "$BIN/ringo-push" -C shop
}

# The CRM is away: everything is held, nothing is lost.
at 12:00:00
"$BIN/ringo-match" -C shop <records >planned
RINGO_FAULT='down@*' exits 75 'the CRM is away: 75' \
	"$FAULTS/ringo-push" -C shop <planned
is "$(sqlite3 shop/crm.db 'SELECT count(*) FROM contact')" 0 'nothing is there'
"$BIN/ringo-replay" -C shop >early 2>said
is $? 75 'too early: 75, for what is held back'
ok 'and says so' grep -q 'not due yet' said

# An hour later all of it comes, oldest first, every client in order.
at 13:00:00
"$BIN/ringo-replay" -C shop >out
is $? 0 'an hour later: all of it'
jq -r '.id' out | sort >got
sqlite3 shop/journal.db "SELECT json_extract(body, '\$.id') FROM record
	WHERE state IN ('kept', 'held', 'planned')" | sort >want
same got want 'every open record'
is "$("$BIN/ringo-replay" -C shop 2>/dev/null | wc -l)" 0 \
	'what is in a pipe is not emitted again'
at 13:06:00
is "$("$BIN/ringo-replay" -C shop 2>/dev/null | wc -l)" "$(wc -l <out)" \
	'unless nothing came of it in five minutes'
at 13:12:00
"$BIN/ringo-replay" -C shop | pipe >done
is "$(jq -r .result.state done | sort | uniq -c | tr -s ' ' | tr '\n' ';')" \
	' 24 done; 1 skipped;' 'through the pipe: all done'
is "$(sqlite3 shop/journal.db "SELECT count(*) FROM record
	WHERE state IN ('kept', 'held', 'planned')")" 0 'nothing is left open'
is "$("$BIN/ringo-replay" -C shop | wc -l)" 0 'nothing comes any more'

# A plan that has begun goes on as it is, whatever the matrix says by now.
rm -f shop/journal.db* shop/crm.db*
"$BIN/ringo-match" -C shop </dev/null
at 12:00:00
grep 1795072361 records | "$BIN/ringo-match" -C shop |
	RINGO_FAULT='throttle=90000@2' "$FAULTS/ringo-push" -C shop >first
is "$(jq -r .result.state first)" held 'stopped after its first action'
printf 'when call.ended\n\tignore\n' >shop/matrix
at 14:00:00
rm shop/limit
"$BIN/ringo-replay" -C shop >again
is "$(jq -c .plan again)" '{"started":true}' 'replay says that it has begun'
pipe <again >last
is "$(jq -r '[.result.actions[].state] | join(" ")' last)" 'done done done' \
	'and its plan is carried out to the end'

# Records older than the window are reported and left.
at 12:00:00
sqlite3 shop/journal.db "UPDATE record SET state = 'held', due = 0,
	at = at - 5 * 86400000"
"$BIN/ringo-replay" -C shop >out 2>said
is $? 75 'older than the window: 75'
is "$(wc -l <out)" 0 'and not emitted'
ok 'and counted' grep -q '1 open record older' said

# More than a batch for one client: all of it, in order.
rm -f shop/journal.db*
"$BIN/ringo-match" -C shop </dev/null
sqlite3 shop/journal.db "
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
INSERT INTO record(key, client, at, got, due, state, body)
SELECT printf('-%d.1/call.ended', 1795000000 + i), '671234567',
	1795244405000 + i, 0, 0, 'held', printf('{\"id\":\"u_-%d.1\"}',
	1795000000 + i) FROM n"
timeout 10 "$BIN/ringo-replay" -C shop >emitted
is "$? $(wc -l <emitted)" '0 1000' \
	'1000 records of one client: all, though nobody finishes any'
jq -r .id emitted >out
sort out >want
same out want 'in their order'

# As many are out as may be, and who was to finish them has gone.
sqlite3 shop/journal.db "UPDATE record SET out = NULL, client = id;
INSERT INTO record(key, client, at, got, due, state, body)
SELECT 'x' || key, id + 1000, at, 0, 0, 'held', body FROM record"
{
	code=0
	timeout 10 "$BIN/ringo-replay" -C shop 2>said || code=$?
	echo "$code" >code
} | head -n 1024 >out
is "$(wc -l <out) $(cat code)" '1024 74' \
	'nobody reads what it waits to emit: it ends'

# Two at the same moment: what one emits the other doesn't.
sqlite3 shop/journal.db "DELETE FROM record WHERE key LIKE 'x%';
	UPDATE record SET out = NULL, due = 0"
for n in 1 2; do
	"$BIN/ringo-replay" -C shop >"both.$n" 2>/dev/null &
done
wait
is "$(cat both.1 both.2 | jq -r '.id + .event' | sort | uniq -d)" '' \
	'two replays at once emit nothing twice'
done_testing
