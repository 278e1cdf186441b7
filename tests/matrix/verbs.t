#!/bin/sh
# SPDX-License-Identifier: MIT
# The actions that no preset uses yet: each does in the CRM what it says.
. "${0%/*}/../lib.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW
cp -r "$TOP/share/example/shop" shop
chmod 700 shop
sed -i 's/^language.*/language en/' shop/ringo.conf
cat >>shop/ringo.conf <<'EOF'
field lead.UF_POOL = source.pool
field lead.UF_TALK = seconds.talk as integer
field deal.UF_FIRST = extra.proper_flag as boolean
pipeline "Retail" when source.pool="Контекстная реклама"
EOF
cat >shop/matrix <<'EOF'
text note "Seen {client.phone}\n{source.utm_campaign}"
text late "Talked\nrecording: {recording}"
when call.answered in client=new
	create contact to answerer
	create lead to answerer
when call.ended in answered client=new
	create contact to answerer
	create lead to answerer
	task late done to answerer on lead
	call on lead contact
	note note on lead contact
when call.ended in missed client=lead
	create deal to senior
	assign lead to 102
	update lead
	note note on deal
when call.ended in answered client=lead,deal
	call
when call.analysed
	update task late
	update call
	note ai on lead
when call.ended
	ignore
EOF
"$BIN/ringo-match" -C shop </dev/null
sqlite3 shop/crm.db "INSERT INTO pipeline VALUES ('Retail')"

# record ID EVENT MORE: a record of an incoming call of one client.
record() {
	printf '{"id":"u_-%s.1","event":"%s",%s,%s,%s}\n' "$1" "$2" \
		'"at":"2026-11-21T11:00:00+02:00","direction":"in"' \
		'"client":{"phone":"+380671112233"}' "$3"
}
olena='"answered_by":{"sip":"demoshopua_olena"}'
ads='"source":{"pool":"Контекстная реклама","utm_campaign":"brand"}'
pipe() {
	"$BIN/ringo-match" -C shop | "$BIN/ringo-push" -C shop
}
crm() {
	sqlite3 shop/crm.db "$1"
}

record 1 call.answered "$olena,$ads" | pipe >out
record 1 call.ended "\"outcome\":\"answered\",$olena,$ads,\"status\":\"PROPER\",
\"seconds\":{\"total\":30,\"talk\":20}" | tr -d '\n' | pipe >out
is "$(jq -r '[.result.actions[].state] | unique | join(" ")' out)" done \
	'pick-up and end: everything is carried out'
is "$(crm 'SELECT count(*) FROM lead')" 1 'one lead for both'
is "$(crm "SELECT json_extract(fields, '\$.UF_POOL') FROM lead")" \
	'Контекстная реклама' 'field: a mapped text is in the lead'
is "$(crm "SELECT direction, outcome, seconds, talk, owner FROM call")" \
	'in|answered|30|20|7' 'call: what came of it, and who took it'
is "$(crm 'SELECT group_concat(role) FROM (SELECT role FROM call_on
	ORDER BY role)')" contact,lead 'call: on lead and contact'
is "$(crm "SELECT title || '/' || text FROM note")" \
	'Seen +380671112233/brand' 'note: its title and text'
is "$(crm 'SELECT group_concat(role) FROM (SELECT role FROM note_on
	ORDER BY role)')" contact,lead 'note: on lead and contact'
is "$(crm 'SELECT text IS NULL FROM task')" 1 'no recording yet'

record 1 call.analysed "\"outcome\":\"answered\",$olena,
\"recording\":\"https://rec.example/1\",\"seconds\":{\"total\":31,\"talk\":21},
\"ai\":{\"summary\":\"wants a price\",\"mood\":{\"client\":\"good\"},
\"marks\":{\"opening\":{\"mark\":7,\"why\":\"polite\"}},\"parameters\":{}}" |
	tr -d '\n' | pipe >out
is "$(jq -r '[.result.actions[].state] | join(" ")' out)" 'done done done' \
	'the analysis: everything is carried out'
is "$(crm 'SELECT text FROM task')" 'recording: https://rec.example/1' \
	'update task: the late recording'
is "$(crm 'SELECT recording, talk FROM call')" 'https://rec.example/1|21' \
	'update call: recording and seconds'
crm "SELECT text FROM note WHERE key LIKE '%ai'" >got
cat >want <<'EOF'
Summary: wants a price
Mood of the client: good
Opening: 7 (polite)
Other parameters: none
EOF
same got want 'ZC-44 ZC-45 note ai: the parts that there are, in order'
is "$(crm 'SELECT count(*) FROM lead') $(crm 'SELECT count(*) FROM task')" \
	'1 1' 'an analysis creates nothing'

record 2 call.ended "\"outcome\":\"missed\",$ads,
\"seconds\":{\"total\":9,\"talk\":0},\"extra\":{\"proper_flag\":1}" |
	tr -d '\n' | pipe >out
is "$(jq -r '[.result.actions[].state] | join(" ")' out)" \
	'done done done done' 'a missed call: everything is carried out'
is "$(crm 'SELECT owner FROM lead')" 8 'assign: the lead has another owner'
is "$(crm "SELECT json_extract(fields, '\$.UF_TALK') FROM lead")" 0 \
	'update: a mapped integer is in the lead'
is "$(crm 'SELECT pipeline FROM deal')" Retail \
	'ZC-07 B24-42 pipeline: by the pool'
is "$(crm "SELECT typeof(json_extract(fields, '\$.UF_FIRST')),
	json_extract(fields, '\$.UF_FIRST') FROM deal")" 'integer|1' \
	'field: a mapped boolean is in the deal'

# An analysis goes to a deal only if that is linked to a contact.
cat >shop/matrix <<'EOF'
when call.analysed
	note ai on deal
when call.ended
	ignore
EOF
crm "INSERT INTO deal(title, phone, owner)
	VALUES ('alone', '+380671112299', '7')"
ai='"ai":{"summary":"ok"}'
record 3 call.analysed "$ai" | sed 's/1112233/1112299/' |
	"$BIN/ringo-match" -C shop >out
is "$(jq -c '[.plan.client, .plan.actions]' out)" '["deal",[]]' \
	'ZC-42 note ai on deal: not without a contact'
record 4 call.analysed "$ai" | "$BIN/ringo-match" -C shop >out
is "$(jq -r '.plan.actions[].on[].role' out)" deal \
	'ZC-41 note ai on deal: with its contact'

# What this CRM hasn't got is refused when the matrix is read.
printf 'when call.ended\n\tunsorted to senior\n' >shop/matrix
"$BIN/ringo-match" -C shop --check 2>said
is $? 78 'unsorted: refused by the local CRM'
is "$(sed 's/.*matrix/matrix/' said)" 'matrix:2: CRM local has no `unsorted`' \
	'and says where and why'
done_testing
