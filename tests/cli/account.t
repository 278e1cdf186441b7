#!/bin/sh
# SPDX-License-Identifier: MIT
# An account that is down: nothing is sent but a probe now and then, whatever
# is fed; the first good answer brings it up, and everything goes on.
. "${0%/*}/../lib.sh"

cp -r "$TOP/share/example/shop" shop
chmod 700 shop
"$BIN/ringo-match" -C shop </dev/null
"$BIN/ringo-normalize" -C shop <"$TOP/share/samples/calls-log.json" |
	grep -v 1795016402 >records

at() {
	RINGO_NOW=2026-11-21T$1+02:00
	export RINGO_NOW
}
down() {
	sqlite3 shop/journal.db "SELECT json_extract(v, '\$.why') FROM account
		WHERE k = 'down'"
}
made() {
	sqlite3 shop/crm.db 'SELECT count(*) FROM contact WHERE key NOT NULL'
}

at 12:00:00
"$BIN/ringo-match" -C shop <records >planned
RINGO_FAULT='auth@*' "$FAULTS/ringo-push" -C shop <planned >out 2>said
is $? 75 'the key is refused: 75'
is "$(jq -r 'select(.result.actions) | .result.state' out | sort -u)" held \
	'every record that has something to do is held'
ok 'the journal says why' test -n "$(down)"
ok 'stderr says why' grep -q "$(down)" said
is "$(sqlite3 shop/journal.db 'SELECT sum(tries) FROM action')" 0 \
	'and no record is blamed for it'

# Before the probe is due not even a good CRM is asked, by nobody.
at 12:00:30
"$BIN/ringo-push" -C shop <planned >out 2>said
is $? 75 'too early for a probe: 75'
is "$(made)" 0 'nothing was sent'
grep '"direction":"out"' records |
	sed 's/_-1795/_-1796/; s/+380675/+380505/' >others
"$BIN/ringo-match" -C shop <others >out
is "$(jq -r .hold out | sort -u)" "$(down)" \
	'match looks nobody up and says why'

# A probe that fails: the next one later.
at 12:01:10
RINGO_FAULT='auth@*' "$FAULTS/ringo-push" -C shop <planned >out 2>said
is $? 75 'the probe fails: 75'
at 12:02:20
"$BIN/ringo-push" -C shop <planned >out 2>said
is "$(made)" 0 'a minute later it is too early again'

# One that the CRM refuses for its limit says nothing of the account.
at 12:09:00
RINGO_FAULT='throttle=90000@1' "$FAULTS/ringo-push" -C shop <planned >out 2>said
is $? 75 'the probe is throttled: 75'
ok 'and the account is down' test -n "$(down)"
ok 'for the same reason' grep -q "$(down)" said

# And one that is good.
at 12:20:00
rm shop/limit
"$BIN/ringo-match" -C shop <records >again
is "$(jq -r 'select(.hold) | .id' again | wc -l)" 0 \
	'a good look-up brings the account up'
is "$(down)" '' 'the journal says so'
ok 'what goes on goes on gently' test -s shop/limit
"$BIN/ringo-push" -C shop <again >out
is $? 0 'everything is carried out'
ok 'and there' test "$(made)" -gt 10

# It is match that finds out, while push is under way.
rm -f shop/journal.db* shop/crm.db* shop/limit
"$BIN/ringo-match" -C shop </dev/null
at 12:00:00
: >out
{
	printf '%s\n' '{"id":"a_1.1","event":"call.ended","skip":"listed",
"at":"2026-11-21T11:50:00+02:00","direction":"in"}' | tr -d '\n'
	echo
	until [ -s out ]; do :; done
	RINGO_FAULT='auth@*' "$FAULTS/ringo-match" -C shop <records
} | "$BIN/ringo-push" -C shop >out 2>said
is $? 75 'match finds out: 75'
ok '... and push says why, too' grep -q "sent: $(down)" said

# The same with push alone finding out.
down_for_a_while() {
	rm -f shop/journal.db* shop/crm.db* shop/limit
	"$BIN/ringo-match" -C shop </dev/null
	at 12:00:00
	RINGO_FAULT='auth@*' "$FAULTS/ringo-push" -C shop <planned >out 2>said
	at 12:10:00
}
down_for_a_while
"$BIN/ringo-push" -C shop <planned >out
is $? 0 "push's own probe is good: all of it goes on at once"
is "$(down)" '' 'and the account is up'
ok 'and goes on gently' test -s shop/limit

down_for_a_while
RINGO_FAULT='throttle=20@1' "$FAULTS/ringo-push" -C shop <planned >out
is $? 0 'a probe waits a moment for a limit: all of it goes on'

# A probe that is through without a request, as an update in doubt that is
# simply sent again, says nothing: the request behind it does.
rm -rf q
cp -r "$TOP/share/example/shop" q
chmod 700 q
printf 'when in\n\tupdate lead\n' >q/matrix
echo 'settle 30s' >>q/ringo.conf
"$BIN/ringo-match" -C q </dev/null
sqlite3 q/crm.db "INSERT INTO lead(title, owner, phone)
	VALUES ('L', '7', '+380501111111')"
echo '{"id":"a_1.1","event":"call.ended","at":"2026-11-21T11:50:00+02:00",
	"direction":"in","client":{"phone":"+380501111111"}}' |
	tr -d '\n' >update
at 12:00:00
RINGO_FAULT='drop-before@2' "$FAULTS/ringo-push" -C q <update >out 2>said
head -n 1 records >one
RINGO_FAULT='auth@*' "$FAULTS/ringo-push" -C q <one >out 2>said
for minute in 02 05 10; do
	at 12:$minute:00
	RINGO_FAULT='auth@*' "$FAULTS/ringo-push" -C q <update >out 2>said
done
is "$(sqlite3 q/journal.db "SELECT json_extract(v, '\$.tries') FROM account
	WHERE k = 'down'")" 4 \
	'a probe without a request: the account stays down'
at 12:30:00
"$BIN/ringo-push" -C q <update >out 2>said
is "$? $(jq -r .result.state out)" '0 done' '... and comes up with a good one'

# One lost answer says little; five in a row say that nobody is there.
rm -f shop/journal.db* shop/crm.db*
"$BIN/ringo-match" -C shop </dev/null
at 12:00:00
head -n 1 planned >one
RINGO_FAULT='down@*' "$FAULTS/ringo-push" -C shop <one >out 2>said
is "$(down)" '' 'one request without an answer: the account is up'
seq 300 | awk '{ printf "{\"id\":\"u_-%d.1\",\"event\":\"call.ended\"," \
	"\"at\":\"2026-11-21T10:00:00+02:00\",\"direction\":\"in\"," \
	"\"client\":{\"phone\":\"+380501%06d\"}}\n", $1, $1 }' >many
RINGO_FAULT='down@*' "$FAULTS/ringo-push" -C shop <many >out 2>said
ok 'five in a row: it is down' test -n "$(down)"
done_testing
