# oauth_access_tokens - "make help" lists what this file can do.

VERSION = 0.1.0

# Where things go: GNU's names and defaults.
prefix      = /usr/local
exec_prefix = $(prefix)
libdir      = $(exec_prefix)/lib
cgibindir   = $(libdir)/cgi-bin
datarootdir = $(prefix)/share
pkgdatadir  = $(datarootdir)/oauth_access_tokens
mandir      = $(datarootdir)/man
runstatedir = /run
logdir      = /var/log
INSTALL     = install

# Debian's packages, here and nowhere else.
PACKAGES_BUILD    = gcc libc6-dev pkg-config \
                    libfcgi-dev libjson-c-dev libpq-dev
PACKAGES_DEMO     = $(PACKAGES_BUILD) curl lighttpd postgresql
# npm is a package of its own, but not where nodejs brings it along.
PACKAGES_BROWSER  = chromium chromium-driver nodejs \
                    $(if $(shell command -v npm),,npm) python3-selenium
PACKAGES_CHECK    = $(PACKAGES_DEMO) $(PACKAGES_BROWSER) $(PACKAGES_DEB) \
                    apache2 caddy haproxy libapache2-mod-fcgid iproute2 \
                    lintian man-db mandoc nginx pgbouncer python3 \
                    python3-jsonschema spawn-fcgi strace systemd
PACKAGES_COVERAGE = $(PACKAGES_CHECK) gcovr
PACKAGES_VALGRIND = $(PACKAGES_CHECK) valgrind
PACKAGES_LINT     = $(PACKAGES_CHECK) clang-format clang-tidy cppcheck \
                    flake8 shellcheck
PACKAGES_BENCH    = $(PACKAGES_CHECK) php-fpm php-pgsql python3-psycopg2 \
                    python3-sqlalchemy python3-tornado wrk
PACKAGES_FUZZ     = $(PACKAGES_BUILD) clang llvm
# What the package builds with; its unit tests need the last.
PACKAGES_DEB      = $(PACKAGES_BUILD) build-essential debhelper libcmocka-dev
PACKAGES_DEBCHECK = debootstrap iproute2 python3

# The user's CFLAGS, CPPFLAGS and LDFLAGS come last, so that they win.  With
# LDLIBS='-Wl,-Bstatic -lfcgi -ljson-c -Wl,-Bdynamic -lpq' CGI has two libraries
# of 25 less to load.
CFLAGS    = -O2 -g
LDLIBS    = -lfcgi -ljson-c -lpq
WARNINGS  = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
            -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
            -Wformat=2 -Wundef -Wvla -Wwrite-strings -Wcast-qual \
            -Wpointer-arith -Wswitch-enum -Wunused-result \
            -Wno-overlength-strings \
            $(if $(CI),-Werror)
# The machine is asked once a run; those targets that install packages first
# therefore build in a make of their own.
#
# What this compiler for this processor has of these.
HARDENING := $(shell for f in -fstack-protector-strong \
               -fstack-clash-protection -fcf-protection; do \
               $(CC) $$f -E -x c /dev/null >/dev/null 2>&1 && echo $$f; done) \
             $(if $(findstring sanitize,$(CFLAGS))$(findstring \
               _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),,-D_FORTIFY_SOURCE=2)
LIBRARIES := $(shell pkg-config --cflags json-c libpq 2>/dev/null) \
             -DLIBFCGI_VERSION='"$(shell pkg-config --modversion fcgi \
               2>/dev/null)"'
