#!/bin/sh
# SPDX-License-Identifier: MIT
# A request among the unsorted makes lead and contact at once: the client has
# them from then on, in the stream that plans ahead, and although the CRM's
# search doesn't know them yet.
. "${0%/*}/../lib.sh"
. "$TOP/tests/crash/fake.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW
unset RINGO_FAKE
fake_seed
cat <<'END' >seed/matrix
when in missed client=new
	unsorted to senior
	task callback to senior
when in missed client=lead
	task check to responsible
END

for n in 1 2; do
	fake_rec $n.1 +380675559999 call.ended ${n}0 \
		'"direction":"in","outcome":"missed","seconds":{"total":9}'
done >two
through() {
	"$FAULTS/ringo-match" -C "$1" | "$FAULTS/ringo-push" -C "$1" >out
}
made() { fake_state "$1" | grep -E '^(contact|lead|task) .*9999' | sort; }

cp -r seed serial
head -n 1 two | through serial
tail -n 1 two | through serial
made serial >want
is "$(cut -d ' ' -f 1 want | tr '\n' ' ')" 'contact lead task task ' \
	'two missed calls of a new client: one contact, one lead, two tasks'
is "$(grep -c 'on lead -1.1/unsorted$' want)" 2 'both tasks hang on the lead'

cp -r seed stream
through stream <two
made stream >got
same got want 'planned ahead, in one stream: the same'

cp -r seed lagging
for call in 1 2; do
	sed -n ${call}p two | RINGO_FAULT='lag=60000@*' through lagging
done
made lagging >got
same got want 'the search lags behind: the same'

cp -r seed alone
"$FAULTS/ringo-push" -C alone <two >out
made alone >got
same got want 'without match: the same'
done_testing
