# Everything runs from .venv, which the first target that needs it builds.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.zoomiseg-ready

.PHONY: help setup demo bench test lint types viewer-types unit clean wheel-test coverage

help:
	@echo "make demo              set up, open the sample slide and segment it (ARGS=--headless to end without a viewer)"
	@echo "make test              set up, then lint, types and all tests"
	@echo "make bench             time a click, stage by stage, and write the tables of docs/performance.md"
	@echo "make setup             only build $(VENV)"
	@echo "make lint | types | viewer-types | unit | wheel-test | coverage"

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "ZoomISEG needs Python 3.11 or newer; try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: setup
	$(BIN)/zoomiseg demo $(ARGS)

bench: setup
	$(BIN)/zoomiseg bench --page docs/performance.md $(ARGS)

test: lint types viewer-types unit wheel-test

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

viewer-types:
	@if command -v npm >/dev/null; then npm ci --silent && npm run --silent types; \
	else echo "SKIPPED viewer-types: it needs Node and npm"; test -z "$$ZOOMISEG_NO_SKIPS"; fi

unit: setup
	$(BIN)/pytest $(ARGS)

wheel-test: setup
	$(BIN)/python tools/check_wheel.py

coverage: setup
	$(BIN)/pytest --cov --cov-report=term-missing:skip-covered $(ARGS)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
