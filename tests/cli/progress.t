#!/bin/sh
# SPDX-License-Identifier: MIT
# How far push and replay are: on a terminal, or asked for; silent under cron.
. "${0%/*}/../lib.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW
shop p
chmod 700 p
"$BIN/ringo-normalize" -C p <"$TOP/share/samples/calls-log.json" >records
n=$(wc -l <records)

"$BIN/ringo-push" -C p <records >out 2>said
is "$(cat said)" '' 'nothing on stderr that is no terminal'
rm p/journal.db* p/crm.db*
"$BIN/ringo-push" -C p --progress <records >out 2>said
is "$(wc -l <out)" "$n" '--progress changes nothing of the output'
like "$(tr '\r' '\n' <said)" '* done, 0 held, 0 dead*' \
	'it says how many are done, held and dead'
esc=$(printf '\033')
like "$(cat said)" "*$esc\\[K" 'and removes its line at the end'

rm p/journal.db* p/crm.db*
RINGO_FAULT='down@*' "$FAULTS/ringo-push" -C p -p <records >out 2>said
ok 'a message stands on a line of its own' \
	grep -q "$esc\\[Kringo-push: warn: .* held" said
RINGO_NOW=2026-11-21T13:00:00+02:00
"$BIN/ringo-replay" -C p -p >out 2>said
due=$(wc -l <out)
ok 'replay says how many of how many' \
	grep -q "$due of $due emitted" said

# A terminal.
rm p/journal.db* p/crm.db*
cat <<END >play
"$BIN/ringo-push" -C p <records >out
END
if script -qec true typescript </dev/null >/dev/null 2>&1; then
	script -qec 'sh ./play' typescript </dev/null >/dev/null
	ok 'on a terminal it needs not be asked' \
		grep -q 'done, 0 held' typescript
else
	skip 1 'no terminal can be made here'
fi
done_testing
