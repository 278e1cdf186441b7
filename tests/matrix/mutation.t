#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Each line of each matrix that we ship counts, and each word: with a line taken
# out, doubled or swapped with the next, with a word taken out, or with a `when`
# moved to the end, the matrix is refused, or ringo-match --check finds fault
# with it, or a scenario comes out otherwise. What decides the same in every
# situation is counted apart. The short form takes every fourth mutant;
# RINGO_MUTATE=all takes all.
use strict;
use warnings;
use Cwd        ();
use File::Temp ();

my ($here, $top);

BEGIN {
	$here = Cwd::abs_path($0 =~ m{(.*)/} ? $1 : '.');
	$top  = Cwd::abs_path("$here/../..");
	$ENV{BUILD} //= "$top/build";
	$ENV{BIN}   //= Cwd::abs_path($ENV{BUILD}) . '/bin';
	$ENV{RINGO_SHARE} = "$top/share";
	chomp($ENV{TMPDIR} = `$here/place`);
	$ENV{TZ} = 'UTC';
}
use lib $here;
use Outcome;
use Scenarios;
use Stage;

my $step = ($ENV{RINGO_MUTATE} // '') eq 'all' ? 1 : 4;
my $tmp = File::Temp::tempdir('ringo.XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $match = "'$ENV{BIN}/ringo-match'";
my ($run, $failed) = (0, 0);
$| = 1;
$SIG{$_} = sub { exit 130 } for qw(INT TERM HUP);

sub check {
	my ($name, @why) = @_;
	$run++;
	$failed += @why > 0;
	print @why ? 'not ok' : 'ok', " $run - $name\n",
	    map { "# $_\n" } map { split /\n/ } @why;
}

# ---- mutants -------------------------------------------------------------

# Every changed text once: [what was done, text].
sub mutants {
	my ($text) = @_;
	my @line = split /^/, $text;
	my @at = grep { $line[$_] !~ /^\s*(?:#|$)/ } 0 .. $#line;
	my @when = grep { $line[$_] =~ /^when\b/ } @at;
	my (@all, %seen);
	$seen{$text} = 1;
	my $add = sub {
		my ($what, $i, @new) = @_;
		my $new = join '', @new;
		push @all, [$what . ' line ' . ($i + 1), $new]
		    if !$seen{$new}++;
	};
	for my $k (0 .. $#at) {
		my $i = $at[$k];
		$add->('without', $i, @line[0 .. $i - 1],
			@line[$i + 1 .. $#line]);
		$add->('doubled', $i, @line[0 .. $i], @line[$i .. $#line]);
		my @word = $line[$i] =~ /^text/ ? () : $line[$i] =~ /(\s*\S+)/g;
		for my $w (0 .. $#word) {
			my @less = @word;
			my ($word) = splice(@less, $w, 1) =~ /(\S+)/;
			$add->("without \"$word\" on", $i, @line[0 .. $i - 1],
				join('', @less, "\n"), @line[$i + 1 .. $#line]);
		}
		my $next = $at[$k + 1] // next;
		my @swapped = @line;
		@swapped[$i, $next] = @swapped[$next, $i];
		$add->('swapped with the next', $i, @swapped);
	}
	for my $k (0 .. $#when) {
		my ($from, $to) = ($when[$k], ($when[$k + 1] // @line) - 1);
		$add->('moved to the end, `when` on', $from,
			@line[0 .. $from - 1], @line[$to + 1 .. $#line],
			@line[$from .. $to]);
	}
	return @all;
}

# ---- what a matrix decides -----------------------------------------------

# Without blanks and comments; a # inside quotes is none.
sub bare {
	my ($line) = @_;
	$line =~ s/^((?:"[^"]*"|[^"#])*)#.*/$1/;
	return join ' ', split ' ', $line;
}

# { name => what a text says }: the matrix's own, else those of the example's
# language.
sub texts_of {
	my ($text) = @_;
	my ($language) = Scenarios::slurp("$top/share/example/shop/ringo.conf")
	    =~ /^language\s+(\w+)/m;
	my $shared = Scenarios::slurp("$top/share/texts/$language");
	return { "$shared\n$text" =~ /^text\s+(\S+)\s+(".*)/mg };
}

# The actions below the `when` of each line, with what they say. The order of
# creates counts, as later actions hang on them; that of others doesn't.
sub actions_of {
	my ($text) = @_;
	my $says = texts_of($text);
	my ($at, $when, %groups) = (0);
	for (split /\n/, $text) {
		$at++;
		my $line = bare($_);
		if ($line =~ /^when\b/) {
			my @field = grep { /[<>]|\w\.\w+!?=/ }
			    split ' ', $line;
			$groups{ $when = $at } = [["@field"], []];
			next;
		}
		next if !/^\s/ || !$when || $line eq '';
		my ($verb, $name) = split ' ', $line;
		my $what = "$line " . ($says->{ $name // '' } // '');
		if ($verb eq 'create') {
			push @{ $groups{$when} }, [$what], [];
		} else {
			push @{ $groups{$when}[-1] }, $what;
		}
	}
	return { map { $_ => join '; ', grep { $_ ne '' && $_ ne 'ignore ' }
			map { sort @$_ } @{ $groups{$_} } } keys %groups };
}

# The table has the events that a line names; all of them count.
my @events = qw(call.ringing call.answered call.ended call.analysed
    call.amended form.sent chat.started chat.taken chat.contact chat.ended);

# { situation => what is done }
sub decisions {
	my ($dir, $text) = @_;
	my $actions = actions_of($text);
	Scenarios::spill("$dir/matrix", $text,
		map { "when $_\n\tignore\n" } @events);
	my %done;
	for (`$match -C '$dir' --table`) {
		my ($situation, $lines) = /^(.*\S)\s+((?:\d+\? )*(?:\d+|-))$/
		    or die "not a line of the table: $_";
		$done{$situation} =
		    $lines =~ s/(\d+)/$actions->{$1} \/\/ ''/ger;
	}
	die "no table\n" unless %done;
	return \%done;
}

sub same {
	my ($x, $y) = @_;
	return join("\0", map { ($_, $x->{$_}) } sort keys %$x) eq
	    join("\0", map { ($_, $y->{$_}) } sort keys %$y);
}

# ---- who notices? --------------------------------------------------------

# 0 fine, 1 faults found, 78 refused
sub ask {
	my ($dir, $text) = @_;
	Scenarios::spill("$dir/matrix", $text);
	my $said = `$match -C '$dir' --check 2>&1`;
	die "--check ended with $?: $said"
	    if $? != 0 && $? != 1 << 8 && $? != 78 << 8;
	return ($? >> 8, $said);
}

# How the scenarios come out otherwise.
sub differences {
	my ($stage, $text) = @_;
	my $dir = "$tmp/run";
	for my $s (@$stage) {
		Stage::sh("rm -rf '$dir' && cp -R '$s->{dir}' '$dir'");
		Scenarios::spill("$dir/matrix", $text);
		my @wrong = Stage::play($s->{project}, $dir, 'stream');
		die "$_\n" for grep { !/with 65$/ } @wrong;
		return @wrong if @wrong;
		my $wrong = Outcome::judge($s->{project}, $s->{before},
			Outcome::snapshot($dir));
		@wrong = map { @$_ } values %$wrong;
		return @wrong if @wrong;
	}
	return;
}

sub diff {
	my ($old, $new) = @_;
	Scenarios::spill("$tmp/old", $old);
	Scenarios::spill("$tmp/new", $new);
	return `diff -u0 '$tmp/old' '$tmp/new' | tail -n +3`;
}

# ---- a matrix ------------------------------------------------------------

# Those with the matrix as it is.
my @projects = grep {
	!@{ $_->{edits} } && !@{ $_->{conf} } && !$_->{flagged}
} map { Scenarios::load($_) } sort glob "$here/*.scenarios";
my $stages = 0;

sub stage {
	my ($p) = @_;
	my $dir = "$tmp/stage" . ++$stages;
	Stage::prepare($p, $dir);
	return { project => $p, dir => $dir,
		before => Outcome::snapshot($dir) };
}

sub mutate {
	my ($name) = @_;
	my @stage = map { stage($_) } grep { $_->{matrix} eq $name } @projects;
	if (!@stage) {
		check("$name: there are scenarios", 'there are none');
		return;
	}
	my $text = Stage::matrix_of({ matrix => $name, edits => [] });
	my $dir = "$tmp/ask";
	Stage::sh("rm -rf '$dir' && cp -R '$stage[0]{dir}' '$dir'");
	my ($rc, $said) = ask($dir, $text);
	check("$name: --check finds no fault with it", $rc ? $said : ());
	check("$name: the scenarios come out as they should",
		differences(\@stage, $text));

	my $want = decisions($dir, $text);
	my ($n, %seen, @survived) = (0);
	for (mutants($text)) {
		my ($what, $new) = @$_;
		next if $n++ % $step;
		my ($code) = ask($dir, $new);
		my $by = $code == 78 ? 'refused'
		    : $code ? 'found by --check'
		    : differences(\@stage, $new) ? 'noticed by scenarios'
		    : same($want, decisions($dir, $new)) ? 'equivalent'
		    : 'survived';
		$seen{$by}++;
		push @survived, "$what:", diff($text, $new)
		    if $by eq 'survived';
		print "# $name: equivalent: $what\n" if $by eq 'equivalent';
	}
	check("$name: every mutant is noticed", @survived);
	print "# $name: ", join(', ', map { "$seen{$_} $_" } sort keys %seen),
	    ", of $n mutants every ", $step == 1 ? 'one' : "${step}th", "\n";
}

mutate($_) for 'example/shop',
    map { m{([^/]+)$} } sort glob "$top/share/matrix/*";
print "1..$run\n";
exit($failed ? 1 : 0);
