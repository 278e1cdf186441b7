# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Calls on which a matrix does all that a matrix can do, and a project with the
# fake CRM (tests/fake/fake.h) to do it in.

# fake_rec ID PHONE EVENT MINUTE MORE: a record.
fake_rec() {
	printf '{"id":"u_-%s","event":"%s","at":"2026-11-21T10:%s:00+02:00",' \
		"$1" "$3" "$4"
	printf '"client":{"phone":"%s"},%s}\n' "$2" "$5"
}

# fake_calls N: the calls of five clients, +38067555N1 to +38067555N5.
fake_calls() {
	ended='"outcome":"answered","seconds":{"total":30,"talk":20}'
	olena='"direction":"in","answered_by":{"sip":"demoshopua_olena"}'
	ivan='"direction":"in","answered_by":{"sip":"demoshopua_ivan"}'
	fake_rec "$1.1" "+38067555${1}1" call.answered 01 "$olena"
	fake_rec "$1.2" "+38067555${1}2" call.ended 02 "$ivan,$ended"
	fake_rec "$1.1" "+38067555${1}1" call.ended 03 "$olena,$ended"
	fake_rec "$1.3" "+38067555${1}3" call.ended 04 '"direction":"in",
"outcome":"missed","seconds":{"total":9,"talk":0}'
	fake_rec "$1.4" "+38067555${1}4" call.ended 05 "$olena,$ended"
	fake_rec "$1.5" "+38067555${1}5" call.ended 06 '"direction":"out",
"outcome":"answered","answered_by":{"sip":"demoshopua_olena"}'
	fake_rec "$1.1" "+38067555${1}1" call.analysed 07 "$olena,$ended"',
"recording":"https://rec.example/1","ai":{"summary":"wants a price"}'
}

# fake_seed: makes here the project `seed` and `in`, the calls.
fake_seed() {
	cp -r "$TOP/share/example/shop" seed
	chmod 700 seed
	sed -i 's/^crm .*/crm fake/; s/^language.*/language en/' seed/ringo.conf
	cat >seed/matrix <<'END'
text late "Talked with {client.phone}\nrecording: {recording}"
text check "Check {client.phone}"
text callback "Call back {client.phone}"
text seen "Seen {client.phone}"
when call.answered in client=new
	create contact to answerer
	create lead to answerer
when call.analysed
	update task late
	update call
	note ai on lead
when call.ended in answered client=new
	create contact to answerer
	create lead to answerer
	call on lead contact
	task late done to answerer on lead
	note seen on lead
when call.ended in answered client=deal
	update deal
	assign deal to answerer
	call on deal contact
	task check to responsible within 3h on deal
	note seen on deal
when call.ended in missed client=new
	unsorted to senior
	task callback to senior
when call.ended in answered client=contact
	create deal to answerer
	task late done to answerer on deal contact
when call.ended out client=lead
	update lead
	note seen on lead
when call.ended
	ignore
END
	echo 'field deal.UF_TALK = seconds.talk as integer' >>seed/ringo.conf
	"$FAULTS/ringo-match" -C seed </dev/null
	for n in 010 020; do
		sqlite3 seed/crm.db "
INSERT INTO contact(name, phone, owner, created) VALUES
  ('B', '+38067555${n}2', '7', 0), ('D', '+38067555${n}4', '7', 0),
  ('E', '+38067555${n}5', '8', 0);
INSERT INTO deal(title, phone, owner, created, contact)
  SELECT name, phone, '7', 0, id FROM contact
  WHERE phone = '+38067555${n}2';
INSERT INTO lead(title, phone, owner, created, contact)
  SELECT name, phone, '8', 0, id FROM contact
  WHERE phone = '+38067555${n}5'"
		fake_calls "$n"
	done | tr -d '\n' | sed 's/}{/}\
{/g' >in
	echo >>in
}

# fake_state DIR: what is in the CRM, by keys instead of ids.
fake_state() {
	sqlite3 "$1/crm.db" <"$TOP/tests/crash/fake.sql"
}
