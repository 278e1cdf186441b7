#!/bin/sh
# SPDX-License-Identifier: MIT
# The programs and a Bitrix24 that fails: whatever becomes of a request, in the
# end everything is there, and once. RINGO_CRASH=long: each fault at each of the
# first requests.
. "${0%/*}/../lib.sh"

# Clients who missed several calls have one task for all that are open when the
# first is done: which these are, differs. One call is older than the window.
shop seed
chmod 700 seed
mkdir -m 700 seed/secrets
sed -i 's/^crm .*/crm bitrix24/; s/^language.*/language en/' seed/ringo.conf
echo 'settle 1s' >>seed/ringo.conf
"$BIN/ringo-normalize" -C seed <"$TOP/share/samples/calls-log.json" |
	grep -v -e 1795016402 -e 380675550102 -e 380675550108 >in
mkfifo ready

# pipe HOUR: what is in the input goes through.
pipe() {
	RINGO_NOW=2026-11-21T$1:00:00+02:00
	export RINGO_NOW
	"$BIN/ringo-match" -C shop 2>>err | "$BIN/ringo-push" -C shop \
		>/dev/null 2>>err
}

# play FAULTS: the calls, then replays until none is open; `state` and `audit`.
play() {
	rm -rf shop
	cp -R seed shop
	"$TESTS/sim-bitrix24" --ready ready --cost 0 --fault "$1" \
		--now 2026-11-21T10:00:00+02:00 &
	sim=$!
	read -r port <ready
	echo "http://127.0.0.1:$port/rest/1/simulated/" >shop/secrets/bitrix24
	chmod 600 shop/secrets/bitrix24
	: >err
	pipe 10 <in
	for hour in 11 12 13 14 15 16; do
		"$TESTS/sim-talk" -a "$port" POST /_sim/clock 3600000 >/dev/null
		RINGO_NOW=2026-11-21T$hour:00:00+02:00
		export RINGO_NOW
		"$BIN/ringo-replay" -C shop 2>>err | pipe "$hour"
		left=$(sqlite3 shop/journal.db "SELECT count(*) FROM record
			WHERE state IN ('kept', 'planned', 'held')")
		[ "$left" = 0 ] && break
	done
	"$TESTS/sim-talk" -a "$port" GET '/_sim/audit?marker=(ringo+' >audit
	"$TESTS/sim-talk" -a "$port" GET '/_sim/state?compare=1' |
		jq -c 'del(.DEADLINE)' | sort >state
	kill "$sim"
	wait "$sim"
}

# Nothing is open, nothing twice, nothing without its owner.
judge() {
	is "$left $(jq -c '[.twice, .orphans]' audit)" '0 [[],[]]' "$1" ||
		note <err
}

play ''
judge 'undisturbed, everything is there once'
ok '...and it is something' test "$(wc -l <state)" -gt 40
cp state want

if [ "${RINGO_CRASH:-}" = long ]; then
	requests='1 2 3 4 5 6 7 8 9 10 11 12'
	faults=$(for n in $requests; do
		for kind in drop-before drop-after late=5000 html html-before \
			cut=40 error500-before error500-after error-after=502 \
			throttle=1 auth refuse=INTERNAL_SERVER_ERROR \
			refuse=OPERATION_TIME_LIMIT; do
			echo "$kind@$n"
		done
	done)
else
	faults='drop-after@crm.item.add:2 late=900@crm.item.add
drop-after@tasks.task.add html@tasks.task.add:2
cut=40@tasks.task.complete:1'
fi
for fault in $faults; do
	play "$fault"
	judge "$fault: everything is there once"
	same state want '...as if nothing had happened'
done
done_testing
