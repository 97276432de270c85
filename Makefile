# Vitrina: `make help` lists what there is.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# compiled modules are what makes each later start quick
unexport PYTHONDONTWRITEBYTECODE
unexport VIRTUAL_ENV
unexport PYTHONHOME

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
CODE := home catalog_pages promotions dealer_area search sync site tests manage.py
HTML := templates
# a worker needs a database of its own: a copied file is one, the DATABASE_URL of all of them is not
WORKERS := $(if $(DATABASE_URL),0,$(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1))
# compiled translations follow their sources
PO := $(shell find . \( -path ./$(VENV) -o -path ./var -o -path ./.git \) -prune -o -name '*.po' -print 2>/dev/null)

.PHONY: help run test test-code test-browser check fmt clean messages

help: ## this list
	@awk -F ':.*## ' '/^[a-z.-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.venv: $(STAMP) ## the Python environment from the lock

$(STAMP): uv.lock pyproject.toml
	@python=""; \
	for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	  if path="$$(command -v "$$name")" && "$$path" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    python="$$("$$path" -c 'import sys; print(sys.executable)')"; break; \
	  fi; \
	done; \
	if [ -z "$$python" ]; then echo "Vitrina needs Python 3.11 or newer, and none was found (Debian: apt-get install python3)." >&2; exit 1; fi; \
	if [ ! -x $(BIN)/python ] || ! $(BIN)/python -c '' 2>/dev/null; then \
	  rm -rf $(VENV); \
	  if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	    echo "Python's venv module is missing (Debian: apt-get install python3-venv)." >&2; exit 1; fi; \
	  "$$python" -m venv $(VENV); \
	fi; \
	[ -x $(BIN)/uv ] || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv; \
	$(BIN)/uv sync --quiet --frozen --compile-bytecode --inexact --python "$$PWD/$(BIN)/python"
	@touch $@

$(VENV)/.messages: $(STAMP) $(PO)
	@$(BIN)/python manage.py messages --compile
	@touch $@

messages: $(VENV)/.messages ## compile the translations

run: $(VENV)/.messages ## start the portal with a demonstration company (PORT, VITRINA_DATA_DIR)
	@exec $(BIN)/python manage.py run

test: test-code test-browser ## all tests; browser journeys when a Chromium is found

test-code: $(VENV)/.messages ## only unit and integration tests
	$(BIN)/python -m pytest $(wildcard tests/unit tests/integration tests/conformance) -q -n $(WORKERS)

test-browser: $(VENV)/.messages ## only the browser journeys
	@for name in "$${CHROMIUM:-}" chromium chromium-browser google-chrome; do \
	  if [ -n "$$name" ] && chromium="$$(command -v "$$name")"; then break; fi; done; \
	if [ -n "$$chromium" ]; then CHROMIUM="$$chromium" $(BIN)/python -m pytest tests/browser -c tests/browser/pytest.ini -q; \
	else echo "Browser journeys left out: no Chromium found (Debian: apt-get install chromium)."; fi

check: $(VENV)/.messages ## what CI checks before the tests
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	$(BIN)/djade --check $$(find $(HTML) -name '*.html')
	$(BIN)/djhtml --check $(HTML)
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check
	$(BIN)/python manage.py messages --check

fmt: $(STAMP) ## format the code and the templates
	$(BIN)/ruff check --fix --quiet $(CODE)
	$(BIN)/ruff format $(CODE)
	-$(BIN)/djade $$(find $(HTML) -name '*.html')
	-$(BIN)/djhtml $(HTML)

clean: ## remove the environment and caches; data in var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find . -name '*.mo' -not -path './$(VENV)/*' -delete
