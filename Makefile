# make run     set up and open the window          make test    set up and check everything
# make clean   remove what was set up              PYTHON=...   choose the interpreter
# make benchmark  set up what it compares with, measure    ARGS=...     of the program, pytest or the benchmark

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& command -v $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
ARGS ?=

# What requirements.txt cannot say: on Python 3.13, without its wish for another pyglet than nes-py's.
STABLE_RETRO = @$(BIN)/python -c 'import sys; sys.exit(sys.version_info >= (3, 13))' \
	|| $(PIP) install --no-deps 'stable-retro>=1.0,<1.1'

.PHONY: run test lint types contracts tests format clean benchmark system system-test
.NOTPARALLEL:

run: system $(VENV)/ready
	@$(BIN)/python main.py $(ARGS)

test: system-test lint types contracts tests

lint: $(VENV)/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/ready-dev
	$(BIN)/mypy

contracts: $(VENV)/ready-dev
	$(BIN)/lint-imports --no-logo

tests: $(VENV)/ready-dev
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest --numprocesses auto --dist loadfile $(ARGS)

format: $(VENV)/ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

benchmark: system $(VENV)/ready-benchmark
	$(BIN)/python main.py --benchmark $(ARGS)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

system:
	@.ci/system-packages "$(PYTHON)"

system-test:
	@.ci/system-packages "$(PYTHON)" test

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and none was found;" \
		"install one or name it: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/ready: requirements.txt | $(VENV)/bin/python
	$(PIP) install -r requirements.txt
	$(STABLE_RETRO)
	@touch $@

$(VENV)/ready-dev: requirements-dev.txt requirements.txt | $(VENV)/bin/python
	$(PIP) install -r requirements-dev.txt
	$(STABLE_RETRO)
	@touch $(VENV)/ready $@

$(VENV)/ready-benchmark: requirements-benchmark.txt requirements.txt | $(VENV)/bin/python
	$(PIP) install -r requirements-benchmark.txt
	$(STABLE_RETRO)
	@touch $(VENV)/ready $@
