#!/bin/sh
# SPDX-License-Identifier: MIT
# ringo-check asks a Bitrix24 portal over HTTP what there is and what the
# webhook may do, and tells a wrong webhook from a portal that is away.
. "${0%/*}/../lib.sh"

shop shop
sed -i 's/^crm .*/crm bitrix24/' shop/ringo.conf
mkdir shop/secrets
chmod 700 shop shop/secrets

# portal OPTION...: a new one, of which the project knows nothing but a webhook.
# It writes its port into a pipe.
mkfifo ready
portal() {
	"$TESTS/sim-bitrix24" --ready ready --cost 0 --secret in-the-dark "$@" &
	sim=$!
	read -r port <ready
	rm -f shop/journal.db* shop/limit
	webhook in-the-dark
}

webhook() {
	echo "http://127.0.0.1:$port/rest/1/$1/" >shop/secrets/bitrix24
	chmod 600 shop/secrets/bitrix24
}

away() {
	kill "$sim"
	wait "$sim" 2>/dev/null
}

look() {
	code=0
	"$BIN/ringo-check" -C shop --json >out 2>err || code=$?
	cat out err >>seen
}

# ask PATH BODY: the portal, past its limits and rights (tests/sim/admin.h).
ask() {
	"$TESTS/sim-talk" -a "$port" POST "/_sim/$1" "$2" >/dev/null
}

# found EXIT CODES NAME: these, each once, beside the owner who takes no calls.
found() {
	is "$(jq -r '.findings[].code' out | grep -vx user-unbound | sort -u |
		xargs echo "$code")" "$1${2:+ }$2" "$3"
}

# of CODE: text and mend of that finding.
of() {
	jq -r --arg code "$1" '.findings[] | select(.code == $code) |
		"\(.text): \(.mend)"' out
}

portal
look
is "$code $(jq -r '.findings[].code' out | xargs)" '0 user-unbound' \
	'a portal in which all is well'
is "$(jq -r '.survey.user.id, (.survey.users | map(.id) | join(" "))' out |
	xargs)" '1 1 7 8 9' 'who asks, and who is there'
is "$(of user-unbound | wc -l)" 1 'the administrator takes no calls'
is "$(jq -r '.survey.zone, (.survey.fields | keys | join(" "))' out |
	xargs)" 'Europe/Kyiv contact deal lead' 'its zone, and its fields'
like "$("$BIN/ringo-check" -C shop)" "*asked as user 1 *
*8 Іван Петренко: employee 102
*pipelines: Общая, Розница, Опт
*nothing is wrong" 'text for people'

# ---- what ringo.conf names ----

cp shop/ringo.conf kept
# statement TEXT...: looks with these lines in ringo.conf.
statement() {
	{
		cat kept
		printf '%s\n' "$@"
	} >shop/ringo.conf
	look
}

statement 'pipeline "Розница" when source.pool=a'
found 0 '' 'a pipeline that is there'
statement 'pipeline "Nowhere" when source.pool=a'
found 1 pipeline 'one that is not there (B24-42)'
like "$(of pipeline)" '*"Nowhere"*: Общая, Розница, Опт' '...and those that are'

# has NAME TYPE MULTIPLE: leads have such a field, too.
has() {
	ask rest/crm.lead.userfield.add "fields[FIELD_NAME]=$1&\
fields[USER_TYPE_ID]=$2&fields[MULTIPLE]=$3"
}
has POOL string N
has MANY string Y
has SUM double N
has COUNT integer N
statement 'field lead.UF_CRM_POOL = source.pool' \
	'field lead.UF_CRM_COUNT = seconds.talk as integer'
found 0 '' 'fields that are there, of their types (B24-40, B24-41)'
statement 'field lead.UF_CRM_PULL = source.pool'
found 1 field 'a field that is not there (B24-41)'
like "$(of field)" '*lead.UF_CRM_PULL*of type String*UF_CRM_POOL*' \
	'...and those that are'
statement 'field lead.TITLE = source.pool'
found 1 field 'a field that nobody has made (B24-41, ZC-03)'
statement 'field deal.UF_CRM_POOL = source.pool'
found 1 field 'a field of another entity'
statement 'field lead.UF_CRM_SUM = source.pool'
found 1 field-type 'a field that is no String (B24-41, ZC-04)'
like "$(of field-type)" '*of type double*must be a String*' '...and what it is'
statement 'field lead.UF_CRM_COUNT = source.pool'
found 1 field-type 'a number, and not written as one'
statement 'field lead.UF_CRM_MANY = source.pool'
found 1 field-type 'a String that takes several values'
statement 'field lead.UF_CRM_POOL = source.pool' \
	'field lead.UF_CRM_POOL = source.scheme'
found 78 config 'a field that is written twice (B24-41, ZC-05)'
cp kept shop/ringo.conf

# ---- users ----

ask users '{"ID":8,"ACTIVE":false}'
look
found 1 user-inactive 'an employee whose user was dismissed (B24-16)'
like "$(of user-inactive)" 'employee 102 *user 8*activate user 8 *' \
	'...and what can be done'
