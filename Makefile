# SPDX-License-Identifier: MIT
# GNU make. `make help` lists the targets.

VERSION = 0.1.0
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
SHAREDIR ?= $(PREFIX)/share
DATADIR ?= $(SHAREDIR)/ringo
MANDIR ?= $(SHAREDIR)/man
BUILD ?= build
CC ?= cc

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wvla -Wformat=2 \
	-Wwrite-strings -Wpointer-arith -Wcast-qual -Wundef
HARDEN = -fstack-protector-strong -fPIE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
HARDEN_LD = -pie -Wl,-z,relro,-z,now
# User CFLAGS, CPPFLAGS and LDFLAGS come last and win.
ALL_CPPFLAGS = -D_GNU_SOURCE -Ilib \
	-include base/banned.h -DRINGO_VERSION='"$(VERSION)"' \
	-DRINGO_DATADIR='"$(DATADIR)"' $(CPPFLAGS)
ALL_CFLAGS = -std=c11 -O2 -g $(WARN) $(HARDEN) $(CFLAGS)
ALL_LDFLAGS = $(HARDEN_LD) $(LDFLAGS)
# A program is linked with what it uses: only those that send with libcurl.
LIBS = -Wl,--as-needed -ljansson -lcsv -lsqlite3 -lcurl $(LDLIBS)
COMPILE = $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS)
LINK = $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)
# What is done, in short; V=1 shows the commands.
say = $(if $(V),,@echo '  $1' &&)

PROGRAMS = $(patsubst cmd/%.c,%,$(wildcard cmd/*.c))
LIB_SRC = $(wildcard lib/*/*.c)
LIB_OBJ = $(LIB_SRC:%.c=$(BUILD)/%.o)
BIN = $(PROGRAMS:%=$(BUILD)/bin/%)

all: $(BIN)

# An archive is made anew: a source that is gone must not live on in it.
ARCHIVE = rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)
$(BUILD)/libringo.a: $(LIB_OBJ) $(BUILD)/sources
	$(call say,AR $@) $(ARCHIVE)

$(BUILD)/bin/%: $(BUILD)/cmd/%.o $(BUILD)/libringo.a
	@mkdir -p $(@D)
	$(call say,LD $@) $(LINK) -o $@ $^ $(LIBS)

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC $<) $(COMPILE) -MMD -MP -c -o $@ $<

# Other flags, other objects; other sources, another archive.
$(BUILD)/flags $(BUILD)/sources: FORCE
	@mkdir -p $(@D)
	@echo '$(STAMP)' | cmp -s - $@ || echo '$(STAMP)' >$@
$(BUILD)/flags: STAMP = $(COMPILE) $(ALL_LDFLAGS) $(LIBS)
$(BUILD)/sources: STAMP = $(FAULTS_SRC)

# ---- what only tests use ------------------------------------------------
# The same sources with the switches for faults and the fake CRM, beside the
# shipped ones;
# tests/unit/X.c, fuzz/X.c and bench/X.c are programs, crash/X.c is preloaded.

