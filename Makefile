# Everything a checkout needs; `make run` and `make test` set up by themselves. docs/operations.md says more.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.ONESHELL:
.SILENT:
.NOTPARALLEL:

# Where it is set, every program and every process of the tests would compile our modules anew at each start.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
BIN := .venv/bin
# A stamp is written last, so that a set-up that was interrupted begins again.
PACKAGES := .venv/.packages
PROJECT := .venv/.project
FUZZER := .venv/fuzz/.packages
NODE_PACKAGES := web/node_modules/.packages
PAGES := web/dist/.built
WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' 2>/dev/null)

.PHONY: setup run test check bench engines faults attacks soak churn fuzz lock static web-check test-programs sbom

setup: $(PROJECT) $(if $(wildcard web/package.json),$(PAGES),no-pages)

run: setup
	exec $(BIN)/porchlight up --demo

test: setup test-programs static web-check
	in_memory() {  # room for all that tests write, and programs may be run from it
		[ -w /dev/shm ] && ! findmnt --noheadings --output OPTIONS --target /dev/shm | grep -qw noexec &&
			[ "$$(df --output=avail --block-size=M /dev/shm | tail -n 1 | tr -dc 0-9)" -gt 8000 ] &&
			[ "$$(awk '/^MemAvailable/ { print int($$2 / 1024) }' /proc/meminfo)" -gt 12000 ]
	}
	# A hundred times a second a test waits for a disk's sync, which takes 5 ms and more: longer than all of them work.
	if in_memory; then
		export TMPDIR=$$(mktemp -d /dev/shm/tests-XXXXXX)
		chmod 711 "$$TMPDIR"  # PostgreSQL runs as somebody else
		trap 'rm -rf "$$TMPDIR"' EXIT
	fi
	# A process of the runner that dies is not replaced: what replaces it can wait for its work to no end.
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --max-worker-restart 0 --durations=25 --durations-min=5 $(TESTS)

check: setup static web-check
	$(BIN)/python -m pytest -q tests/walls

bench: setup
	$(BIN)/python -m bench

soak: setup
	$(BIN)/python -m bench.soak $(SOAK)  # SOAK="--minutes 5 --rate 1" for a short one

churn: setup
	$(BIN)/python -m bench.churn $(CHURN)  # CHURN="--minutes 10 --clients 200"

faults: setup
	$(BIN)/python -m pytest -m faults -s  # -s: the plan, the table and the counts are the point

engines: setup
	$(BIN)/python -m pytest -n 3 --dist loadfile --both-engines  # each test that opens a database, on SQLite and on PostgreSQL

attacks: setup
	$(BIN)/python -m tests.attacks $(ATTACKS)  # ATTACKS="--residents 8 --posts 5", or "--data DIR" of a demo that runs

fuzz: $(PROJECT) $(FUZZER)
	PYTHONPATH=.venv/fuzz $(BIN)/python -m tests.fuzz $(FUZZ)  # FUZZ="--seconds 60 boxes splitter"

static:
	$(BIN)/ruff format --check --quiet . || { echo "Some files are not formatted: $(BIN)/ruff format ."; exit 1; }
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	# Not bench/: it asks records that it made up itself, in SQL of its own, and draws what is like chance.
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive api feed storage workers

web-check:
	if [ -f web/package.json ]; then scripts/npm --prefix web --loglevel=error run check; fi

# What some tests drive and no wheel brings. Debian starts what it installs: nginx stays off this machine's ports.
test-programs:
	wanted() {
		local package=$$1 skipped=$$2 rule=/usr/sbin/policy-rc.d ours=; shift 2
		if command -v "$$@" >/dev/null; then return; fi
		if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
			echo "$$package is not here: $$skipped are skipped (remedy: apt install $$package)."
			return
		fi
		echo "Installing Debian's $$package for $$skipped."
		if [ -w /usr/sbin ] && [ ! -e $$rule ]; then
			ours=$$rule
			printf '#!/bin/sh\nexit 101\n' >$$rule && chmod +x $$rule
		fi
		apt-get install -y -qq "$$package" >/dev/null || { apt-get update -qq && apt-get install -y -qq "$$package" >/dev/null; } ||
			echo "$$package could not be installed: $$skipped are skipped."
		if [ -n "$$ours" ]; then rm -f $$rule; fi
	}
	wanted chromium "browser journeys" chromium chromium-browser
	wanted nginx-light "tests of the proxies" nginx

# What is built on, for whoever has to know: sbom/python.json and sbom/pages.json.
sbom: setup
	scripts/sbom sbom

# --clear: a half-made environment, or one with packages that left the list, is never built upon.
$(PACKAGES): requirements.lock scripts/installer.lock scripts/make-environment
	PYTHON=$(PYTHON) scripts/make-environment
	touch $@

$(PROJECT): pyproject.toml $(PACKAGES)
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# Beside the environment, not in it: nothing else may come to need it.
$(FUZZER): requirements-fuzz.lock $(PACKAGES)
	$(BIN)/pip install --quiet --upgrade --target .venv/fuzz --require-hashes --no-deps -r requirements-fuzz.lock
	touch $@

$(NODE_PACKAGES): web/package-lock.json $(PACKAGES)
	echo "Installing what the pages are built with."
	scripts/npm --prefix web --loglevel=error --no-audit --no-fund ci
	touch $@

$(PAGES): $(WEB_SOURCES) $(NODE_PACKAGES)
	echo "Building the pages."
	scripts/npm --prefix web --loglevel=error run build >/dev/null
	touch $@

.PHONY: no-pages
no-pages:
	echo "web/package.json is not here: the pages are not built."

# Lists of exact versions and hashes, without addresses. uv makes them: it resolves for every platform at once.
lock:
	there=$$(mktemp -d); trap 'rm -rf "$$there"' EXIT
	$(PYTHON) -m venv "$$there"
	"$$there/bin/pip" install --quiet uv
	compile() { "$$there/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header "$$@"; }
	compile requirements.in --excludes requirements-left-out.in -o requirements.lock
	compile requirements-fuzz.in -o requirements-fuzz.lock
	echo uv | compile - -o scripts/installer.lock
