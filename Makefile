# SPDX-License-Identifier: AGPL-3.0-or-later
# `make demo` shows a whole election; `make test` runs the tests. `make help` lists the rest.
.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint bench locks messages clean venv-demo venv-dev services

# Nothing that another project left in the environment may choose our packages.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONSTARTUP
MAKEFLAGS += --no-print-directory

PY := .venv/bin/python
PYTEST := $(PY) -m pytest
# Each core goes through its own half in order, so that most servers are set up for one of them only.
BOTH_CORES := -n 2 --dist worksteal
NODE_TESTS := node --test --test-reporter=./tests/js/reporter.mjs $(sort $(wildcard tests/js/*.test.mjs))
# Once more what uses a database: the first run is on SQLite. Tests that start servers choose their own.
ON_POSTGRESQL := $(PY) -m tests.servers $(PYTEST) tests/integration $(BOTH_CORES) -m "django_db and not slow and not servers"

help:
	@echo "make demo          a whole election on this machine, in a browser (EXIT=1: run it and stop;"
	@echo "                   SERVERS=1: on PostgreSQL and Redis)"
	@echo "make test          the tests, without the slow ones"
	@echo "make test-all      all tests, and what they cover; that alone doubles the time of many"
	@echo "make lint          style, types, import contracts, templates, licence headers"
	@echo "make bench         measure, and write bench.json"
	@echo "make locks         compile requirements/*.txt from pyproject.toml"
	@echo "make messages      collect what voters read for translation, and write what is served of it"
	@echo "make clean         remove whatever these made"

demo: venv-demo
	@$(if $(SERVERS),scripts/services postgresql redis-server && $(PY) -m voting.demonstration.servers) \
		$(PY) manage.py demo $(if $(EXIT),--exit)

test: venv-dev services
	@$(NODE_TESTS)
	@$(PYTEST) $(BOTH_CORES) -m "not slow"
	@$(ON_POSTGRESQL)

test-all: venv-dev services
	@$(NODE_TESTS)
	@$(PYTEST) $(BOTH_CORES) --cov --cov-report=term:skip-covered
	@$(ON_POSTGRESQL)

lint: venv-dev
	@scripts/lint

bench: venv-dev services
	@$(PY) -m tests.bench
	@$(PY) -m tests.bench.appends

locks: venv-dev
	@$(PY) requirements/lock.py

messages: venv-dev
	@scripts/messages

venv-demo:
	@scripts/venv demo

venv-dev:
	@scripts/venv dev

services:
	@scripts/services

clean:
	@rm -rf .venv tests/js/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage* bench.json build var
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
