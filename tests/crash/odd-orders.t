#!/bin/sh
# SPDX-License-Identifier: MIT
# Streams in which plans grow stale, keys collide, and records come in an order
# that nobody wished for: still one lead for a client, every call's effects
# once, nothing stuck.
. "${0%/*}/../lib.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW

# fresh: a new project `p`.
fresh() {
	rm -rf p && shop p && chmod 700 p
}

# rec ID PHONE LOGIN [MORE [AT [EVENT]]]: an answered call.
rec() {
	printf '{"id":"%s","event":"%s","at":"%s","direction":"in",%s%s}\n' \
		"$1" "${6:-call.ended}" "${5:-2026-11-21T10:00:00+02:00}" \
		"$(printf '"outcome":"answered","client":{"phone":"%s"},%s' \
			"$2" "\"answered_by\":{\"sip\":\"demoshopua_$3\"},
\"seconds\":{\"total\":60,\"talk\":50}" | tr -d '\n')" "${4:-}"
}
match() { "$BIN/ringo-match" -C p; }
push() { "$BIN/ringo-push" -C p 2>>said; }
replay() { "$BIN/ringo-replay" -C p 2>>said; }
crm() { sqlite3 p/crm.db "$1"; }
leads() { crm 'SELECT count(*) FROM lead'; }

# A plan rests on what was decided for the record before it, not only on its
# name: here the pick-up is decided again, and the plan behind it isn't good.
fresh
{
	rec a_20.2 +380501111111 ivan '' '' call.answered
	rec a_20.2 +380501111111 ivan
} | match >planned
rec a_20.1 +380501111111 olena '' 2026-11-21T09:00:00+02:00 | push >out
push <planned >out
is "$(leads)" 1 'a plan behind a plan that was decided again: one lead'

fresh
{
	rec a_40.1 +380501111111 ivan '' 2026-11-21T09:00:00+02:00
	rec a_40.2 +380501111111 olena
} | RINGO_FAULT='throttle=90000@3' "$FAULTS/ringo-push" -C p >out 2>>said
RINGO_NOW=2026-11-21T12:30:00+02:00
rm p/limit
replay | match | push >out
is "$(leads)" 1 'a plan behind one that had begun in another run: one lead'
RINGO_NOW=2026-11-21T12:00:00+02:00

