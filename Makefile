# Every command of the project; `make help` lists them. What they create lies in .cache/, .venv/ and .venv-newest/.
PYTHON ?= python3
# Another environment for any target: make newest && make scenario S=default VENV=.venv-newest
VENV ?= .venv
S ?= default
# The inventory that bench measures: one host in all groups.
I ?= inventories/single
BIN := $(CURDIR)/$(VENV)/bin
COLLECTIONS := .cache/collections/ansible_collections
LINK := $(COLLECTIONS)/hardened/django
# The longest first, so that nothing runs alone at the end; the tests begin with the scenario single.
LONG := secrets rollout backup
SCENARIOS = $(LONG) $(filter-out single $(LONG),$(patsubst molecule/%/molecule.yml,%,$(wildcard molecule/*/molecule.yml)))
# By this path mypy knows the plugins under the name they are imported with.
PYTHON_FILES = $(LINK)/plugins tests/unit tools $(wildcard molecule/*/tests molecule/*/soak)
PINS := test-requirements.txt requirements.txt
# The newest ansible-core is tested too, where there is a Python for it.
NEWEST = $(if $(shell tools/newest-python 2>/dev/null),newest)

export PATH := $(BIN):$(PATH)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
# Scenarios lie in molecule/, not in the place that Molecule looks at first in a collection.
export MOLECULE_GLOB := molecule/*/molecule.yml
export COLUMNS := 120
export PYTHONUNBUFFERED := 1

.PHONY: help install newest demo demo-down test lint sanity unit images scenario bench docs soak sweep clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

demo: install ## deploy the example project on three local hosts and say how to open it
	@python tools/demo.py up

demo-down: install ## remove the hosts of the demo
	@python tools/demo.py down

test: install ## prove everything: lint, sanity, unit tests, every scenario
	@python tools/steps.py images $(NEWEST) -- "scenario S=single" lint sanity unit $(SCENARIOS:%="scenario S=%")

lint: install ## ansible-lint, yamllint, ruff, mypy, changelog fragments
	ansible-lint --config-file .config/ansible-lint.yml
	yamllint --strict .
	ruff check
	ruff format --check
	mypy $(PYTHON_FILES)
	antsibull-changelog lint

sanity: install ## ansible-test sanity
	python tools/sanity.py

unit: install ## unit tests
	pytest

images: install ## build the images of the test hosts that are missing
	@python tools/hosts.py image trixie
	@python tools/hosts.py image bookworm

scenario: install ## one Molecule scenario: make scenario S=default
	molecule test --scenario-name $(S)

bench: install ## seconds, remote calls and disk: no change, a changed line; the web server beside a plain one; settings_check; backups
	@python tools/bench.py $(I)
	@python tools/bench_edge.py $(I)
	@python tools/bench_check.py
	@python tools/bench_deploy.py inventories/pair
	molecule converge --scenario-name backup
	@python tools/bench_backup.py
	molecule destroy --scenario-name backup

docs: install ## write the pages that are made from data
	python tools/rules.py >docs/settings_check.md

soak: install images ## what takes too long for the tests: a kill after every change, more releases that are broken
	@$(MAKE) sweep S=single
	@set -e; for scenario in rollout secrets projects; do \
	    molecule converge --scenario-name $$scenario; \
	    $(MAKE) sweep S=$$scenario; \
	done

sweep:
	MOLECULE_PROJECT_DIRECTORY=$(CURDIR) MOLECULE_SCENARIO_DIRECTORY=$(CURDIR)/molecule/$(S) pytest -m soak molecule/$(S)
	molecule destroy --scenario-name $(S)

install: $(VENV)/ready $(LINK) ## install Debian packages, Python tools, community collections
	@python tools/hosts.py install

newest: ## the same tools with the newest ansible-core, in .venv-newest (needs Python 3.12 or newer)
	@$(MAKE) install VENV=.venv-newest

.venv-newest/ready: PYTHON = $(shell tools/newest-python)

%/ready: $(PINS)
	@$(PYTHON) tools/hosts.py install
	@echo "installing the Python tools in $* (a minute or two)"
	@$(PYTHON) -m venv --clear $*
	@$*/bin/pip install --quiet --disable-pip-version-check $(PINS:%=-r %)
	@touch $@

# ansible_collections.hardened.django, for Ansible and for Python.
$(LINK):
	@mkdir -p $(@D)
	@touch $(COLLECTIONS)/__init__.py
	@ln -s $(CURDIR) $@

clean: ## remove all hosts, their images and everything else these commands created, except Debian packages
	@$(PYTHON) tools/hosts.py clean
	rm -rf .cache .venv .venv-newest
