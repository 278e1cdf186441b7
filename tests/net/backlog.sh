# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# How few requests a backlog takes.

# backlog_calls N CLIENTS: N missed calls, in turn of so many new clients.
backlog_calls() {
	awk -v n="$1" -v clients="$2" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "{\"id\":\"x_-%d.%d\"," \
			    "\"event\":\"call.ended\"," \
			    "\"at\":\"2026-11-21T10:%02d:%02d+02:00\"," \
			    "\"direction\":\"in\",\"outcome\":\"missed\"," \
			    "\"client\":{\"phone\":\"+38067%07d\"}}\n",
			    1795000000 + i, i, i / 60, i % 60, i % clients
	}'
}

# backlog_run VENDOR: sets backlog_requests and backlog_biggest, the biggest
# pack.
backlog_run() {
	sim_start "$1" --set burst=100000
	sim_project "$1" backlog
	rm -f codes said
	backlog_calls 200 80 >records
	sim_run backlog cat records >out
	backlog_requests=$(sim_get counts | jq .requests)
	backlog_biggest=$(sim_get log |
		jq -s 'map(.commands | length - 1) | max')
	note "$backlog_requests requests, at most $backlog_biggest commands"
}
