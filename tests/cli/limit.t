#!/bin/sh
# SPDX-License-Identifier: MIT
# The vendor says that it is too much: for a short time everybody waits, for a
# long one records are held. The account is up, and no record is blamed.
. "${0%/*}/../lib.sh"
. "$TOP/tests/crash/crm.sh"

at() {
	RINGO_NOW=2026-11-21T$1+02:00
	export RINGO_NOW
}
at 12:00:00
crash_seed

state() {
	sqlite3 run/journal.db "$1"
}
throttled() {
	RINGO_FAULT=$1 "$FAULTS/ringo-push" -C run <planned >out 2>said
}
# Hundredths of a second that the children of this shell have worked.
work() {
	times >worked # not in a pipe: that is another shell
	awk 'NR == 2 {
		for (i = 1; i <= 2; i++) {
			split($i, t, /[ms]/)
			sum += t[1] * 6000 + t[2] * 100
		}
		printf "%d\n", sum
	}' worked
}
# has FILE: something is in it before long.
has() {
	tries=0
	while [ ! -s "$1" ] && [ "$tries" -lt 5000 ]; do
		tries=$((tries + 1))
		wc -c said >/dev/null # a process, to let others run
	done
	ok "$2" test -s "$1"
}
tries() {
	sqlite3 "$1/journal.db" 'SELECT key, tries FROM action ORDER BY key'
}

tries calm >tried
n=1
: >wrong
while [ $n -le 9 ]; do
	rm -rf run && cp -r seed run
	throttled "throttle=20@$n" || echo "$n: ended $?" >>wrong
	crm_state run >got
	diff want got >>wrong
	grep -q '"held"' out && echo "$n: held" >>wrong
	tries run | diff tried - >>wrong
	state 'SELECT v FROM account' | grep down >>wrong
	n=$((n + 1))
done
[ -s wrong ] && note <wrong
ok 'a short wait at any request: nothing held, the CRM of an undisturbed run' \
	test ! -s wrong

# It waits, and doesn't ask all the time whether it is over.
rm -rf run && cp -r seed run
work >before
throttled throttle=1@1
work >calm_work
rm -rf run && cp -r seed run
throttled throttle=1500@2
work >busy_work
busy=$(($(cat busy_work) - $(cat calm_work)))
calm=$(($(cat calm_work) - $(cat before)))
note "hundredths of a second at work: $calm, and $busy with a wait of 1.5 s"
ok 'who waits for a limit does not work' test $((busy - calm)) -lt 50

# A long wait.
rm -rf run && cp -r seed run
throttled 'throttle=90000@2+'
is $? 75 'a long wait: 75'
is "$(wc -l <out)" 4 'a line in is a line out'
is "$(jq -r 'select(.result.actions) | .result.due' out | sort -u)" \
	2026-11-21T12:01:30+02:00 'held until the limit lets more go'
is "$(state "SELECT count(*) FROM account WHERE k = 'down'")" 0 \
	'the account is not down'
is "$(state 'SELECT sum(tries) FROM action WHERE state <> "done"')" 0 \
	'no try is counted'
ok 'no more than that is asked' sh -c '! grep -q "nothing more was sent" said'
at 12:01:20
crm_state run >before
"$BIN/ringo-push" -C run <planned >out 2>said
is $? 75 'another process heeds the limit, too'
crm_state run >got
same got before 'and sends nothing'
"$BIN/ringo-normalize" -C run <"$TOP/share/samples/calls-log.json" |
	grep 1795245345 | sed 's/_-1795/_-1796/; s/+380675/+380505/' >other
"$BIN/ringo-match" -C run <other >out
is $? 0 'match goes on'
like "$(jq -r .hold out)" '*limit*' 'and says why it could not look'
rm run/limit
at 12:01:40
"$BIN/ringo-push" -C run <planned >out 2>said
is $? 0 'when the wait is over all of it is carried out'
crm_state run >got
same got want 'as in an undisturbed run'

rm run/limit
RINGO_FAULT='throttle=20@1' "$FAULTS/ringo-match" -C run <other >out
is "$(jq -r 'has("plan"), has("hold")' out | tr '\n' ' ')" 'true false ' \
	'match waits a short time for its look-up'

# While it waits, what needs no limit comes out, and it can be stopped.
rm -rf run && cp -r seed run
mkfifo pipe
RINGO_FAULT='throttle=50000@1' "$FAULTS/ringo-push" -C run <pipe >out 2>said &
push=$!
exec 3>pipe
head -n 1 planned >&3
has run/limit 'it is throttled'
sed -n 3p planned | jq -c '.skip = "listed"' >&3
has out 'a record that needs no limit is not kept waiting'
is "$(jq -r .result.state out)" skipped '... it alone'
kill -TERM $push
wait $push
is $? 75 'told to stop it does not sleep on'
exec 3>&-
is "$(sed -n 2p out | jq -r '.result.state')" held 'what waited is held'
like "$(sed -n 2p out | jq -r '.result.due')" 2026-11-21T12:0[12]:?* \
	'until the limit lets it go'

# Two installations on one account.
echo 'rate 30%' >>run/ringo.conf
ok 'a share of the limits' "$BIN/ringo-match" -C run </dev/null
for share in 0% 101% 50 half% %; do
	sed -i "s/^rate.*/rate $share/" run/ringo.conf
	exits 78 "rate $share is none" "$BIN/ringo-match" -C run </dev/null
done
like "$("$BIN/ringo-match" -C run </dev/null 2>&1)" \
	'*ringo.conf:*: write our share of the CRM*' 'and it says what is'
done_testing
