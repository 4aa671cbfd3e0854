# What a person or CI does here. `make` alone lists it.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet

# Files that decide whether pip has anything to do: a copy of each lock, made once it is installed.
RUN_TIME := $(VENV)/requirements.lock
DEVELOPMENT := $(VENV)/requirements-dev.lock

# Nothing in a lock says where packages come from: that is the business of whoever installs them.
PIP_COMPILE := $(PY) -m piptools compile --quiet --upgrade --generate-hashes --allow-unsafe \
	--strip-extras --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	--no-emit-options
SECTION = $(PY) -c 'import sys, tomllib; \
	table = tomllib.load(open("pyproject.toml", "rb"))[sys.argv[1]]; \
	print(*table[sys.argv[2]], sep="\n")'
WRITE_LOCK = { echo '\# Written by `make lock` from pyproject.toml.'; \
	sed -e 's|-r build/run-time.in|pyproject.toml|' -e 's|-r build/run-time.txt|requirements.lock|' \
	-e 's|-r build/development.in|pyproject.toml (dev)|' $(1); } > $(2).new && mv $(2).new $(2)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup setup-dev validate test test-registry test-cluster fidelity lint docs docs-check \
	bench bench-catalogue bench-trace bench-validation prove-trace prove-server prove-changes \
	lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

setup: $(PY) ## make the environment and obtain the pinned kustomize
	@cmp -s requirements.lock $(RUN_TIME) || { \
		echo 'installing requirements.lock into $(VENV)' >&2; \
		$(PIP) install --require-hashes -r requirements.lock && cp requirements.lock $(RUN_TIME); }
	@$(PY) -m tools.render.binary > /dev/null

setup-dev: setup ## the same, with what development needs
	@cmp -s requirements-dev.lock $(DEVELOPMENT) || { \
		echo 'installing requirements-dev.lock into $(VENV)' >&2; \
		$(PIP) install --require-hashes -r requirements-dev.lock \
		&& cp requirements-dev.lock $(DEVELOPMENT); }

validate: setup ## judge everything in this repository; ARGS=… adds arguments
	@$(PY) -m tools.validate $(ARGS)

test: setup-dev ## run every test that needs no server
	@$(PY) -m pytest -q

test-registry: setup-dev ## the tests that need docker-registry and skopeo
	@tests/registry/programs.sh
	@$(PY) -m pytest -q -m registry $(ARGS)

test-cluster: setup-dev ## run the tests that need a control plane, which is built first
	@$(PY) -m tests.cluster.build > /dev/null
	@$(PY) -m pytest -q -m cluster

lint: setup-dev ## ruff and mypy
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy --strict tools policies tests

docs: setup ## write the generated pages of docs/
	@$(PY) -m tools.docs

fidelity: test-cluster ## run them and write docs/fidelity.md from what they found
	@$(PY) -m tests.cluster.fidelity

docs-check: setup ## fail if a generated page is not up to date
	@$(PY) -m tools.docs --check
	@$(PY) -m tests.cluster.fidelity --check

bench: setup ## compare one cold run with kustomize alone
	@$(PY) -m tests.bench

bench-catalogue: setup ## measure the CPU that all rules together add to a run
	@$(PY) -m tests.bench_catalogue

bench-validation: setup-dev ## measure what judging objects as the API server does costs
	@$(PY) -m tests.kubernetes.bench

bench-trace: setup ## measure what tracing costs
	@$(PY) -m tests.trace.bench

prove-trace: setup ## judge the trace by perturbation: TREES= random trees from SEED=
	@$(PY) -m tests.trace.prove $(if $(TREES),--trees $(TREES)) $(if $(SEED),--seed $(SEED))

prove-server: setup-dev ## judge our verdicts by an API server's: MUTANTS= objects from SEED=
	@$(PY) -m tests.cluster.build > /dev/null
	@$(PY) -m tests.cluster.prove_server --mutants $(or $(MUTANTS),50000) $(if $(SEED),--seed $(SEED))

prove-changes: setup-dev ## the same for changes of objects: PAIRS= of them from SEED=
	@$(PY) -m tests.cluster.build > /dev/null
	@$(PY) -m tests.cluster.prove_changes --pairs $(or $(PAIRS),10000) $(if $(SEED),--seed $(SEED))

lock: setup-dev ## renew both lock files from pyproject.toml
	@mkdir -p build
	@$(SECTION) project dependencies > build/run-time.in
	@$(SECTION) dependency-groups dev > build/development.in
	@$(PIP_COMPILE) --output-file build/run-time.txt build/run-time.in
	@$(PIP_COMPILE) --output-file build/development.txt build/run-time.txt build/development.in
	@$(call WRITE_LOCK,build/run-time.txt,requirements.lock)
	@$(call WRITE_LOCK,build/development.txt,requirements-dev.lock)

clean: ## remove everything that these targets made, but for the cache of programs
	@rm -rf $(VENV) build dist reports .pytest_cache .mypy_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo '$(PYTHON) is no Python 3.11 or later: install one, or name it: make PYTHON=...' >&2; \
		exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
