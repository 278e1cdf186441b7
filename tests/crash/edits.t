#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# A manager works in the CRM while a call goes on, and between two calls of a
# client: before a phase is planned, between its plan and its delivery, while
# nobody knows what came of it. Nothing is lost, twice or dead, and
# ringo-push(1) says what is made. edits.want has what isn't as if nobody had
# edited anything; `tests/crash/edits.t print` prints it as it is now.
use strict;
use warnings;
use File::Temp ();

my $top = $0 =~ m{(.*)/} ? "$1/../.." : '../..';
chomp($top = `cd '$top' && pwd`);
my $build = $ENV{BUILD} // "$top/build";
my ($bin, $faults) = ("$build/bin", "$build/faults/bin");
$ENV{RINGO_SHARE} = "$top/share";
$ENV{TZ} = 'UTC';
chomp($ENV{TMPDIR} = `$top/tests/matrix/place`);
my $tmp = File::Temp::tempdir('ringo.XXXXXX', TMPDIR => 1, CLEANUP => 1);
$SIG{$_} = sub { exit 130 } for qw(INT TERM HUP);
chdir $tmp or die "$tmp: $!\n";

my @phases = qw(ringing answered ended later);
my $matrix = <<'EOT';
when call.ringing client=new
	create contact to senior
when call.answered in client=new,contact
	create contact to senior
	create lead to answerer
when call.ended in answered client=new,contact
	create contact to senior
	create lead to answerer
	task talked done to answerer on lead contact
	note check on lead
when call.ended in answered
	task talked done to answerer
	task check to responsible
when call.ended in missed client=new
	create contact to senior
	create lead to senior
	task callback to senior on lead
when call.ended in missed
	task callback to responsible
EOT

# ---- what people do: SQL with :p for the phone, :u for a user of their own --

my $of = 'contact IN (SELECT id FROM contact WHERE phone = :p) OR phone = :p';
my %edit = (
	nothing          => '',
	'delete contact' => 'DELETE FROM contact WHERE phone = :p',
	'delete lead'    => "DELETE FROM lead WHERE $of",
	'delete deal'    => "DELETE FROM deal WHERE $of",
	'delete all'     => "DELETE FROM deal WHERE $of;
		DELETE FROM lead WHERE $of;
		DELETE FROM contact WHERE phone = :p",
	'close lead' => "UPDATE lead SET open = 0 WHERE $of",
	'close deal' => "UPDATE deal SET open = 0 WHERE $of",
	'convert lead' => "INSERT INTO contact(name, phone, owner, created)
		SELECT 'converted', :p, '8', 0 FROM lead WHERE ($of) AND
		NOT EXISTS (SELECT 1 FROM contact WHERE phone = :p);
		INSERT INTO deal(title, contact, owner, created)
		SELECT 'converted', (SELECT id FROM contact WHERE phone = :p),
		'8', 0 FROM lead WHERE $of;
		UPDATE lead SET open = 0 WHERE $of",
	reassign => "UPDATE contact SET owner = '8' WHERE phone = :p;
		UPDATE lead SET owner = '8' WHERE $of;
		UPDATE deal SET owner = '8' WHERE $of",
	rename => "UPDATE contact SET name = 'renamed' WHERE phone = :p;
		UPDATE lead SET title = 'renamed' WHERE $of;
		UPDATE deal SET title = 'renamed' WHERE $of",
	'dismiss owner'    => "UPDATE user SET active = 0 WHERE id = :o",
	'dismiss answerer' => "UPDATE user SET active = 0 WHERE id = :a",
	'delete tasks'   => "DELETE FROM task WHERE key LIKE '-' || :n || '.%'",
	'merge contacts' => "INSERT INTO contact(name, phone, owner, created)
		SELECT 'merged', :p, owner, 0 FROM contact WHERE phone = :p;
		UPDATE lead SET contact = (SELECT max(id) FROM contact
			WHERE phone = :p) WHERE $of;
		UPDATE deal SET contact = (SELECT max(id) FROM contact
			WHERE phone = :p) WHERE $of;
		DELETE FROM contact WHERE phone = :p AND name <> 'merged'",
);

