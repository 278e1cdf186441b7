#!/bin/sh
# SPDX-License-Identifier: MIT
# Live calls beside the replay of a backlog, and two live pipelines, of the same
# 400 clients, match far ahead of push on both sides: the CRM is that of a
# serial run in the order of the journal. The long form takes more turns.
TMPDIR=$("${0%/*}/../matrix/place")
. "${0%/*}/../lib.sh"
. "$TOP/tests/crash/crm.sh"

export BIN
at() {
	RINGO_NOW=2026-11-21T12:$1+02:00
	export RINGO_NOW
}

# Whose turn it was shows in owners, bindings and texts: what a client has
# decides what is made, and a long talk or a deal changes what he has.
shop seed
chmod 700 seed
cat - "$RINGO_SHARE/example/shop/matrix" >seed/matrix <<'EOT'
text won "Won by {answerer.name}"
when call.answered in client=new
	create contact to answerer
	create lead to answerer
when call.ended in answered client=lead by=other seconds.talk>150
	assign lead to answerer
	note won on lead
when call.ended in answered client=lead by=responsible seconds.talk>120
	create deal to answerer
	task won done to answerer on deal lead
when call.ended in missed client=known
	task callback to responsible within 1h once 2d
EOT
case ${RINGO_CRASH:-short} in
long) turns='1 2 3 4 5 6 7 8 9 10' ;;
*) turns=1 ;;
esac

at 00:00
for what in backlog live crm; do
	"$TOP/tests/crash/shared-clients" "$what" >"./$what"
done
"$BIN/ringo-match" -C seed </dev/null
sqlite3 seed/crm.db <crm
cp -r seed empty
RINGO_FAULT='auth@*' "$FAULTS/ringo-push" -C seed <backlog >/dev/null 2>said
is $? 75 'the account was down yesterday: a backlog'
sqlite3 seed/journal.db "DELETE FROM account"
at 10:00
cp -r seed replayed
"$BIN/ringo-replay" -C replayed >emitted
same emitted backlog 'the backlog comes out whole, in its order'

# state DIR: the CRM by keys; a deadline is later if a record was held first,
# and what replay brings late names the client's other missed calls.
state() {
	crm_state "$1" | sed 's/|\(2026-11-21T1[0-9]:[0-9][0-9]\):[0-9+:]*/|\1/
		s, / Також пропущено: [^|]*,,'
	sqlite3 "$1/crm.db" "SELECT 'note', n.key, n.title,
		(SELECT key FROM lead WHERE id = o.id) FROM note n
		JOIN note_on o ON o.note = n.id ORDER BY n.key"
}

# begin PROJECT: a copy of it as `run`, ten minutes later.
begin() {
	rm -rf run && cp -r "$1" run
	at 10:00
}

# interleave SEED AHEAD FILE...: the results into `out`.
interleave() {
	"$TOP/tests/crash/interleave" run "$@" >out
}

# drain: what was held comes out again, until nothing is held.
drain() {
	seconds=10
	while [ $seconds -lt 50 ]; do
		at 10:$seconds
		"$BIN/ringo-replay" -C run 2>>said >again
		rc=$?
		[ $rc -eq 0 ] && [ ! -s again ] && break
		"$BIN/ringo-match" -C run <again | "$BIN/ringo-push" -C run \
			>>drained 2>>said
		seconds=$((seconds + 1))
	done
	is "$rc $(sqlite3 run/journal.db "SELECT count(*) FROM record
		WHERE state NOT IN ('done', 'skipped')")" '0 0' \
		"$1: nothing is left open, nothing is dead"
}

# right NAME: the CRM is the one that is wanted.
right() {
	state run >got
	same got want "$1: the CRM of a serial run"
}

# serial PROJECT FILE: what comes of it if no plan is made ahead, into `want`.
serial() {
	begin "$1"
	"$BIN/ringo-push" -C run <"$2" >out 2>said
	drain 'a serial run'
	state run >want
}

cat backlog live >all
serial seed all
if [ "$turns" != 1 ]; then
	begin seed
	interleave 1 0 all
	right 'one record after the other through both programs'
fi

for turn in $turns; do
	begin seed
	interleave "$turn" $((32 * turn)) emitted live
	is "$? $(wc -l <out)" "0 $(wc -l <all)" \
		"replay and live, turns $turn: a line in is a line out"
	drain "replay and live, turns $turn"
	right "replay and live, turns $turn"
done

# Both inputs are planned whole before anything is carried out.
begin seed
for side in emitted live; do
	"$BIN/ringo-match" -C run <$side >$side.planned
done
"$BIN/ringo-push" -C run <emitted.planned >out.1 2>said &
"$BIN/ringo-push" -C run <live.planned >out.2 2>said
wait $!
is "$(cat out.1 out.2 | wc -l)" "$(wc -l <all)" \
	'all planned before: a line in is a line out'
drain 'all planned before'
right 'all planned before'

# Two live pipelines: the journal says whose call came first.
for turn in $turns; do
	begin empty
	interleave "$turn" 40 backlog live
	is "$? $(wc -l <out)" "0 $(wc -l <all)" \
		"two live ones, turns $turn: a line in is a line out"
	drain "two live ones, turns $turn"
	state run >got
	sqlite3 run/journal.db 'SELECT body FROM record ORDER BY id' >ordered
	serial empty ordered
	same got want "two live ones, turns $turn: the CRM of a serial run"
done
done_testing
