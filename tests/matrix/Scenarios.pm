# SPDX-License-Identifier: MIT
# Reads a file of scenarios; README.md says what it looks like. Each becomes
# what the CRM has, the rows and records that come, and what is wanted.
package Scenarios;
use strict;
use warnings;

use constant MIDNIGHT => 1795212000;              # of the day, in Kyiv
use constant DAY      => '2026-11-21T%s+02:00';
use constant NOON     => 12 * 3600;
use constant LINE     => '380445550010';

our (%staff, %user);    # employees by login, logins by CRM user

my $share = $ENV{RINGO_SHARE} // die "RINGO_SHARE isn't set\n";

# ---- files ---------------------------------------------------------------

sub slurp {
	my ($file) = @_;
	open my $in, '<', $file or die "$file: $!\n";
	local $/;
	return <$in> // '';
}

sub spill {
	my ($file, @text) = @_;
	open my $out, '>', $file or die "$file: $!\n";
	print $out @text;
	close $out or die "$file: $!\n";
}

# ---- people --------------------------------------------------------------

# The example's employees by the last part of their logins: olena.
sub load_staff {
	my ($titles, @rows) = split /\n/,
	    slurp("$share/example/shop/employees.csv");
	my @names = split /;/, $titles;
	for (@rows) {
		my %e;
		@e{@names} = split /;/, $_, -1;
		my ($word) = $e{sip} =~ /_(\w+)$/;
		$staff{$word} = \%e;
		$user{ $e{crm_user_id} } = $word;
	}
}
load_staff();

sub employee {
	my ($word) = @_;
	return $staff{$word} // die "\"$word\" is no employee of the example\n";
}

# Who took a call: the login or number, and what the log says of him.
sub who {
	my ($word) = @_;
	my %nobody = ('' => '', 'unknown-login' => 'demoshopua_stranger',
		'unknown-number' => '380675550999');
	my $end = $nobody{ $word // '' };
	return { end => $end, id => -1, name => $end && 'Хтось' }
	    if defined $end;
	if ($word =~ /^(\w+)'s-number$/) {
		my $e = employee($1);
		return { end => $e->{numbers}, id => -1, name => $e->{fio} };
	}
	my $e = employee($word);
	return { end => $e->{sip}, id => $e->{staff_id}, name => $e->{fio} };
}

# ---- words ---------------------------------------------------------------

sub seconds {
	my ($text) = @_;
	$text =~ /^(\d\d):(\d\d)(?::(\d\d))?$/ or die "\"$text\" is no time\n";
	return $1 * 3600 + $2 * 60 + ($3 // 0);
}

sub hms {
	my ($s) = @_;
	return sprintf '%02d:%02d:%02d', $s / 3600, $s / 60 % 60, $s % 60;
}

# The block once for each alternative of its braces.
sub expand {
	my ($text) = @_;
	my ($first) = $text =~ /\{([^}]*)\}/ or return $text;
	my $n = () = $first =~ /\|/g;
	return map {
		my ($k, $copy) = ($_, $text);
		$copy =~ s{\{([^\}]*)\}}{
			my @v = split /\|/, $1, -1;
			die "not all braces have ", $n + 1, " alternatives\n"
			    if @v != $n + 1;
			$v[$k];
		}ge;
		$copy;
	} 0 .. $n;
}

# The words of a line as { KEY => value }; what has no = is under "". Only the
# keys that are named may be there.
sub options {
	my ($keys, @words) = @_;
	my %o;
	for (@words) {
		my ($key, $value) = /^(\w+)=(.*)$/ ? ($1, $2) : ('', $_);
		die "\"$_\" doesn't belong here\n"
		    if exists $o{$key} || $key ne '' && " $keys " !~ / $key /;
		$o{$key} = $value;
	}
	return %o;
}

# A number is written without quotes.
sub json {
	my (%v) = @_;
	my @members;
	for (sort keys %v) {
		my $v = $v{$_};
		$v = ref $v ? json(%$v) : $v =~ /^-?\d{1,6}$/ ? $v : "\"$v\"";
		push @members, "\"$_\":$v";
	}
	return '{' . join(',', @members) . '}';
}

# ---- a scenario ----------------------------------------------------------

my $clients = 1000;

sub new_scenario {
	my ($title) = @_;
	my $n = ++$clients;
	return { title => $title, n => $n, phone => "38067555$n", has => [],
		steps => [], want => [], calls => {}, now => NOON };
}

