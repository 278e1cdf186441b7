#!/bin/sh
# SPDX-License-Identifier: MIT
# What stands between two requests: one synced commit for what came of the
# last and one for what the next will do, whatever number of calls a request
# carries, and results are out only behind theirs. And match, which commits
# nothing, reads the journal as often for many calls as for one.
. "${0%/*}/../lib.sh"
. "$TOP/tests/calls.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW

# planned N: N missed calls of different clients, with their plans.
planned() {
	missed_calls 0 "$1" | "$BIN/ringo-match" -C project
}

# steps: what push did about its input, a word for each request: J a commit of
# the journal, C of the CRM, w results written. Not the first, which begins the
# files of both.
steps() {
	strace -qq -y -e trace=fdatasync,write -o trace \
		"$BIN/ringo-push" -C project >out
	sed -n 's/^fdatasync.*journal.db-wal>.*/J/p
		s/^fdatasync.*crm.db-wal>.*/C/p
		s/^write(1<.*/w/p' trace | tr -d '\n' |
		sed 's/JCJ/ &/g; s/^[^ ]* //; s/ww*/w/g; s/w[^w ]*$/w/'
}

shop project
printf 'when in\n\tcreate lead to senior\n' >project/matrix
planned 250 >in
is "$(steps <in)" 'JCJw JCJw JCJw JCJw' \
	'fifty calls a request: two commits, then their results'
is "$(wc -l <out)" 250 '... of all of them'

rm -r project && shop project
{
	grep '^text' "$TOP/share/example/shop/matrix"
	echo 'when in'
	echo '	create contact to senior'
	echo '	create lead to senior'
	echo '	task callback to senior on lead'
} >project/matrix
planned 150 >in
is "$(steps <in)" 'JCJ JCJ JCJ JCJ JCJ JCJw JCJw JCJw' \
	'three actions a call: two commits a request, as many requests'
is "$(grep -c '"state":"done"' out)" 150 '... and all are done'

# locks N: how often match locks the journal for a batch of N calls.
locks() {
	missed_calls 1000 "$1" >in
	strace -qq -y -e trace=fcntl -o trace \
		"$BIN/ringo-match" -C project <in >out
	grep -c 'journal.db-shm>' trace
}
is "$(locks 100)" "$(locks 1)" 'a hundred calls are one reading for match'

done_testing
