# SPDX-License-Identifier: MIT
# A random stream of calls, and what must come of it in whatever order it
# arrives. All chance is perl's rand: the same srand, the same stream.
#
# Two kinds of clients. What comes of a `strict` one depends on nothing but the
# order in which the journal took its records. A `loose` one has a record that
# may be opened again after it was finished (a row of a call that was still
# running, an ignored or skipped one whose body changes), so that it comes
# behind younger ones, or legs, which let others pass while they wait: only what
# holds in any order can be said.
package Stream;
use strict;
use warnings;
use POSIX ();

use constant MORNING => 1795240800;    # 2026-11-21T08:00:00+02:00

my %user = (olena => 7, ivan => 8, maryana => 9, stranger => 9);
my @staff = qw(olena ivan maryana);

sub one_of { return $_[rand @_] }
sub chance { return rand() < $_[0] }

# From "name", 3, "other", 1: mostly name.
sub weighed {
	my @w = @_;
	my ($sum, %w) = (0, @w);
	$sum += $_ for values %w;
	my $at = rand $sum;
	for (my $i = 0; $i < @w; $i += 2) {
		$at -= $w[$i + 1];
		return $w[$i] if $at < 0;
	}
	return $w[0];
}

sub shuffled {
	my @a = @_;
	for my $i (reverse 1 .. $#a) {
		my $j = int rand($i + 1);
		@a[$i, $j] = @a[$j, $i];
	}
	return @a;
}

sub clock {
	return POSIX::strftime('%Y-%m-%dT%H:%M:%S+02:00',
		gmtime($_[0] + 7200));
}

# ---- clients -------------------------------------------------------------

sub clients {
	my ($n) = @_;
	my @clients;
	for my $i (0 .. $n - 1) {
		push @clients, {
			phone => sprintf('+38050%07d', 1000000 + $i),
			has => weighed(new => 6, contact => 2, lead => 1,
				deal => 1),
			owner => one_of(7, 8),
			loose => chance(.25),
		};
	}
	# Another country's number with the same last nine digits.
	for my $c (grep { chance(.1) } @clients) {
		my $twin = { %$c, has => 'new' };
		$twin->{phone} =~ s/^\+380/+48/;
		push @clients, $twin;
	}
	return @clients;
}

# What the CRM has before the first call.
sub sql {
	my ($s) = @_;
	my @sql;
	for my $c (grep { $_->{has} ne 'new' } @{ $s->{clients} }) {
		push @sql, "INSERT INTO contact(name, phone, owner, created)
			VALUES ('Known', '$c->{phone}', '$c->{owner}', 0);";
		push @sql, "INSERT INTO $c->{has}(title, phone, owner, contact,
			created) SELECT 'Old', phone, owner, id, 0
			FROM contact WHERE phone = '$c->{phone}';"
		    if $c->{has} ne 'contact';
	}
	return join "\n", @sql, '';
}

# ---- records -------------------------------------------------------------

sub text { return "\"$_[0]\":\"$_[1]\"" }

# One line; %more are members as they are.
sub record {
	my ($call, $event, @more) = @_;
	my $client = $call->{client};
	return join(',', '{"id":"' . $call->{id} . '"',
		text(event => $event), text(at => clock($call->{at})),
		text(direction => $call->{direction}),
		($client ? "\"client\":{\"phone\":\"$client->{phone}\"}" : ()),
		($call->{leg} ? '"leg":true' : ()), @more) . '}';
}

sub by {
	my ($call) = @_;
	return () unless $call->{by};
	return "\"answered_by\":{\"sip\":\"demoshopua_$call->{by}\"}";
}

sub ended {
	my ($call, @more) = @_;
	my ($total, $talk) = @$call{qw(total talk)};
	return record($call, 'call.ended', text(outcome => $call->{outcome}),
		"\"seconds\":{\"total\":$total,\"talk\":$talk}", by($call),
		@more);
}

# The same row of the log, read again later.
sub amended {
	my ($call) = @_;
	my $n = 1 + int rand 3;
	return weighed(
		ended($call, text(recording => "https://r.example/$n")), 3,
		ended($call, text(status => 'REPEATED')), 1,
		ended({ %$call, total => $call->{total} + $n }), 1);
}