# ---- stories: a client each ----------------------------------------------

# Points are named after the phase and what is about to be done with it.
my %points = (
	calm => ['push ringing',
		map { ("match $_", "push $_") } @phases[1 .. 3]],
	'answered in doubt' => ['resume answered'],
	'ended in doubt'    => ['resume ended'],
);

sub stories {
	my (@points) = @_;
	my ($n, @stories) = 0;
	for my $has (qw(new contact lead deal)) {
		for my $edit (sort keys %edit) {
			my %story = (has => $has, edit => $edit);
			push @stories, { %story, n => ++$n, at => $_ }
			    for $edit eq 'nothing' ? '' : @points;
		}
	}
	$_->{phone} = sprintf '+38067%07d', $_->{n} for @stories;
	return @stories;
}

sub answerer { 1000 + $_[0]{n} }
sub owner    { 2000 + $_[0]{n} }

sub employees {
	my $n = 0;
	return join '', map {
		my ($s, $a, $o) = ($_, answerer($_), owner($_));
		map { "$_;$_;user $_;$_\@x.example;;sip_$_;;0;0;$_\n" } $a, $o;
	} @_;
}

sub has_sql {
	my ($s) = @_;
	return '' if $s->{has} eq 'new';
	my ($p, $o) = ($s->{phone}, owner($s));
	my $sql = "INSERT INTO contact(name, phone, owner, created)
	    VALUES ('c', '$p', '$o', 0);\n";
	$sql .= "INSERT INTO $s->{has}(title, phone, contact, owner, created)
	    SELECT 'x', phone, id, owner, 0 FROM contact WHERE phone = '$p';\n"
	    if $s->{has} ne 'contact';
	return $sql;
}

sub edit_sql {
	my ($s) = @_;
	my %value = (p => "'$s->{phone}'", o => "'" . owner($s) . "'",
		a => "'" . answerer($s) . "'", n => $s->{n});
	return $edit{ $s->{edit} } =~ s/:([poan])\b/$value{$1}/gr . ";\n";
}

sub record {
	my ($s, $phase) = @_;
	my $call = $phase eq 'later' ? 2 : 1;
	my $event = $phase eq 'later' ? 'ended' : $phase;
	my $end = $event ne 'ended' ? ''
	    : $call == 1 ? ',"outcome":"answered"' : ',"outcome":"missed"';
	$end .= sprintf ',"answered_by":{"sip":"sip_%d"}', answerer($s)
	    if $call == 1 && $phase ne 'ringing';
	return sprintf '{"id":"u_-%d.%d","event":"call.%s","direction":"in",'
	    . '"at":"2026-11-21T1%d:00:00+02:00","client":{"phone":"%s"}%s}'
	    . "\n", $s->{n}, $call, $event, $call, $s->{phone}, $end;
}

# ---- the play ------------------------------------------------------------

sub spill {
	my ($file, @text) = @_;
	open my $out, '>', $file or die "$file: $!\n";
	print $out @text;
	close $out or die "$file: $!\n";
}

sub run {
	my ($command, @may) = @_;
	my $rc = system('/bin/sh', '-c', $command) >> 8;
	grep { $rc == $_ } 0, @may or die "ended $rc: $command\n", `cat said`;
}

sub edits {
	my ($point, @stories) = @_;
	spill('sql', "PRAGMA foreign_keys = ON; BEGIN;\n",
		(map { edit_sql($_) } grep { $_->{at} eq $point } @stories),
		"COMMIT;\n");
	run('sqlite3 -bail p/crm.db <sql');
}

