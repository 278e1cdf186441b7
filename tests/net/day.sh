# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The sample day against a vendor. His own are VENDOR_known, clients that
# are known before; VENDOR_made, what is there afterwards, a line each; and
# VENDOR_disorder, what of it came in another order than the calls.

# day_begin VENDOR: a new project and CRM. No limit is in the way.
day_begin() {
	sim_at 12
	sim_start "$1" --set burst=100000
	"$1_known"
	rm -rf shop
	sim_project "$1" shop
	rm -f codes said
}

day_feed() {
	sim_run shop "$BIN/ringo-normalize" -C shop \
		<"$TOP/share/samples/calls-log.json"
}

# day_tells VENDOR CODES NAME: push says where a new secret belongs.
day_tells() {
	day_codes "$2" "$3"
	ok '... and stderr says where a new secret belongs' \
		grep -q "ringo-push: error: .*secrets/$1" said
	rm -f said
}

# day_codes CODES NAME: the programs ended with these, push's last.
day_codes() {
	is "$(cut -d' ' -f1 codes | sort -un | xargs)" "$1" "$2" || note <said
	rm -f codes
}

# day_once VENDOR WANT: in one pipe, and then again.
day_once() {
	day_begin "$1"
	day_feed >first
	day_codes 0 'the pipe ends well'
	is "$(wc -l <first)" 34 'a line in is a line out'
	"$1_made" >made
	same made "$2" 'what is in the CRM is what the matrix says'
	is "$(sim_twice | grep -v 'lacks":"any entity')" '' \
		'nothing is there twice'
	sim_get state >before
	day_feed >second
	day_codes 0 'the second time ends well'
	sim_get state >after
	same after before 'the second time changes nothing in the CRM'
	is "$(jq -r .result.state second | sort | uniq -c | tr -s ' ')" \
		' 34 duplicate' 'and says so for every call'
}

# day_apart VENDOR WANT: processes of its own for every call.
day_apart() {
	day_begin "$1"
	"$BIN/ringo-normalize" -C shop <"$TOP/share/samples/calls-log.json" \
		>records
	while IFS= read -r line; do
		rm -f shop/limit
		sim_run shop printf '%s\n' "$line"
	done <records >single
	day_codes 0 'call by call: every run ends well'
	"$1_made" >made
	same made "$2" '... and the CRM is the same'
}

# day_revoked VENDOR WANT: somebody takes the secret away in mid-stream. One of
# the calls is older than what replay emits.
day_revoked() {
	day_begin "$1"
	"$BIN/ringo-normalize" -C shop <"$TOP/share/samples/calls-log.json" |
		grep -v -e "-$day_old" >records
	sim_post secret not-the-one-they-have
	sim_run shop cat records >first
	day_tells "$1" '0 75' 'revoked before the first call: 75'

	day_begin "$1"
	sim_post faults auth@9+
	sim_run shop cat records >first
	day_tells "$1" '0 75' 'revoked in mid-stream: 75'
	is "$(jq -r .result.state first | sort -u | xargs)" \
		'done held skipped' '... the rest is held'
	sim_post faults ''
	sim_post secret a-new-key-for-the-webhook
	sim_later shop 13 >/dev/null
	day_tells "$1" '0 75' 'replayed with the old secret: 75'
	sim_secret "$1" shop a-new-key-for-the-webhook
	ok 'with a new one all goes on' sim_content shop
	"$1_made" >made
	grep -v -e "-$day_old" "$2" >want
	same made want '... and everything is there, and once'
	is "$(sim_twice | grep -v 'lacks":"any entity')" '' \
		'... and nothing twice'
	is "$("$1_disorder")" '' '... in the order of the calls'
}
day_old=1795016402

# day_canary VENDOR: the secret is in its file only.
day_canary() {
	canary='canary-4b1e0c77'
	day_begin "$1"
	sim_loud=-vv
	sim_post secret "$canary"
	sim_secret "$1" shop "$canary"
	"$BIN/ringo-normalize" -C shop <"$TOP/share/samples/calls-log.json" |
		"$BIN/ringo-match" -C shop -vv 2>>said |
		tee planned | "$BIN/ringo-push" -C shop --dry-run >dry 2>>said
	ok 'a dry run says {secret}' grep -q '{secret}' dry
	sim_post faults 'delay=400@2,auth@5+'
	day_feed >first &
	while [ "$(sim_get counts | jq .requests)" -lt 2 ]; do :; done
	cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null |
		tr '\0' '\n' >seen
	wait $!
	ok 'the programs were running' grep -q ringo-push seen
	sim_post faults ''
	sim_content shop >again
	# shellcheck disable=SC2034 # sim_run has it
	sim_loud=''
	is "$(grep -rlaF "$canary" shop seen said dry planned first again)" \
		"shop/secrets/$1" 'the secret is nowhere else'
}

day_all() {
	day_once "$@"
	day_apart "$@"
	day_revoked "$@"
	day_canary "$@"
}
