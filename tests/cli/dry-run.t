#!/bin/sh
# SPDX-License-Identifier: MIT
# ringo-push --dry-run: each request as it would go; nothing is sent or stored.
. "${0%/*}/../lib.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW

shop p
chmod 700 p
"$BIN/ringo-normalize" -C p <"$TOP/share/samples/calls-log.json" |
	grep -v '"leg":true' >records
"$BIN/ringo-match" -C p <records >planned
state() {
	sqlite3 p/crm.db .dump
	sqlite3 p/journal.db .dump
}
dry() { "$BIN/ringo-push" -C p --dry-run; }

state >before
dry <planned >shown
is "$?" 0 'a dry run of planned records'
dry <records >unplanned
is "$?" 0 'and of records without plans, which are planned first'
state >after
same after before 'CRM and journal are as before'
is "$(grep -c '/call\.' shown)" "$(wc -l <planned)" 'a block for each record'
same unplanned shown 'the plans are those that match makes'

# What the real run sends is what was shown.
grep -o '"do":"[a-z]*"[^{]*"key":"[^"]*"' shown | sed 's/.*"key":"//; s/"//' |
	sort >keys
"$BIN/ringo-push" -C p <planned >out 2>said
sqlite3 p/crm.db "SELECT key FROM contact WHERE key NOT NULL
	UNION ALL SELECT key FROM lead WHERE key NOT NULL
	UNION ALL SELECT key FROM task" | sort >made
jq -r '.result.actions[]? | select(.state == "done") | .key' out | sort -u |
	while read -r key; do
		grep -qxFe "$key" keys || echo "$key"
	done >unseen
is "$(cat unseen)" '' 'every action that was carried out had been shown'
sort -u keys >keys.once
same keys.once made 'and everything that was made'
is "$(grep -c '"do":"close"' shown)" \
	"$(sqlite3 p/crm.db 'SELECT count(*) FROM task WHERE done')" \
	'the second command of an action, too'
like "$(grep -m 1 '"do":"close"' shown)" '*"{id of *task*}"*' \
	'an id that only an answer brings stands as {id of KEY}'
dry <planned >again
is "$(grep -c 'it is done already\|it is skipped already' again)" \
	"$(wc -l <planned)" 'afterwards there is nothing left to do'

# Half-way: what is sent, what isn't.
rm -rf p/journal.db* p/crm.db*
head -n 1 planned | RINGO_FAULT='auth@2+' "$FAULTS/ringo-push" -C p \
	>out 2>said
head -n 1 planned | dry >shown
ok 'what is done is named' grep -q 'nothing: it is done already' shown
ok 'its id stands in the rest' grep -q '"id":"1"' shown

# What push would not carry out.
rm -rf p/journal.db* p/crm.db*
call() {
	printf '{"id":"a_1.%s","event":"call.ended","at":"%s",%s%s}\n' "$1" \
		2026-11-21T10:00:00+02:00 '"direction":"in",' \
		'"outcome":"missed","client":{"phone":"+380501111111"}'"${2:-}"
}
call 1 | "$BIN/ringo-match" -C p >stale
call 2 | "$BIN/ringo-push" -C p >out
dry <stale >shown
ok 'a plan that others have overtaken' \
	grep -q 'its plan is stale: .*planned again' shown
is "$(grep -c '"do":"create"' shown)" 0 '... is made again, as push does it'
call 3 ',"skip":"in the stop-list"' | dry >shown
ok 'a record that is marked' grep -q '  nothing: in the stop-list' shown
call 4 ',"running":true' | sed 's/T10:/T11:/; s/:00:00+/:58:00+/' |
	dry >shown
is "$(sed 1d shown)" '  held: the call may still run' \
	'a call that may still run: held, no request'
call 5 ',"running":true' | dry >shown
like "$(sed 1d shown)" '  nothing: *still running*' \
	'the row of a running call: nothing'
echo '{"id":1}' | dry >shown 2>said
is "$? $(wc -l <shown)" '65 0' 'what is no record is rejected'
done_testing
