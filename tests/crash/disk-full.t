#!/bin/sh
# SPDX-License-Identifier: MIT
# A disk that is full before the run or gets full during it: the programs end
# with 74 or 75 and say why, the journal stays readable, and with space again
# everything comes to its end, nothing lost, nothing twice.
. "${0%/*}/../lib.sh"
. "$TOP/tests/crash/crm.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW

mkdir disk
mount -t tmpfs -o size=8m,mode=700 ringo-test disk 2>/dev/null ||
	skip_all 'no file system can be mounted here'
trap 'cd / && umount "$TMP/disk"; rm -rf "$TMP"' EXIT

crash_seed
echo 'min-free 0' >>seed/ringo.conf # or push would not even begin
: >wrong
ln -s disk/run run

# A project as it is after a run, without the -wal that a run keeps, and one
# that no program has opened yet.
cp -r seed kept
cp -r seed gone
for db in journal crm; do
	sqlite3 "gone/$db.db" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
	rm -f "gone/$db.db-wal" "gone/$db.db-shm"
done
cp -r gone raw
rm raw/journal.db
: >kept/journal.db-wal

# fill KIB: only that much is left on the disk.
fill() {
	rm -f disk/ballast
	crash_free=$(df -Pk disk | awk 'NR == 2 { print $4 }')
	head -c "$(((crash_free - $1) * 1024))" /dev/zero >disk/ballast
}

# told WHERE CODE: an end that fits a full disk.
told() {
	case $2 in
	0) ;;
	74 | 75) grep -qE 'full|No space' said ||
		echo "$1: ended $2 and said: $(cat said)" >>wrong ;;
	*) echo "$1: ended $2: $(cat said)" >>wrong ;;
	esac
}

# Little more space each time, from none to enough.
crash_step 16
for project in kept gone raw; do
	left=0 full=0
	while [ $left -le 800 ]; do
		where="$project, $left KiB left"
		rm -rf disk/* && cp -r $project disk/run
		fill $left
		"$BIN/ringo-match" -C run <in >planned-here 2>said
		told "$where, match" $?
		"$BIN/ringo-push" -C run <planned >out 2>said
		rc=$?
		told "$where, push" $rc
		[ $rc -eq 0 ] || full=$((full + 1))
		# Empty where it could not even be made.
		if [ -s run/journal.db ]; then
			"$BIN/ringo-replay" -C run >replayed 2>said
			told "$where, replay" $?
		fi
		rm disk/ballast
		rm -rf copy && cp -r disk/run copy
		[ "$(sqlite3 copy/journal.db "PRAGMA quick_check")" = ok ] ||
			echo "$where: the journal is damaged" >>wrong
		crash_lies disk/run out >lies
		[ -s lies ] && echo "$where: $(cat lies) isn't done" >>wrong
		crash_mended "$where"
		left=$((left + 4 * step))
	done
	note "$project: too full $full times"
	crash_report "$project: told, readable, and mended"
	ok "$project: the disk was full" test $full -ge 3
	ok "$project: in the end it was not" test $rc -eq 0
done
done_testing
