# Everything starts here: `make compare` and `make test` set themselves up first.

PYTHON ?= python3
UV ?= uv
SHELL := /bin/sh
PIP := .venv/bin/python -m pip -qq --disable-pip-version-check
MADE := .venv/.made
RUN := .venv/.ready-to-run
DEV := .venv/.ready-to-test

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help compare test lint bench pages notebooks site lock clean FORCE

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1~\2/p' Makefile | awk -F'~' '{printf "%-16s %s\n", $$1, $$2}'

compare: $(RUN) ## compare the three instruments with doing nothing (sets itself up first)
	@.venv/bin/llo compare

test: $(DEV) ## run the whole test suite (sets itself up first)
	@.venv/bin/pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(DEV) ## check style, format and types
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy

bench: $(RUN) ## measure the speed of this machine
	@.venv/bin/llo bench

pages: $(RUN) ## make the pages of docs that are made from declarations and results anew
	@.venv/bin/llo policies --pages docs

notebooks: $(DEV) ## execute the notebooks anew and keep what they say
	@.venv/bin/python notebooks/execute.py

site: $(DEV) ## build the documentation site into site/, without a warning
	@NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict
	@echo "Open site/index.html"

lock: ## make both lock files anew (needs uv; UPGRADE=--upgrade takes newer versions)
	@command -v "$(UV)" >/dev/null || { echo "make lock needs uv; name it with: make lock UV=/path/to/uv" >&2; exit 1; }
	@$(COMPILE) --group build -o requirements.txt
	@$(COMPILE) --extra calibrate --extra dashboard --group dev -c requirements.txt -o requirements-dev.txt

clean: ## remove the environment, caches and builds
	@rm -rf .venv build dist site .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -type d -name __pycache__ -prune -exec rm -rf {} +

# One version of each package on every Python; hashes and no address of any index.
COMPILE = UV_CUSTOM_COMPILE_COMMAND="make lock" "$(UV)" pip compile --quiet --universal \
	--python-version 3.11 --fork-strategy fewest --generate-hashes --no-emit-index-url \
	--no-emit-find-links $(UPGRADE) pyproject.toml

# A stamp is written when its step is done, so a set-up that was cut off is done again.
$(RUN): requirements.txt pyproject.toml $(MADE)
	@echo "Installing what the simulator needs (once, about a minute) ..."
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.txt requirements.txt pyproject.toml $(MADE)
	@echo "Installing what the simulator and its tests need (once, about a minute) ..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $(RUN) $@

$(MADE):
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed and '$(PYTHON)' is not; name one with: make PYTHON=/path/to/python3.11" >&2; \
		exit 1; }
	@echo "Making .venv ..."
	@rm -rf .venv
	@"$(PYTHON)" -m venv .venv || { rm -rf .venv; \
		echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu, install python3-venv" >&2; exit 1; }
	@printf '%s\n' "$(CURDIR)" > $@

# An environment does not survive a move of its folder: then make it anew.
ifneq ($(shell cat $(MADE) 2>/dev/null),$(CURDIR))
$(MADE): FORCE
endif
