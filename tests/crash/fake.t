#!/bin/sh
# SPDX-License-Identifier: MIT
# Every fault at the requests of a run, on CRMs with all the traits that make
# vendors difficult, while managers edit: after feeding again or replay the CRM
# is the one of an undisturbed run, each effect once. What can't be found again
# is there at most once, and the result says so.
# One of RINGO_CRASH_STEP cases is played; 1 takes every request (an hour).
TMPDIR=$("${0%/*}/../matrix/place")
export TMPDIR
. "${0%/*}/../lib.sh"
. "$TOP/tests/crash/fake.sh"

unset RINGO_FAKE
fake_seed

# Traits of the CRM, and how long a doubt must rest.
sets='alone/0
/5m
named/5m
stored linked/0
sure slots/5m
whole linked none204/0
partial object/5m
unique list strict/0
taken none204 alone/5m
marker partial strict/5m
lost/0
alone lost unique linked/5m
named marker taken linked strict slots/5m'
faults='drop-before drop-after error500-before error500-after html cut=1
cut=40 throttle=90000 auth down refuse stall=5 late=5 lag=60000'
worlds='calm poisoned dismissed'

# world NAME DIR: what somebody did to the CRM after the calls were planned.
world() {
	case $1 in
	poisoned) sql="CREATE TRIGGER poison BEFORE INSERT ON note
		WHEN new.title LIKE 'Seen %20_' BEGIN
		SELECT raise(ABORT, 'poison'); END" ;;
	dismissed) sql="UPDATE user SET active = 0 WHERE id = '7'" ;;
	*) return ;;
	esac
	sqlite3 "$2/crm.db" "$sql"
}

# at HOUR PROGRAM...: one of the programs at that time of the day.
at() {
	RINGO_NOW=2026-11-21T$1:00:00+02:00 \
		timeout -s KILL 20 "$FAULTS/$2" -C run 2>>said
}

# again HOUR WAY: as people and cron do after a failure. By then a limit is
# forgotten, too, whose clock is the machine's own.
again() {
	rm -f run/limit
	case $2 in
	0) at "$1" ringo-push <planned ;;
	1) at "$1" ringo-match <in | at "$1" ringo-push ;;
	*) at "$1" ringo-replay | at "$1" ringo-match | at "$1" ringo-push ;;
	esac
}

open_records() {
	sqlite3 run/journal.db "SELECT count(*) FROM record
		WHERE state NOT IN ('done', 'dead', 'skipped')"
}

# until_content WAY: again and again, an hour later each time.
until_content() {
	hour=13
	while [ "$(open_records)" != 0 ]; do
		[ $hour -gt 22 ] && echo 'never content' && return
		again $hour "$1" >>out
		hour=$((hour + 1))
	done
}

# What was left to another process has happened when this returns.
wait_for_late() {
	tries=0
	while [ "$(grep -c '^asked' run/requests)" != \
		"$(grep -c '^done' run/requests)" ] && [ $tries -lt 2000 ]; do
		tries=$((tries + 1))
	done
}

# missing: what is in `want` and not in the CRM must be unsure, or need what is.
missing() {
	sed 's/^\([^ ]* [^ ]*\).*/\1/' want | sort >keys.want
	sed 's/^\([^ ]* [^ ]*\).*/\1/' got | sort >keys.got
	comm -13 keys.want keys.got | sed 's/^/too much: /'
	comm -23 keys.want keys.got | while read -r _ key; do
		state=$(sqlite3 run/journal.db "SELECT state || ' ' || error
			FROM action WHERE key = '$key'")
		case $state in
		'unsure '* | 'skipped needs '*) ;;
		*) echo "lost: $key ($state)" ;;
		esac
	done
	unsure=$(sqlite3 run/journal.db \
		"SELECT count(*) FROM action WHERE state = 'unsure'")
	[ "$unsure" -eq "$(jq -r '.result.actions[]? |
		select(.state == "unsure").key' out | sort -u | wc -l)" ] ||
		echo "$unsure are unsure, but the results don't say so"
}

