# SPDX-License-Identifier: MIT
# shellcheck shell=sh

# missed_calls FROM N: N records of missed calls, each of a client of its own.
missed_calls() {
	awk -v from="$1" -v n="$2" 'BEGIN {
		for (i = from; i < from + n; i++)
			printf "{\"id\":\"x_-%d.%08d\"," \
			    "\"event\":\"call.ended\"," \
			    "\"at\":\"2026-11-21T10:00:00+02:00\"," \
			    "\"direction\":\"in\",\"outcome\":\"missed\"," \
			    "\"client\":{\"phone\":\"+38067%07d\"}}\n",
			    1795000000 + i / 10, i, i
	}'
}
