# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Every kind of failure of a vendor at every request of a small run, at it alone
# and at all behind it, too. Without RINGO_CRASH=long each kind happens at one
# or two of the requests, the next kind at their neighbours.

# faults_known VENDOR: what the CRM has before the first call: a contact.
faults_known() {
	case $1 in
	bitrix24)
		sim_post rest/crm.contact.add '{"fields":
{"NAME":"Known","ASSIGNED_BY_ID":7,"PHONE":[{"VALUE":"+380675550119"}]}}'
		;;
	esac
}

# faults_seed VENDOR: makes here the project `seed`; `in`, the records of three
# clients (new and answered; new, missed and then called back; known and taken
# by a colleague); `want`, the CRM after an undisturbed run; and sets requests,
# how many that run takes.
faults_seed() {
	sim_project "$1" seed
	"$BIN/ringo-normalize" -C seed <"$TOP/share/samples/calls-log.json" |
		grep -E '_-(1795072361|1795075533|1795158195|1795245345)\.' >in
	faults_begin "$1"
	sim_run run cat in >out
	faults_state >want
	requests=$(sim_get counts | jq .requests)
	note "$requests requests undisturbed"
}

# faults_state: what is in the CRM. A deadline counts from the decision, and who
# decides later sets a later one.
faults_state() {
	sim_get 'state?compare=1' | sed 's/"DEADLINE":[0-9]*/"DEADLINE":1/'
}

# faults_begin VENDOR [OPTION...]: `run` and the CRM as in the beginning.
faults_begin() {
	sim_at 12
	sim_start "$@"
	faults_known "$1"
	rm -rf run && cp -r seed run
	sim_secret "$1" run simulated
	rm -f codes said
}

# faults_judge AT: what is wrong after the run goes to `wrong`.
faults_judge() {
	[ "$(wc -l <out)" -eq 4 ] || echo "$1: $(wc -l <out) lines out"
	sim_content run || echo "$1: never content"
	grep -v '^\(0\|65\|75\) ' codes
	sim_twice
	faults_state >got
	cmp -s want got && return
	echo "$1:"
	diff want got
	cat said
}

# faults_at VENDOR FAULT: in a run that is then replayed.
faults_at() {
	faults_begin "$1"
	sim_post faults "$2"
	sim_run run cat in >out
	sim_post faults ''
	faults_judge "$2" >>wrong
}

# faults_kind VENDOR KIND
faults_kind() {
	: >wrong
	turn=$((turn + 1)) n=0
	while [ $n -lt "$requests" ]; do
		n=$((n + 1))
		[ $(((n + turn) % step)) -eq 0 ] || continue
		faults_at "$1" "$2@$n"
		[ $step -gt 1 ] || faults_at "$1" "$2@$n+"
	done
	is "$(head -n 40 wrong)" '' "$2 at any request: everything once"
}

# faults_all VENDOR KIND...: those that every vendor knows, and these.
faults_all() {
	sim_vendor=$1 step=6 turn=0
	shift
	[ "${RINGO_CRASH:-}" = long ] && step=1
	for kind in drop-before drop-after late=20000 html html-before cut=0 \
		cut=1 cut=40 cut=400 error500-before error500-after \
		error-before=502 error-after=504 error-before=503 \
		stall=50 stall-before=50 throttle=90 auth \
		moved=http://127.0.0.1:1 "$@"; do
		faults_kind "$sim_vendor" "$kind"
	done
}
