#!/bin/sh
# SPDX-License-Identifier: MIT
# A journal of the schema before: it is brought up to date when it is opened,
# and what was open in it goes on.
. "${0%/*}/../lib.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW
shop p
chmod 700 p
printf 'when in\n\tcreate contact to senior\n\tcreate lead to senior\n' \
	>p/matrix

# One call is done, one has begun and its lead is in doubt, one is held.
for n in 1 2 3; do
	printf '{"id":"a_%s.1","event":"call.ended","at":"%s",%s%s"}}\n' $n \
		2026-11-21T10:00:00+02:00 '"direction":"in",' \
		'"outcome":"missed","client":{"phone":"+38050111111'$n
done >calls
head -n 1 calls | "$BIN/ringo-push" -C p >out
sed -n 2p calls | RINGO_FAULT='drop-after@3,auth@4+' "$FAULTS/ringo-push" \
	-C p >out 2>said
sed -n 3p calls | "$BIN/ringo-push" -C p >out 2>said
journal() { sqlite3 p/journal.db "$1"; }
is "$(journal 'SELECT group_concat(state) FROM record')" done,planned,held \
	'one is done, one has begun, one is held'

# Back to what the first schema was.
sqlite3 p/journal.db 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
journal "DROP INDEX record_open; DROP INDEX record_due;
ALTER TABLE record DROP COLUMN out; ALTER TABLE record DROP COLUMN was;
CREATE INDEX record_open ON record(client, id)
	WHERE state IN ('kept', 'planned', 'held');
CREATE INDEX record_due ON record(due)
	WHERE state IN ('kept', 'planned', 'held');
CREATE INDEX action_open ON action(record)
	WHERE state IN ('planned', 'sent');
DELETE FROM account;
PRAGMA user_version = 1"
cp -r p before

# Eight open it at once, and one of them is enough.
for n in 1 2 3 4 5 6 7 8; do
	"$BIN/ringo-push" -C p </dev/null >/dev/null 2>>opened &
done
wait
is "$(cat opened)" '' 'eight programs open it at the same moment'
is "$(journal 'PRAGMA user_version')" 2 'it is of the newer version'
is "$(journal 'PRAGMA integrity_check')" ok '... and sound'
mkdir new
cp -r p/ringo.conf p/matrix p/employees.csv new
chmod 700 new
"$BIN/ringo-push" -C new </dev/null
is "$(journal "SELECT name, sql FROM sqlite_schema WHERE type = 'index'
	ORDER BY name")" "$(sqlite3 new/journal.db "SELECT name, sql
	FROM sqlite_schema WHERE type = 'index' ORDER BY name")" \
	'its indexes are those of a new one'

RINGO_NOW=2026-11-21T13:00:00+02:00
"$BIN/ringo-replay" -C p | "$BIN/ringo-match" -C p | "$BIN/ringo-push" -C p \
	>out
is "$? $(journal 'SELECT group_concat(state) FROM record')" \
	'0 done,done,done' 'what was open goes on'
is "$(sqlite3 p/crm.db 'SELECT count(*), count(DISTINCT key) FROM lead')" \
	'3|3' 'the one in doubt was found, not made twice'
"$BIN/ringo-push" -C p <calls >out
is "$(jq -r .result.state out | sort -u)" duplicate 'and all is known still'

# Killed while it migrates: as it was, or as it shall be.
cp -r before run
strace -qq -o trace "$BIN/ringo-push" -C run </dev/null
points=$(grep -c '^pwrite64' trace)
point=1
: >wrong
while [ $point -le "$points" ]; do
	rm -rf run && cp -r before run
	strace -qq -o /dev/null -e trace=pwrite64 \
		-e "inject=pwrite64:signal=KILL:when=$point" \
		"$BIN/ringo-push" -C run </dev/null >/dev/null 2>&1
	"$BIN/ringo-push" -C run </dev/null 2>>wrong
	sqlite3 run/journal.db 'PRAGMA user_version; PRAGMA integrity_check' |
		tr '\n' ' ' | grep -qx '2 ok ' ||
		echo "killed at $point" >>wrong
	point=$((point + 1))
done
is "$(cat wrong)" '' 'killed while it migrates: the next one does it'
done_testing
