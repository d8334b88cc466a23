# Everything sets itself up: `make demo` and `make test` work on a fresh clone with Python 3.10 to 3.13.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STOCK := .venv-stock
STOCK_FLYTEKIT := flytekit==1.16.31 pandas pyarrow scikit-learn pydantic kubernetes

# Byte-code caches are what a user's machine has; without them each import of a large library costs seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo check lint types rules unit test soak stock browser postgres bench lock clean

help:
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.installed ## environment in .venv, with everything that developing needs

$(VENV)/.installed: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch $@

stock: $(STOCK)/.installed ## stock flytekit in an environment of its own, as client and as source of specs

$(STOCK)/.installed: $(VENV)/.installed
	$(PYTHON) -m venv $(STOCK)
	$(BIN)/uv pip install --quiet --python $(STOCK)/bin/python $(STOCK_FLYTEKIT)
	touch $@

browser: ## a headless Chromium for the console's tests
	@command -v chromium >/dev/null 2>&1 || (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null)

postgres: ## a PostgreSQL server for the store's tests
	@command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
		(apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null)

demo: install ## the main job on real data: embedded control plane, registration, execution, outputs
	$(BIN)/python scripts/demo.py

check: install lint types rules unit ## the fast part of the tests

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy

rules: install
	$(BIN)/lint-imports

unit: install
	$(BIN)/pytest -m "not slow"

test: install stock browser postgres lint types rules ## every test
	GLIDEPATH_STOCK_PYTHON=$(CURDIR)/$(STOCK)/bin/python $(BIN)/pytest

soak: install ## kill the server 100 times under a load of every kind; GLIDEPATH_SOAK_SEED repeats one
	GLIDEPATH_SOAK_KILLS=100 $(BIN)/pytest -s tests/journeys/test_soak.py

bench: install stock ## speed and memory beside stock flytekit
	GLIDEPATH_STOCK_PYTHON=$(CURDIR)/$(STOCK)/bin/python $(BIN)/python -m benchmarks

lock: install ## take the newest versions of all dependencies
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --all-extras --group dev \
		--upgrade pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) $(STOCK) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
