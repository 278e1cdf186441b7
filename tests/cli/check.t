#!/bin/sh
# SPDX-License-Identifier: MIT
# ringo-check says what is wrong with a project and how to mend it: each thing
# when its cause is there, and not otherwise.
. "${0%/*}/../lib.sh"
RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW

shop new
chmod 700 new
"$BIN/ringo-check" -C new >out

# A project, already looked at, in which nothing is wrong.
fresh() {
	rm -rf shop
	cp -Rp new shop
	check=$BIN/ringo-check
}

# look [NAME=VALUE]: with that in its environment.
look() {
	code=0
	env "$@" "$check" -C shop --json >out 2>err || code=$?
}

sql() {
	sqlite3 "shop/$1.db" "$2"
}

# statement TEXT...: more lines for ringo.conf.
statement() {
	printf '%s\n' "$@" >>shop/ringo.conf
}

# found EXIT CODES TEXT MEND NAME: that and nothing else; TEXT and MEND, as in
# case, are of one of them.
found() {
	is "$code $(jq -r '.findings[].code' out | sort -u | xargs)" "$1 $2" \
		"$5"
	jq -r '.findings[] | "\(.subject): \(.text) / \(.mend)"' out >said
	while read -r line; do
		# shellcheck disable=SC2254 # a pattern it shall be
		case $line in
		*$3*/*$4*) pass '...says what and how' && return ;;
		esac
	done <said
	fail '...says what and how'
	note <said
}

nothing() {
	is "$code $(jq -r '.findings[].text' out)" '0 ' "$1"
}

# ---- the frame ----

fresh
look
nothing 'nothing is wrong with the example'
is "$(wc -l <out) $(jq -r '.crm, .exit' out | xargs)" '1 local 0' \
	'--json is one object on one line'
is "$(jq -r '.employees[] | select(.senior) | .code' out)" 103 \
	'...which has the employees'
is "$(jq -r '.survey.users | map(.id) | join(" ")' out)" '7 8 9' \
	'...and what the CRM says'
exits 0 'text for people' "$check" -C shop
text=$(cat .said)
like "$text" "*8 Петренко Іван <*>: employee 102
*9 *: employee 103, the senior
*pipelines: default
*custom fields of a lead: none
*nothing is wrong" 'it says who is who, and what there is'
is "$(sql journal 'SELECT count(*) FROM record
	UNION ALL SELECT count(*) FROM account' | xargs)" '0 0' \
	'nothing is written'
exits 64 'it takes no operand' "$check" -C shop file
exits 74 'a full disk is noticed' sh -c '"$0" -C shop >/dev/full' "$check"

# ---- files ----

chmod 755 shop
look
found 1 mode 'shop: other users*(mode 0755)' 'chmod 700 shop' \
	'a directory that others can read'
chmod 700 shop
for file in journal.db crm.db rejects.ndjson; do
	touch "shop/$file"
	chmod 640 "shop/$file"
	look
	found 1 mode "$file: *(mode 0640)" "chmod 600 shop/$file" \
		"$file, which others can read"
	chmod 600 "shop/$file"
done

mkdir -m 700 shop/secrets
echo kept-in-the-dark >shop/secrets/local
chmod 600 shop/secrets/local
look
nothing 'a secret as it should be'
chmod 644 shop/secrets/local
look
found 77 mode 'secrets/local: other users' 'chmod 600' \
	'a secret that others can read'
RINGO_FAULT='auth@*' "$FAULTS/ringo-check" -C shop -vv >>out 2>>err
is "$(cat out err | grep -c kept-in-the-dark)" 0 'no secret is printed'
rm shop/journal.db*
rm shop/secrets/local
ln -s ../ringo.conf shop/secrets/local
chmod 600 shop/ringo.conf
look
found 77 mode 'a symbolic link' 'the file itself' 'a secret that is a link'

# ---- configuration ----

fresh
statement 'colour blue' 'match sometimes'
look
found 78 config 'ringo.conf:1*:*"colour" is no statement' 'ringo.conf(5)' \
	'an unknown statement'
is "$(jq '.findings | length' out)" 2 '...and every other mistake at once'
is "$(jq '.survey.users | length' out)" 3 '...and the CRM is asked all the same'

fresh
sed -i 's/;1;9$/;0;9/' shop/employees.csv
look
found 78 config 'no senior manager' 'write `senior CODE`' \
	'no senior (X-21, B24-22, RC-15)'
fresh
sed -i 's/;8$/;/' shop/employees.csv
sql crm "UPDATE user SET id = '18' WHERE id = '8'"
look
found 78 'config user-unbound' 'user 18 * is no employee' \
	'put 18 into crm_user_id of employee 102' \
	'an employee without a user: the CRM has one like him (AMO-17)'
fresh
rm shop/matrix
look
found 78 config 'shop/matrix: *No such file' 'share/example' 'no matrix'
rm -r shop
look
found 78 config 'ringo.conf: *No such file' 'share/example' 'no project at all'
fresh
sed -i 's/create lead to senior/unsorted to senior/' shop/matrix
look
found 78 config 'shop/matrix:*unsorted' '' 'an action this CRM has not'

fresh
sed -i '/^when call.ended out/,/^$/d' shop/matrix
look
found 1 matrix 'shop/matrix: no line covers: call.ended' '--table' \
	'a matrix with a gap'
fresh
sed -i 's/create lead to answerer/create lead to distributed/' shop/matrix
look
nothing 'distributed over those who take part'
sed -i 's/;1;0;/;0;0;/' shop/employees.csv
look
found 1 distributed 'nobody takes part' 'distribution_of_unanswered' \
	'distributed, and nobody takes part (X-03)'

fresh
statement 'line 067-555-09-02'
look
found 1 line '+380675550902 is also a number of employee 102' 'take it out' \
	'a line that is also a number of an employee'
fresh
sed -i 's/;8$/;7/' shop/employees.csv
look
found 1 'user-twice user-unbound' '101 and 102 are both CRM user 7' \
	'each employee a user' 'two employees with one user'

# ---- users ----

# The local CRM adds an employee's user; another one doesn't.
gone() {
	sql crm "CREATE TRIGGER no_new BEFORE INSERT ON user
		BEGIN SELECT RAISE(IGNORE); END;
		DELETE FROM user WHERE id = '$1';"
}
fresh
gone 8
look
found 1 user-missing 'employees.csv:3: employee 102 *user 8, whom' \
	'one of the CRM*s active users' 'an employee without a user'
like "$(cat said)" '*lists them*' '...who is like nobody'
fresh
sql crm "UPDATE user SET id = '19' WHERE id = '9'"
gone 9
look
found 1 'user-missing user-unbound' 'he is the senior' \
	'put 19 into crm_user_id' 'a senior without a user (X-21)'
fresh
sql crm "UPDATE user SET active = 0 WHERE id = '8'"
look
found 1 user-inactive 'user 8, who isn*t active' 'activate user 8' \
	'an employee whose user was dismissed (RC-10)'
fresh
sql crm "INSERT INTO user VALUES('12', 'Sly' || char(27) || '[2J', NULL, 1),
	('13', 'Gone', NULL, 0), (CAST(x'ff' AS TEXT), 'Odd', NULL, 1)"
look
found 0 user-unbound 'user 12 (Sly*) is no employee' '12 in crm_user_id' \
	'a user who is no employee is no fault'
is "$(jq '.findings | length' out)" 1 '...one who was dismissed not even that'
"$check" -C shop >text
is "$(tr -d '\n' <text | grep -c '[[:cntrl:]]')" 0 \
	'...and his name does nothing to the terminal'

# ---- what ringo.conf names ----

fresh
statement 'pipeline "Новая" when source.pool="Контекстная реклама"'
look
found 1 pipeline 'shop/ringo.conf:*no pipeline "Новая"' 'it has: default' \
	'a pipeline that is not there (ZC-06, B24-42)'
sql crm "INSERT INTO pipeline VALUES('Новая')"
look
nothing '...and one that is'

fresh
statement 'field lead.pool = source.pool'
look
nothing 'the local CRM takes any field'
sed -i 's/^crm .*/crm fake/' shop/ringo.conf
check=$FAULTS/ringo-check
look
found 1 field 'no custom field lead.pool' 'a lead has: none' \
	'a field where there is none'
sql crm "INSERT INTO lead(title, fields) VALUES('', '{\"gclid\":\"x\"}'),
	('', 'no JSON')"
look
found 1 field 'no custom field lead.pool' 'of type String*gclid' \
	'a field that is not there (ZC-04)'
sql crm "UPDATE lead SET fields = '{\"pool\":7}'"
look
found 1 field-type 'lead.pool is of type integer*must be a String' \
	'write `field lead.pool = source.pool as integer`' \
	'a field that is no String (B24-41)'
sed -i 's/= source.pool$/& as integer/' shop/ringo.conf
look
nothing '...and is written as what it is'
sql crm "UPDATE lead SET fields = '{\"pool\":\"x\"}'"
look
found 1 field-type 'of type text*must be a integer' 'leave out `as`*pool`' \
	'a String that is written as a number'
sql crm "UPDATE lead SET fields = '{\"pool\":[1]}'"
look
found 1 field-type 'of type array' 'and name that one' \
	'a field that nothing can be written into'
sed -i 's/ as integer$//' shop/ringo.conf
sql crm "UPDATE lead SET fields = '{\"pool\":\"x\"}'"
look
nothing 'a String for a text'

look RINGO_FAKE=behind
found 1 clock 'differ by 15 minutes' 'NTP' 'a clock that is wrong'
sed -i 's/^timezone .*/timezone Europe\/Warsaw/' shop/ringo.conf
look
found 0 zone-crm 'times of Europe/Kyiv' 'a slip' \
	'another zone of the CRM is no fault'
sed -i 's/^timezone .*/timezone Europe\/Kyiv/' shop/ringo.conf
look RINGO_FAKE=bare
found 1 crm 'lacks the right to make tasks' 'tick it' \
	'what the adapter sees amiss (B24-19)'

# ---- the account ----

fresh
check=$FAULTS/ringo-check
down() {
	sql journal "SELECT json_extract(v, '\$.why') FROM account
		WHERE k = 'down'"
}
look RINGO_FAULT='auth@*'
found 77 credentials '' 'make new credentials' 'credentials that are refused'
ok '...take the account down' test -n "$(down)"
look RINGO_FAULT='auth@*'
found 77 'account credentials' 'down since 2026-11-21T12:00:00+02:00' \
	'brings the account up' 'it stays down, and since when'
look
found 0 account 'was down since *up again' 'ringo-replay' \
	'a good check brings the account up'
is "$(down)" '' '...for everybody'
ok '...gently' test -s shop/limit
look
nothing '...once'
look RINGO_FAULT='down@*'
found 75 unreachable '' 'the network' 'a CRM that gives no answer'
is "$(down)" '' '...once says little'
look RINGO_FAULT='throttle=90000@*'
found 75 limit '' 'rate 50%' 'a CRM whose limit is used up'
fresh
check=$FAULTS/ringo-check
look RINGO_FAULT='throttle=20@1'
nothing '...but for a moment'

# ---- the journal ----

# calls HOURS: five calls that come so much later than their ids say.
calls() {
	seq 5 | jq -c --argjson late "$1" '{
		id: "u_-\(1795250000 + . * 60).\(.)", event: "call.ended",
		at: (1795250000 + . * 60 + ($late * 3600 | floor) | todate),
		direction: "out", outcome: "missed",
		client: {phone: "+38050111000\(.)"}}' |
		"$BIN/ringo-push" -C shop >pushed
	look
}
fresh
calls 0
nothing 'times as the ids say'
for late in 2 -1.5; do
	fresh
	calls "$late"
	found 1 zone 'timezone Europe/Kyiv can*t be right: 5 of the last 5' \
		'cabinet' "a zone that is $late hours off"
done
like "$(cat said)" '*1:30 hours earlier*' '...by how much'
fresh
calls 0.2
nothing 'calls of twelve minutes are no zone'

fresh
calls 0
sql journal "UPDATE record SET state = 'dead', reason = 'no such thing'
	WHERE id = 4"
look
found 1 dead '1 record *-1795250240.4/call.ended: no such thing' 'sqlite3' \
	'a record that is dead'
sql journal 'UPDATE record SET got = got - 4 * 86400000'
look
nothing '...days ago'
sql journal "UPDATE record SET state = 'held', at = at - 3 * 86400000
	WHERE id < 3"
look
found 1 open-old '2 open records are older' 'feed their lines again' \
	'open records that replay leaves out'

fresh
statement 'min-free 900000G'
look
found 1 disk 'less than min-free' 'make room' 'a disk that is full'
fresh
rm -f shop/journal.db*
echo 'something else' >shop/journal.db
chmod 600 shop/journal.db
look
is "$(jq -r '.findings[].code' out | xargs)" journal 'a journal that is none'
is "$(jq '.survey.users | length' out)" 3 '...and the CRM is asked'
ok '...and it does not end well' test "$code" -gt 64
done_testing