sub phases {
	my ($call) = @_;
	my @lines;
	push @lines, record($call, 'call.ringing') if chance(.4);
	push @lines, record($call, 'call.answered', by($call))
	    if $call->{by} && chance(.4);
	push @lines, record($call, 'call.ended', '"running":true')
	    if $call->{client} && $call->{client}{loose} && chance(.3);
	if (chance(.95)) {
		$call->{ended} = 1;
		push @lines, ended($call);
		push @lines, amended($call)
		    if $call->{may_change} && chance(.2);
	}
	$call->{lines} = @lines;
	return chance(.15) ? shuffled(@lines) : @lines;
}

# ---- calls ---------------------------------------------------------------

my %kinds = (
	talk => { direction => 'in', outcome => 'answered' },
	missed => { direction => 'in', outcome => 'missed' },
	voicemail => { direction => 'in', outcome => 'voicemail' },
	out => { direction => 'out', outcome => 'answered' },
	internal => { direction => 'internal', outcome => 'answered' },
	hidden => { direction => 'in', outcome => 'answered' },
);

sub call {
	my ($i, $at, $client) = @_;
	my $kind = weighed(talk => 10, missed => 4, voicemail => 2, out => 2,
		internal => 1, hidden => 1);
	my %call = (%{ $kinds{$kind} }, kind => $kind, at => $at,
		id => sprintf('ua7_-%d.%d', MORNING + $i, $i), talk => 0,
		total => int rand 60);
	$call{client} = $client if $kind !~ /internal|hidden/;
	if ($call{outcome} eq 'answered') {
		$call{by} = one_of(@staff);
		$call{by} = 'stranger' if $kind eq 'talk' && chance(.1);
		$call{talk} = int $call{total} / 2;
	}
	$call{total} = 0 if $kind eq 'missed' && chance(.3);
	$call{may_change} = $kind =~ /talk|missed|voicemail/
	    || $client->{loose};
	return \%call;
}

# The call was handed on: a row of its own, soon after.
sub leg {
	my ($main, $i) = @_;
	return {
		%$main,
		id => sprintf('ua7_-%d.%d', MORNING + $i, $i),
		at => $main->{at} + $main->{total} + int rand 60,
		by => one_of(@staff),
		leg => 1,
	};
}

sub calls {
	my ($s, $n) = @_;
	my ($step, $at) = (one_of(5, 30, 90), MORNING);
	my @calls;
	for my $i (0 .. $n - 1) {
		my $before = $calls[-1];
		my $call = call($i, $at += $step, one_of(@{ $s->{clients} }));
		$call = leg($before, $i)
		    if $before && $before->{kind} eq 'talk'
		    && $before->{client}{loose} && chance(.3);
		# The same short id for a call of somebody else.
		$call->{id} = $before->{id} =~ s/^ua7/ua8/r
		    if $before && chance(.04) && $before->{id} =~ /^ua7/
		    && $before->{client} && $call->{client}
		    && differ($before->{client}, $call->{client});
		push @calls, $call;
	}
	$s->{until} = $at;
	return @calls;
}

sub differ {
	my ($a, $b) = @_;
	return substr($a->{phone}, -9) ne substr($b->{phone}, -9);
}

# ---- the stream ----------------------------------------------------------

# { clients, calls, lines, wrong (how many lines are no records), until }
sub make {
	my ($clients, $calls) = @_;
	my %s = (wrong => 0);
	$s{clients} = [clients($clients)];
	$s{calls} = [calls(\%s, $calls)];
	my @by_call = map { [phases($_)] } @{ $s{calls} };
	@by_call = shuffled(@by_call) if chance(.3);
	my @lines = map { @$_ } @by_call;
	@lines = shuffled(@lines) if chance(.1);
	if (chance(.3)) {
		splice @lines, rand @lines, 0, one_of(@lines)
		    for 1 .. @lines / 5;
	}
	if (chance(.3)) {
		splice @lines, rand @lines, 0,
		    one_of('', '{"id":"ua7_-1.1"', '{"id":"ua7_-1.1","event":'
			. '"call.ended"}', '[1,2]'), $s{wrong}++
		    for 1 .. 3;
	}
	$s{lines} = \@lines;
	return \%s;
}

# ---- what must come of it ------------------------------------------------

my %task = (answered => 'talked', missed => 'callback',
	voicemail => 'voicemail');

# "TASK OWNER" that the end of this call makes; an owner of * depends on the
# order. Nothing if the call makes none.
sub task_of {
	my ($call) = @_;
	return if !$call->{ended} || $call->{kind} =~ /internal|hidden/;
	return 'unbound *' if $call->{by} && $call->{by} eq 'stranger';
	return "talked $user{$call->{by}}" if $call->{by};
	return "$task{$call->{outcome}} *";
}

1;