# The call of that name; its time and id are given at its first mention.
sub call_of {
	my ($sc, $name, $time) = @_;
	return $sc->{calls}{$name} if $sc->{calls}{$name};
	my $k  = keys %{ $sc->{calls} };
	my $at = $time ? seconds($time) : seconds('11:00') + $k * 600;
	my $id = '-' . (MIDNIGHT + $at) . ".$sc->{n}$k";
	return $sc->{calls}{$name} = {
		key => $id, at => $at, name => $name,
		facts => { phone => "+$sc->{phone}", line => '+' . LINE,
			at => sprintf(DAY, hms($at)), client_id => "ga$id",
			campaign => "campaign$id" },
	};
}

sub add_has {
	my ($sc, $role, $owner, @more) = @_;
	my %o = options('as age phone', @more);
	my $word = $o{''} // 'open';
	$word =~ /^(?:open|closed)$/ or die "\"$word\" doesn't belong here\n";
	push @{ $sc->{has} }, { role => $role, name => $o{as} // $role,
		user => employee($owner)->{crm_user_id},
		open => $word eq 'open' ? 1 : 0,
		age => ($o{age} // '30d') =~ s/d$//r, form => $o{phone} };
}

# What one row or record of a call says about where it came from.
sub sources {
	my ($c) = @_;
	return (utm_source => 'google', utm_medium => 'cpc',
		utm_campaign => $c->{facts}{campaign},
		client_id => $c->{facts}{client_id});
}

my %outcome = (
	answered  => ['ANSWERED', 95],
	missed    => ['NO ANSWER', 0],
	voicemail => ['VOICEMAIL', 0],
);

# The ends of a row, and its direction.
sub ends_of {
	my ($direction, $client, $who, $line) = @_;
	my $colleague = $staff{ivan}{sip};
	return (call_type => 'in', caller => $who,
		dst => $colleague, connected_with => $colleague)
	    if $direction eq 'internal';
	return (call_type => 'out', caller => $who, caller_number => $line,
		dst => $client, connected_with => $client)
	    if $direction eq 'out';
	$direction =~ s/^transfer$/transitin/;
	return (call_type => $direction, caller => $client, dst => $line,
		caller_number => $client, connected_with => $who);
}

# A row of the call log.
sub add_call {
	my ($sc, $name, $direction, $outcome, @more) = @_;
	my %o = options('at talk wait status pool to hidden', @more);
	my $who = who($o{''});
	my $usual = $outcome{$outcome}
	    // die "\"$outcome\" is no outcome\n";
	my $status = $o{status} // $usual->[0];
	my $talk = $o{talk} // $usual->[1];
	my $wait = $o{wait} // ($talk ? 8 : 36);
	my $line = $o{to} // LINE;
	my $c    = call_of($sc, $name, $o{at});
	my $id   = "ua7_$c->{key}";
	my $url  = 'https://app.ringostat.com';
	my %fact = (status => $status, talk => $talk, manager => $who->{name},
		recording => "$url/recordings/$id.ogg?token=t",
		card => "$url/card/$id/", line => "+$line", pool => $o{pool});
	$c->{facts}{$_} = $fact{$_} for keys %fact;
	my %row = (uniqueid => $id, disposition => $status,
		calldate => '2026-11-21T' . hms($c->{at}) . '+0200',
		duration => $talk + $wait, waittime => $wait, billsec => $talk,
		recording => $fact{recording}, call_card => $fact{card},
		has_recording => $outcome eq 'missed' ? 0 : 1,
		employee_number => $who->{id}, employee_fio => $who->{name},
		pool_name => $o{pool} // '', sources($c),
		ends_of($direction, $o{hidden} ? 'anonymous' : $sc->{phone},
			$who->{end}, $line));
	push @{ $sc->{steps} }, { now => $sc->{now}, json => json(%row) };
}

# A record; it comes from elsewhere, with another server's name before the id.
sub add_event {
	my ($sc, $name, $event, @more) = @_;
	my %o = options('direction outcome hidden', @more);
	my $c   = call_of($sc, $name);
	my $who = who($o{''})->{end};
	my %rec = (id => "ua1_$c->{key}", event => $event,
		direction => $o{direction} // 'in', source => { sources($c) },
		at => $c->{facts}{at}, line => $c->{facts}{line});
	$rec{outcome} = $o{outcome} if $o{outcome};
	$rec{client} = { phone => "+$sc->{phone}" } unless $o{hidden};
	$rec{answered_by} = { sip => $who } if $who =~ /^\D/;
	$rec{answered_by} = { phone => "+$who" } if $who =~ /^\d/;
	push @{ $sc->{steps} }, { now => $sc->{now}, json => json(%rec) };
}

# What is held comes again then, even if nothing else does.
sub add_now {
	my ($sc, $time) = @_;
	$sc->{now} = seconds($time);
	push @{ $sc->{steps} }, { now => $sc->{now} };
}

sub add_want {
	my ($sc, $text) = @_;
	my ($line, $says) = split /\s+says\s+/, $text, 2;
	push @{ $sc->{want} }, {
		line  => join(' ', split ' ', $line),
		facts => [($says // '') =~ /(!?(?:"[^"]*"|'[^']*'|[^\s"']+))/g],
	};
}

sub add_line {
	my ($sc, $line) = @_;
	my ($word, $rest) = $line =~ /^\s+(\S+)\s*(.*?)\s*$/;
	if ($word eq 'want') {
		add_want($sc, $rest);
		return;
	}
	my $name = $rest =~ s/^([a-z]\w*):\s*// ? $1 : '';
	my @words = map { s/"//gr } $rest =~ /((?:"[^"]*"|[^\s"])+)/g;
	if    ($word eq 'has')   { add_has($sc, @words) }
	elsif ($word eq 'call')  { add_call($sc, $name, @words) }
	elsif ($word eq 'event') { add_event($sc, $name, @words) }
	elsif ($word eq 'now')   { add_now($sc, $rest) }
	else { die "\"$word\" is no line of a scenario\n" }
}

sub read_scenarios {
	my ($block) = @_;
	return map {
		my ($title, @lines) = split /\n/, $_;
		my $sc = new_scenario($title);
		add_line($sc, $_) for @lines;
		die "no `want` in it\n" unless @{ $sc->{want} };
		$sc->{want} = [] if $sc->{want}[0]{line} eq 'nothing';
		$sc;
	} expand($block);
}

# ---- files of them -------------------------------------------------------

# From what to what, with \n and \t in both.
sub edit {
	my %char = (n => "\n", t => "\t");
	return [map { s/\\([nt])/$char{$1}/gr } split / => /, $_[0], 2];
}

# The project, once for each matrix.
sub read_project {
	my ($block) = @_;
	my ($title, @lines) = split /\n/, $block;
	my %p = (name => $title =~ s/^project\s+//r, conf => [], edits => [],
		crm => [], matrix => []);
	for (@lines) {
		my ($word, $rest) = /^\s+(\S+)\s+(.*?)\s*$/;
		if    ($word eq 'matrix')  { $p{matrix} = [split ' ', $rest] }
		elsif ($word eq 'conf')    { push @{ $p{conf} }, $rest }
		elsif ($word eq 'crm')     { push @{ $p{crm} }, $rest }
		elsif ($word eq 'refused') { $p{refused} = $rest }
		elsif ($word eq 'flagged') { $p{flagged} = [split ' ', $rest] }
		elsif ($word eq 'edit')    { push @{ $p{edits} }, edit($rest) }
		else { die "\"$word\" is no line of a project\n" }
	}
	return map { {
		%p,
		name      => @{ $p{matrix} } > 1 ? "$p{name}, $_" : $p{name},
		matrix    => $_,
		scenarios => [],
	} } @{ $p{matrix} };
}

# The paragraphs of a file with the numbers of their first lines.
sub paragraphs {
	my ($file) = @_;
	my ($at, @blocks) = (0);
	for (split /\n/, slurp($file)) {
		$at++;
		next if /^\s*#/ || /^\s*$/;
		push @blocks, [$at, ''] if /^\S/;
		$blocks[-1][1] .= "$_\n";
	}
	return @blocks;
}

# The projects of a file, with their scenarios.
sub load {
	my ($file) = @_;
	my (@projects, @now);
	for (paragraphs($file)) {
		my ($line, $text) = @$_;
		eval {
			if ($text =~ /^project\s/) {
				push @projects, @now = read_project($text);
			} else {
				die "no project above it\n" unless @now;
				push @{ $_->{scenarios} }, read_scenarios($text)
				    for @now;
			}
			1;
		} or die "$file:$line: $@";
	}
	return @projects;
}

1;