ask users '{"ID":8,"ACTIVE":true}'
cp shop/employees.csv staff
sed -i 's/;9$/;160/' shop/employees.csv
look
found 1 user-missing 'a senior whom the portal does not have (B24-22)'
like "$(of user-missing)" '*user 160*he is the senior*' '...is the senior'
ask users "$(seq -f '{"ID":%g,"NAME":"N"}' 101 160)"
look
found 0 '' 'an employee who is on the second page of users (B24-21)'
is "$(jq '.survey.users | length' out)" 64 '...of which none is lost'
cp staff shop/employees.csv
away

# ---- the webhook ----

portal
webhook another-one
look
is "$code" 77 'a webhook that was revoked: 77'
like "$(of credentials)" '*make a new one (Developer resources*' \
	'...and where to make a new one'
webhook in-the-dark
look
is "$code" 0 'a good one'
like "$(of account)" '*is up again*' '...brings the account up'
away
look
is "$code" 75 'a portal that is away: 75'
like "$(of unreachable)" '*see whether the network*' '...and where to look'

# refuses EXIT CODE MEND NAME FAULT...: what a portal that does so looks like.
refuses() {
	portal --fault "$5"
	look
	found "$1" "$2" "$4"
	like "$(of "$2")" "$3" '...and what can be done'
	away
}
refuses 75 unreachable '*subscription*' 'a plan that has run out' \
	'refuse=ACCESS_DENIED@profile'
refuses 1 crm '*the pipelines: *as an administrator' \
	'a part that the portal does not tell' \
	'refuse=ERROR_CORE@crm.category.list'
refuses 77 credentials '*make the webhook as an administrator*' \
	'an owner whom the portal shuts out' 'refuse=user_access_error@*'
refuses 75 limit '*rate 50%*' 'a limit that is used up' 'throttle=900@*'
refuses 75 unreachable '*see whether the network*' 'a page of HTML' 'html@*'
refuses 75 unreachable \
	"*moved to https://new.example*webhook's new address*" \
	'a portal that has moved' 'moved=https://new.example/@*'

portal --set scopes=crm --set admin=no
look
is "$code $(jq -r '.findings[].code' out | xargs)" '1 crm crm crm' \
	'rights that are missing (B24-19)'
like "$(of crm)" '*no administrator*right task*right user_basic*' \
	'...are named'
is "$(jq '.survey.pipelines | length' out)" 3 \
	'...and the rest is asked all the same'
away

cp shop/matrix matrix
portal --set scopes=crm,tasks,user_brief
look
found 0 '' 'telephony is no matter where no call is written'
sed -i 's/^\ttask callback to responsible.*/&\n\tcall/' shop/matrix
look
found 1 crm 'telephony, where calls are'
like "$(of crm)" '*lacks the right telephony: calls become act*tick it' \
	'...and what is without it'
is "$(jq -r '.findings[] | select(.code == "crm") | .severity' out)" warning \
	'...but they are'
away
cp matrix shop/matrix

portal --set mode=2
look
found 1 crm 'leads in a CRM without leads'
like "$(of crm)" '*becomes a deal at once: write `create deal`*' \
	'...and what to write'
sed -i 's/create lead/create deal/; s/on lead/on deal/' shop/matrix
look
found 0 '' '...and a matrix that makes deals'

# ---- the secret ----

chmod 644 shop/secrets/bitrix24
look
found 77 mode 'a secret that others can read: 77'
like "$(of mode)" '*mode 0644*chmod 600 *secrets/bitrix24' '...and what to do'
: >shop/secrets/bitrix24
chmod 600 shop/secrets/bitrix24
look
is "$code" 77 'no webhook at all: 77'
like "$(of credentials)" '*https://PORTAL/rest/USER/SECRET/*' \
	'...and what belongs there'
while IFS='|' read -r name pasted; do
	printf '%b\n' "$pasted" >shop/secrets/bitrix24
	look
	found 77 credentials "$name: 77"
	like "$(of credentials)" '*https://PORTAL/rest/USER/SECRET/*' \
		'...and what belongs there'
done <<'END'
the secret alone|in-the-dark
an address without the secret|https://acme.bitrix24.eu/rest/1/
one without the user|https://acme.bitrix24.eu/rest/in-the-dark/
the address of a page|https://acme.bitrix24.eu/crm/in-the-dark/
two lines|https://acme.bitrix24.eu/rest/1/in-the-dark/\nin-the-dark
rubbish|the hook is in-the-dark, don't tell
END
printf ' http://127.0.0.1:%s/rest/1/in-the-dark/profile.json\r\n' "$port" \
	>shop/secrets/bitrix24
look
found 0 '' 'the address of a method, with blanks around it (B24-20)'
away
"$BIN/ringo-check" -C shop -vv >>seen 2>&1
cat shop/journal.db* shop/limit >>seen
is "$(grep -ac 'in-the-dark\|another-one' seen)" 0 'no secret is printed'
done_testing
