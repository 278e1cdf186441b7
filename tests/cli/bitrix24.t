#!/bin/sh
# SPDX-License-Identifier: MIT
# A project with Bitrix24: what needs no network, and what the secret must be.
. "${0%/*}/../lib.sh"

cp -R "$RINGO_SHARE/example/shop" p && chmod 700 p
sed 's/^crm .*/crm bitrix24/' "$RINGO_SHARE/example/shop/ringo.conf" \
	>p/ringo.conf
cp "$RINGO_SHARE/matrix/bitrix24" p/matrix

# Nothing here has a secret yet, so nothing could be asked.
ok 'the preset is whole on Bitrix24' "$BIN/ringo-match" -C p --check
"$BIN/ringo-match" -C p --table >table
ok '...and its table is printed' test -s table
ok 'calls are normalised without a CRM' "$BIN/ringo-normalize" -C p \
	<"$RINGO_SHARE/samples/calls-log.json"

# refused CODE NAME WHY: match ends so and says why, without the secret.
refused() {
	exits "$1" "$2" "$BIN/ringo-match" -C p </dev/null
	like "$(cat "$TMP/.said")" "$3" '...and it is said what belongs there'
	is "$(grep -c s3cr3ts3cr3t "$TMP/.said")" 0 '...without the secret'
}

refused 77 'a project without its secret' '*secrets/bitrix24*is missing;*'
mkdir -m 700 p/secrets
umask 077
while IFS='|' read -r code pasted name why; do
	printf '%s\n' "$pasted" >p/secrets/bitrix24
	refused "$code" "$name" \
		"*secrets/bitrix24*$why*https://PORTAL/rest/USER/*"
done <<-'EOF'
	77|s3cr3ts3cr3t|the secret alone|begins with https://
	77|https://acme.bitrix24.eu/rest/s3cr3ts3cr3t/|no user|number of its
	77|https://acme.bitrix24.eu/rest/17/|no secret|lacks the secret
	78|http://acme.bitrix24.eu/rest/17/s3cr3ts3cr3t/|no TLS|https
EOF
echo 'https://acme.bitrix24.eu/rest/17/s3cr3ts3cr3t/' >p/secrets/bitrix24
ok 'an address as Bitrix24 shows it is fine' "$BIN/ringo-match" -C p </dev/null
done_testing
