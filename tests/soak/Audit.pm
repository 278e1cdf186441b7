# SPDX-License-Identifier: MIT
# What came of a stream in the project `p`, beside the project `ref`, which had
# the same records one after the other, undisturbed. Lists of texts that say
# what is wrong. Needs sqlite3.
package Audit;
use strict;
use warnings;
use Stream;

my $here = $INC{'Audit.pm'} =~ s{[^/]*$}{}r;

# What sqlite3 prints of a CRM with its journal as j, for a file or a statement.
sub ask {
	my ($project, $sql) = @_;
	my $with = ".timeout 20000\nATTACH '$project/journal.db' AS j;\n";
	$with .= "ATTACH 'ref/crm.db' AS ref;\n" if -e 'ref/crm.db';
	$sql = ".read '$sql'" if $sql =~ /\.sql$/;
	open my $file, '>', 'ask.sql' or die "ask.sql: $!\n";
	print $file $with, $sql, "\n";
	close $file or die "ask.sql: $!\n";
	my $said = `sqlite3 -batch '$project/crm.db' <ask.sql 2>&1`;
	die "sqlite3: $said\n" if $?;
	return split /\n/, $said;
}

sub open_records {
	my ($n) = ask($_[0], "SELECT count(*) FROM j.record
		WHERE state IN ('kept', 'planned', 'held');");
	return $n;
}

sub state_of { return sort(ask($_[0], "${here}state.sql")) }

# The journal's records in the order in which it took them.
sub bodies { return ask('p', 'SELECT body FROM j.record ORDER BY id;') }

# ---- nothing that may never be -------------------------------------------

sub forbidden {
	return grep { $_ ne 'ok' } ask('p', "${here}wrong.sql");
}

# ---- each call -----------------------------------------------------------

# By the id of a call: { key, legs: of which record it is a leg }.
sub known_calls {
	my %known;
	for (ask('p', "SELECT json_extract(body, '\$.id'), key,
			coalesce(reason, '') FROM j.record;")) {
		my ($id, $key, $reason) = split /\|/;
		my ($call) = $key =~ m{^([^/]*)/};
		$known{$id}{key} = $call;
		next unless $key =~ /ended$/ && $reason =~ m{^leg of ([^/]*)/};
		$known{$id}{leg} = 1 if $1 ne $call;
	}
	return \%known;
}

# Missed calls that replay brought late: those whose task is left out because
# another one, which is there, names them; a late change of that one's call may
# have written its text anew.
sub named_elsewhere {
	my ($project) = @_;
	my $task = '/task.callback';
	return { map { $_ => 1 } ask($project, "
	SELECT replace(a.key, '$task', '') FROM j.action a
	JOIN j.record r ON r.id = a.record
	JOIN task t ON 'in ' || t.key = a.error
	WHERE a.key LIKE '%$task' AND a.state = 'skipped'
	AND (instr(t.text, strftime('%Y-%m-%d %H:%M', r.at / 1000,
		'unixepoch', '+2 hours')) OR EXISTS (SELECT 1 FROM j.action u
		WHERE u.key LIKE replace(t.key, '/', '/update.') || '~%'));") };
}

# The tasks that the ends of calls make: { call key: ["talked 7", ...] }.
sub tasks {
	my %tasks;
	for (ask('p', 'SELECT key, owner, done FROM task ORDER BY key;')) {
		my ($call, $name, $owner, $done) =
		    m{(.*)/task\.([a-z]+)\|(\d*)\|(.)$} or next;
		next if $name !~ /^(?:talked|callback|voicemail|unbound)$/;
		push @{ $tasks{$call} }, "$name $owner";
		push @{ $tasks{$call} }, "$name is not as it should be"
		    if $done != ($name eq 'talked');
	}
	return \%tasks;
}

# An outgoing call to somebody who was new when the stream began makes a task
# or not, as it stands behind or before what makes him known.
sub wanted {
	my ($call, $known, $named) = @_;
	my $task = Stream::task_of($call);
	return ('') if !$task || $known->{leg} || $named->{ $known->{key} };
	return ($task) if $call->{kind} ne 'out'
	    || $call->{client}{has} ne 'new';
	return ('', $task);
}

sub fits {
	my ($got, @wanted) = @_;
	return grep {
		my $want = quotemeta($_) =~ s/\\\*/\\d+/r;
		$got =~ /^$want$/;
	} @wanted;
}

sub calls {
	my ($stream) = @_;
	my ($known, $tasks, @wrong) = (known_calls(), tasks());
	my $named = named_elsewhere('p');
	my %of;
	for my $call (@{ $stream->{calls} }) {
		my $mine = $known->{ $call->{id} };
		if (!$mine) {
			push @wrong, "lost: call $call->{id}" if $call->{lines};
			next;
		}
		push @wrong, "lost: $call->{id} is $of{ $mine->{key} }, too"
		    if $of{ $mine->{key} };
		$of{ $mine->{key} } = $call->{id};
		my $got = join ', ', @{ delete $tasks->{ $mine->{key} } // [] };
		my @wanted = wanted($call, $mine, $named);
		push @wrong, ($got eq '' ? 'lost' : 'twice')
		    . ": $call->{id} ($call->{kind}) has the tasks '$got', "
		    . "wanted '$wanted[0]'"
		    unless fits($got, @wanted);
	}
	return @wrong, map { "twice: tasks of $_, which is no call" }
	    keys %$tasks;
}

# ---- each client ---------------------------------------------------------

# Must the CRM have a contact and a lead of this client? 1, 0, or undef where
# it is a matter of order. early: a phase before the end makes them, too.
sub must_have {
	my ($client, $what, $early, @calls) = @_;
	return 1 if $client->{has} eq $what;
	return $what eq 'contact' ? 1 : 0 if $client->{has} =~ /lead|deal/;
	my @in = grep { $_->{kind} =~ /talk|missed|voicemail/ } @calls;
	if ($client->{has} eq 'contact') {
		return 1 if $what eq 'contact';
		my @talks = grep { $_->{ended} && ($_->{by} // 'stranger')
			    ne 'stranger' } @in;
		return grep({ !$_->{leg} } @talks) ? 1 : @talks ? undef : 0;
	}
	return 1 if grep { $_->{ended} && !$_->{leg} } @in;
	return undef if grep { $_->{ended} || $early } @in;
	return 0;
}

sub clients {
	my ($stream, $early) = @_;
	my (%calls, @wrong);
	push @{ $calls{ $_->{client}{phone} } }, $_
	    for grep { $_->{client} } @{ $stream->{calls} };
	for my $what (qw(contact lead)) {
		my %n = map { split /\|/ } ask('p',
			"SELECT phone, count(*) FROM $what GROUP BY phone;");
		for my $client (@{ $stream->{clients} }) {
			my $n = delete $n{ $client->{phone} } // 0;
			my $must = must_have($client, $what, $early,
				@{ $calls{ $client->{phone} } // [] });
			next if !defined $must ? $n < 2 : $n == $must;
			push @wrong, ($n ? 'twice' : 'lost')
			    . ": $client->{phone} ($client->{has}) has $n "
			    . "${what}s";
		}
		push @wrong, map { "twice: $what of $_, who is no client" }
		    keys %n;
	}
	return @wrong;
}

# ---- the same as undisturbed ---------------------------------------------

# What only one of two states has, of the strict clients.
sub differences {
	my ($stream, $got, $want) = @_;
	my %loose = map { substr($_->{phone}, -9) => 1 }
	    grep { $_->{loose} } @{ $stream->{clients} };
	my %n;
	my %named = map { %{ named_elsewhere($_) } } 'p', 'ref';
	for ([1, @$got], [-1, @$want]) {
		my ($by, @lines) = @$_;
		for (@lines) {
			my ($call) = m{^[^|]*\|task\|([^|]*)/task\.callback\|};
			next if defined $call && $named{$call};
			$n{ s/ \/ Також пропущено: [-0-9:, ]*//r } += $by;
		}
	}
	return map { ($n{$_} < 0 ? 'lost: ' : 'twice: ') . $_ }
	    grep { $n{$_} && !$loose{ (split /\|/)[0] } } sort keys %n;
}

1;
