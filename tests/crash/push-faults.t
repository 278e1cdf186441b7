#!/bin/sh
# SPDX-License-Identifier: MIT
# Every kind of failure of the CRM at every request of a run: after feeding
# the same input again, until ringo-push is content, the CRM is the one of an
# undisturbed run.
. "${0%/*}/../lib.sh"
. "$TOP/tests/crash/crm.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW

crash_seed

# faulty KIND: the fault at the first request, the second, … and at all of
# three in a row; as many as an undisturbed run has.
faulty() {
	n=1
	: >wrong
	while [ $n -le 9 ]; do
		for at in "$n" "$n+"; do
			rm -rf run said && cp -r seed run
			RINGO_FAULT="$1@$at" "$FAULTS/ringo-push" -C run \
				<planned >first 2>said
			rc=$?
			[ "$(wc -l <first)" -eq 4 ] ||
				echo "$at: $(wc -l <first) lines out" >>wrong
			case $rc in
			0 | 65 | 75) ;;
			*) echo "$at: ended $rc" >>wrong ;;
			esac
			crash_content || echo "$at: never content" >>wrong
			crm_state run >got
			cmp -s want got || {
				echo "$at:"
				diff want got
				cat said
			} >>wrong
		done
		n=$((n + 1))
	done
	[ -s wrong ] && note <wrong
	ok "$1 at any request: everything once" test ! -s wrong
}

faulty drop-before
faulty drop-after
faulty html
faulty cut=20
faulty cut=1
faulty throttle=90000
faulty auth
faulty down
faulty refuse

# A request that is carried out after its answer was given up: found, because
# the find waits until `settle` is over.
cp -r seed late
echo 'settle 1h' >>late/ringo.conf
RINGO_FAULT='late=100@*' exits 75 'late: the record is held' \
	"$FAULTS/ringo-push" -C late <planned
exits 75 'late: nothing is looked up before settle is over' \
	"$BIN/ringo-push" -C late <planned
tries=0
while [ -z "$(sqlite3 -cmd '.timeout 5000' late/crm.db \
	'SELECT 1 FROM contact WHERE key IS NOT NULL')" ] &&
	[ $tries -lt 500 ]; do
	tries=$((tries + 1))
done
rm -rf run && mv late run
crash_content
crm_state run >got
same want got 'late: found in the CRM, not sent again'

# The search index lags: what was made a moment ago isn't found yet, but the
# journal knows its id.
rm -rf run && cp -r seed run
RINGO_FAULT='lag=600000@*' "$FAULTS/ringo-push" -C run <in >out
crm_state run >got
same want got 'search lag: the ids in the journal are read by id'
done_testing