# A plan that hands the client over counts for the plans behind it.
for who in answerer:8 distributed:7; do
	fresh
	printf 'when %s in\n\t%s\n' \
		call.answered "assign contact to ${who%:*}" \
		call.ended 'task callback to responsible' >p/matrix
	match </dev/null
	crm "INSERT INTO contact(name, phone, owner) VALUES ('x',
		'+380501111111', '9')"
	{
		rec a_21.1 +380501111111 ivan '' '' call.answered
		rec a_21.2 +380501111111 olena
	} | match >planned
	push <planned >out
	is "$(crm 'SELECT owner FROM contact UNION ALL SELECT owner FROM task' |
		tr '\n' ' ')" "${who#*:} ${who#*:} " \
		"assigned to ${who%:*}: the next call finds the new owner"
done

# Two numbers that end in the same nine digits share a lock, nothing else.
fresh
{
	rec a_3.1 +380501234567 ivan
	rec a_3.2 +48501234567 olena
} | match | push >out
is "$(leads)" 2 'two countries, the same nine digits: two clients'
is "$(crm 'SELECT count(*) FROM contact')" 2 'each with a contact'

# The same short key for calls of two clients, planned in one batch.
fresh
{
	rec ua7_-17.1 +380501111111 ivan
	rec ua7_-16.1 +380502222222 olena '' 2026-11-21T09:00:00+02:00
	rec ua8_-17.1 +380502222222 olena
} | match | push >out
is "$(crm "SELECT count(*) FROM task WHERE key LIKE '%talked'")" 3 \
	'one short id, two clients: each call has its task'

# One call, once without and once with its number.
fresh
printf 'when in\n\tcreate lead to senior\n' >p/matrix
{
	rec a_5.1 '' ivan '' '' call.answered
	rec a_5.1 +380501111111 ivan
} | match | push >out
is "$(leads)" 1 'hidden first, then with a number: one lead'

# A newer body counts, even if its client's line is full.
fresh
printf '%s' '{"id":"a_6.1","event":"call.ended","running":true,' \
	'"at":"2026-11-21T10:00:00+02:00","direction":"in",' \
	'"client":{"phone":"+380501111111"}}' | push >out
{
	for i in 10 11 12 13 14 15 16 17 18 19; do
		rec "a_6.$i" +380501111111 ivan
	done
	rec a_6.1 +380501111111 olena
} | push >out
RINGO_NOW=2026-11-21T12:00:02+02:00
replay | match | push >out
RINGO_NOW=2026-11-21T12:00:04+02:00
replay | match | push >out
is "$(crm "SELECT count(*) FROM task WHERE key LIKE '%talked'")" 11 \
	'a running call that ended: its task is there with the others'
RINGO_NOW=2026-11-21T12:00:00+02:00

# A leg stays a leg when its row comes again with a recording.
fresh
rec a_8.2 +380501111111 ivan >main
rec a_8.3 +380501111111 olena ',"leg":true' 2026-11-21T10:00:30+02:00 >leg
rec a_8.4 +380501111111 olena '' 2026-11-21T11:00:00+02:00 >later
cat main leg later | push >out
sed 's/"leg"/"recording":"https:\/\/r.example\/1","leg"/' leg | push >out
is "$(jq -r .result.reason out)" 'leg of 8.2/call.ended' \
	'a leg whose row changes is still a leg'

# The earliest call of a client may stand last in the file.
fresh
i=30
while [ $i -gt 0 ]; do
	rec "a_9.$i" +380501111111 ivan
	i=$((i - 1))
done >backwards
tail -n 1 backwards | RINGO_FAULT='down@*' "$FAULTS/ringo-push" -C p \
	>out 2>>said
for minute in 10 20 30 40; do
	RINGO_NOW=2026-11-21T12:$minute:00+02:00
	push <backwards >out
done
is "$(grep -c '"state":"held"' out)" 0 \
	'thirty calls of one client, the first one last: done in four feedings'
RINGO_NOW=2026-11-21T12:00:00+02:00

# One busy client: replay after replay gets on with it.
fresh
i=0
while [ $i -lt 60 ]; do
	i=$((i + 1))
	rec "a_10.$i" +380501111111 ivan
done | push >out
for second in 10 20 30 40 50; do
	RINGO_NOW=2026-11-21T12:00:$second+02:00
	replay | match | push >out
done
RINGO_NOW=2026-11-21T12:01:00+02:00
replay | match | push >out
is "$(crm "SELECT count(*) FROM task WHERE key LIKE '%talked'")" 60 \
	'sixty calls of one client: done within a minute'
RINGO_NOW=2026-11-21T12:00:00+02:00

# A row of a call that still runs: the end of the call is what counts, however
# close behind it comes, and whichever comes last.
running() {
	rec "$1" "$2" ivan ',"running":true' |
		sed 's/"outcome":"[a-z]*",//'
}
talked() { crm "SELECT count(*) FROM task WHERE key LIKE '%talked'"; }

fresh
{
	running a_15.1 +380501111111
	rec a_15.1 +380501111111 ivan
} >two
push <two >out
replay | match | push >out
is "$(talked)" 1 'the end of a call, fed right behind its running row: a task'

fresh
rec a_16.1 +380501111111 ivan | RINGO_FAULT='down@*' "$FAULTS/ringo-push" \
	-C p >out 2>>said
running a_16.1 +380501111111 | push >out
RINGO_NOW=2026-11-21T12:30:00+02:00
replay | match | push >out
is "$(talked)" 1 'a running row that is fed late: the end of the call stands'
RINGO_NOW=2026-11-21T12:00:00+02:00

fresh
{
	rec a_17.1 +380501111111 ivan
	rec a_17.1 +380501111111 ivan ',"recording":"https://r.example/1"'
} >two
push <two >out
replay | match | push >out
like "$(crm 'SELECT text FROM task')" '*recording: https://r.example/1*' \
	'two bodies in one stream: the newer one is carried out'

# What was planned behind a running row is stale once the row has ended.
fresh
running a_18.1 +380501111111 | push >out
rec a_18.2 +380501111111 olena | match >planned
rec a_18.1 +380501111111 ivan | push >out
push <planned >out
is "$(leads)" 1 'a plan behind a record that came to its end twice: one lead'

# A call that has ended doesn't overtake one whose actions have begun.
fresh
running a_19.1 +380501111111 | push >out
rec a_19.2 +380501111111 olena | RINGO_FAULT='throttle=1000@3' \
	"$FAULTS/ringo-push" -C p >out 2>>said
rec a_19.1 +380501111111 ivan | push >out
RINGO_NOW=2026-11-21T12:30:00+02:00
replay | match | push >out
replay | match | push >out
is "$(leads) $(talked)" '1 2' \
	'a running row that ended behind a lead half made: one lead'
RINGO_NOW=2026-11-21T12:00:00+02:00

# The phases of a leg whose call never came.
fresh
{
	rec a_20.3 +380501111111 ivan ',"leg":true' '' call.answered
	rec a_20.3 +380501111111 ivan ',"leg":true'
} | push >out
is "$(talked)" 1 'a leg with phases is no leg of itself'

# Somebody stops it: what it hasn't read must be fed again.
fresh
mkfifo feed result
"$BIN/ringo-push" -C p <feed >result 2>>said &
pushing=$!
exec 8>feed 7<result
rec a_21.1 +380501111111 ivan >&8
read -r line <&7
kill -TERM $pushing
wait $pushing
is "$? $(echo "$line" | jq -r .result.state)" '75 done' \
	'stopped before the end of its input: it says so'
exec 8>&- 7<&-

# What can never be looked up is dead, and holds up nobody.
fresh
rec a_11.1 "+$(printf '%047d' 1)" ivan | match | push >out
is "$(jq -r .result.state out)" dead 'a number of 47 digits: dead, not held'

# A record as deep as a record may be.
fresh
deep=$(printf '%02000d' 0 | tr 0 '[')$(printf '%02000d' 0 | tr 0 ']')
{
	printf '{"id":"a_12.1","event":"call.ended",%s%s%s}\n' \
		'"at":"2026-11-21T10:00:00+02:00","direction":"in",' \
		'"outcome":"missed","client":{"phone":"+380501111111","x":' \
		"$deep}"
	rec a_12.2 +380502222222 ivan
} >two
match <two | push >out
is "$(wc -l <out) $(leads)" '2 2' 'a very deep record: carried out like others'
fresh
rec a_12.3 +380501111111 ivan >behind
RINGO_FAULT='down@*' "$FAULTS/ringo-push" -C p <two >out 2>>said
push <behind >out
is "$?" 75 '... one that waits holds its client back, nobody else'
RINGO_NOW=2026-11-21T12:30:00+02:00
replay | match | push >out
is "$?" 0 '... and replay gets on with all of them'
RINGO_NOW=2026-11-21T12:00:00+02:00

# A plan that somebody has edited: what it hangs on has no role any more.
fresh
rec a_12.4 +380501111111 ivan | match |
	jq -c 'del(.plan.actions[1].on[0].role)' | push >out
is "$? $(jq -r '.result.actions[1].error' out)" \
	'0 needs client/380501111111' \
	'a damaged plan: skipped, and no crash that would come again and again'

# The clock was a year ahead for a while.
fresh
rec a_13.1 +380501111111 ivan >one
RINGO_NOW=2027-11-21T12:00:00+02:00 RINGO_FAULT='auth@*' \
	"$FAULTS/ringo-push" -C p <one >out 2>>said
push <one >out
is "$(jq -r .result.state out)" done 'a clock that was set back: nothing waits'

# A call that seems to run still, dated ahead by a clock that was wrong.
fresh
missed() {
	rec "$1" +380501111111 ivan '' "$2" |
		sed 's/"answered"/"missed"/; s/"total":60/"total":0/'
}
{
	missed a_15.1 2036-11-21T12:00:00+02:00
	missed a_15.2 2026-11-21T11:30:00+02:00
	rec a_15.3 +380502222222 ivan ',"leg":true' 2036-11-21T12:00:00+02:00
} | push >out
RINGO_NOW=2026-11-21T12:30:00+02:00
replay | match | push >>out
is "$(jq -r .result.state out | tr '\n' ' ')" 'held held done done done ' \
	'a call dated ahead waits ten minutes, not ten years'
RINGO_NOW=2026-11-21T12:00:00+02:00

# A record without a time has no place in any order.
fresh
echo '{"id":"a_14.1","event":"call.ended"}' | push >out
is "$? $(wc -l <out)" '65 0' 'no time: rejected'
done_testing
