# The two commands: `make run` and `make test`. Both need only Python 3.11 or newer, and make.
PYTHON ?= python3
BIN := .venv/bin

# Another environment that happens to be active is none of ours: IPython warns of it, and warnings are errors in tests.
unexport VIRTUAL_ENV

.PHONY: install run test lint bench bench-scale requirements clean

install: .venv/.ready  ## a ready .venv with what running needs

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "govgraph needs Python 3.11 or newer; name one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv .venv
	touch $@

.venv/.ready: .venv/.python requirements/run.txt pyproject.toml hatch_build.py $(wildcard editor/*.json editor/src/*)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@test -e src/govgraph/web/assets/editor.js || echo "npm could not be reached: the query page has a plain text area." >&2
	touch $@

.venv/.ready-for-tests: .venv/.ready requirements/test.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	touch $@

run: install  ## build the graph, validate it, print the flagship answer, serve on 127.0.0.1:8000
	@$(BIN)/govgraph build
	@$(BIN)/govgraph explain "Delivery groups"
	@$(BIN)/govgraph serve

test: .venv/.ready-for-tests  ## the whole test suite
	@tests/browser/install-chromium
	@tests/engines/install-virtuoso
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadgroup

lint: .venv/.ready-for-tests  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/.ready-for-tests  ## comparisons with named peers
	$(BIN)/python -m bench

bench-scale: .venv/.ready-for-tests  ## a nation of 10, 100, 469 and 4,000 councils; forty minutes, and 40 GB of disk
	$(BIN)/python -m bench scale --councils 10 100 469 4000 --whole 3 --write docs/scale.md

requirements: .venv/.ready-for-tests  ## pin again what pyproject.toml asks for
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --custom-compile-command "make requirements" \
		--extra serve --extra review --group build --output-file requirements/run.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --custom-compile-command "make requirements" \
		--all-extras --group build --group test --group bench --output-file requirements/test.txt pyproject.toml

clean:
	rm -rf .venv dist build
