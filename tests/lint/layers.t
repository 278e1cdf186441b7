#!/bin/sh
# SPDX-License-Identifier: MIT
# Files include only from their own layer or below, and few know a library.
. "${0%/*}/../lib.sh"
cd "$TOP" || exit

# "FILE:#include ..." of everything in cmd and lib.
grep -rn --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include' cmd lib |
	sed 's/^\([^:]*\):[0-9]*:[^"<]*\(.*[">]\).*/\1 \2/' >"$TMP/includes"

is "$(awk '
BEGIN {
	n = split("base io call matrix journal net crm flow cmd", layer)
	for (i = 1; i <= n; i++)
		rank[layer[i]] = i
}
$2 ~ /^"/ {
	split($1, own, "/")
	from = own[1] == "lib" ? own[2] : own[1]
	split(substr($2, 2), other, "/")
	if (!(from in rank))
		print $1 ": no layer of that name"
	else if (!(other[1] in rank) || !other[2])
		print $1 ": " $2 " is not \"LAYER/FILE.h\""
	else if (rank[other[1]] > rank[from])
		print $1 ": " $2 " is above it"
}' "$TMP/includes" | sort -u)" '' 'includes go downward only'

# only LIBRARY FILES: a regular expression for who may include it.
only() {
	is "$(awk -v header="$1" -v may="$2" '
		index($2, header) == 2 && $1 !~ may { print $1 }
		' "$TMP/includes")" '' "$3"
}
only csv.h '^lib/io/csvx[.]c$' 'only the CSV module knows libcsv'
only sqlite3.h '^lib/(io/sqlx|journal/|crm/(local|transport_local))' \
	'only the journal and the local CRM know SQLite'
only io/sqlx.h '^lib/(io/sqlx|journal/|crm/(local|transport_local))' \
	'...nor opens any other one of its files'
only curl/curl.h '^lib/net/http' 'only the HTTP module knows libcurl'

# "FILE.o SYMBOL" of everything that an object calls or reads elsewhere.
(cd "$BUILD" && nm -A -u lib/*/*.o) |
	sed 's/:[[:space:]]*[A-Za-z]//' >"$TMP/uses"
ok 'there are objects to look into' test -s "$TMP/uses"

# An adapter turns actions into commands. What it does with the world, others
# do: its object may not even call it.
world='^(open.*|fopen.*|read|write|send|recv|socket|connect|fork|getenv|time'
world="$world|clock_gettime|(__)?f?printf.*|f?puts|putchar|fwrite|sqlite3_.*"
world="$world|curl_.*)$"
is "$(awk -v world="$world" '
($1 ~ "^lib/crm/(local|bitrix24(_[a-z]+)?)[.]o$" ||
$1 ~ "^lib/crm/(amocrm|retailcrm|zoho_(crm|desk))[.]o$") &&
$2 ~ world' "$TMP/uses")" '' 'adapters open, send and print nothing'

is "$(awk '
$1 !~ "^lib/(base/log|base/xalloc|io/cli)[.]o$" &&
$2 ~ /^(exit|printf|puts|putchar|perror|__printf_chk|stdout|stderr)$/
' "$TMP/uses")" '' 'the library neither prints nor exits'
done_testing
