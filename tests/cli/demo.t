#!/bin/sh
# SPDX-License-Identifier: MIT
# `make demo` is the first thing that people see: it works, it can be read, and
# what goes wrong in it is said.
. "${0%/*}/../lib.sh"

demo() {
	LC_ALL=C TERM=xterm BIN=${bin:-$BIN} "$TOP/share/demo/demo" "$1"
}

ok 'the demo runs, whatever the locale' demo "$TMP/demo"
cp .said out
ok '...and once more, in its place' demo "$TMP/demo"
same out .said '...with the same words'
is "$(perl -CSD -ne 'chomp; print "$_\n" if length > 100' out)" '' \
	'nothing in it is wider than 100 columns'
is "$(tr -d '[:print:]\n' <out | LC_ALL=C tr -d '\200-\377' | od -An -c)" '' \
	'no colours without a terminal'
is "$(grep -c '^[MTWFS][a-z][a-z] [0-9][0-9]:[0-9][0-9] ' out)" \
	"$(jq length "$TOP/share/samples/calls-log.json")" 'every call is shown'
like "$(cat out)" '*380675550101*Коваленко*contact 7, lead 4, task 8 ✓*' \
	'...with what was made'
for what in contacts leads deals tasks; do
	is "$(awk -v what="$what" '$1 == what { print $3 }' out)" \
		"$(awk -v what="$what" '$1 == what { print $4 }' out)" \
		"the second run makes no $what"
done
is "$(find demo ! -perm 600 -type f | grep 'db\|ndjson')" '' \
	'what people said on the phone is nobody else'"'"'s business'

# The README has pieces of it, marked "output"; dots stand for what is left out.
cd "$TOP" && BIN=$BIN share/demo/demo "$TMP/build/demo" 2>&1 |
	sed "s,$TMP/,,g" >"$TMP/printed"
cd "$TMP" || exit
is "$(awk '/^```/ { on = !on && /output/; next } on && !/^…$/' \
	"$TOP/README.md" | grep -vxF -f printed)" '' \
	'the README shows what the demo prints'

mkdir mine
exits 1 'a directory that is no project stays as it is' demo "$TMP/mine"
mkdir bin
ln -s "$BIN/ringo-normalize" "$BIN/ringo-match" bin
printf '#!/bin/sh\nexit 74\n' >bin/ringo-push
chmod +x bin/ringo-push
bin=$TMP/bin
exits 1 'a program that fails stops it' demo "$TMP/demo"
like "$(tail -n 1 .said)" 'demo: ringo-push ended with 74' '...and is named'
done_testing
