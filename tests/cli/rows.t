#!/bin/sh
# SPDX-License-Identifier: MIT
# A line in is a line out: every program, good and bad lines mixed.
. "${0%/*}/../lib.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW
cp -r "$TOP/share/example/shop" shop
chmod 700 shop

# spoil: puts bad lines between and after the lines of standard input.
spoil() {
	awk '{ print }
NR == 1 { print "{\"id\":\"a\",\"event\":\"call.ended\"" }
NR == 2 { print "not json" ; print "[1,2]" ; print "\"text\"" }
NR == 3 { print "{\"id\":\"a\",\"id\":\"b\"}" }
NR == 4 { print "{\"id\":7,\"event\":\"call.ended\"}" }
NR == 5 { print "{\"event\":\"call.ended\"}" ; print "" }
NR == 6 { printf "{\"x\":\"\377\"}\n" }
NR == 7 { print "{\"id\":\"a_-1.1\"}" }'
}
bad=10 # of these; [1,2] is two rows for normalize, a blank line none

in=$TOP/share/samples/calls-log.json
"$BIN/ringo-normalize" -C shop <"$in" >records
is "$(wc -l <records)" "$(jq length "$in")" \
	'normalize: as many records as rows in the array'

# promise PROGRAM BAD: on "spoilt", which has the lines of "good" and BAD more.
promise() {
	rm -f shop/rejects.ndjson
	"$BIN/$1" -C shop <spoilt >out 2>err
	is $? 65 "$1: bad lines end it with 65"
	is "$(wc -l <out)" "$(wc -l <good)" "$1: every good line comes out"
	is "$(wc -l <shop/rejects.ndjson)" "$2" "$1: every bad line is kept"
	is "$(stat -c %a shop/rejects.ndjson)" 600 "$1: rejects are private"
	is "$(wc -l <err)" "$2" "$1: a line on stderr for each"
	ok "$1: no content on stderr" sh -c '! grep -q "not json" err'
	is "$(jq -r 'select(.raw == "not json") | .line // .row' \
		shop/rejects.ndjson)" "$(sed -n '/^not json$/=' spoilt)" \
		"$1: a reject says which line it was"
	is "$(jq -r 'select(.raw_base64).raw_base64' shop/rejects.ndjson |
		base64 -d | cut -c 7 | od -An -tx1)" ' ff 0a' \
		"$1: bytes that are no UTF-8 are kept too"
	jq -r '.id' out | sort >ids
	jq -r '.id' good | sort >want
	same ids want "$1: the good lines are the ones that went in"
}

cp records good
spoil <good >spoilt
promise ringo-normalize $bad
spoil <good >spoilt
promise ringo-match $bad
"$BIN/ringo-match" -C shop <records >good
spoil <good >spoilt
promise ringo-push $bad

: >empty
for p in normalize match push; do
	is "$("$BIN/ringo-$p" -C shop <empty | wc -c)" 0 \
		"$p: nothing in, nothing out"
done
head -c 1500000 /dev/zero | tr '\0' x >long
{ cat long && echo && head -n 1 records; } >long.in
for p in normalize match push; do
	exits 65 "$p: a line over 1 MiB is rejected, the next is taken" \
		"$BIN/ringo-$p" -C shop -x /dev/null <long.in
	"$BIN/ringo-$p" -C shop -x /dev/null <long.in >out 2>/dev/null
	is "$(wc -l <out)" 1 "$p: and it comes out"
done
head -n 1 records | tr -d '\n' >unended
is "$("$BIN/ringo-match" -C shop <unended | wc -l)" 1 \
	'a last line without a newline counts'
done_testing