sub prepare {
	my (@stories) = @_;
	run("rm -rf p && cp -R '$top/share/example/shop' p && chmod 700 p &&
	    echo 'settle 1h' >>p/ringo.conf");
	spill('p/matrix', $matrix);
	spill('more', employees(@stories));
	run("cat more >>p/employees.csv && '$bin/ringo-match' -C p </dev/null");
	spill('sql', 'BEGIN;', (map { has_sql($_) } @stories), 'COMMIT;');
	run('sqlite3 -bail p/crm.db <sql');
}

# doubt: the phase whose requests are carried out without a usable answer.
sub play {
	my ($doubt, @stories) = @_;
	prepare(@stories);
	local $ENV{RINGO_NOW} = '2026-11-21T12:00:00+02:00';
	for my $phase (@phases) {
		spill('in', map { record($_, $phase) } @stories);
		edits("match $phase", @stories);
		run("'$bin/ringo-match' -C p <in >planned 2>said");
		edits("push $phase", @stories);
		if ($phase eq $doubt) {
			run("RINGO_FAULT='html\@*' '$faults/ringo-push' -C p \\
			    <planned >out 2>said", 75);
			edits("resume $phase", @stories);
			$ENV{RINGO_NOW} = '2026-11-21T14:00:00+02:00';
			run("'$bin/ringo-replay' -C p >planned 2>said");
		}
		run("'$bin/ringo-push' -C p <planned >out 2>said");
	}
}

# ---- what came of it -----------------------------------------------------

# Everything in the CRM: client's number, what, key, owner, name, on what.
my $all = <<'EOT';
SELECT phone, 'contact', key, owner, name, '' FROM contact
UNION ALL SELECT phone, iif(open, 'lead', 'closed lead'), key, owner, '',
	iif(contact, 'contact', '') FROM lead
UNION ALL SELECT coalesce(phone, (SELECT phone FROM contact c
	WHERE c.id = contact)), iif(open, 'deal', 'closed deal'), key, owner,
	'', iif(contact, 'contact', '') FROM deal
UNION ALL SELECT printf('+38067%07d', CAST(substr(key, 2) AS INT)),
	iif(done, 'done', 'open'), key, owner, '',
	(SELECT group_concat(on_what, ' ') FROM (SELECT coalesce(
		(SELECT 'contact' FROM contact
			WHERE o.role = 'contact' AND id = o.id),
		(SELECT 'lead' FROM lead WHERE o.role = 'lead' AND id = o.id),
		(SELECT 'deal' FROM deal WHERE o.role = 'deal' AND id = o.id),
		'gone') AS on_what FROM task_on o WHERE o.task = task.id
		ORDER BY 1)) FROM task
UNION ALL SELECT printf('+38067%07d', CAST(substr(key, 2) AS INT)),
	'note', key, '', '', (SELECT role FROM note_on WHERE note = note.id)
	FROM note
EOT

sub rows {
	my ($db, $query) = @_;
	open my $in, '-|', 'sqlite3', $db, $query or die "sqlite3: $!\n";
	chomp(my @rows = <$in>);
	close $in or die "sqlite3 failed on $db\n";
	return map { [split /\|/, $_, -1] } @rows;
}

sub user {
	my ($s, $id) = @_;
	my %name = (8 => 'ivan', 9 => 'senior', answerer($s) => 'answerer',
		owner($s) => 'owner');
	return $name{$id} // "user $id";
}

sub line {
	my ($s, $what, $key, $owner, $name, $on) = @_;
	$key =~ s/^-\d+\.|(?<=^client.)\d+//g;
	$key =~ s{^(\d)/}{call $1: };
	return join ' ', $what, $key || $name || 'of before',
	    $owner ? user($s, $owner) : (), $on ? "on $on" : ();
}

# { story's number => its outcome, lines of text }.
sub outcomes {
	my (@stories) = @_;
	my %by = map { $_->{phone} => $_ } @stories;
	my %lines;
	for (rows('p/crm.db', $all)) {
		my ($phone, @row) = @$_;
		push @{ $lines{ $by{$phone}{n} } }, line($by{$phone}, @row);
	}
	return %lines;
}

# What is in one outcome and not in the other, marked.
sub difference {
	my ($without, $with) = @_;
	my %count;
	$count{$_}-- for @$without;
	$count{$_}++ for @$with;
	return join '', map {
		"\t\t" . ($count{$_} < 0 ? '-' : '+') . " $_\n"
	} grep { $count{$_} } sort keys %count;
}

# What an edit changes, for each client that the CRM had: { edit => text }.
sub changes {
	my (@stories) = @_;
	my %out = outcomes(@stories);
	my %calm = map { $_->{has} => $out{ $_->{n} } }
	    grep { $_->{edit} eq 'nothing' } @stories;
	my (%at, %found);
	for my $s (@stories) {
		my $calm = $s->{edit} eq 'nothing' ? [] : $calm{ $s->{has} };
		my $changed = difference($calm, $out{ $s->{n} }) || next;
		my $points = $at{"$s->{edit} $s->{has} $changed"} //= [];
		push @{ $found{ $s->{edit} } }, [$s->{has}, $points, $changed]
		    if !@$points;
		push @$points, $s->{at};
	}
	return map { $_ => join '', map {
		my ($has, $points, $changed) = @$_;
		"\t$has" . ($points->[0] && ': ' . join(', ', @$points))
		    . "\n$changed";
	} @{ $found{$_} } } keys %found;
}

# ---- what is promised ----------------------------------------------------

my $moved = 'The action is then put on what is left, the lead in place of the'
    . ' deal, the contact in place of the lead.';
my $in_place = 'What people change and leave in place counts from the next'
    . ' look at the CRM';
my $senior = 'An owner who was dismissed is replaced by the senior manager';
my $deleted = 'What an earlier phase of the call has made and somebody has'
    . ' deleted is not made again.';
my %promise = (
	(map { ("delete $_" => $moved) } qw(contact lead deal)),
	'delete all' => 'With nothing left the record is decided afresh, from a'
	    . ' new look at the CRM, as long as nothing has been done for its'
	    . ' call.',
	(map { ($_ => $in_place) } 'close lead', 'close deal', 'convert lead',
		'merge contacts', 'reassign', 'rename'),
	(map { ("dismiss $_" => $senior) } qw(owner answerer)),
	'delete tasks' => $deleted,
	'delete tasks, ended in doubt' => 'What is deleted before it is known'
	    . ' to be there is made again',
);

sub slurp {
	my ($file) = @_;
	open my $in, '<', $file or die "$file: $!\n";
	local $/;
	return <$in>;
}

my ($checks, $failed) = (0, 0);

sub check {
	my ($name, @why) = @_;
	$checks++;
	$failed += @why > 0;
	print @why ? 'not ok' : 'ok', " $checks - $name\n",
	    map { s/^/# /mgr } @why;
}

# The text below each line "MODE: EDIT" of edits.want.
sub wanted {
	my %want;
	for (split /^(?=\S)/m, slurp("$top/tests/crash/edits.want")) {
		my ($head, $text) = /\A([^\n]*)\n(.*)\z/s or next;
		$want{$head} = $text;
	}
	return %want;
}

my $print = @ARGV && $ARGV[0] eq 'print';
my %want = $print ? () : wanted();
print "# In edits.t: not made (-) and made instead (+), because of an edit.\n"
    if $print;
(my $man = slurp("$top/man/ringo-push.1")) =~ s/\s+/ /g;
for my $mode (sort keys %points) {
	my @stories = stories(@{ $points{$mode} });
	play((split ' ', $mode)[0], @stories);
	my %got = changes(@stories);
	if ($print) {
		print map { "$mode: $_\n$got{$_}" } sort keys %got;
		next;
	}
	for my $edit (sort keys %edit) {
		my $got = $got{$edit} // '';
		my $want = $want{"$mode: $edit"} // '';
		my $says = $promise{"$edit, $mode"} // $promise{$edit} // '';
		check("$mode, $edit: $says",
			$got eq $want ? () : ("got:\n$got", "want:\n$want"),
			index($man, $says) < 0 ? "not in ringo-push(1)\n" : ());
	}
	check("$mode: nothing is left open, nothing is dead",
		map { "@$_\n" } rows('p/journal.db', "SELECT key, state, reason
		FROM record WHERE state NOT IN ('done', 'skipped')
		UNION ALL SELECT key, state, error FROM action
		WHERE state IN ('planned', 'sent', 'dead')"));
	check("$mode: nothing is there twice", map { "@$_\n" }
		map { rows('p/crm.db', "SELECT key FROM $_ WHERE key NOTNULL
		GROUP BY key HAVING count(*) > 1") }
		qw(contact lead deal task note));
}
print "1..$checks\n" unless $print;
exit($failed ? 1 : 0);
