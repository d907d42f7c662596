# Every target works from a fresh checkout; deploy/env.sh does nothing where nothing is to do.
PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest
# A file stays with one worker, so that what its tests share is made once. One more than there are processors, since many
# tests wait for a device; more than four would only wait for each other. Files begin in the order of their names: left to
# itself xdist keeps those of few tests for the end, and these are the long ones.
BESIDE := -n $$(($$(nproc) + 1)) --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help env run test check bench soak fresh lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

env: ## prepares: Debian packages, .venv/, fonts, phrases; quick and offline when nothing is to do
	@deploy/env.sh

run: env ## the kiosk with a virtual printer on loopback; without a display the tour of its stations, pictures in var/tour/
	@$(PYTHON) deploy/demo.py

test: ## the whole suite as CI runs it, checks included
	@deploy/env.sh --tests
	@$(PYTEST) $(BESIDE) $(ARGS)

check: ## format, lint, types, import contracts, docs (part of make test)
	@deploy/env.sh --tests
	@$(PYTEST) $(BESIDE) tests/contract tests/docs $(ARGS)

bench: ## figures and in-run ratios: one JSON object and a table
	@deploy/env.sh --tests
	@$(PYTHON) -m tests.bench $(ARGS)

soak: ## every loop of a thousand and more
	@deploy/env.sh --tests
	@$(PYTEST) -m soak $(ARGS)

fresh: ## proves make env and make run in a fresh Debian with its own python3; needs root and debootstrap
	@deploy/fresh.sh $(ARGS)

lock: ## writes requirements/*.txt anew from pyproject.toml (ARGS=--upgrade for newest versions); needs uv
	@deploy/lock.sh $(ARGS)
