#!/bin/sh
# SPDX-License-Identifier: MIT
# Three days of a call log through the whole pipe into the local CRM: the right
# contacts, leads and tasks for new, missed and known clients; and the same
# input again changes nothing.
. "${0%/*}/../lib.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW
cp -r "$TOP/share/example/shop" shop
chmod 700 shop
"$BIN/ringo-match" -C shop </dev/null
sqlite3 shop/crm.db <"$TOP/share/example/shop/known-clients.sql"

pipe() {
	"$BIN/ringo-normalize" -C shop <"$TOP/share/samples/calls-log.json" |
		"$BIN/ringo-match" -C shop | "$BIN/ringo-push" -C shop
}

# What was decided and made for every call, one a line.
decided() {
	jq -r '[.id[4:], .direction, .outcome // "-",
	  (.client.phone // "-")[-4:], .result.state, .plan.client // "-",
	  .plan.by // "-",
	  ([.plan.actions[]? | (.entity // (.key | split("/")[1])) +
	    (if .done then "(done)" else "" end) + "->" + .owner +
	    (if .on then "@" + ([.on[].role] | join("+")) else "" end)] |
	    join(" ")), (.result.reason // "" | sub("line [0-9]+"; "line N"))] |
	  join(" ")' "$1" |
		sed 's/ *$//' | sort
}

dump() {
	sqlite3 shop/crm.db .dump
}

pipe >first
is $? 0 'the pipe ends well'
decided first >got
same got "$TOP/tests/cli/sample-day.want" 'each call: decision and effects'
is "$(jq -r '.result.actions[]?.state' first | sort -u)" done \
	'every action was carried out'
dump >before
pipe >second
is $? 0 'the second time ends well'
dump >after
same after before 'the second time changes nothing in the CRM'
is "$(jq -r .result.state second | sort | uniq -c | tr -s ' ')" \
	' 34 duplicate' 'and says so for every call'

# One at a time, an own process for each call: the same CRM.
mv shop/crm.db other.db
rm -rf shop/journal.db* shop/crm.db*
"$BIN/ringo-match" -C shop </dev/null
sqlite3 shop/crm.db <"$TOP/share/example/shop/known-clients.sql"
"$BIN/ringo-normalize" -C shop <"$TOP/share/samples/calls-log.json" |
	while IFS= read -r line; do
		printf '%s\n' "$line" | "$BIN/ringo-match" -C shop |
			"$BIN/ringo-push" -C shop
	done >single
decided single >got
same got "$TOP/tests/cli/sample-day.want" 'call by call: the same decisions'
done_testing
