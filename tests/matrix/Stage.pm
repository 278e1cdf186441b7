# SPDX-License-Identifier: MIT
# Plays the scenarios of a project with the real programs and reads what came
# of it out of crm.db and journal.db. Needs perl-base and sqlite3.
package Stage;
use strict;
use warnings;
use Scenarios;

my $bin   = $ENV{BIN} // die "BIN isn't set\n";
my $share = $ENV{RINGO_SHARE} // die "RINGO_SHARE isn't set\n";

BEGIN {
	*slurp = \&Scenarios::slurp;
	*spill = \&Scenarios::spill;
}

# ---- the project ---------------------------------------------------------

my %form = (
	plus   => sub { "+$_[0]" },
	bare   => sub { $_[0] },
	local  => sub { substr $_[0], 2 },
	dashes => sub { $_[0] =~ s/(...)(..)(...)(..)(..)/+$1-$2-$3-$4-$5/r },
);

# One thing that the CRM has; contact: what it hangs on, or NULL.
sub insert {
	my ($h, $phone, $contact) = @_;
	my %row = (id => $h->{id}, phone => "'$phone'", owner => "'$h->{user}'",
		created => (Scenarios::MIDNIGHT - $h->{age} * 86400) * 1000);
	if ($h->{role} eq 'contact') {
		$row{name} = "'x'";
	} else {
		@row{qw(title open contact)} = ("'x'", $h->{open}, $contact);
		$row{phone} = 'NULL' if $contact ne 'NULL';
	}
	my @names = sort keys %row;
	return "INSERT INTO $h->{role}(" . join(', ', @names) . ') VALUES ('
	    . join(', ', @row{@names}) . ');';
}

# What the CRM has before; the ids go into the scenarios.
sub has_sql {
	my ($p) = @_;
	my ($id, @sql) = (0, 'BEGIN;', map { "$_;" } @{ $p->{crm} });
	for my $sc (@{ $p->{scenarios} }) {
		my $contact = 'NULL';
		for my $h (@{ $sc->{has} }) {
			$h->{id} = ++$id;
			my $phone = $form{ $h->{form} // 'plus' };
			push @sql, insert($h, $phone->($sc->{phone}),
				$h->{form} ? 'NULL' : $contact);
			$contact = $id if $h->{name} eq 'contact';
		}
	}
	return join "\n", @sql, "COMMIT;\n";
}

sub matrix_of {
	my ($p) = @_;
	my $text = slurp($p->{matrix} =~ m{^example/}
		? "$share/$p->{matrix}/matrix" : "$share/matrix/$p->{matrix}");
	for (@{ $p->{edits} }) {
		my ($from, $to) = @$_;
		$text =~ s/\Q$from\E/$to/g
		    or die "$p->{name}: \"$from\" isn't in the matrix\n";
	}
	return $text;
}

# A statement that stands once replaces that of the example.
sub add_conf {
	my ($dir, @lines) = @_;
	my $conf = slurp("$dir/ringo.conf");
	for my $line (@lines) {
		my ($word) = split ' ', $line;
		$conf =~ s/^$word\s.*\n//m
		    unless $word =~ /^(?:field|pipeline)$/;
		$conf .= "$line\n";
	}
	spill("$dir/ringo.conf", $conf);
}

# Only these are flagged for missed calls.
sub flag {
	my ($dir, @flagged) = @_;
	my %yes = map { Scenarios::employee($_)->{code} => 1 }
	    grep { $_ ne 'nobody' } @flagged;
	my ($titles, @rows) = split /\n/, slurp("$dir/employees.csv");
	for (@rows) {
		my @f = split /;/, $_, -1;
		$f[7] = $yes{ $f[1] } ? 1 : 0;
		$_ = join ';', @f;
	}
	spill("$dir/employees.csv", map { "$_\n" } $titles, @rows);
}

sub sh {
	my ($command) = @_;
	system('/bin/sh', '-c', $command) == 0 or die "failed: $command\n";
}

# A directory for the project, with what its CRM has.
sub prepare {
	my ($p, $dir) = @_;
	set_up($p, $dir);
	spill("$dir/has.sql", has_sql($p));
	sh("'$bin/ringo-match' -C '$dir' </dev/null &&
	    sqlite3 -bail '$dir/crm.db' <'$dir/has.sql'");
}

# Its files.
sub set_up {
	my ($p, $dir) = @_;
	sh("cp -R '$share/example/shop' '$dir' && chmod 700 '$dir'");
	spill("$dir/matrix", matrix_of($p));
	add_conf($dir, @{ $p->{conf} });
	flag($dir, @{ $p->{flagged} }) if $p->{flagged};
}

# A project that is to be refused: what is wrong if it isn't, or says why not.
sub refuse {
	my ($p, $dir) = @_;
	set_up($p, $dir);
	my $said = `'$bin/ringo-match' -C '$dir' </dev/null 2>&1`;
	my $rc = $? >> 8;
	return (($rc == 78 ? () : "ringo-match ended with $rc, not with 78"),
		(index($said, $p->{refused}) >= 0 ? () : "it said: $said"));
}

# ---- the play ------------------------------------------------------------

# How records get from normalize to the CRM; each leaves its exit in a file.
our %way = (
	stream => '{ "$bin/ringo-match" -C . <records; echo $? >match.rc; } |
		"$bin/ringo-push" -C . >>results; echo $? >push.rc',
	ahead => '"$bin/ringo-match" -C . <records >planned; echo $? >match.rc
		"$bin/ringo-push" -C . <planned >>results; echo $? >push.rc',
	apart => 'while IFS= read -r line; do
			printf "%s\n" "$line" >one
			"$bin/ringo-match" -C . <one >planned ||
				echo $? >match.rc
			"$bin/ringo-push" -C . <planned >>results
			case $? in 0 | 75) ;; *) echo $? >push.rc ;; esac
		done <records',
);

# One run: what is still open, then what comes.
sub run {
	my ($dir, $way, $now, @rows) = @_;
	local $ENV{RINGO_NOW} = sprintf Scenarios::DAY, Scenarios::hms($now);
	local $ENV{bin} = $bin;
	spill("$dir/rows", map { "$_\n" } @rows);
	spill("$dir/$_.rc", "0\n") for qw(normalize match push);
	sh("cd '$dir' && {
		sqlite3 journal.db \"SELECT body FROM record WHERE state IN
			('kept', 'planned', 'held') ORDER BY id\"
		\"\$bin/ringo-normalize\" -C . <rows; echo \$? >normalize.rc
	} >records && { $way{$way}; } 2>>said");
	my %rc = map { $_ => slurp("$dir/$_.rc") + 0 } qw(normalize match push);
	delete $rc{push} if $rc{push} == 75;    # what it held is in the journal
	return map { "ringo-$_ ended with $rc{$_}" }
	    grep { $rc{$_} } sort keys %rc;
}

# All runs of a project; what went wrong with the programs.
sub play {
	my ($p, $dir, $way) = @_;
	my (%rows, @wrong);
	for my $sc (@{ $p->{scenarios} }) {
		push @{ $rows{ $_->{now} } }, $_->{json} // ()
		    for @{ $sc->{steps} };
	}
	push @wrong, run($dir, $way, $_, @{ $rows{$_} })
	    for sort { $a <=> $b } keys %rows;
	return @wrong;
}

1;
