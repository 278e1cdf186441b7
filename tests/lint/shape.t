#!/bin/sh
# SPDX-License-Identifier: MIT
# How the sources look, as far as a program can tell.
. "${0%/*}/../lib.sh"
cd "$TOP" || exit

find Makefile .ci cmd lib share tests ./completions ./man -type f \
	! -path 'tests/*/corpus/*' ! -path 'tests/cases/*' \
	! -path 'tests/crm/*/*/*' ! -path 'share/samples/*' \
	2>/dev/null | sort >"$TMP/all"
# C, shell, perl, SQL and make; the rest has no room for a comment, or is text.
while read -r f; do
	case $f in
	*.[ch] | *.sql | *.sh | *.t | Makefile) echo "$f" ;;
	*) head -c 2 "$f" | grep -q '^#!' && echo "$f" ;;
	esac
done <"$TMP/all" >"$TMP/code"

is "$(while read -r f; do
	head -n 5 "$f" | grep -q 'SPDX-License-Identifier: MIT' || echo "$f"
done <"$TMP/code")" '' 'every source names its licence'

# Columns are characters; a tab goes on to the next multiple of 8.
is "$(xargs perl -CSD -ne '
	chomp;
	1 while s/\t/" " x (8 - $-[0] % 8)/e;
	print "$ARGV:$.: ", length, "\n" if length > 80;
	close ARGV if eof;
' -- <"$TMP/code")" '' 'no line is wider than 80 columns'

is "$(xargs grep -nE '[[:space:]]$' <"$TMP/code")" '' \
	'no line ends with blanks'

is "$(grep -E '^(cmd|lib)/.*[.]c$' "$TMP/code" | xargs awk '
FNR == 1 { head = open = 0 }
/^[a-zA-Z_].*\(/ && !head { head = FNR; name = $0 }
/^\{$/ && head { open = 1 }
/^}/ || /;$/ && !open {
	if (open && FNR - head + 1 > 60)
		print FILENAME ":" head ": " FNR - head + 1 " lines: " name
	head = open = 0
}')" '' 'no function is longer than 60 lines'

# What the sources speak of is in the sources.
grep -v '^tests/lint/shape[.]t$' "$TMP/code" >"$TMP/others"
is "$( (cat "$TMP/all" && ls README.md) | grep -v '^tests/lint/shape[.]t$' |
	xargs grep -nEI '(^|[^[:alnum:]_.)}$*])/(work|home|root|Users)/')" \
	'' \
	"no path of somebody's own machine"
is "$(xargs grep -nE '[.][.]/shared|(^|[^_])TODO|FIXME|(^|[^X])XXX([^X]|$)' \
	<"$TMP/others")" '' 'nothing is left for later'

is "$(find tests -name '*.t' ! -perm -u+x)" '' 'every test can be run'
is "$(find tests -name '*.t' ! -path 'tests/*/*.t'
	find tests -path 'tests/*/*/*.t')" '' 'every test is where it is found'
done_testing
