# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Part of tests/bench/run: the programs on a big journal, BENCH_JOURNAL actions,
# three a call: 9000000 need 4 GB below TMPDIR. The first look-up reads from the
# disk where we may empty its cache.

: "${top:?}" "${bin:?}"
past=$((BENCH_JOURNAL / 3))

cold() {
	sync
	{ echo 3 >/proc/sys/vm/drop_caches; } 2>/dev/null || :
}

# opened N: as many open records in the journal, all due.
opened() {
	sqlite3 shop/journal.db "
		UPDATE record SET state = 'held', at = 1795255200000
		WHERE id % ($past / $1) = 0"
}

# Stopped at its first line.
replay() {
	"$bin/ringo-replay" -C shop 2>/dev/null | head -n 1 >out
}

echo
echo "a journal of $BENCH_JOURNAL actions:"
project shop 1
"$bin/ringo-replay" -C shop
sqlite3 shop/journal.db "CREATE TEMP TABLE n AS SELECT $past AS calls" \
	".read $top/tests/bench/journal.sql" >out
wc -c <shop/journal.db |
	awk '{ printf "%-40s %8.2f GB\n", "size", $1 / 1e9 }'
cold
"$BUILD/tests/bench-lookups" shop "$past" |
	awk '/first/ { printf "%-40s %8.1f ms\n", "first look-up", $2 }'
cat shop/journal.db >/dev/null
"$BUILD/tests/bench-lookups" shop "$past" |
	awk '/lookups/ { printf "%-40s %8d /s\n", "look-ups, cached", $2 }'
rate 'ringo-match, 1 action a call' \
	"$(per_second "$BENCH_CALLS" plan planned)"
rate 'ringo-push, 1 action a call' \
	"$(per_second "$BENCH_CALLS" push shop planned)"
for n in 0 1000 100000; do
	[ $n -le "$past" ] || continue
	[ $n -eq 0 ] || opened $n
	cold
	start=$(date +%s%N)
	replay
	awk -v n=$n -v ns=$(($(date +%s%N) - start)) 'BEGIN {
		printf "%-40s %8.1f ms\n", "ringo-replay, first of " n " open",
		    ns / 1e6
	}'
done
