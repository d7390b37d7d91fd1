# One truth for people and CI; `make help` lists everything.
SHELL := /bin/bash
export PATH := $(CURDIR)/.tools/bin:$(PATH)
export UV_PYTHON_DOWNLOADS := never
RUN := source .tools/env && uv run --frozen --no-sync
# Tests that run without coverage being measured; see scripts/run_tests.sh.
UNMEASURED := $(addprefix tests/,crash e2e house reports sandbox web/journeys web/test_browser.py \
  web/test_browser_compose.py web/test_browser_keys.py web/test_security.py web/test_session.py web/test_telling.py \
  web/test_words.py web/api/test_api_schema.py protocol/test_crash_table_disks.py protocol/test_crash_table_sending.py \
  protocol/test_crash_table_settling.py protocol/test_crash_table_statements.py protocol/test_invoice.py \
  protocol/test_lives.py protocol/test_state_machine.py)
# Databases of tests are thrown away: a disk in memory, where there is a roomy one, spares their waiting for the real one.
ROOMY := $(shell [ -w /dev/shm ] && [ "$$(df --output=avail -k /dev/shm | tail -n 1)" -gt 4000000 ] && echo /dev/shm)
test: export PYTEST_DEBUG_TEMPROOT = $(or $(ROOMY),$(TMPDIR),/tmp)

.DEFAULT_GOAL := help
.PHONY: help run test check fix bench audit deep words setup

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: ## sample site, local X and bot together: watch articles appear and be posted
	@scripts/setup.sh runtime
	@$(RUN) asiaradar demo

test: setup ## lint, types, contracts, and every test, with the coverage gate
	@$(MAKE) --no-print-directory check
	@$(RUN) scripts/run_tests.sh $(UNMEASURED)

check: setup ## lint, types, import contracts; changes nothing
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy
	@$(RUN) lint-imports --no-cache
	@uv lock --check --offline --quiet || { echo "uv.lock does not fit pyproject.toml: run uv lock"; exit 1; }

fix: setup ## repair what tools can repair
	@$(RUN) ruff check --fix .
	@$(RUN) ruff format .

bench: setup ## measure; see docs and benchmarks/
	@$(RUN) python -m scripts.bench

audit: setup ## known weaknesses of the locked packages; asks PyPI over the network, so no part of check
	@uv export --quiet --frozen --all-extras --no-emit-project --no-header -o .tools/locked.txt
	@$(RUN) pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r .tools/locked.txt \
	  || { echo "audit: a weakness was found, or PyPI could not be asked, and then nothing is known"; exit 1; }

deep: setup ## long runs: properties and the protocol with thousands of examples, a thousand kills
	@$(RUN) pytest -n 2 --hypothesis-profile=deep --timeout=3600 tests/properties tests/rules
	@ASIARADAR_PROFILE=deep ASIARADAR_LIVES=2000 $(RUN) pytest -n 2 tests/protocol/test_state_machine.py \
	  tests/protocol/test_lives.py tests/protocol/test_crash_table_*.py
	@$(RUN) python -m tests.deep.run --kills 1000

words: setup ## bring the Desk's catalogues up to date and list what is still to be translated
	@$(RUN) python -m scripts.translations update

setup:
	@scripts/setup.sh test
