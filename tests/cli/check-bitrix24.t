#!/bin/sh
# SPDX-License-Identifier: MIT
# ringo-check asks a Bitrix24 portal over HTTP what there is and what the
# webhook may do, and tells a wrong webhook from a portal that is away.
. "${0%/*}/../lib.sh"

shop shop
sed -i 's/^crm .*/crm bitrix24/' shop/ringo.conf
mkdir shop/secrets
chmod 700 shop shop/secrets

# portal OPTION...: a new one, and its webhook. It writes its port into a pipe.
mkfifo ready
portal() {
	"$TESTS/sim-bitrix24" --ready ready --cost 0 --secret in-the-dark "$@" &
	sim=$!
	read -r port <ready
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
cp shop/ringo.conf kept
cat >>shop/ringo.conf <<'END'
pipeline "Розница" when source.pool=a
pipeline "Nowhere" when source.pool=b
field lead.UF_CRM_POOL = source.pool
END
look
is "$code" 1 'what is wrong is found'
like "$(of pipeline)" '*"Nowhere"*Розница*' \
	'a pipeline that is not there, and those that are (B24-42)'
like "$(of field)" '*lead.UF_CRM_POOL*of type String*' \
	'a field that is not there (B24-41)'
cp kept shop/ringo.conf

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

portal --set scopes=crm --set admin=no
look
is "$code $(jq -r '.findings[].code' out | xargs)" '1 crm crm crm' \
	'rights that are missing (B24-19)'
like "$(of crm)" '*no administrator*right task*right user_basic*' \
	'...are named'
is "$(jq '.survey.pipelines | length' out)" 3 \
	'...and the rest is asked all the same'
away

: >shop/secrets/bitrix24
look
is "$code" 77 'no webhook at all: 77'
like "$(of credentials)" '*https://PORTAL/rest/USER/SECRET/*' \
	'...and what belongs there'
is "$(grep -c 'in-the-dark\|another-one' seen)" 0 'no secret is printed'
done_testing
