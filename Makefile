# Two commands set everything up by themselves: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Rooms whose branches are held above 95 %.
ROOMS := core ledger history
# Whose tests reach into them.
COUNTED := $(ROOMS) studio
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --no-input

.PHONY: demo test check bench lock clean help install install-dev

help:
	@echo "make demo    the whole way on the included screenplay, into ./demo"
	@echo "make test    every test, on a fresh environment if there is none"
	@echo "make check   format, lint, types, import contracts"
	@echo "make bench   measured claims; writes build/bench/"
	@echo "make lock    resolve the dependencies again, with hashes"

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# The stamps are newer than the lock files they were installed from.
$(VENV)/.core: requirements/core.txt pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements/build.txt
	$(PIP) install --require-hashes -r requirements/core.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.core
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.bench: requirements/bench.txt $(VENV)/.dev
	$(PIP) install --require-hashes -r requirements/bench.txt
	@touch $@

install: $(VENV)/.core

install-dev: $(VENV)/.dev

demo: install
	$(BIN)/picturelock demo

test: install-dev
	$(BIN)/python -m pytest -n 2 --dist worksteal $(COUNTED:%=--ignore=tests/unit/%)
	$(BIN)/python -m pytest -q -p no:randomly -n 2 $(COUNTED:%=tests/unit/%) $(ROOMS:%=--cov=picturelock.%) \
		--cov-branch --cov-report=term:skip-covered --cov-fail-under=95

check: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports

bench: $(VENV)/.bench
	$(BIN)/python -m bench

# Needs uv; the files carry hashes and name no index. The largest set is resolved first, so that all agree.
COMPILE := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links
lock: $(BIN)/python
	$(PIP) install uv
	$(COMPILE) pyproject.toml --all-extras --group dev --group bench -o requirements/bench.txt
	$(COMPILE) -c requirements/bench.txt pyproject.toml --all-extras --group dev -o requirements/dev.txt
	$(COMPILE) -c requirements/bench.txt pyproject.toml --extra plots -o requirements/core.txt
	$(COMPILE) -c requirements/bench.txt --group build -o requirements/build.txt

clean:
	rm -rf $(VENV) build
