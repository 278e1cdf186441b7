# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Part of tests/bench/run: what push can carry out. F is how many times a second
# this disk makes a page durable; two commits a request leave 0.5 F at most to
# calls that come one by one. A commit is six pages, so the faster the disk, the
# further they stay below that.

: "${BENCH_CALLS:=20000}" "${top:?}" "${bin:?}"
. "$top/tests/calls.sh"

# project DIR ACTIONS: a new one, whose matrix makes so much of a missed call.
project() {
	rm -rf "$1"
	cp -r "$top/share/example/shop" "$1"
	chmod 700 "$1"
	{
		grep '^text' "$top/share/example/shop/matrix"
		echo 'when in'
		echo '	create contact to senior'
		echo '	create lead to senior'
		echo '	task callback to senior on lead'
	} | if [ "$2" = 3 ]; then cat; else sed '/contact to\|task/d'; fi \
		>"$1/matrix"
}

# rate NAME CALLS-A-SECOND [SYNCS-A-SECOND]: a line of the table.
rate() {
	awk -v name="$1" -v calls="$2" -v f="${3:-}" 'BEGIN {
		printf "%-40s %8d calls/s", name, calls
		if (f)
			printf "   %5.2f F, F is %d", calls / f, f
		printf "\n"
	}'
}

# free_crm ACTIONS HOW CALLS: to a CRM whose answers cost nothing.
free_crm() {
	project shop "$1"
	head -n "$3" "planned$1" | "$BUILD/tests/bench-deliver" shop "$2" >out
	rate "$1 action(s) a call, $2" "$(sed -n 's/calls //p' out)" \
		"$(sed -n 's/syncs //p' out)"
}

# per_second CALLS COMMAND...: how many of them a second the command takes.
per_second() {
	n=$1
	shift
	start=$(date +%s%N)
	"$@"
	echo $((n * 1000000000 / ($(date +%s%N) - start)))
}

plan() { "$bin/ringo-match" -C shop <missed >"$1"; }
# Some may stay held: two clients can share a lock.
push() { "$bin/ringo-push" -C "$1" <"$2" >out || [ $? -eq 75 ]; }

# The calls by eight processes at once; what they say goes to `said`.
push_by_eight() {
	split -n r/8 "$2" part.
	for part in part.*; do
		"$bin/ringo-push" -C "$1" <"$part" >"out.$part" 2>>said &
	done
	wait
}

echo
echo 'delivery, to a CRM whose answers cost nothing:'
missed_calls 0 "$BENCH_CALLS" >missed
for n in 1 3; do
	project shop $n
	plan planned$n
	free_crm $n alone $((BENCH_CALLS / 10))
	free_crm $n packed "$BENCH_CALLS"
done
echo
echo 'by the programs, to the local CRM:'
for n in 1 3; do
	project shop $n
	rate "ringo-match, $n action(s) a call" \
		"$(per_second "$BENCH_CALLS" plan planned$n)"
	rate "ringo-push, $n action(s) a call" \
		"$(per_second "$BENCH_CALLS" push shop planned$n)"
done
project shop 1
: >said
rate 'ringo-push, 1 action, 8 processes' \
	"$(per_second "$BENCH_CALLS" push_by_eight shop planned1)"
awk -v all="$BENCH_CALLS" -v busy="$(grep -ci 'busy\|locked' said || :)" '
	/"state":"done"/ { n++ }
	END { printf "%-40s %8d done of %d, busy errors: %d\n",
	    "", n, all, busy }
' out.part.*
