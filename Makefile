# SPDX-License-Identifier: Apache-2.0
#
# Tern's build: one non-recursive Makefile. Sources are found by wildcard, a folder is a
# layer and becomes one archive, and everything is written below $(O):
#
#   $(O)/obj    objects and header dependencies, mirroring the source paths
#   $(O)/ar     one archive per layer
#   $(O)/bin    executables          $(O)/lib   plugins
#   $(O)/tests  test executables     $(O)/log   what the test runs printed
#
# O is BUILD, or BUILD/<variant> for a sanitizer or coverage build: no object is ever
# shared between two sets of flags. Every object also depends on $(O)/flags, which
# changes when the compiler or its flags do. `make help` lists the targets.
#
# Variables: BUILD=dir  CC=clang-14  WERROR=1  SANITIZE=address|thread  COVERAGE=1
#            T=lib/conf (unit)  K=expr V=3.9.1 (integration)  PREFIX= DESTDIR= (install)

BUILD ?= build
PREFIX ?= /usr/local
ifeq ($(origin CC),default)
CC = gcc
endif

# The Kafka that tests and demo run against, and the older one of the compatibility tests.
KAFKA_4 := 4.3.1
KAFKA_3 := 3.9.1
V ?= $(KAFKA_4)

VARIANT := $(or $(SANITIZE),$(if $(COVERAGE),cov),$(if $(FUZZ),fuzz))
O := $(BUILD)$(if $(VARIANT),/$(VARIANT))
ROOT := $(CURDIR)
JOBS ?= $(shell nproc)

