#!/bin/sh
# SPDX-License-Identifier: MIT
# Who is found by a number, and who becomes a second contact: the three rules
# of `match`, with clients that people have put in as they liked.
. "${0%/*}/../lib.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW
projects=0 start=1795072361

# project MATCH: a new one with this rule, in $dir.
project() {
	projects=$((projects + 1))
	dir=$TMP/$projects
	shop "$dir"
	sed -i "s/^match .*/match $1/" "$dir/ringo.conf"
	"$BIN/ringo-match" -C "$dir" </dev/null
}

crm() {
	sqlite3 -batch -init /dev/null "$dir/crm.db" "$1"
}

# client NAME PHONE [CREATED]: somebody put him into the CRM.
client() {
	crm "INSERT INTO contact(name, phone, owner, created)
		VALUES('$1', '$2', '7', ${3:-1})"
}

# calls NUMBER...: one answered call from each; results are in $TMP/out.
calls() {
	start=$((start + 1))
	n=0
	for caller; do
		n=$((n + 1))
		jq -nc --arg caller "$caller" --arg id "ua7_-$start.$n" '{
			uniqueid: $id, caller: $caller,
			calldate: "2026-11-19T09:12:41+0200",
			dst: "380445550010", call_type: "in", billsec: 20,
			disposition: "ANSWERED",
			connected_with: "demoshopua_olena"}'
	done | "$BIN/ringo-normalize" -C "$dir" |
		"$BIN/ringo-match" -C "$dir" |
		"$BIN/ringo-push" -C "$dir" >"$TMP/out"
}

# found N: the contact that the Nth call was decided upon, if there was one.
found() {
	id=$(jq -r "select(.id | endswith(\".$1\")) |
		.plan.view.contact.id // empty" "$TMP/out")
	if [ "$id" ]; then
		echo "found $(crm "SELECT name FROM contact WHERE id = $id")"
	else
		echo "not found, $(crm "SELECT count(*) FROM contact
			WHERE last9 = '67123450$1'") contacts now"
	fi
}

# Four clients, a number each, in four spellings; each of them calls.
four() {
	project "$1"
	client hyphens +38-067-123-4501
	client local 0671234502
	client digits 380671234503
	client plus +380671234504
	calls 380671234501 380671234502 380671234503 380671234504
}

second='not found, 2 contacts now'

four international
is "$(found 1)" 'found hyphens' \
	'ZC-10: international finds +38-067-123-4567'
is "$(found 3)" 'found digits' 'ZC-10: international finds 380671234567'
is "$(found 4)" 'found plus' 'ZC-10: international finds +380671234567'
is "$(found 2)" "$second" \
	'ZC-11: international: 0671234567 is not found: a second contact'
is "$(found 3) / $(found 2)" "found digits / $second" \
	'AMO-34: who enters numbers must write them as 380671234567'
calls 380671234501 380671234502 380671234502
is "$(crm 'SELECT count(*) FROM contact')" 5 \
	'ZC-11: the second contact is found from then on'

four last9
is "$(found 1), $(found 2), $(found 3), $(found 4)" \
	'found hyphens, found local, found digits, found plus' \
	'ZD-19: last9 finds all four spellings'
is "$(crm 'SELECT count(*) FROM contact')" 4 'ZD-19: nobody is there twice'

four exact
is "$(found 4)" 'found plus' 'RC-32: exact finds +380671234567'
is "$(found 2)" "$second" \
	'RC-32: exact: for 0671234567 there is a second contact'
is "$(found 2)" "$second" \
	'B24-56: exact: for 0671234567 there is a second contact'
is "$(found 1)" "$second" 'B24-56: exact: as for +38-067-123-4567'
is "$(found 3)" "$second" 'B24-56: exact: as for 380671234567'

is "$(crm "SELECT group_concat(phone, ' ') FROM (SELECT phone FROM contact
	WHERE key IS NOT NULL ORDER BY phone)")" \
	'+380671234501 +380671234502 +380671234503' \
	'X-02: what ringo makes has the international form'

# One client four times: of those who are found, the oldest is meant.
for rule in international:digits last9:local exact:plus; do
	project "${rule%:*}"
	client plus +380671234501 4
	client hyphens +38-067-123-4501 3
	client digits 380671234501 2
	client local 0671234501 1
	calls 380671234501
	is "$(found 1)" "found ${rule#*:}" \
		"X-02: ${rule%:*}: the oldest of the spellings that count"
done

# The rule is for what the CRM has; how the call log writes it never matters.
for rule in international last9 exact; do
	project $rule
	client plus +380671234501
	calls 380671234501 0671234501 '+38 (067) 123-45-01' 00380671234501 \
		671234501 8-067-123-45-01 'tel:+380671234501' \
		'0671234501 доб. 12'
	is "$(jq -r .plan.view.contact.id "$TMP/out" | sort | uniq -c |
		tr -s ' ')" ' 8 1' "X-02: $rule: any spelling of the caller"
done

# The price of last9: numbers of two countries are taken for one.
project last9
client Warsaw +48671234501
calls 380671234501
is "$(found 1)" 'found Warsaw' \
	'ZD-19: last9 takes a number of another country for this one'
project international
client Warsaw +48671234501
calls 380671234501
is "$(found 1)" "$second" 'ZC-10: international does not'

# What can't be read stays as it came, and still finds itself.
project international
client odd 555012
calls 555012
is "$(jq -c .client "$TMP/out")" '{"phone":"555012","unread":true}' \
	'a number that cannot be read is kept, and said to be unread'
is "$(crm 'SELECT count(*) FROM contact')" 1 \
	'...and finds who has just that number'
calls 0 00 000000 1111 -1
is "$(jq -r .client.phone "$TMP/out" | grep -c '^+')" 0 \
	'what stands for no number does not become one'
done_testing