# -iquote: no name of ours hides a header of a library's.
INCLUDES    = -iquote $(B) -iquote cgi $(LIBRARIES)
LANGUAGE    = -std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' $(INCLUDES)
ALL_CFLAGS  = $(LANGUAGE) \
              $(WARNINGS) $(HARDENING) -fPIE -MMD -MP $(CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed $(LDFLAGS)

# Say what is built, not how; "make V=1" says how.
Q = $(if $(V),,@echo '  $(@F)';)

B       = build
PROGRAM = $(B)/oauth_access_tokens
# Pure modules know no library but json-c: the unit tests link them, so that
# one that starts to do I/O no longer links.
PURE    = accept base64url config cursor database_url distance errors \
          fingerprint hosts json links piece primary query records render \
          request response route text timestamp token_list uri verdict words
OBJECTS = $(patsubst %,$(B)/%.o,$(PURE) check clock commands connection \
            conninfo db dial endpoint gateway gateway_cgi gateway_fastcgi \
            health listener log main session signals statements supervisor \
            token_rows tokens upstream)
UNIT    = $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/*_test.c))
FUZZ    = $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))

all: $(PROGRAM)

$(PROGRAM): $(OBJECTS)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(OBJECTS) $(LDLIBS)

$(B)/%.o: cgi/%.c Makefile | $(B)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(B)/statements.o: $(B)/sql.h
$(B)/response.o: $(B)/html.h

$(B) $(B)/unit $(B)/fuzz $(B)/bench:
	@mkdir -p $@

$(B)/sql.h: sql/statements/embed $(wildcard sql/statements/*.sql) | $(B)
	$(Q)awk -f $^ >$@.tmp
	@mv $@.tmp $@

$(B)/html.h: cgi/html/embed cgi/html/page.html cgi/html/page.css \
    cgi/html/page.js | $(B)
	$(Q)sh $^ >$@.tmp
	@mv $@.tmp $@

$(B)/unit/%: tests/unit/%.c $(PURE:%=$(B)/%.o) | $(B)/unit
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -iquote tests/unit -o $@ $< \
	    $(filter %.o,$^) -lcmocka -ljson-c

$(B)/unit/statements_test: $(B)/statements.o
# It brings a database and a log of its own.
$(B)/unit/endpoint_test: $(B)/endpoint.o
$(B)/unit/tokens_test: $(B)/tokens.o $(B)/token_rows.o $(B)/statements.o
# They bring a clock of their own.
$(B)/unit/health_test: $(B)/health.o
$(B)/unit/log_test: $(B)/log.o

# Not the program's code: not part of the coverage.
$(B)/failing.so: tests/e2e/failing.c Makefile | $(B)
	$(Q)$(CC) $(filter-out -fPIE --coverage,$(ALL_CFLAGS)) -fPIC -shared \
	    -o $@ $<

# What the lock files pin: axe-core, a generator of clients with its compiler,
# and, for "make lint" alone, Redocly's.  npm asks nobody for what it has at hand.
$(B)/browser/node_modules $(B)/openapi/node_modules \
    $(B)/openapi/lint/node_modules: $(B)/%/node_modules: \
    tests/%/package.json tests/%/package-lock.json
	@mkdir -p $(@D)
	@cp $^ $(@D)
	@cd $(@D) && npm ci --loglevel=error --no-audit --no-fund \
	    --ignore-scripts --prefer-offline >/dev/null
	@touch $@

# A fuzz target with replay.c runs over its corpus, for "make check"; with
# libFuzzer it looks for more, for "make fuzz".  Not part of the coverage.
FUZZ_FLAGS = $(filter-out -D_FORTIFY_SOURCE=2 -MMD -MP --coverage, \
               $(ALL_CFLAGS) $(ALL_LDFLAGS)) \
             -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
# Records are compared with what libfcgi makes of them.
FUZZ_LIBS  = -ljson-c $(if $(findstring records,$@),-lfcgi)
FUZZ_HEADS = $(wildcard cgi/*.h tests/fuzz/*.h) $(B)/html.h
FUZZ_FILES = $(PURE:%=cgi/%.c) $(FUZZ_HEADS)

$(B)/fuzz/%.o: cgi/%.c $(FUZZ_HEADS) Makefile | $(B)/fuzz
	$(Q)$(CC) $(filter-out -pie -Wl%,$(FUZZ_FLAGS)) -c -o $@ $<

$(B)/fuzz/%_fuzz: tests/fuzz/%_fuzz.c tests/fuzz/replay.c \
    $(PURE:%=$(B)/fuzz/%.o) $(FUZZ_HEADS)
	$(Q)$(CC) $(FUZZ_FLAGS) -o $@ $(filter %.c %.o,$^) $(FUZZ_LIBS)

$(B)/fuzz/%_libfuzzer: tests/fuzz/%_fuzz.c $(FUZZ_FILES) | $(B)/fuzz
	$(Q)clang $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $(filter %.c,$^) \
	    $(FUZZ_LIBS)

# It brings a database and a log of its own.
$(B)/fuzz/exchange_fuzz: $(B)/fuzz/endpoint.o
$(B)/fuzz/exchange_libfuzzer: cgi/endpoint.c

-include $(wildcard $(B)/*.d $(B)/unit/*.d $(B)/bench/*.d)

demo: packages-demo
	@$(MAKE) --no-print-directory all
	@B=$(B) MAKE='$(MAKE)' tests/demo/demo start

demo-stop:
	@B=$(B) tests/demo/demo stop

# SUITES and CASE choose: see tests/README.  Where the user chooses no -j, the
# build uses all processors.
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
check: packages-check
	@$(MAKE) --no-print-directory $(JOBS) all $(UNIT) $(FUZZ) \
	    $(B)/failing.so $(B)/browser/node_modules $(B)/openapi/node_modules
	B=$(B) tests/run $(SUITES)

# The unit tests alone, with the packages that are there.
check-unit: all $(UNIT)
	B=$(B) tests/run unit

# The package on bare machines of the releases that it is for, or of some:
# RELEASES=trixie.
check-deb: packages-debcheck
	PYTHONPATH=tests /usr/bin/python3 -B tests/package/check_deb $(RELEASES)

# The faults under load, for longer; each says what was sent, answered and lost.
check-long: packages-check
	@$(MAKE) --no-print-directory all
	B=$(B) LONG=1 tests/run -v $(or $(SUITES),e2e/fault e2e/load)

# The same suites under the compiler's sanitizers, and under valgrind.
SANITIZED = CFLAGS='-O1 -g -fno-omit-frame-pointer \
              -fsanitize=address,undefined -fno-sanitize-recover=all' \
            LDFLAGS=-fsanitize=address,undefined
check-sanitized:
	$(MAKE) check B=$(B)/sanitized $(SANITIZED) SUITES='unit e2e'

VALGRIND = valgrind -q --leak-check=full --error-exitcode=99 \
           --show-leak-kinds=definite,indirect \
           --errors-for-leak-kinds=definite,indirect \
           --soname-synonyms=somalloc=nouserintercepts
check-valgrind: packages-valgrind
	@$(MAKE) --no-print-directory all $(UNIT)
	B=$(B) WRAPPER='$(VALGRIND)' tests/run \
	    $(or $(SUITES),unit e2e/cgi e2e/lighttpd_external \
	        e2e/lighttpd_fastcgi e2e/apache e2e/fault_database)

# How long each target runs.
SECONDS ?= 60
fuzz: packages-fuzz
	@$(MAKE) --no-print-directory $(FUZZ:%_fuzz=%_libfuzzer)
	@for name in $(notdir $(FUZZ:%_fuzz=%)); do \
		mkdir -p $(B)/fuzz/corpus/$$name && \
		$(B)/fuzz/$${name}_libfuzzer -max_total_time=$(SECONDS) \
		    -print_final_stats=1 -artifact_prefix=$(B)/fuzz/ \
		    $(B)/fuzz/corpus/$$name tests/fuzz/corpus/$$name || \
		    exit 1; \
	done

# What the benchmark compares the program with; tests/bench/bench says what
# ROUNDS, SECONDS, ROWS, SYSTEMS and others choose.
bench: packages-bench
	@$(MAKE) --no-print-directory all $(B)/bench/constant_fcgi \
	    $(B)/bench/constant_cgi $(B)/bench/thin_fcgi $(B)/bench/node_modules
	B=$(B) PYTHONDONTWRITEBYTECODE=1 tests/bench/bench

# Each loads only those of the libraries that it uses: --as-needed above.
$(B)/bench/%: tests/bench/peers/%.c Makefile | $(B)/bench
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< -lfcgi -lpq

$(B)/bench/node_modules: tests/bench/peers/package.json | $(B)/bench
	@cp $< $(@D)
	@cd $(@D) && npm install --silent --no-audit --no-fund \
	    --no-package-lock --ignore-scripts
	@touch $@

# The archive: what git knows or, in an unpacked archive, where there is no git,
# all but what was made.  The same files make the same archive.
DIST_NAME = oauth-access-tokens-$(VERSION)
DIST      = $(B)/$(DIST_NAME).tar.gz
GIT       = git -c safe.directory='*'
dist:
	@mkdir -p $(B)
	@if [ -e .git ]; then \
		$(GIT) ls-files; \
	else \
		find . '(' -path ./build -o -name __pycache__ ')' -prune -o \
		    -type f -printf '%P\n'; \
	fi | LC_ALL=C sort >$(DIST).files
	@tar -c -f $(DIST).tar --format=ustar --no-recursion \
	    --files-from=$(DIST).files \
	    --transform='s,^,$(DIST_NAME)/,' --numeric-owner --owner=0 \
	    --group=0 --mode=u+rw,go=rX --mtime="@$$(if [ -e .git ]; then \
		$(GIT) log -1 --format=%ct; \
	    else \
		stat -c %Y README; \
	    fi)"
	@gzip -9n <$(DIST).tar >$(DIST).tmp
	@mv $(DIST).tmp $(DIST)
	@rm $(DIST).files $(DIST).tar
	@echo '  $(DIST)'

# Debian's package.  Its files are in .debian; what needs a value from here, or
# README's release notes, is made.
MAINTAINER = The owner of this source <owner@oauth-access-tokens.example.org>
comma     := ,
empty     :=
deb: packages-deb
	@$(MAKE) --no-print-directory dist
	@rm -rf $(B)/deb
	@mkdir -p $(B)/deb
	@tar -xf $(DIST) -C $(B)/deb
	@cp -r $(B)/deb/$(DIST_NAME)/.debian $(B)/deb/$(DIST_NAME)/debian
	@cd $(B)/deb/$(DIST_NAME)/debian && \
	    sed -e 's/@MAINTAINER@/$(MAINTAINER)/' \
	        -e 's/@BUILD@/$(subst $(empty) ,$(comma) ,$(strip \
	            $(filter-out gcc libc6-dev,$(PACKAGES_BUILD))))/' \
	        control.in >control && \
	    ./make-changelog '$(VERSION)' '$(MAINTAINER)' <../README >changelog
	@cd $(B)/deb/$(DIST_NAME) && env -u MAKEFLAGS -u MFLAGS \
	    dpkg-buildpackage -us -uc -b >../log 2>&1 || \
	    { tail -n 40 ../log >&2; exit 1; }
	@for deb in $(B)/deb/*_$(VERSION)_*.deb; do \
		case $$deb in \
		*-dbgsym_*) ;; \
		*) mv $$deb $(B) && echo "  $(B)/$${deb##*/}" ;; \
		esac || exit 1; \
	done
	@rm -rf $(B)/deb