ifeq ($(filter-out 0,$(MAKELEVEL))$(filter deps,$(MAKECMDGOALS))$(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(JOBS)
endif
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
SHELL := /bin/bash

# ---- flags ---------------------------------------------------------------------------

PKGS := rdkafka libmicrohttpd gnutls jansson avro-c openssl libcurl libpcre2-8 check

# $(call lazily,NAME,COMMAND): NAME is the output of COMMAND, which runs once, on first use.
lazily = $(eval $1 = $$(eval $1 := $$(shell $2))$$($1))
$(call lazily,PKG_CFLAGS,pkg-config --cflags $(PKGS) 2>/dev/null)
$(call lazily,EXT_base,pkg-config --libs jansson libpcre2-8 2>/dev/null)
$(call lazily,EXT_core,pkg-config --libs jansson libpcre2-8 openssl libcurl 2>/dev/null)
$(call lazily,EXT_kafka,pkg-config --libs rdkafka jansson libpcre2-8 openssl libcurl 2>/dev/null)
$(call lazily,EXT_worker,pkg-config --libs rdkafka jansson libpcre2-8 openssl avro-c libcurl 2>/dev/null)
$(call lazily,EXT_rest,pkg-config --libs rdkafka jansson libpcre2-8 openssl avro-c libcurl libmicrohttpd gnutls 2>/dev/null)
$(call lazily,EXT_check,pkg-config --libs check 2>/dev/null)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wundef \
        -Wvla -Wwrite-strings -Wpointer-arith
# Empty, so that a source which defines it too does not redefine it.
LANGUAGE := -std=gnu17 -D_GNU_SOURCE= -I. -Iinclude
HARDEN := -O2 -D_FORTIFY_SOURCE=2
SAN_LDFLAGS :=
DEFS := -Wl,-z,defs

ifeq ($(SANITIZE),address)
HARDEN := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
SAN_LDFLAGS := -fsanitize=address,undefined
SHIM := $(O)/obj/tests/lib/ubsan_to_file.o
else ifeq ($(SANITIZE),thread)
HARDEN := -O1 -fno-omit-frame-pointer -fsanitize=thread -DTERN_TSAN=1
SAN_LDFLAGS := -fsanitize=thread
# Must come before librdkafka: see the file.
SHIM := $(O)/obj/tests/lib/c11_on_pthread.o
else ifneq ($(SANITIZE),)
$(error SANITIZE is address or thread, not '$(SANITIZE)')
else ifneq ($(COVERAGE),)
HARDEN := -O0 --coverage
SAN_LDFLAGS := --coverage
else ifneq ($(FUZZ),)
HARDEN := -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
SAN_LDFLAGS := -fsanitize=address,undefined
endif
ifneq ($(and $(SANITIZE)$(FUZZ),$(findstring clang,$(CC))),)
DEFS := # clang's runtime is in the executable only
endif

CFLAGS ?= -g
# Everything is position independent: one archive serves executables and plugins.
ALL_CFLAGS = $(LANGUAGE) $(WARN) $(HARDEN) -fPIC -pthread -fstack-protector-strong \
             $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = -pthread -Wl,--as-needed -Wl,-z,relro,-z,now $(DEFS) $(SAN_LDFLAGS) $(LDFLAGS)

# Flags by place. Codecs of bytes from outside are compiled with -Wconversion.
CODECS := lib/wire/% worker/group/protocol connectors/mirror/common/offset_sync \
          connectors/mirror/common/checkpoint connectors/mirror/common/heartbeat \
          worker/store/config_record worker/store/status_record \
          worker/convert/% lib/data/% connectors/file/line_reader
place_flags = \
    $(if $(filter $(CODECS),$1),-Wconversion) \
    $(if $(filter connectors/% tests/plugins/%,$1),-fvisibility=hidden) \
    $(if $(filter worker/%,$1),-DTERN_PLUGIN_DIR='"$(PREFIX)/lib/tern/plugins"') \
    $(if $(filter tests/%,$1),-UNDEBUG -DTERN_SOURCE_DIR='"$(ROOT)"' \
        -DTERN_BUILD_DIR='"$(abspath $(O))"')

# ---- layers --------------------------------------------------------------------------

# $(call objs,SOURCES)
objs = $(patsubst %.c,$(O)/obj/%.o,$1)

# Lower ones first: an archive may use those before it, and no other.
WORKER := plugin convert transform metrics group store task herder mm2

SRC_base := $(wildcard lib/base/*.c include/tern/*.c)
SRC_core := $(wildcard lib/conf/*.c lib/data/*.c lib/wire/*.c)
SRC_kafka := $(wildcard lib/kafka/*.c)
$(foreach x,$(WORKER),$(eval SRC_worker_$x := $(wildcard worker/$x/*.c)))
SRC_rest := $(wildcard rest/*.c rest/*/*.c)
SRC_worker := $(filter-out worker/main_%,$(wildcard worker/*.c))
SRC_tools := $(filter-out tools/main_%,$(wildcard tools/*.c))
SRC_test := $(filter-out %/c11_on_pthread.c %/ubsan_to_file.c,$(wildcard tests/lib/*.c)) \
            $(foreach d,unit golden sim fault,\
                $(filter-out tests/$d/test_%,$(wildcard tests/$d/*.c)))

ARCHIVES := $(foreach a,base core kafka $(WORKER:%=worker_%) rest worker tools test,\
                $(if $(strip $(SRC_$a)),$a))
# $(call ar,LAYERS): the archives of those layers that have sources.
ar = $(foreach a,$1,$(if $(filter $a,$(ARCHIVES)),$(O)/ar/lib$a.a))

# What the code of a layer is linked with, itself first; LIBS_all is a whole worker.
LIBS_base := $(call ar,base)
LIBS_core := $(call ar,core base)
LIBS_kafka := $(call ar,kafka core base)
BELOW := $(LIBS_kafka)
$(foreach x,$(WORKER),$(eval BELOW := $(call ar,worker_$x) $(BELOW))$(eval LIBS_worker_$x := $(BELOW)))
LIBS_rest := $(call ar,rest) $(LIBS_worker_herder)
LIBS_all := $(call ar,worker rest) $(LIBS_worker_mm2)
LIBS_tools := $(call ar,tools) $(LIBS_kafka)

# ---- what is built -------------------------------------------------------------------

dashes = $(subst _,-,$1)

MAINS_worker := $(wildcard worker/main_*.c)
MAINS_tools := $(wildcard tools/main_*.c)
program = $(O)/bin/$(call dashes,$(patsubst main_%.c,%,$(notdir $1)))
PROGRAMS := $(foreach m,$(MAINS_worker) $(MAINS_tools),$(call program,$m))

# connectors/x/*.c is x.so; connectors/x/common with each other folder y there is x-y.so.
# connectors/mirror/client is no connector, but a library for programs of others.
CLIENT := connectors/mirror/client
CLIENT_LIB := $(O)/lib-client/libtern-mirror-client.so
CONNECTORS := $(sort $(dir $(wildcard connectors/*/*.c)))
CONNECTORS := $(CONNECTORS:%/=%) \
    $(filter-out %/common $(CLIENT),$(patsubst %/,%,$(sort $(dir $(wildcard connectors/*/*/*.c)))))
plugin = $(O)/lib/$(subst /,-,$(patsubst connectors/%,%,$1)).so
# $(call connector_objs,connectors/mirror/source): its objects and the common ones beside it.
connector_objs = $(call objs,$(sort $(wildcard $1/*.c) \
    $(if $(filter-out connectors/,$(dir $1)),$(wildcard $(dir $1)common/*.c))))
PLUGINS := $(foreach c,$(CONNECTORS),$(call plugin,$c))
TEST_PLUGINS := $(patsubst tests/plugins/%.c,$(O)/tests/plugins/%.so,$(wildcard tests/plugins/*.c))
# Built as a third party builds: from one source and what include/ holds.
EXAMPLE_PLUGINS := $(patsubst %.c,$(O)/%.so,$(wildcard examples/plugin/*.c))

ALL_TESTS := $(sort $(shell find tests/unit tests/golden tests/sim tests/fault -name 'test_*.c' 2>/dev/null))
TESTS := $(if $(T),$(foreach t,$(ALL_TESTS),$(if $(findstring $(T),$t),$t)),$(ALL_TESTS))
TEST_BINS := $(TESTS:%.c=$(O)/%)
FUZZERS := $(sort $(shell find tests/fuzz -name 'fuzz_*.c' 2>/dev/null))
FUZZERS := $(if $(T),$(foreach t,$(FUZZERS),$(if $(findstring $(T),$t),$t)),$(FUZZERS))
FUZZ_BINS := $(FUZZERS:%.c=$(O)/%)

.PHONY: all
all: $(PROGRAMS) $(PLUGINS) $(CLIENT_LIB) ## programs, plugins and the client library

# ---- rules ---------------------------------------------------------------------------

.PHONY: FORCE
FORCE:

# $(call keep,TEXT): a recipe that writes TEXT to the target only when it holds another.
keep = @mkdir -p $(@D); text=$$(cat <<<'$(subst ','\'',$1)'); \
    [ -f $@ ] && [ "$$(<$@)" = "$$text" ] || printf '%s\n' "$$text" >$@

$(O)/flags: FORCE
	@pkg-config --exists --print-errors $(PKGS) || { echo "a library is missing: run 'make deps'" >&2; exit 1; }
	$(call keep,$(shell $(CC) --version | head -n 1) $(CC) $(AR) $(ALL_CFLAGS) $(ALL_LDFLAGS))

$(O)/prefix: FORCE
	$(call keep,$(PREFIX))

$(call objs,$(SRC_worker_plugin) $(SRC_worker) $(MAINS_worker)): $(O)/prefix

# What the compiler said is kept beside the object: with WERROR=1, an object that was
# compiled with warnings is compiled again, and one that was not is not.
ifdef WERROR
WARNED := $(patsubst %.warn,%,$(shell find $(O)/obj -name '*.warn' 2>/dev/null))
$(WARNED): FORCE
endif

$(O)/obj/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(ALL_CFLAGS) $(call place_flags,$*) $(if $(WERROR),-Werror) -MMD -MP -c $< -o $@ 2>$@.warn; \
	    rc=$$?; cat $@.warn >&2; [ -s $@.warn ] || rm -f $@.warn; exit $$rc

$(O)/ar/lib%.list: FORCE
	$(call keep,$(sort $(SRC_$*)))

# $(call archive_rule,LAYER)
define archive_rule
$(O)/ar/lib$1.a: $(call objs,$(SRC_$1)) $(O)/ar/lib$1.list
	@mkdir -p $$(@D)
	@echo "  AR    $$@"
	@rm -f $$@ && $$(AR) rcsD $$@ $$(filter %.o,$$^)
endef
$(foreach a,$(ARCHIVES),$(eval $(call archive_rule,$a)))

inputs = $(filter %.o,$^) $(filter %.a,$^)
link = @mkdir -p $(@D); echo "  LINK  $@"; $(CC) $(ALL_LDFLAGS)

# $(call program_rule,MAIN,ARCHIVES,EXTERNAL)
define program_rule
$(call program,$1): $(SHIM) $(call objs,$1) $2 $(O)/flags
	$$(link) -pie $$(inputs) $$(EXT_own) $$(EXT_$3) -ldl -lm -o $$@
endef
$(foreach m,$(MAINS_worker),$(eval $(call program_rule,$m,$(LIBS_all),rest)))
$(foreach m,$(MAINS_tools),$(eval $(call program_rule,$m,$(LIBS_tools),worker)))

# The tool is the first user of the client library: found beside it in a build, and when installed.
$(call program,tools/main_connect_mirror_client.c): $(CLIENT_LIB)
$(call program,tools/main_connect_mirror_client.c): EXT_own = \
    -L$(dir $(CLIENT_LIB)) -ltern-mirror-client '-Wl,-rpath,$$ORIGIN/../lib-client:$$ORIGIN/../lib'

link_plugin = $(link) -shared -fvisibility=hidden -Wl,--exclude-libs,ALL

$(CLIENT_LIB): $(call connector_objs,$(CLIENT)) $(LIBS_kafka) $(O)/flags
	$(link_plugin) -Wl,-soname,$(@F) $(inputs) $(EXT_kafka) -lm -o $@

# $(call connector_rule,FOLDER)
define connector_rule
$(call plugin,$1): $(call connector_objs,$1) $(LIBS_kafka) $(O)/flags
	$$(link_plugin) $$(inputs) $$(EXT_kafka) -lm -o $$@
endef
$(foreach c,$(CONNECTORS),$(eval $(call connector_rule,$c)))

$(TEST_PLUGINS): $(O)/tests/plugins/%.so: $(O)/obj/tests/plugins/%.o $(LIBS_base) $(O)/flags
	$(link_plugin) $(inputs) $(EXT_base) -lm -o $@

$(EXAMPLE_PLUGINS): $(O)/%.so: %.c $(wildcard include/tern/*) $(O)/flags
	@mkdir -p $(@D)
	@echo "  PLUGIN $@"
	@$(CC) -std=gnu17 $(WARN) $(HARDEN) -shared -fPIC -fvisibility=hidden -Iinclude $(CFLAGS) $(DEFS) \
	    $(SAN_LDFLAGS) $< include/tern/error.c -o $@

# ---- tests ---------------------------------------------------------------------------

# A test of a layer is linked with that layer and those below it, so that an upward call
# does not link. $(call layer,PATH): what the code at lib/conf, worker/task, … may use;
# a path of no layer (tests/sim/x) gets a whole worker.
test_path = $(patsubst %/,%,$(dir $(call tail,$1)))
tail = $(patsubst tests/$(word 2,$(subst /, ,$1))/%,%,$1)
layer = $(strip \
    $(if $(filter lib/base% include%,$1),base,\
    $(if $(filter lib/conf% lib/data% lib/wire%,$1),core,\
    $(if $(filter lib/% connectors/%,$1),kafka,\
    $(if $(filter $(WORKER),$(word 2,$(subst /, ,$1))),$(if $(filter worker/%,$1),worker_$(word 2,$(subst /, ,$1))),\
    $(if $(filter rest rest/%,$1),rest,\
    $(if $(filter tools tools/%,$1),tools,all)))))))
layer_ext = $(if $(filter base core kafka rest,$1),$1,$(if $(filter all,$1),rest,worker))
# Sources beside a test that are not tests themselves are linked into every test there.
beside = $(call objs,$(filter-out $(dir $1)test_% $(dir $1)fuzz_%,$(if $(filter-out tests,$(patsubst %/,%,$(dir $(patsubst %/,%,$(dir $1))))),$(wildcard $(dir $1)*.c))))

# $(call test_rule,SOURCE,PATH,LAYER,OPTIONS)
define test_rule
$(O)/$(1:.c=): $(SHIM) $(call objs,$1) $(call beside,$1) \
    $(if $(filter connectors/%,$2),$(call connector_objs,$2)) \
    $(if $4,,$(call ar,test)) $(LIBS_$3) $(O)/flags
	$$(link) $4 -pie $$(inputs) $$(EXT_check) $$(EXT_$(call layer_ext,$3)) -ldl -lm -o $$@
endef
$(foreach t,$(TESTS),$(eval $(call test_rule,$t,$(call test_path,$t),$(call layer,$(call test_path,$t)))))
# A fuzz target gets its main() from tests/lib/fuzz_replay.c, or from libFuzzer in a FUZZ=1 build.
$(foreach t,$(FUZZERS),$(eval $(call test_rule,$t,$(call test_path,$t),$(call layer,$(call test_path,$t)),$(if $(FUZZ),-fsanitize=fuzzer))))

-include $(foreach d,$(wildcard $(O)/obj $(O)/headers),$(shell find $d -name '*.d'))

# What a sanitizer build needs around a run.
AROUND := SANITIZE='$(SANITIZE)' tests/lib/with-sanitizer
SLOWER := $(if $(SANITIZE),CK_TIMEOUT_MULTIPLIER=5 UNIT_TIMEOUT=600)
AGAIN := +$(MAKE)

.PHONY: check
check: ## deps, unit and integration; SANITIZE=address|thread runs them on such a build
	$(AGAIN) deps
	$(AGAIN) unit; unit=$$?; $(MAKE) integration; integration=$$?; \
	    cat $(O)/log/unit/total $(O)/log/integration/total; [ $$unit = 0 ] && [ $$integration = 0 ]

.PHONY: unit
unit: $(TEST_BINS) $(FUZZ_BINS) $(TEST_PLUGINS) $(EXAMPLE_PLUGINS) $(PLUGINS) ## unit, golden, sim, fault tests, fuzz replay; T=lib/conf picks by path
	@$(SLOWER) $(AROUND) tests/lib/run-unit $(O)/log/unit $(TEST_BINS) $(FUZZ_BINS)

$(BUILD)/venv/ready: tests/requirements.txt
	@echo "  VENV  $(@D)"
	@rm -rf $(@D) && python3 -m venv $(@D)
	@$(@D)/bin/pip install -q --disable-pip-version-check --retries 5 -r $<
	@touch $@

# Where tests and the demo find things; see tests/kit/env.py.
WITH_KAFKA = set -e; export KAFKA_HOME_4 KAFKA_HOME_3; \
    KAFKA_HOME_4=$$(tests/kafka/resolve $(KAFKA_4)); KAFKA_HOME_3=$$(tests/kafka/resolve $(KAFKA_3)); \
    export TERN_KAFKA_$(subst .,,$(KAFKA_4))="$$KAFKA_HOME_4" TERN_KAFKA_$(subst .,,$(KAFKA_3))="$$KAFKA_HOME_3" \
        TERN_KAFKA_VERSION='$(V)' TERN_BIN='$(abspath $(O)/bin)' TERN_PLUGINS='$(abspath $(O)/lib)' \
        TERN_TEST_LOGS='$(abspath $(O)/log/integration)' PYTHONPATH='$(ROOT)/tests' PYTHONDONTWRITEBYTECODE=1

.PHONY: integration
integration: all $(BUILD)/venv/ready ## real brokers, our real programs; K=expression picks, V=3.9.1 is Kafka's version
	@$(WITH_KAFKA); $(BUILD)/venv/bin/python tests/kafka/archive $(V) || :; REPORTS=$(O)/log/sanitizer $(AROUND) \
	    tests/lib/run-integration $(O)/log/integration $(BUILD)/venv/bin/python $(if $(K),-k '$(K)') $(PYTEST)

.PHONY: soak
soak: all $(BUILD)/venv/ready ## long runs of a mixed Connect cluster; TERN_SOAK_S=600 seconds each, K= picks
	@$(WITH_KAFKA); $(BUILD)/venv/bin/python tests/kafka/archive $(V) || :; FOLDERS=tests/soak REPORTS=$(O)/log/sanitizer $(AROUND) \
	    tests/lib/run-integration $(O)/log/soak $(BUILD)/venv/bin/python -s $(if $(K),-k '$(K)') $(PYTEST)

.PHONY: bench
bench: all $(BUILD)/venv/ready ## beside Java's MirrorMaker 2, in turns; BENCH='--case latency --rounds 5'
	@$(WITH_KAFKA); $(BUILD)/venv/bin/python tests/bench/run.py $(BENCH)

.PHONY: demo
demo: ## two Kafka clusters, mirrored both ways, in front of your eyes
	$(AGAIN) deps
	$(AGAIN) run-demo

.PHONY: run-demo
run-demo: all $(BUILD)/venv/ready
	@$(WITH_KAFKA); $(BUILD)/venv/bin/python examples/demo.py

.PHONY: valgrind
valgrind: $(TEST_BINS) $(TEST_PLUGINS) $(EXAMPLE_PLUGINS) ## the unit tests under valgrind; T= picks by path
	@CK_FORK=no CK_TIMEOUT_MULTIPLIER=20 UNIT_TIMEOUT=1200 \
	    WRAPPER='valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite' \
	    tests/lib/run-unit $(O)/log/valgrind $(TEST_BINS)

.PHONY: cov
cov: ## line coverage of the unit tests, by folder and file
	$(AGAIN) COVERAGE=1 unit
	@tests/lib/coverage $(BUILD)/cov

TIME ?= 60
.PHONY: fuzz
fuzz: ## searches for new inputs with libFuzzer; T=lib/wire TIME=600 (needs clang-14)
	$(AGAIN) FUZZ=1 CC=$(if $(findstring clang,$(CC)),$(CC),clang-14) run-fuzz

.PHONY: run-fuzz
run-fuzz: $(FUZZ_BINS)
	@tests/lib/run-fuzz $(O) $(TIME) $(FUZZ_BINS)

# ---- gate ----------------------------------------------------------------------------

CLANG_FORMAT ?= clang-format-14
CLANG_TIDY ?= clang-tidy-14
CPPCHECK ?= cppcheck

.PHONY: gate
gate: ## before every commit: style, lint, check-layers, check-headers and unit, with -Werror
	$(AGAIN) WERROR=1 static
	$(AGAIN) WERROR=1 unit

.PHONY: static
static: style check-layers check-headers lint

FOLDERS := include lib worker rest connectors tools tests examples
C_FILES := $(sort $(shell find $(wildcard $(FOLDERS)) -name '*.[ch]'))
SCRIPTS = $(wildcard Makefile .ci/run) $(sort $(shell find $(wildcard $(FOLDERS)) -name '*.py' 2>/dev/null; \
    find $(wildcard $(FOLDERS)) -type f -perm -100 -exec awk '/^.!\// { print FILENAME } { nextfile }' {} +))

.PHONY: style
style: ## clang-format, // comments, banned functions, SPDX lines
	@$(CLANG_FORMAT) --dry-run --style=file $(C_FILES) 2>&1 | sed -nE \
	    's/^([^ :]+):([0-9]+):.*/\1:\2: not formatted: run "make format"/p' | sort -u -t: -k1,1 | (! grep .)
	@tests/lib/check-style $(C_FILES) $(SCRIPTS)

.PHONY: format
format: ## rewrites the sources with clang-format 14; T=lib/conf picks by path
	@$(CLANG_FORMAT) -i --style=file $(foreach f,$(C_FILES),$(if $(findstring $(T),$f),$f))

.PHONY: check-layers
check-layers: ## includes against the table of layers
	@tests/lib/check-layers

HEADERS := $(filter %.h,$(C_FILES))
.PHONY: check-headers
check-headers: $(HEADERS:%=$(O)/headers/%.ok) ## every header compiles alone

$(O)/headers/%.ok: % $(O)/flags
	@mkdir -p $(@D)
	@echo '#include "$(patsubst include/%,%,$<)"' | $(CC) $(ALL_CFLAGS) $(call place_flags,$*) -Werror \
	    -fsyntax-only -MMD -MP -MF $@.d -MT $@ -x c -
	@touch $@

# A source is checked again when its object was compiled again: when it or a header changed.
LINTED := $(filter-out tests/unit/% tests/golden/% tests/sim/% tests/fault/% tests/fuzz/% \
    tests/lib/c11_on_pthread.c,$(filter %.c,$(C_FILES)))
.PHONY: lint
lint: $(LINTED:%.c=$(O)/lint/%.ok) ## clang-tidy and cppcheck, on what changed

$(O)/lint/%.ok: %.c $(O)/obj/%.o .clang-tidy
	@mkdir -p $(@D)
	@echo "  LINT  $<"
	@$(CLANG_TIDY) --quiet $< -- $(LANGUAGE) $(PKG_CFLAGS) $(call place_flags,$*) 2>$@.log || { cat $@.log >&2; exit 1; }
	@$(CPPCHECK) --quiet --std=c11 --language=c --enable=warning,performance,portability --inline-suppr \
	    --error-exitcode=1 -D__GNUC__=12 -DTERN_PLUGIN_DIR='""' -I. -Iinclude \
	    --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches $<
	@touch $@

.PHONY: lint-analyzer
lint-analyzer: $(LINTED:%.c=$(O)/analyzer/%.ok) ## gcc -fanalyzer, on what changed

$(O)/analyzer/%.ok: %.c $(O)/obj/%.o
	@mkdir -p $(@D)
	@echo "  ANALYZE $<"
	@gcc $(ALL_CFLAGS) $(call place_flags,$*) -fanalyzer -Werror -c $< -o /dev/null
	@touch $@

# ---- the rest ------------------------------------------------------------------------

.PHONY: deps
deps: ## installs what building and testing need (Debian); nothing to do is done at once
	@tests/lib/install-deps

.PHONY: deps-gate
deps-gate: ## deps, and what gate needs
	@tests/lib/install-deps gate

.PHONY: install
install: all ## PREFIX=/usr/local DESTDIR=
	$(call install_to,bin,755,$(PROGRAMS))
	$(call install_to,lib,644,$(CLIENT_LIB))
	$(call install_to,lib/tern/plugins,644,$(PLUGINS))
	$(call install_to,include/tern,644,$(wildcard include/tern/*.[ch]))
	$(call install_to,share/doc/tern,644,$(wildcard README.md LICENSE CHANGELOG.md doc/*.md))
	$(call install_to,share/doc/tern/examples,644,$(wildcard examples/*.properties))

# $(call install_to,FOLDER,MODE,FILES)
install_to = $(if $(strip $3),install -D -m $2 -t $(DESTDIR)$(PREFIX)/$1 $3)

.PHONY: help
help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "%-14s %s\n", $$1, $$2}' Makefile
	@echo "variables: BUILD= CC= WERROR=1 SANITIZE=address|thread COVERAGE=1 T= K= V= PREFIX= DESTDIR="

.PHONY: clean
clean: ## removes the build folder
	rm -rf $(BUILD)