# disturbed FAULT WAY: a run with the fault, then others until all is done;
# prints what is wrong.
disturbed() {
	rm -rf run said out && cp -r ready run
	case $1 in
	late*@*) sed -i '/^settle/d' run/ringo.conf &&
		echo 'settle 5m' >>run/ringo.conf ;;
	lag*@*) sed -i '/^settle/d' run/ringo.conf &&
		echo 'settle 5m' >>run/ringo.conf ;;
	esac
	RINGO_FAULT=$1 at 12 ringo-push <planned >out
	rc=$?
	[ "$(wc -l <out)" -eq "$(wc -l <planned)" ] || echo 'not a line each'
	case $rc in
	0 | 65 | 75) ;;
	*) echo "ended $rc" ;;
	esac
	case $1 in late*) wait_for_late ;; esac
	until_content "$2"
	fake_state run >got
	case $RINGO_FAKE in
	*lost*) missing ;;
	*) diff want got ;;
	esac
}

# ready SET WORLD: makes `ready`, what the runs begin with, `want` and `most`,
# the number of requests.
ready() {
	RINGO_FAKE=${1%/*}
	export RINGO_FAKE
	rm -rf ready run
	cp -r seed ready
	echo "settle ${1#*/}" >>ready/ringo.conf
	RINGO_NOW=2026-11-21T12:00:00+02:00 "$FAULTS/ringo-match" -C ready \
		<in >planned
	rm ready/requests
	world "$2" ready
	cp -r ready run
	rm -f said out
	at 12 ringo-push <planned >out
	most=$(grep -c '^asked' run/requests)
	until_content 0
	fake_state run >want
	rm -rf run
}

# wanted N: is this one of the sample?
n=0
wanted() {
	n=$((n + 1))
	[ $((n % step)) -eq 0 ]
}

case ${RINGO_CRASH:-short} in
long) step=${RINGO_CRASH_STEP:-7} ;;
*) step=${RINGO_CRASH_STEP:-307} ;;
esac
echo "$sets" >sets
while read -r set; do
	: >wrong
	cases=0
	for world in $worlds; do
		ready "$set" "$world"
		for fault in $faults; do
			k=1
			while [ $k -le "$most" ]; do
				for at in "$k" "$k+"; do
					wanted || continue
					cases=$((cases + 1))
					disturbed "$fault@$at" $((n % 3)) >is
					[ -s is ] || continue
					echo "$world, $fault@$at, $((n % 3)):"
					cat is
					tail -n 3 said
				done
				k=$((k + 1))
			done
		done
	done >wrong
	[ -s wrong ] && head -n 60 wrong | note
	ok "'${set%/*}', settle ${set#*/}: every effect once ($cases cases)" \
		test ! -s wrong -a "$cases" -gt 0
done <sets

# pinned NAME SET WORLD FAULT WAY: a case that no sample may leave out.
pinned() {
	ready "$2" "$3"
	disturbed "$4" "$5" >is
	[ -s is ] && note <is
	ok "$1" test ! -s is
}

pinned 'a lead found by a later run still gets its contact' \
	linked/0 calm 'error500-after@6+' 2
pinned "a task that went to the senior manager is found as his" \
	'named marker taken linked strict slots/5m' dismissed \
	'error500-after@25+' 2
pinned 'half a refusal names nobody' \
	'stored linked/0' poisoned 'cut=40@10+' 0

# A CRM in lasting trouble.
ready alone/0 calm
disturbed 'error500-after@1+' 0 >is
ok 'errors without an end: everything once' test ! -s is
asked=$(grep -c '^asked' run/requests)
note "$asked requests, undisturbed $most"
ok '...and the CRM is left in peace' test "$asked" -le $((most * 4))
done_testing