# Put the true places into what names them.
PLACES = sed -e 's|/usr/local/lib/cgi-bin|$(cgibindir)|g' \
         -e 's|/usr/local/share/oauth_access_tokens|$(pkgdatadir)|g' \
         -e 's|/run/oauth_access_tokens|$(runstatedir)/oauth_access_tokens|g' \
         -e 's|/var/log/|$(logdir)/|g'

install: all
	@$(INSTALL) -d $(DESTDIR)$(cgibindir) $(DESTDIR)$(pkgdatadir)/sql \
	    $(DESTDIR)$(pkgdatadir)/lighttpd-conf \
	    $(DESTDIR)$(pkgdatadir)/apache-conf/shared-hosting \
	    $(DESTDIR)$(mandir)/man8
	@$(INSTALL) -m 755 $(PROGRAM) $(DESTDIR)$(cgibindir)
	@$(INSTALL) -m 644 cgi/openapi.json $(DESTDIR)$(pkgdatadir)
	@$(INSTALL) -m 644 sql/*.sql $(DESTDIR)$(pkgdatadir)/sql
	@for f in README sql/setup lighttpd-conf/* apache-conf/*.conf \
	    apache-conf/shared-hosting/.htaccess \
	    apache-conf/shared-hosting/*; do \
		$(PLACES) $$f >$(DESTDIR)$(pkgdatadir)/$$f || exit 1; \
	done
	@$(PLACES) cgi/oauth_access_tokens.8 \
	    >$(DESTDIR)$(mandir)/man8/oauth_access_tokens.8
	@chmod 644 $(DESTDIR)$(pkgdatadir)/README \
	    $(DESTDIR)$(pkgdatadir)/*-conf/oauth* \
	    $(DESTDIR)$(pkgdatadir)/apache-conf/shared-hosting/.htaccess
	@chmod 755 $(DESTDIR)$(pkgdatadir)/sql/setup
	@chmod 700 $(DESTDIR)$(pkgdatadir)/apache-conf/shared-hosting/*.fcgi
	@chmod 644 $(DESTDIR)$(mandir)/man8/oauth_access_tokens.8
	@echo "  $(cgibindir)/oauth_access_tokens"
	@echo "  $(pkgdatadir)/"
	@echo "  $(mandir)/man8/oauth_access_tokens.8"

uninstall:
	rm -f $(DESTDIR)$(cgibindir)/oauth_access_tokens
	rm -rf $(DESTDIR)$(pkgdatadir)
	rm -f $(DESTDIR)$(mandir)/man8/oauth_access_tokens.8

COVERAGE = CFLAGS='-O0 -g --coverage' LDFLAGS=--coverage
coverage: packages-coverage
	rm -rf $(B)/coverage
	$(MAKE) all B=$(B)/coverage $(COVERAGE)
	chmod -R a+rwX $(B)/coverage # the servers run as another user
	umask 0 && $(MAKE) check B=$(B)/coverage $(COVERAGE)
	gcovr --root . --filter cgi/ $(B)/coverage

# The C of the tests, and their Python, which its first line shows.  E101 and
# W191 are tabs, of which configurations and SQL in strings have some.
TESTS_C  = $(wildcard tests/unit/*.c tests/fuzz/*.c tests/e2e/*.c \
             tests/bench/peers/*.c)
TIDY     = clang-tidy --quiet --warnings-as-errors='*'
CPPCHECK = cppcheck --quiet --error-exitcode=1 --inline-suppr \
           --enable=warning,performance,portability -I$(B) -Icgi
# Each test is a program of its own, and does not call another one's stand-ins.
APART    = --suppress=ctunullpointer
TESTS_PY = $(shell grep -lE '^("""|\#!/usr/bin/python3)' \
             tests/*/*.py tests/*/test_* tests/bench/bench \
             tests/package/check_deb)
# Modules of which each can be imported first: there are no cycles.
KIT      = $(patsubst tests/kit/%.py,kit.%,$(wildcard tests/kit/*.py)) \
           $(patsubst %.py,%,$(notdir $(wildcard tests/e2e/*.py \
             tests/sql/*.py tests/readme/*.py tests/bench/*.py \
             tests/browser/*.py tests/package/*.py)))
lint: packages-lint $(B)/sql.h $(B)/html.h $(B)/openapi/lint/node_modules
	clang-format --dry-run --Werror cgi/*.[ch] tests/*/*.[ch] \
	    tests/bench/peers/*.c
	$(TIDY) cgi/*.c -- $(LANGUAGE)
	$(TIDY) $(TESTS_C) -- -iquote tests/unit $(LANGUAGE)
	$(CPPCHECK) cgi
	$(CPPCHECK) $(APART) -Itests/unit $(TESTS_C)
	tests/house
	REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
	    $(B)/openapi/lint/node_modules/.bin/redocly lint \
	    --config tests/openapi/lint/redocly.yaml cgi/openapi.json
	flake8 --max-line-length=80 --extend-ignore=E101,W191 $(TESTS_PY)
	@export PYTHONPATH=tests:$$(echo tests/*/ | tr ' ' :); \
	for module in $(KIT); do \
		/usr/bin/python3 -B -c "import $$module" || exit 1; \
	done
	shellcheck cgi/html/embed sql/setup tests/run tests/house tests/demo/demo \
	    tests/kit/cluster tests/kit/packages .ci/run \
	    .debian/make-changelog .debian/*.p[or]* \
	    apache-conf/shared-hosting/*.fcgi

packages-%:
	@tests/kit/packages $(PACKAGES_$(shell echo $* | tr a-z A-Z))

clean:
	rm -rf $(B)

help:
	@echo 'make             build $(PROGRAM)'
	@echo 'make demo        try it: the documented request on localhost:6789'
	@echo 'make demo-stop   end the demo and remove what it made'
	@echo 'make check       run all tests; SUITES="unit sql" runs some suites,'
	@echo '                 CASE="token of 4097*" the cases with such a name'
	@echo 'make check-long  the faults under load, for longer, line by line'
	@echo 'make check-sanitized, check-valgrind  the suites under those'
	@echo 'make install     install below prefix=$(prefix); also DESTDIR'
	@echo 'make uninstall   remove what install put there'
	@echo 'make dist        the source as $(DIST)'
	@echo 'make deb         Debian'"'"'s package, in $(B)/'
	@echo 'make check-unit  the unit tests alone; installs no package'
	@echo 'make check-deb   the package on bare Debian 12 and 13, as root: install,'
	@echo '                 upgrade under load, remove, purge; needs the network'
	@echo 'make coverage    run all tests, then say which lines they reach'
	@echo 'make lint        clang-format, clang-tidy, cppcheck, flake8, shellcheck,'
	@echo '                 redocly'
	@echo 'make fuzz        look for bugs, SECONDS=$(SECONDS) for each target'
	@echo 'make bench       measure it beside its ceilings and its peers'
	@echo 'make clean       remove $(B)'

.PHONY: all bench demo demo-stop check check-deb check-long check-sanitized \
    check-unit check-valgrind clean coverage deb dist fuzz help \
    install lint uninstall
.SUFFIXES:
.SECONDARY:
