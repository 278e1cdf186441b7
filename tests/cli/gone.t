#!/bin/sh
# SPDX-License-Identifier: MIT
# What an action refers to is deleted between plan and delivery: the binding
# moves down, deal to lead to contact; nothing left, the call is decided afresh
# as long as nothing was done for it; else what can stand alone stands alone.
. "${0%/*}/../lib.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW

project() {
	rm -rf p
	shop p
	chmod 700 p
	cat >p/matrix
	"$BIN/ringo-push" -C p </dev/null
}
# call ID EVENT MORE
call() {
	printf '{"id":"a_%s.1","event":"%s","at":"%s",%s%s}\n' "$1" "$2" \
		2026-11-21T10:00:00+02:00 '"direction":"in",' \
		'"client":{"phone":"+380501111111"}'"${3:-}"
}
missed() { call "$1" call.ended ',"outcome":"missed"'; }
match() { "$BIN/ringo-match" -C p; }
push() { "$BIN/ringo-push" -C p 2>said >out; }
crm() { sqlite3 -cmd 'PRAGMA foreign_keys = OFF' p/crm.db "$1"; }
result() { jq -r '.result | .state + " " +
	([.actions[]? | .do + ":" + .state] | join(" "))' out; }
on() { crm "SELECT coalesce(group_concat(role), 'nothing') FROM task_on"; }

matrix='
when client=new
	create contact to senior
	create lead to senior
	task callback to senior on lead
when client=known
	task callback to responsible'

printf '%s\n' "$matrix" | project
crm "INSERT INTO lead(title, owner, phone) VALUES ('L', '7', '+380501111111')"
missed 1 | match >planned
crm 'DELETE FROM lead'
push <planned
is "$? $(result)" '0 done create:done create:done task:done' \
	'the lead is gone and nothing else is there: decided afresh'
is "$(crm 'SELECT (SELECT count(*) FROM lead), (SELECT count(*) FROM contact),
	(SELECT count(*) FROM task)')" '1|1|1' '... as the call of a new client'

# The manager converts the lead: a deal and a contact stand in its place.
printf '%s\n' "$matrix" | project
crm "INSERT INTO lead(title, owner, phone) VALUES ('L', '7', '+380501111111')"
missed 1 | match >planned
crm "DELETE FROM lead;
	INSERT INTO contact(name, owner, phone)
		VALUES ('C', '8', '+380501111111');
	INSERT INTO deal(title, owner, contact) VALUES ('D', '8', 1)"
push <planned
is "$? $(result) $(crm 'SELECT owner FROM task')" '0 done task:done 8' \
	'a lead that became a deal: decided afresh, for its new owner'

# A deal's place is taken by the lead, a lead's by the contact.
everything="INSERT INTO contact(name, owner, phone)
		VALUES ('C', '7', '+380501111111');
	INSERT INTO lead(title, owner, contact) VALUES ('L', '7', 1);
	INSERT INTO deal(title, owner, contact) VALUES ('D', '7', 1)"
printf '%s\n' "$matrix" | project
crm "$everything"
missed 1 | match >planned
crm 'DELETE FROM deal'
push <planned
is "$(result) $(on)" 'done task:done lead' 'the deal is gone: on the lead'
printf '%s\n' "$matrix" | project
crm "$everything"
missed 1 | match >planned
crm 'DELETE FROM deal; DELETE FROM lead'
push <planned
is "$(result) $(on)" 'done task:done contact' \
	'deal and lead are gone: on the contact'

# What the call's pick-up made was deleted on purpose: nothing is made again.
phases='
when call.answered client=new
	create lead to senior
when call.ended client=new
	create lead to senior
	task callback to senior on lead
	note check on lead'
printf '%s\n' "$phases" | project
call 1 call.answered | push
crm 'DELETE FROM lead'
missed 1 | push
is "$(result) $(on)" 'done create:done task:done note:skipped nothing' \
	'the lead of the pick-up is gone: the task alone, no note'
is "$(jq -r '.result.actions[2].error' out)" 'what it was for is gone' \
	'... and the result says why'
is "$(crm 'SELECT count(*) FROM lead')" 0 '... and no second lead'

# Our own contact of an earlier call is gone: the next one is a second
# generation, once.
printf '%s\n' "$matrix" | project
missed 1 | push
missed 2 | match >planned
crm 'DELETE FROM task; DELETE FROM lead; DELETE FROM contact'
push <planned
is "$(result)" 'done create:done create:done task:done' \
	'all of an earlier call is gone: decided afresh'
is "$(crm 'SELECT key FROM contact')" client/380501111111~2 \
	'... the contact in its second generation'
missed 3 | push
is "$(result) $(crm 'SELECT count(*) FROM contact')" 'done task:done 1' \
	'... and known from then on'

# What only changes something has no object: decided afresh, then skipped.
project <<'END'
when client=lead
	update lead
when client=new
	create lead to senior
END
crm "INSERT INTO lead(title, owner, phone) VALUES ('L', '7', '+380501111111')"
missed 1 | match >planned
crm 'DELETE FROM lead'
push <planned
is "$(result)" 'done create:done' 'an update without its lead: decided afresh'
is "$(sqlite3 p/journal.db "SELECT group_concat(key) FROM action")" 1.1/lead \
	'... and the journal has forgotten the first plan'
done_testing
