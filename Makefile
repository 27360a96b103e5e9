# make up       the site, on http://localhost:8000 (make up DATA=dir PORT=n)
# make test     all tests, on databases of their own (make test TESTS=tests/api for some)
# make proofs   what takes long beside: power cuts at every step, each kind of target, more generated input
# make check    what must hold before a change lands: ruff, mypy, imports, the app's types and strings
# make setup    only what the others need first; runs again when a lock file has changed
# make pictures the pictures of README and docs, of a demo site
# make app      the app in the browser, when its sources have changed; make setup does it too
#
# Needs Python >= 3.11 and the package index; npm's registry for the app in the browser and for tests. No compiler,
# no root, no database server.

PYTHON ?= python3
DATA   ?= petrel-data
PORT   ?= 8000
BIN    := .venv/bin
MASTO  := tests/stories/clients/masto
AXE    := tests/axe

# Only finished wheels whose hashes stand in the lock file are installed.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --only-binary :all:
export PIP_ROOT_USER_ACTION = ignore

.PHONY: up setup app test proofs check fmt map pictures bench bench-browser lock clean

up: setup
	@exec $(BIN)/petrel up --data $(DATA) --port $(PORT)

setup: .venv/ready app

# Without npm's registry the site goes without; pages are whole by themselves.
app: .venv/ready
	@$(BIN)/python tools/build_app.py

test: .venv/ready-for-tests $(MASTO)/node_modules/.package-lock.json $(AXE)/node_modules/.package-lock.json app
	@$(if $(TESTS),$(BIN)/python -m pytest $(TESTS),tools/all_tests.sh $(BIN)/python)

proofs: .venv/ready-for-tests app
	TESTS_LONG=1 $(BIN)/python -m pytest -m long $(if $(TESTS),$(TESTS),tests)
	TESTS_LONG=1 $(BIN)/python -m pytest tests/stories/test_any_input.py tests/stories/test_how_fast.py \
	  tests/stories/test_no_oracle.py

check: .venv/ready-for-tests
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/build_app.py --must
	$(BIN)/python tools/budget.py
	$(BIN)/npm run --silent --prefix petrel/web/client check

fmt: .venv/ready-for-tests
	$(BIN)/ruff check --fix .

# The questions that newcomers ask, with file and symbol; fails when one of them is no longer there.
map: .venv/ready-for-tests
	@$(BIN)/python -m pytest -q tests/fences/test_map.py && cat docs/map.md

pictures: .venv/ready-for-tests app
	$(BIN)/python tools/pictures.py

bench: .venv/ready-for-tests app
	$(BIN)/python bench/run.py $(BENCH)
	$(BIN)/python bench/browser_bench.py

# What takes time in a real browser, alone.
bench-browser: .venv/ready-for-tests app
	$(BIN)/python bench/browser_bench.py $(BENCH)

# Run after a change of the dependencies in pyproject.toml.
lock: .venv/ready
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-annotate --no-header \
	  --no-emit-options --no-emit-find-links --build-deps-for editable -o requirements.lock pyproject.toml
	$(BIN)/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-annotate --no-header \
	  --no-emit-options --no-emit-find-links --extra test -c requirements.lock -o requirements-test.lock pyproject.toml

clean:
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Petrel needs Python 3.11 or newer; this is `$(PYTHON) --version`. Name another: make PYTHON=python3.12"; exit 1; }
	@echo "Setting up (once) ..."
	@$(PYTHON) tools/make_venv.py .venv
	@touch $@

.venv/ready: .venv/made requirements.lock pyproject.toml
	@$(INSTALL) -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation \
	  --no-index --editable .
	@touch $@

.venv/ready-for-tests: .venv/ready requirements-test.lock
	@$(INSTALL) -r requirements-test.lock
	@touch $@

# Versions and hashes stand in the lock file; which registry they come from is npm's own setting.
%/node_modules/.package-lock.json: %/package-lock.json .venv/ready-for-tests
	@NODE_USE_SYSTEM_CA=1 $(BIN)/npm ci --prefix $* --silent
	@touch $@
