#!/bin/sh
# SPDX-License-Identifier: MIT
# Two projects whose crm.db is the same file, as two installations on one
# account: what one has made the other finds, nothing is there twice, and what
# one doesn't know the outcome of it finds by its own keys.
TMPDIR=$("${0%/*}/../matrix/place")
. "${0%/*}/../lib.sh"
. "$TOP/tests/crash/crm.sh"

at() {
	RINGO_NOW=2026-11-21T$1:00:00+02:00
	export RINGO_NOW
}

calls() {
	"$TOP/tests/matrix/calls" 400 40 "$1"
}
at 12

shop a
chmod 700 a
cp -R a b
ln -s ../a/crm.db b/crm.db
calls log | "$BIN/ringo-normalize" -C a | split -l 20 - part.
calls want | sort >right

# By turns, some calls each; at times without a usable answer.
n=0
: >wrong
for part in part.*; do
	n=$((n + 1))
	who=$(printf 'a\nb\n' | sed -n "$((n % 2 + 1))p")
	if [ $((n % 5)) -eq 0 ]; then
		RINGO_FAULT='html@2,drop-after@4' "$FAULTS/ringo-push" \
			-C "$who" <"$part" >out 2>said
	fi
	hour=13
	until "$BIN/ringo-match" -C "$who" <"$part" |
		"$BIN/ringo-push" -C "$who" >out 2>said; do
		hour=$((hour + 1))
		at $hour
		[ $hour -lt 20 ] || break
	done
	[ $hour -lt 20 ] || cat said >>wrong
	at 12
done
[ -s wrong ] && note <wrong
ok 'both projects carry everything out' test ! -s wrong
sqlite3 a/crm.db <"$TOP/tests/matrix/state.sql" | sort >got
same got right 'one contact and one lead a client, tasks for each call'
is "$(crm_doubles a)" '' 'nothing is there twice'
is "$(readlink b/crm.db)" ../a/crm.db 'the link is still a link'
for who in a b; do
	is "$(sqlite3 $who/journal.db 'SELECT count(*) FROM record')" 200 \
		"the journal of $who has its own calls"
done
done_testing
