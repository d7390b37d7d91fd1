# One truth for people and CI; `make help` lists everything.
SHELL := /bin/bash
export PATH := $(CURDIR)/.tools/bin:$(PATH)
export UV_PYTHON_DOWNLOADS := never
RUN := source .tools/env && uv run --frozen --no-sync

.DEFAULT_GOAL := help
.PHONY: help run test check fix bench audit deep words setup

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: ## sample site, local X and bot together: watch articles appear and be posted
	@scripts/setup.sh runtime
	@$(RUN) asiaradar demo

test: setup ## lint, types, contracts, and every test, with the coverage gate
	@$(MAKE) --no-print-directory check
	@rm -f .coverage .coverage.*
	@$(RUN) pytest -n 3 --dist loadfile --cov --cov-report=
	@$(RUN) python scripts/coverage_gate.py

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
	@ASIARADAR_PROFILE=deep ASIARADAR_LIVES=2000 $(RUN) pytest -n 2 tests/protocol/test_state_machine.py tests/protocol/test_lives.py
	@$(RUN) python -m tests.deep.run --kills 1000

words: setup ## bring the Desk's catalogues up to date and list what is still to be translated
	@$(RUN) python -m scripts.translations update

setup:
	@scripts/setup.sh test
