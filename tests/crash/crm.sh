# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What a crash must not change: the local CRM by keys instead of ids, so that
# two runs that made the same things in another order are equal. And the places
# where a run can be disturbed: its system calls, from a trace.

# crm_state DIR: prints contacts, leads, deals and tasks, one a line.
crm_state() {
	sqlite3 "$1/crm.db" <<'SQL'
SELECT 'contact', key, name, phone, owner FROM contact ORDER BY key, id;
SELECT 'lead', l.key, l.title, l.phone, l.owner, l.open, c.phone FROM lead l
  LEFT JOIN contact c ON c.id = l.contact ORDER BY l.key, l.id;
SELECT 'deal', key, title, phone, owner, open FROM deal ORDER BY key, id;
SELECT 'task', t.key, t.title, replace(t.text, char(10), ' / '), t.owner,
  t.done, t.due,
  (SELECT group_concat(w) FROM (SELECT o.role || ':' || coalesce(
     (SELECT key FROM lead WHERE o.role = 'lead' AND id = o.id),
     (SELECT key FROM contact WHERE o.role = 'contact' AND id = o.id),
     (SELECT key FROM deal WHERE o.role = 'deal' AND id = o.id), o.id) AS w
   FROM task_on o WHERE o.task = t.id ORDER BY 1))
  FROM task t ORDER BY t.key, t.id;
SQL
}

# crm_doubles DIR: keys that stand twice, none if all is well.
crm_doubles() {
	sqlite3 "$1/crm.db" "
SELECT key FROM contact WHERE key IS NOT NULL GROUP BY key HAVING count(*) > 1
UNION ALL SELECT key FROM lead WHERE key IS NOT NULL
  GROUP BY key HAVING count(*) > 1
UNION ALL SELECT key FROM deal WHERE key IS NOT NULL
  GROUP BY key HAVING count(*) > 1
UNION ALL SELECT key FROM task WHERE key IS NOT NULL
  GROUP BY key HAVING count(*) > 1"
}

# crash_seed: makes here the project `seed` with one known client; `in`, the
# records of three clients (new and answered; new, missed and then called back;
# known and taken by a colleague); `planned`, the same with their plans; and
# `want`, the CRM after an undisturbed run.
crash_seed() {
	cp -r "$TOP/share/example/shop" seed
	chmod 700 seed
	"$BIN/ringo-match" -C seed </dev/null
	sqlite3 seed/crm.db "
		INSERT INTO contact(name, phone, owner, created)
		VALUES ('Known', '+380675550119', '7', 0)"
	"$BIN/ringo-normalize" -C seed <"$TOP/share/samples/calls-log.json" |
		grep -E '_-(1795072361|1795075533|1795158195|1795245345)\.' >in
	"$BIN/ringo-match" -C seed <in >planned
	cp -r seed calm
	"$BIN/ringo-push" -C calm <planned >/dev/null
	crm_state calm >want
}

# ---- disturbing a run ----
# RINGO_CRASH=long takes every point, else every CRASH_STEP-th is taken.

# A program under strace can't be searched for leaks.
ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
export ASAN_OPTIONS

# crash_step SHORT: sets step, how many points on the next one is.
crash_step() {
	case ${RINGO_CRASH:-short} in
	long) step=1 ;;
	*) step=${RINGO_CRASH_STEP:-$1} ;;
	esac
}

