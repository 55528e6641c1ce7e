# Needs python3 >= 3.11 with venv, make, and the package registries. `make help` lists the targets.
PYTHON ?= python3
BIN := .venv/bin
NODE_TOOLS := tests/node/node_modules/.package-lock.json
EXAMPLE := examples/playwright/node_modules/.package-lock.json
PEERS := bench/peers/node_modules/.package-lock.json
GENERATORS := tests/node/generators/node_modules/.package-lock.json
COLLECTIONS := tests/node/collections/node_modules/.package-lock.json
NPM_TOOLS := npm/node_modules/.package-lock.json
NPM_SOURCES := $(wildcard npm/src/*.ts npm/src/*/*.ts npm/scripts/*.mjs npm/*.json)
CHROMIUM := $(shell command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome)
NODE := $(shell command -v npm >/dev/null && node -p 'const [a, b] = process.versions.node.split("."); a > 20 || (a == 20 && b >= 19)' 2>/dev/null | grep true)
AT := $(if $(TARGET),--target $(TARGET))

.DEFAULT_GOAL := help
.PHONY: help setup mock npm types test test-slow example pictures lint structure contract load load-429 load-prepare mutants bench lock clean
.DELETE_ON_ERROR:

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.complete $(if $(NODE),$(NODE_TOOLS) $(NPM_TOOLS) $(EXAMPLE)) ## Install everything into .venv
	@:

mock: .venv/.runtime ## Run the mock server, e.g. make mock ARGS="--port 0 --seed-data medium"
	@exec $(BIN)/python -m mock_server $(ARGS)

npm: .venv/.complete npm/.built ## Build npm/lehnz-mock-VERSION.tgz, the package that a front-end project installs
	@rm -rf npm/python npm/*.tgz
	@$(BIN)/python -m hatchling build --target wheel --directory npm/python >/dev/null 2>&1
	@cp requirements.lock LICENSE npm/python/
	@cd npm && npm pack --silent

types: .venv/.complete $(NPM_TOOLS) ## Write the types of the npm package anew, after an edit of openapi.yaml
	@$(BIN)/python -m tests.support.control_document | node npm/scripts/types.mjs $(ARGS)

test: export PYTHONDONTWRITEBYTECODE = # hundreds of processes start, and each would compile all that it imports
test: setup ## Run all tests, e.g. make test ARGS="-k recommend"
	@$(if $(CHROMIUM),,echo "Chromium is missing; its tests are left out. On Debian or Ubuntu: apt-get install chromium")
	@$(if $(NODE),,echo "Node 20.19 or newer is missing; its tests are left out. On Debian or Ubuntu: apt-get install nodejs npm")
	$(BIN)/python -m pytest -n auto -q -rs -m "not slow" $(ARGS)

test-slow: export PYTHONDONTWRITEBYTECODE =
test-slow: setup $(if $(NODE),npm $(GENERATORS) $(COLLECTIONS)) ## Run the tests that take long
	$(BIN)/python -m pytest -n auto -q -rs -m slow $(ARGS)

example: .venv/.runtime $(if $(NODE),$(EXAMPLE)) ## Run the tests of the front-end example; needs Node and Chromium
	@$(if $(NODE),,echo "make: Node 20.19 or newer is needed: on Debian or Ubuntu, apt-get install nodejs npm" && exit 2)
	@cd examples/playwright && npx playwright test $(ARGS)

pictures: .venv/.complete ## Take the README's pictures from the running product, in Chromium
	@$(BIN)/python -m tests.support.pictures $(ARGS)

lint: .venv/.complete ## Check format, lint, the arrows between folders, and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/mypy

structure: .venv/.complete ## Show the import circles, the arrows and the longest modules
	@$(BIN)/python -m tests.support.structure

contract: .venv/.complete ## Judge the bundled mock, or a server: make contract TARGET=URL ARGS="--keys-file FILE"
	$(BIN)/lehnz-contract $(AT) $(ARGS)

load: .venv/.complete ## Load a mock of its own, or a server: make load TARGET=URL
	$(BIN)/python -m load latency $(AT) $(ARGS)

load-429: .venv/.complete ## Probe the rate limit of a mock of its own, or of a server: make load-429 TARGET=URL
	$(BIN)/python -m load probe $(AT) $(ARGS)

load-prepare: .venv/.complete ## Fill a server's organisations before a load run: make load-prepare TARGET=URL
	$(BIN)/python -m load prepare $(AT) $(ARGS)

mutants: .venv/.complete ## Judge every broken and legal server; TIME=20: what fits into 20 minutes; NEW=200 SEED=n: fresh ones
	$(BIN)/python -m tests.mutants $(if $(NEW),draw --new $(NEW) --seed $(SEED),judge $(if $(TIME),--minutes $(TIME))) $(ARGS)

bench: export PYTHONDONTWRITEBYTECODE = # the start is measured as people have it
bench: .venv/.complete $(PEERS) ## Measure everything and write docs/benchmarks.md, half an hour on a quiet machine; needs Node, wrk, taskset
	$(BIN)/python -m bench $(if $(filter --quick,$(ARGS)),,--write) $(ARGS)

lock: ## Lock the dependencies anew after an edit of pyproject.toml; needs uv
	uv pip compile --quiet $(ARGS) pyproject.toml --output-file requirements.lock
	uv pip compile --quiet $(ARGS) pyproject.toml --extra dev --output-file requirements-dev.lock

clean: ## Remove what the other targets made
	rm -rf .venv tests/node/node_modules tests/node/generators/node_modules tests/node/collections/node_modules npm/node_modules npm/dist npm/.built npm/python npm/*.tgz bench/peers/node_modules examples/playwright/node_modules reports .mypy_cache .pytest_cache .ruff_cache .hypothesis

# Every dependency comes from the lock by its hash; the project itself is built by the locked hatchling.
INSTALL = $(BIN)/python -m pip --disable-pip-version-check install -qq --no-compile
CHECKOUT = $(INSTALL) --no-deps --no-build-isolation --editable .

.venv/.runtime: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing the mock into .venv ..."
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(CHECKOUT)
	@touch $@

.venv/.complete: requirements.lock requirements-dev.lock pyproject.toml | .venv/bin/python
	@echo "Installing the mock, the suite and their tools into .venv ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@$(CHECKOUT)
	@touch .venv/.runtime $@

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "make: $(PYTHON) is missing: install Python 3.11 or newer"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: Python 3.11 or newer is needed, and $$($(PYTHON) --version 2>&1) was found: try make PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "make: $(PYTHON) has no venv: on Debian or Ubuntu, apt-get install python3-venv"; exit 2; }
	@$(PYTHON) -m venv .venv

$(EXAMPLE): npm/.built # it installs a copy of the package

npm/.built: $(NPM_TOOLS) $(NPM_SOURCES)
	@cd npm && npm run --silent build
	@touch $@

$(NODE_TOOLS) $(GENERATORS) $(COLLECTIONS) $(NPM_TOOLS) $(EXAMPLE) $(PEERS): %/node_modules/.package-lock.json: %/package-lock.json
	@echo "Installing the Node packages of $* ..."
	@cd $* && npm ci --silent
	@touch $@
