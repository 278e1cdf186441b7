# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The programs against a vendor's simulator over HTTP. VENDOR is the name of a
# driver, of its preset in share/matrix and of build/tests/sim-VENDOR.

# sim_at HOUR: the clock of the programs; that of a new simulator stands there.
sim_at() {
	RINGO_NOW=2026-11-21T$1:00:00+02:00
	export RINGO_NOW
}
sim_at 12

sim_pid='' sim_port=''
trap 'sim_stop; cd / && rm -rf "$TMP"' EXIT

# sim_start VENDOR [OPTION...]: a new simulator with an empty CRM, whose clock
# stands unless sim_speed says otherwise; sets sim_port. There is one at a time.
sim_speed='--cost 0 --speed 0'
sim_start() {
	sim_stop
	rm -f sim.ready && mkfifo sim.ready
	sim_program=$TESTS/sim-$1
	shift
	# shellcheck disable=SC2086 # options they are
	"$sim_program" $sim_speed --now "$RINGO_NOW" \
		--ready sim.ready "$@" >sim.log 2>&1 &
	sim_pid=$!
	read -r sim_port <sim.ready
}

sim_stop() {
	[ -n "$sim_pid" ] || return 0
	kill "$sim_pid" && wait "$sim_pid" 2>/dev/null
	sim_pid=
}

# sim_get PATH: prints what the simulator says; sim_post PATH BODY: tells it.
sim_get() {
	"$TESTS/sim-talk" -a "$sim_port" GET "/_sim/$1"
}

sim_post() {
	"$TESTS/sim-talk" -a "$sim_port" POST "/_sim/$1" "$2" >sim.said ||
		{
			echo "Bail out! $1: $(cat sim.said)"
			exit 1
		}
}

# sim_twice: prints what is there twice, or lacks what it belongs to.
sim_twice() {
	sim_get 'audit?marker=(ringo+' | jq -c '.twice[], .orphans[]'
}

# sim_address VENDOR SECRET: what people paste into DIR/secrets/VENDOR.
sim_address() {
	case $1 in
	bitrix24) echo "http://127.0.0.1:$sim_port/rest/1/$2/" ;;
	esac
}

# sim_secret VENDOR DIR SECRET: the project has this secret now.
sim_secret() {
	[ -d "$2/secrets" ] || mkdir -m 700 "$2/secrets"
	(umask 077 && sim_address "$1" "$3" >"$2/secrets/$1")
}

# sim_project VENDOR DIR: the example shop with this CRM and its preset.
sim_project() {
	shop "$2"
	chmod 700 "$2"
	sed -i "s/^crm .*/crm $1/" "$2/ringo.conf"
	cp "$TOP/share/matrix/$1" "$2/matrix"
	sim_secret "$1" "$2" simulated
}

# sim_run DIR COMMAND...: what the command prints goes through match and push,
# which get the option sim_loud. Every exit code is a line of `codes`, and what
# they say is added to `said`.
sim_run() {
	sim_dir=$1
	shift
	{
		"$@"
		echo "$? ${1##*/}" >>codes
	} 2>>said | {
		"$BIN/ringo-match" -C "$sim_dir" $sim_loud
		echo "$? ringo-match" >>codes
	} 2>>said | {
		"$BIN/ringo-push" -C "$sim_dir" $sim_loud
		echo "$? ringo-push" >>codes
	} 2>>said
}
sim_loud=''

# sim_later DIR HOUR: replays at that hour of the day, by the simulator's clock,
# too. By then a limit is forgotten, whose clock is the machine's own.
sim_later() {
	rm -f "$1/limit"
	sim_post clock 3600000
	sim_at "$2"
	sim_run "$1" "$BIN/ringo-replay" -C "$1"
}

# sim_open DIR: how many records are open.
sim_open() {
	sqlite3 "$1/journal.db" "SELECT count(*) FROM record
		WHERE state IN ('kept', 'planned', 'held')"
}

# sim_content DIR: replays an hour later each time, till nothing is open.
sim_content() {
	for sim_hour in 13 14 15 16 17 18 19 20; do
		[ "$(sim_open "$1")" -eq 0 ] && return
		sim_later "$1" "$sim_hour" >/dev/null
	done
	[ "$(sim_open "$1")" -eq 0 ]
}