# crash_points KIND <trace: "CALL K" for every step-th place at which KIND can
# happen. A signal can come anywhere; an error is a program's matter only when
# it runs itself (it looks at descriptor 0 first), and only of calls that can
# fail so. Locks of files on a local disk can not.
crash_points() {
	awk -v kind="$1" -v step="$step" '
	BEGIN {
		write = "write pwrite64 ftruncate fallocate fdatasync fsync"
		can["EINTR"] = "read write pread64 pwrite64 openat poll " \
			"ftruncate clock_nanosleep"
		can["ENOSPC"] = write " openat mkdir rename"
		can["EIO"] = write " read pread64 openat newfstatat fstat " \
			"lseek unlink rename fchown fchmod close " \
			"statfs access getcwd readlink poll getrandom"
	}
	/^fcntl\(0/ { begun = 1 }
	!/^[a-z0-9_]+\(/ || /^exit/ { next }
	{
		# libc reads it, and does not try again.
		zone = /zoneinfo|"TZif/
		sub(/\(.*/, "")
		k = ++seen[$0]
		if (kind == "EINTR" && zone || kind != "KILL" && (!begun ||
		    index(" " can[kind] " ", " " $0 " ") == 0))
			next
		if (++n % step == 0)
			print $0, k
	}'
}

# crash_at KIND CALL K COMMAND...: the K-th CALL of the command is met by KIND,
# KILL or the name of an error.
crash_at() {
	crash_how=error=$1
	[ "$1" = KILL ] && crash_how=signal=KILL
	crash_where="$2:$crash_how:when=$3" crash_call=$2
	shift 3
	timeout -s KILL 60 strace -qq -o /dev/null -e "trace=$crash_call" \
		-e "inject=$crash_where" "$@"
}

# crash_lies DIR FILE: actions that the results in FILE say are done and that
# DIR's journal or CRM doesn't know. Looks at a copy: opening mends.
crash_lies() {
	[ -s "$2" ] || return 0
	rm -rf seen && cp -r "$1" seen
	# The last line may be cut off.
	head -n "$(wc -l <"$2")" "$2" >seen/out
	sqlite3 seen/journal.db <<'SQL' || echo 'no answer'
ATTACH 'seen/crm.db' AS crm;
SELECT json_extract(a.value, '$.key') AS k
  FROM json_each('[' || replace(rtrim(CAST(readfile('seen/out') AS TEXT),
    char(10)), char(10), ',') || ']') l,
  json_each(l.value, '$.result.actions') a
  WHERE json_extract(l.value, '$.result.state') = 'done'
  AND (NOT EXISTS (SELECT 1 FROM action WHERE key = k AND state = 'done')
  OR k NOT IN (SELECT key FROM contact WHERE key NOT NULL UNION
    SELECT key FROM lead WHERE key NOT NULL UNION
    SELECT key FROM task WHERE key NOT NULL));
SQL
}

# crash_content: feeds `planned` into `run` again, an hour later each time,
# till nothing is held. By then a limit is forgotten, too, whose clock is the
# machine's own.
crash_content() {
	hour=13
	while [ $hour -lt 20 ]; do
		rm -f run/limit
		RINGO_NOW=2026-11-21T$hour:00:00+02:00 \
			"$BIN/ringo-push" -C run <planned >again 2>>said &&
			return 0
		hour=$((hour + 1))
	done
	return 1
}

# crash_mended WHERE: fed again, `run` is as if nothing had happened; else what
# is wrong goes to `wrong`, after the name of the place.
crash_mended() {
	crash_content || echo "$1: never content" >>wrong
	crm_state run >got
	cmp -s want got && return
	{
		echo "$1: another CRM"
		diff want got
		cat said
	} >>wrong
}

# crash_sane WHERE CODE: what ringo-push printed (`out`, `said`) and ended with
# is true: nothing is done that isn't, and a failure is told.
crash_sane() {
	case $2 in
	0) [ "$(wc -l <out)" -eq "$(wc -l <planned)" ] ||
		echo "$1: ended 0 with $(wc -l <out) lines" >>wrong ;;
	71 | 74 | 75 | 78) [ -s said ] || echo "$1: ended $2, mute" >>wrong ;;
	*)
		echo "$1: ended $2" >>wrong
		cat said >>wrong
		;;
	esac
	crash_lies run out >lies
	[ -s lies ] && {
		echo "$1: ended $2, but this isn't done:"
		cat lies
	} >>wrong
}

# crash_report NAME: the check that `wrong` is empty; empties it.
crash_report() {
	[ -s wrong ] && head -n 50 wrong | note
	ok "$1" test ! -s wrong
	: >wrong
}

# crash_trace PROGRAM INPUT: its system calls in an undisturbed run, in `trace`.
crash_trace() {
	rm -rf traced && cp -r seed traced
	strace -qq -o trace "$BIN/$1" -C traced <"$2" >/dev/null
}

# crash_sweep KIND FUNCTION: the function is called for every point, with KIND
# CALL K, and `run` as in the beginning. Sets points.
crash_sweep() {
	points=0
	crash_points "$1" <trace >places
	while read -r call k <&3; do
		points=$((points + 1))
		rm -rf run && cp -r seed run
		"$2" "$1" "$call" "$k"
	done 3<places
	note "$1: $points points"
}

# crash_plain CHECKS: ends the test of a build with ASan, which suffers nothing
# preloaded, without these checks.
crash_plain() {
	grep -q __asan_init "$BIN/ringo-push" || return 0
	skip "$1" 'nothing can be preloaded with ASan'
	done_testing
}