FAULTS = $(BUILD)/faults
FAULTS_SRC = $(LIB_SRC) $(wildcard tests/fake/*.c)
FAULTS_OBJ = $(FAULTS_SRC:%.c=$(FAULTS)/%.o)
FAULTS_BIN = $(PROGRAMS:%=$(FAULTS)/bin/%)
UNIT = $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/*.c))
PRELOAD = $(patsubst tests/crash/%.c,$(BUILD)/tests/%.so, \
	$(wildcard tests/crash/*.c))
REPLAY = $(patsubst tests/fuzz/%.c,$(BUILD)/tests/replay-%, \
	$(wildcard tests/fuzz/*.c))
BENCH = $(patsubst tests/bench/%.c,$(BUILD)/tests/bench-%, \
	$(wildcard tests/bench/*.c))
FUZZ = $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*.c))
# A CRM simulator is tests/sim/*.c and a directory below it.
SIM_FRAME = $(patsubst %.c,$(BUILD)/%.o, \
	$(filter-out tests/sim/talk.c,$(wildcard tests/sim/*.c)))
SIM_BITRIX24 = $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/sim/bitrix24/*.c))
SIM = $(BUILD)/tests/sim-bitrix24 $(BUILD)/tests/sim-talk

# The benchmarks are only built, so that they can be.
for-tests: $(BIN) $(FAULTS_BIN) $(UNIT) $(REPLAY) $(PRELOAD) $(BENCH) sim

sim: $(SIM)

$(FAULTS)/libringo.a: $(FAULTS_OBJ) $(BUILD)/sources
	$(call say,AR $@) $(ARCHIVE)

$(FAULTS)/bin/%: $(FAULTS)/cmd/%.o $(FAULTS)/libringo.a
	@mkdir -p $(@D)
	$(call say,LD $@) $(LINK) -o $@ $^ $(LIBS)

$(FAULTS)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC $<) $(COMPILE) -DRINGO_FAULTS -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: $(FAULTS)/tests/unit/%.o $(FAULTS)/libringo.a
	@mkdir -p $(@D)
	$(call say,LD $@) $(LINK) -o $@ $^ $(LIBS)

$(BUILD)/tests/replay-%: $(FAULTS)/tests/fuzz/%.o $(FAULTS)/tests/replay.o \
		$(FAULTS)/libringo.a
	@mkdir -p $(@D)
	$(call say,LD $@) $(LINK) -o $@ $^ $(LIBS)

# What is measured is what is shipped.
$(BUILD)/tests/bench-%: $(BUILD)/tests/bench/%.o $(BUILD)/libringo.a
	@mkdir -p $(@D)
	$(call say,LD $@) $(LINK) -o $@ $^ $(LIBS)

$(BUILD)/tests/sim-bitrix24: $(SIM_FRAME) $(SIM_BITRIX24)
$(BUILD)/tests/sim-talk: $(BUILD)/tests/sim/talk.o
$(SIM): $(BUILD)/libringo.a
	@mkdir -p $(@D)
	$(call say,LD $@) $(LINK) -o $@ $(filter %.o,$^) $(filter %.a,$^) \
		$(LIBS)

$(BUILD)/tests/%.so: tests/crash/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC $<) $(COMPILE) -fPIC -shared -MMD -MP -o $@ $< -ldl

$(BUILD)/fuzz/%: $(FAULTS)/tests/fuzz/%.o $(FAULTS)/libringo.a
	@mkdir -p $(@D)
	$(call say,LD $@) $(LINK) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# ---- try and check ------------------------------------------------------
# T names the tests to run: make check T='tests/unit/rec.c tests/cli'.

# As many jobs as processors, unless -j says otherwise.
JOBS = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))
SUBMAKE = $(MAKE) --no-print-directory $(JOBS)
# Compiler lines go to a file; warnings and errors are seen.
QUIET_BUILD = mkdir -p $(BUILD) && $(SUBMAKE) for-tests >$(BUILD)/build.log
RUN = BUILD='$(abspath $(BUILD))' tests/run

demo:
	@CC='$(CC)' CPPFLAGS='$(CPPFLAGS)' tests/setup demo
	@echo 'building …'
	@+mkdir -p $(BUILD) && $(SUBMAKE) all >$(BUILD)/build.log
	@BIN='$(abspath $(BUILD))/bin' share/demo/demo '$(BUILD)/demo'

check:
	@CC='$(CC)' CPPFLAGS='$(CPPFLAGS)' tests/setup check
	@+$(QUIET_BUILD) || { echo '0 passed, 1 failed'; exit 1; }
	@$(RUN) $(T)

check-crash:
	@CC='$(CC)' CPPFLAGS='$(CPPFLAGS)' tests/setup check
	@+$(QUIET_BUILD)
	@RINGO_CRASH=long $(RUN) tests/crash

# Random streams, kills and faults. SEED, TIME (seconds), CALLS, KILLS, CASES,
# SIZE and CRM as in tests/soak/soak, which has the defaults.
soak:
	@CC='$(CC)' CPPFLAGS='$(CPPFLAGS)' tests/setup check
	@+$(QUIET_BUILD)
	@BUILD='$(abspath $(BUILD))' tests/soak/soak seed='$(SEED)' \
		time='$(TIME)' calls='$(CALLS)' kills='$(KILLS)' \
		cases='$(CASES)' size='$(SIZE)' crm='$(CRM)'

# A report of a sanitizer ends the program with 99, which no test expects.
SAN = -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -U_FORTIFY_SOURCE
check-san:
	@ASAN_OPTIONS=exitcode=99:detect_stack_use_after_return=1 \
	UBSAN_OPTIONS=exitcode=99:print_stacktrace=1 LSAN_OPTIONS=exitcode=99 \
	$(MAKE) --no-print-directory check BUILD='$(BUILD)/san' \
		CFLAGS='$(SAN) $(CFLAGS)'

check-valgrind:
	@tests/setup valgrind
	@+$(QUIET_BUILD)
	@tests/lint/valgrind '$(abspath $(BUILD))'
	@BUILD='$(abspath $(BUILD))/valgrind' tests/run \
		$(if $(T),$(T),tests/unit tests/cli)

bench:
	@+mkdir -p $(BUILD) && $(SUBMAKE) all $(BENCH) >$(BUILD)/build.log
	@BUILD='$(abspath $(BUILD))' tests/bench/run

# What the cases print becomes what is wanted; T names them.
accept:
	@+$(QUIET_BUILD)
	@BUILD='$(abspath $(BUILD))' tests/cases/play -a $(T)

# The tests among the lints, then the tools.
lint:
	@+$(QUIET_BUILD)
	@+rc=0; $(RUN) tests/lint || rc=1; \
	MAKE='$(SUBMAKE)' BUILD='$(BUILD)' tests/lint/tools || rc=1; exit $$rc

lint-deep:
	@+MAKE='$(SUBMAKE)' BUILD='$(BUILD)' tests/lint/tools deep

# Every target in turn, FUZZ_TIME seconds each. What it finds stays in
# $(BUILD)/fuzz; a crash becomes a corpus file and a row in a unit test.
FUZZ_TIME = 60
FUZZ_SAN = -O1 -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all -U_FORTIFY_SOURCE
fuzz:
	@tests/setup fuzz
	@+$(SUBMAKE) fuzzers BUILD='$(BUILD)/fuzzing' CC=clang \
		CFLAGS='$(FUZZ_SAN) $(CFLAGS)'
	@tests/fuzz/run '$(BUILD)/fuzzing/fuzz' $(FUZZ_TIME) $(T)

fuzzers: $(FUZZ)

# ---- install ------------------------------------------------------------
# completions/bash/NAME, completions/zsh/_NAME, completions/fish/NAME.fish

SHARE = $(shell find share -type f ! -path 'share/demo/*' | LC_ALL=C sort)
MAN = $(wildcard man/*.[1-9])
BASH_COMP = $(wildcard completions/bash/*)
ZSH_COMP = $(wildcard completions/zsh/_*)
FISH_COMP = $(wildcard completions/fish/*.fish)
BASHDIR = $(SHAREDIR)/bash-completion/completions
ZSHDIR = $(SHAREDIR)/zsh/site-functions
FISHDIR = $(SHAREDIR)/fish/vendor_completions.d
FILES = $(PROGRAMS:%=$(BINDIR)/%) $(SHARE:share/%=$(DATADIR)/%) \
	$(foreach m,$(MAN),$(MANDIR)/man$(subst .,,$(suffix $m))/$(notdir $m)) \
	$(BASH_COMP:completions/bash/%=$(BASHDIR)/%) \
	$(ZSH_COMP:completions/zsh/%=$(ZSHDIR)/%) \
	$(FISH_COMP:completions/fish/%=$(FISHDIR)/%)
SOURCES = $(BIN) $(SHARE) $(MAN) $(BASH_COMP) $(ZSH_COMP) $(FISH_COMP)

install: all
	@set -- $(foreach f,$(FILES),'$(DESTDIR)$f'); \
	for from in $(SOURCES); do \
		mode=644; \
		case $$from in $(BUILD)/bin/*) mode=755 ;; esac; \
		install -D -m $$mode "$$from" "$$1" || exit; \
		echo "$$1"; \
		shift; \
	done

uninstall:
	@rm -f $(foreach f,$(FILES),'$(DESTDIR)$f')
	@if [ -d '$(DESTDIR)$(DATADIR)' ]; then \
		find '$(DESTDIR)$(DATADIR)' -depth -type d -empty -delete; \
	fi

# ---- release ------------------------------------------------------------
# The same sources give the same bytes. Without git: all that is here.

NAME = ringo-$(VERSION)
TAR = $(BUILD)/$(NAME).tar
TARBALL = $(TAR).gz
TREE = $(wildcard Makefile LICENSE README.md .ci .clang-format .gitignore \
	.shellcheckrc cmd completions lib man share tests)
LIST = if [ -e .git ]; then git ls-files -- $(TREE); \
	else find $(TREE) -type f; fi | LC_ALL=C sort
# Of the last commit, or of this file as the release unpacked it.
EPOCH = $${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || \
	stat -c %Y Makefile)}

dist:
	@mkdir -p $(BUILD)
	@$(LIST) | tar -cf $(TAR) --format=ustar --mtime="@$(EPOCH)" --owner=0 \
		--group=0 --numeric-owner --mode=u+rw,go+r-w,a-s \
		--no-recursion --transform='s,^,$(NAME)/,' -T -
	@gzip -9nf $(TAR)
	@echo $(TARBALL)

# The release builds, passes its tests, installs, goes away, and repeats itself.
DISTCHECK = $(BUILD)/distcheck
distcheck: dist
	@rm -rf $(DISTCHECK) && mkdir -p $(DISTCHECK)
	@tar -xzf $(TARBALL) -C $(DISTCHECK)
	@+set -e; top=$$PWD; cd $(DISTCHECK)/$(NAME); root=$$PWD/../root; \
	$(SUBMAKE) check BUILD=build; \
	$(SUBMAKE) install BUILD=build DESTDIR="$$root" >/dev/null; \
	"$$root$(BINDIR)/ringo-match" -V; \
	$(SUBMAKE) uninstall BUILD=build DESTDIR="$$root"; \
	[ -z "$$(find "$$root" -type f)" ]; \
	$(SUBMAKE) dist BUILD=build >/dev/null; \
	cmp build/$(NAME).tar.gz "$$top/$(TARBALL)"; \
	echo 'distcheck: fine'

clean:
	rm -rf $(BUILD)

help:
	@printf '%s\n' \
	'make             build the programs into $(BUILD)/bin' \
	'make demo        install what is missing, build, show the pipeline' \
	'make check       install what is missing, run the tests (T: which)' \
	'make check-crash     the crash tests in their long form' \
	'make soak        random calls, kills and faults (SEED, TIME, CALLS)' \
	'make check-san       all tests with ASan and UBSan' \
	'make check-valgrind  unit and cli tests under valgrind' \
	'make lint        style tests, formatter and linters; lint-deep: more' \
	'make fuzz        fuzz every parser for FUZZ_TIME=60 seconds' \
	'make bench       compare with public tools' \
	'make sim         build CRM simulators, $(BUILD)/tests/sim-bitrix24' \
	'make accept      rewrite what tests/cases want (T: of which)' \
	'make install     to PREFIX=$(PREFIX), below DESTDIR; also uninstall' \
	'make dist        the release as $(TARBALL); distcheck tries it' \
	'make clean       remove $(BUILD)' \
	'V=1 shows the commands; CC, CFLAGS and LDFLAGS are heeded'

.PHONY: all demo check check-crash soak check-san check-valgrind lint \
	lint-deep fuzz bench accept install uninstall dist distcheck clean \
	help for-tests fuzzers sim FORCE
.SECONDARY:
-include $(LIB_OBJ:.o=.d) $(FAULTS_OBJ:.o=.d) $(PRELOAD:.so=.d) \
	$(PROGRAMS:%=$(BUILD)/cmd/%.d) $(PROGRAMS:%=$(FAULTS)/cmd/%.d) \
	$(UNIT:$(BUILD)/tests/%=$(FAULTS)/tests/unit/%.d) \
	$(FUZZ:$(BUILD)/fuzz/%=$(FAULTS)/tests/fuzz/%.d) \
	$(BENCH:$(BUILD)/tests/bench-%=$(BUILD)/tests/bench/%.d) \
	$(FAULTS)/tests/replay.d $(SIM_FRAME:.o=.d) $(SIM_BITRIX24:.o=.d) \
	$(BUILD)/tests/sim/talk.d
