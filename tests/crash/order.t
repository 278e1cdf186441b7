#!/bin/sh
# SPDX-License-Identifier: MIT
# The order in which things get to the disk: what will be sent is in the
# journal, synced, before the first byte of the request; the answer is, before
# its line is printed. For the local CRM the request is a write to crm.db.
. "${0%/*}/../lib.sh"
. "$TOP/tests/crash/crm.sh"

RINGO_NOW=2026-11-21T12:00:00+02:00
export RINGO_NOW

crash_seed

# order: reads a trace with names of descriptors; says what breaks the order,
# and at the end how much there was of everything.
order() {
	awk '
	function bad(what) { print NR ": " what }
	# Until the records come, the tables are made ready.
	/^read\(0</ { begun = 1 }
	/^close\(/ && /journal\.db-wal>/ { begun = 0 }
	!begun { next }
	/^pwrite64\([0-9]+<[^>]*\/journal\.db-wal>/ {
		journal = 1
		journalled = 1
		if (unsynced)
			bad("an answer is stored before the CRM has it")
		next
	}
	/^fdatasync\([0-9]+<[^>]*\/journal\.db-wal>/ {
		if (journal)
			commits++
		journal = 0
		if (asked)
			stored = 1
		next
	}
	/^pwrite64\([0-9]+<[^>]*\/crm\.db-wal>/ {
		# The first byte of a request.
		if (!unsynced) {
			requests++
			if (journal || !journalled)
				bad("a request before its intent")
			# The next request needs an intent of its own.
			journalled = 0
		}
		unsynced = 1
		asked = 1
		stored = 0
		next
	}
	/^fdatasync\([0-9]+<[^>]*\/crm\.db-wal>/ {
		# The first sync of a new -wal is that of its header.
		if (!header++ && fresh_wal)
			next
		unsynced = 0
		next
	}
	/^write\(1</ {
		lines++
		if (journal || unsynced || !stored)
			bad("a line is printed before its answer is synced")
	}
	END { print requests + 0, lines + 0, (commits > requests) }
	' fresh_wal="$1"
}

# traced COMMAND...: what it does to descriptors, in `trace`.
traced() {
	strace -qq -y -s 0 -o trace \
		-e trace=read,write,pwrite64,fdatasync,close "$@"
}

for many in 1 4; do
	rm -rf run && cp -r seed run
	head -n $many planned >some
	traced "$BIN/ringo-push" -C run <some >out
	order 1 <trace >said
	is "$(sed '$d' said)" '' "$many records: the order is kept"
	read -r requests writes commits <<END
$(tail -n 1 said)
END
	ok "$many records: the writes and all commits were seen" \
		test "$writes" -ge 1 -a "$writes" -le $many -a "$commits" = 1
	ok "$many records: requests were seen" test "$requests" -ge 3
done

# The check itself: the same trace with a sync left out.
grep -v 'fdatasync.*journal' trace | order 1 >said
ok 'without syncs of the journal it is told' test "$(wc -l <said)" -gt 4
done_testing
