# SPDX-License-Identifier: MIT
# What scenarios made, read out of crm.db and journal.db as lines of text, and
# how that differs from what they want. Needs perl-base and sqlite3.
package Outcome;
use strict;
use warnings;
use Scenarios;

my @roles = qw(contact lead deal);
my @hung  = qw(task call note);    # on what X_on says

# ---- the databases -------------------------------------------------------

# What is in both databases: { table => [{ column => value }] }. All columns, so
# that new ones are seen.
sub snapshot {
	my ($dir) = @_;
	my %table = (
		(map { $_ => "* FROM $_ ORDER BY id" } @roles, @hung),
		(map { $_ . '_on' => "$_ AS hung, role, id FROM ${_}_on
			ORDER BY role <> 'deal', role <> 'lead', id" } @hung),
		record => 'key, state, reason FROM j.record',
		action => 'key, state, error FROM j.action',
	);
	my $sql = join ';', "ATTACH '$dir/journal.db' AS j",
	    map { "SELECT '$_' AS of_table, $table{$_}" } sort keys %table;
	open my $in, '-|', 'sqlite3', '-ascii', '-header', "$dir/crm.db", $sql
	    or die "sqlite3: $!\n";
	local $/ = "\x1e";
	my (%s, @names);
	while (defined(my $line = <$in>)) {
		chomp $line;
		my @f = split /\x1f/, $line, -1;
		if ($f[0] eq 'of_table') {
			@names = @f;
			next;
		}
		my %row;
		@row{@names} = @f;
		push @{ $s{ $row{of_table} } }, \%row;
	}
	close $in or die "sqlite3 failed on $dir\n";
	$s{$_} //= [] for keys %table;
	return \%s;
}

# ---- names ---------------------------------------------------------------

# A function that gives a key's scenario, its call, and the name it has there.
sub renamer {
	my ($p) = @_;
	my (%call, %phone);
	for my $sc (@{ $p->{scenarios} }) {
		$phone{ $sc->{phone} } = $sc;
		$call{ $_->{key} } = [$sc, $_] for values %{ $sc->{calls} };
	}
	return sub {
		my ($key) = @_;
		my ($id, $rest) = $key =~ m{^([^/]+)/(.+)$}
		    or return (undef) x 3;
		return ($phone{$1}, undef, "contact$2")
		    if $id eq 'client' && $rest =~ /^(\d+)(.*)$/ && $phone{$1};
		my ($sc, $c) = @{ $call{$id} // [] };
		return (undef) x 3 unless $sc;
		my $name = $rest eq 'call.ended' ? $c->{name} || 'call'
		    : $c->{name} eq '' ? $rest : "$c->{name}/$rest";
		return ($sc, $c, $name);
	};
}

sub with_names {
	my ($renamer, $text) = @_;
	return $text =~ s{(\S+/\S+)}{($renamer->($1))[2] // $1}ger;
}

sub user {
	my ($id) = @_;
	return $Scenarios::user{$id} // "user-$id";
}

# Of the day itself, whole minutes without seconds.
sub short_time {
	my ($t) = @_;
	$t =~ s/^2026-11-21T(.*)\+02:00$/$1/;
	$t =~ s/^(\d\d:\d\d):00$/$1/;
	return $t;
}

# ---- lines ---------------------------------------------------------------

# Names of all entities: those that were there, then those that were made.
sub entity_names {
	my ($p, $after, $renamer) = @_;
	my %name;
	for my $sc (@{ $p->{scenarios} }) {
		$name{"$_->{role} $_->{id}"} = $_->{name} for @{ $sc->{has} };
	}
	for my $role (@roles, 'call') {
		for (@{ $after->{$role} }) {
			my $made = ($renamer->($_->{key}))[2] // $_->{key};
			$name{"$role $_->{id}"} //= $made;
		}
	}
	return \%name;
}

sub made_line {
	my ($name, $r, @on) = @_;
	return join ' ', $name, (defined $r->{owner} ? user($r->{owner}) : ()),
	    ($r->{done} ? 'done' : ()),
	    (defined $r->{open} && !$r->{open} ? 'closed' : ()),
	    ($r->{due} ? 'due ' . short_time($r->{due}) : ()),
	    (($r->{pipeline} // 'default') ne 'default'
		? "in $r->{pipeline}" : ()),
	    (@on ? ('on', @on) : ());
}

# What is new.
sub made {
	my ($p, $before, $after, $renamer) = @_;
	my $entity = entity_names($p, $after, $renamer);
	my (%on, @made);
	for my $role (@hung) {
		push @{ $on{"$role $_->{hung}"} },
		    $entity->{"$_->{role} $_->{id}"} // 'nothing'
		    for @{ $after->{ $role . '_on' } };
	}
	for my $role (@roles, @hung) {
		my %old = map { $_->{id} => 1 } @{ $before->{$role} };
		for my $r (grep { !$old{ $_->{id} } } @{ $after->{$role} }) {
			my ($sc, $c, $name) = $renamer->($r->{key});
			my @on = @{ $on{"$role $r->{id}"} // [] };
			push @on, $entity->{"contact $r->{contact}"}
			    if $r->{contact};
			push @made, { of => $sc, call => $c,
				line => made_line($name // $r->{key}, $r, @on),
				text => join("\n", values %$r) };
		}
	}
	return @made;
}

# What was there and is another now, column by column.
sub changed_columns {
	my ($name, $old, $new) = @_;
	return { line => "$name gone" } unless $new;
	return map { {
		text => $new->{$_},
		line => "$name.$_ "
		    . ($_ eq 'owner' ? user($new->{$_}) : $new->{$_}),
	} } grep { $old->{$_} ne $new->{$_} } sort keys %$new;
}

sub changed {
	my ($p, $before, $after) = @_;
	my (%old, %new, @changed);
	for my $role (@roles) {
		$old{"$role $_->{id}"} = $_ for @{ $before->{$role} };
		$new{"$role $_->{id}"} = $_ for @{ $after->{$role} };
	}
	for my $sc (@{ $p->{scenarios} }) {
		for (@{ $sc->{has} }) {
			my $id = "$_->{role} $_->{id}";
			push @changed, map { { %$_, of => $sc } }
			    changed_columns($_->{name}, $old{$id}, $new{$id});
		}
	}
	return @changed;
}

# Actions and records that came to nothing, and say why. A matrix need not name
# every event, but each end of a call.
my $no_line = 'no line of the matrix matches';

sub ended {
	my ($after, $renamer) = @_;
	my @ended;
	for my $r (@{ $after->{action} }, @{ $after->{record} }) {
		my $why = $r->{reason} // $r->{error};
		next if $r->{state} eq 'done' && $why eq ''
		    || $why =~ /^matrix line \d+: nothing to do$/
		    || $why eq $no_line && $r->{key} !~ /ended$/;
		my ($sc, $c, $name) = $renamer->($r->{key});
		push @ended, { of => $sc, line => ($name // $r->{key})
			    . " $r->{state}: " . with_names($renamer, $why) };
	}
	return @ended;
}

# Everything that came of the scenarios, a line each.
sub lines {
	my ($p, $before, $after) = @_;
	my $renamer = renamer($p);
	return (made($p, $before, $after, $renamer),
		changed($p, $before, $after), ended($after, $renamer));
}

# ---- judging -------------------------------------------------------------

# Is a fact in the text of a line? True if it is as wanted.
sub says {
	my ($sc, $got, $fact) = @_;
	my ($not, $name, $word) = $fact =~ /^(!?)(?:(\w+)\.)?(.*)$/;
	my $c = defined $name ? $sc->{calls}{$name}
	    : $got->{call} // (values %{ $sc->{calls} })[0];
	my $text = $word =~ /^(["'])(.*)\1$/ ? $2 : $c->{facts}{$word};
	die "$sc->{title}: \"$fact\" is no fact\n" unless length($text // '');
	my $in = $word eq 'talk' ? $got->{text} =~ /\b$text\b/
	    : index($got->{text}, $text) >= 0;
	return $not ? !$in : $in;
}

# How what came of a scenario differs from what it wants, for people.
sub differences {
	my ($sc, @got) = @_;
	my @wrong;
	for my $want (@{ $sc->{want} }) {
		my ($i) = grep { $got[$_]{line} eq $want->{line} } 0 .. $#got;
		if (!defined $i) {
			push @wrong, "missing: $want->{line}";
			next;
		}
		my ($line) = splice @got, $i, 1;
		push @wrong, map { "$want->{line}: it should say $_" }
		    grep { !says($sc, $line, $_) } @{ $want->{facts} };
	}
	return (@wrong, map { "too much: $_->{line}" } @got);
}

# The same for all scenarios: { n => [differences] }; what belongs to none of
# them is under 0.
sub judge {
	my ($p, $before, $after) = @_;
	my (%mine, %wrong);
	push @{ $mine{ $_->{of} ? $_->{of}{n} : 0 } }, $_
	    for lines($p, $before, $after);
	$wrong{0} = [map { "too much: $_->{line}" } @{ $mine{0} }];
	$wrong{ $_->{n} } = [differences($_, @{ $mine{ $_->{n} } // [] })]
	    for @{ $p->{scenarios} };
	return \%wrong;
}

1;
