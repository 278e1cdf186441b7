#!/bin/sh
# SPDX-License-Identifier: MIT
# A backlog goes to Bitrix24 in few requests: batches fill as soon as the portal
# has told how long its work takes.
. "${0%/*}/../lib.sh"
. "$TOP/tests/net/sim.sh"
. "$TOP/tests/net/backlog.sh"

# Work takes a fifth of what it usually takes.
sim_speed='--cost 0.2 --speed 100'
backlog_run bitrix24
is "$(jq -r .result.state out | sort | uniq -c | xargs)" '200 done' \
	'200 calls of 80 clients are carried out'
# 80 look-ups and the mode are 3; 80 leads and 200 tasks at least 6.
ok '... in 16 requests or fewer' test "$backlog_requests" -le 16
is "$backlog_biggest" 50 '... of up to 50 commands'
is "$(sim_twice)" '' '... and nothing is there twice'
done_testing
