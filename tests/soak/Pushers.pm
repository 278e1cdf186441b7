# SPDX-License-Identifier: MIT
# Pipelines of ringo's programs, several at a time, on a project in the current
# directory; signals at random moments; what each of them has to answer for.
package Pushers;
use strict;
use warnings;
use POSIX ();

use constant PATIENCE => 120;    # seconds for a pipeline

our %way = (
	'match | push' => [qw(match push)],
	'push' => [qw(push)],
	'replay | match | push' => [qw(replay match push)],
	'replay | push' => [qw(replay push)],
);

sub slurp {
	my ($file) = @_;
	open my $in, '<', $file or return '';
	local $/;
	return scalar <$in> // '';
}

sub lines { return slurp($_[0]) =~ tr/\n// }

# ---- start ---------------------------------------------------------------

# In the child: never comes back.
sub become {
	my ($run, $n, $in, $out) = @_;
	my $name = $run->{stages}[$n];
	%ENV = (%ENV, %{ $run->{env} });
	open STDIN, '<&', $in or POSIX::_exit(126);
	open STDOUT, '>&', $out or POSIX::_exit(126);
	open STDERR, '>', "$run->{name}.$name.err" or POSIX::_exit(126);
	exec "$run->{bin}/ringo-$name", '-C', $run->{project},
	    ($name eq 'replay' ? () : ('-x', "$run->{name}.$name.rejects"))
	    or POSIX::_exit(127);
}

# name: of its files. way: which programs. input: a file. env, bin; project.
sub start {
	my %run = (project => 'p', @_, pids => [], status => {}, hit => {});
	my $stages = $run{stages} = $way{ $run{way} };
	# A child that is hit before it has become another program.
	local @SIG{qw(TERM INT HUP)} = ('DEFAULT') x 3;
	open my $in, '<', $stages->[0] eq 'replay' ? '/dev/null' : $run{input}
	    or die "$run{input}: $!\n";
	for my $n (0 .. $#$stages) {
		my ($next, $out);
		if ($n < $#$stages) {
			pipe $next, $out or die "pipe: $!\n";
		} else {
			open $out, '>', "$run{name}.out"
			    or die "$run{name}.out: $!\n";
		}
		my $pid = fork // die "fork: $!\n";
		become(\%run, $n, $in, $out) if !$pid;
		push @{ $run{pids} }, $pid;
		$in = $next;
	}
	return \%run;
}

# ---- signals -------------------------------------------------------------

sub took_off {
	my ($run, $pid) = @_;
	return 1 if exists $run->{status}{$pid};
	return if waitpid($pid, POSIX::WNOHANG()) != $pid;
	$run->{status}{$pid} = $?;
	return 1;
}

# [run, number of the stage, signal, after how many seconds]...; those that
# reach a running process are counted in %$count by signal.
sub disturb {
	my ($count, @shots) = @_;
	my $now = 0;
	for my $shot (sort { $a->[3] <=> $b->[3] } @shots) {
		my ($run, $n, $signal, $at) = @$shot;
		my $pid = $run->{pids}[$n];
		select undef, undef, undef, $at - $now;
		$now = $at;
		next if took_off($run, $pid);
		kill $signal, $pid;
		$run->{hit}{$n} = $signal if ($run->{hit}{$n} // '') ne 'KILL';
		$count->{$signal}++;
	}
}

sub finish {
	my ($run) = @_;
	local $SIG{ALRM} = sub {
		kill 'ABRT', @{ $run->{pids} };
		$run->{hung} = 1;
	};
	alarm PATIENCE;
	for my $pid (@{ $run->{pids} }) {
		next if exists $run->{status}{$pid};
		1 while waitpid($pid, 0) < 0 && $!{EINTR};
		$run->{status}{$pid} = $?;
	}
	alarm 0;
}

# A request that is carried out late has a process of its own, which works
# where its parent did.
sub wait_for_late {
	my $here = POSIX::getcwd();
	for (1 .. 500) {
		return unless grep {
			(readlink($_) // '') eq $here && !m{/$$/}
		} glob '/proc/[0-9]*/cwd';
		select undef, undef, undef, .02;
	}
	die "a late request never comes\n";
}

# ---- what they have to answer for ----------------------------------------

my %may_end = (
	push => { map { $_ => 1 } 0, 65, 75 },
	match => { map { $_ => 1 } 0, 65 },
	replay => { map { $_ => 1 } 0, 75 },
);

sub code {
	my ($run, $n) = @_;
	my $status = $run->{status}{ $run->{pids}[$n] };
	return $status & 127 ? 'signal ' . ($status & 127) : $status >> 8;
}

# Whom nobody hit ends as the manual says. Who reads from one that was hit
# knows no better; who writes to one may fail to.
sub ends_well {
	my ($run, $n) = @_;
	my $code = code($run, $n);
	return 1 if $may_end{ $run->{stages}[$n] }{$code};
	my $signal = $run->{hit}{$n};
	return 1 if $signal && ($signal eq 'KILL' || $code eq 'signal 15');
	return grep({ $_ > $n } keys %{ $run->{hit} })
	    && $code =~ /^(?:signal 13|74)$/;
}

sub said {
	my ($run) = @_;
	return map {
		my $text = slurp("$run->{name}.$_.err");
		$text ne '' ? "$_ said: " . substr($text, 0, 300) : ();
	} @{ $run->{stages} };
}

# What is wrong with a run: texts, none if all is well. Every line has been
# answered, on stdout or in the rejects, unless somebody says it was not.
sub wrong_with {
	my ($run) = @_;
	my ($n, @wrong) = $#{ $run->{stages} };
	push @wrong, 'hung' if $run->{hung};
	push @wrong, map { "$run->{stages}[$_] ended with " . code($run, $_) }
	    grep { !ends_well($run, $_) } 0 .. $n;
	my $feeders = grep { $_ < $n } keys %{ $run->{hit} };
	if ($run->{stages}[0] ne 'replay' && !$feeders
		&& code($run, $n) =~ /^(?:0|65|75)$/
		&& ($run->{hit}{$n} // '') ne 'KILL'
		&& !(code($run, $n) eq 75 && $run->{hit}{$n})) {
		my $in = lines($run->{input});
		my $out = lines("$run->{name}.out");
		my $rejects = 0;
		$rejects += lines("$run->{name}.$_.rejects")
		    for @{ $run->{stages} };
		push @wrong, "$in lines in, $out out, $rejects rejected"
		    if $in != $out + $rejects;
	}
	return () unless @wrong;
	return map { "$run->{name} ($run->{way}): $_" } @wrong, said($run);
}

1;
