# `make` alone prints the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help

.PHONY: help demo test setup check lint types floors fix golden docs reports verification bench
.PHONY: pilot measure evaluate fuzz peers clean

help: ## print the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/core.done: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/dev.done: $(VENV)/core.done constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch==2.13.0
	$(BIN)/python -m pip install --quiet --no-deps torchvision==0.29.2  # its models, to compare with
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[torch,dev]'
	@touch $@

demo: $(VENV)/core.done ## install the core and run the main example
	$(BIN)/archcalc compare '14x14x480 | conv 5x5x48 pad 2' '14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2'

setup: $(VENV)/dev.done ## install everything the tests need

test: $(VENV)/dev.done ## run every test that needs no GPU, on all cores
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto  # a worker per core, a thread each

check: lint types floors ## lint, types and import floors

lint: $(VENV)/dev.done ## ruff: style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev.done ## mypy --strict
	$(BIN)/mypy

floors: $(VENV)/dev.done ## imports point down
	$(BIN)/lint-imports

fix: $(VENV)/dev.done ## format and repair what ruff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

golden: $(VENV)/dev.done ## rewrite the golden outputs and show the difference
	$(BIN)/python -m pytest tests/test_golden.py --update-golden -q
	git --no-pager diff --stat tests

docs: $(VENV)/dev.done ## rewrite the generated outputs of the README and of the tutorial
	$(BIN)/python -m pytest tests/test_readme.py tests/torch/test_readme_torch.py tests/test_tutorial.py --update-golden -q

reports: $(VENV)/dev.done ## write reports/ anew, from specs and data files
	$(BIN)/archcalc report --template reports/templates -o reports

NETS := reports/data/verification
verification: $(VENV)/dev.done ## check the zoo and the nets of the reports against torch, into reports/data
	$(BIN)/archcalc verify --zoo --format json -o $(NETS)/zoo.json
	sed "s/.*/'&'/" $(NETS)/specs.txt | xargs $(BIN)/archcalc verify --format json -o $(NETS)/reports.json

bench: $(VENV)/dev.done ## measure speed against peers, as ratios in one run
	$(BIN)/python -m pip install --quiet torchinfo==1.8.0
	$(BIN)/python tests/bench/bench.py

DATA ?= ../shared/references/latency
pilot: $(VENV)/dev.done ## check the clock on this machine in two minutes: floor, ceilings, spread
	$(BIN)/python tests/bench/pilot.py

measure: $(VENV)/dev.done ## time the course's comparisons, layers and nets here, into reports/data
	$(BIN)/python tests/bench/measure.py
	$(BIN)/python tests/bench/memory.py

evaluate: $(VENV)/dev.done ## held-out errors of predicted times, on the timings in DATA=folder
	$(BIN)/python tests/latency/evaluate.py $(DATA) --json reports/data/latency/heldout.json

fuzz: $(VENV)/dev.done ## 200,000 specs and 100,000 answer files, mutated: results or clean errors
	$(BIN)/python tests/fuzz/fuzz.py --runs 200000
	$(BIN)/python tests/fuzz/homework.py --runs 100000

peers: $(VENV)/dev.done ## run other counters in a throw-away environment, against their conventions
	$(BIN)/python tests/peers/compare.py
	$(BIN)/python tests/peers/probes.py --json reports/data/peers.json --update-readme

clean: ## remove what the targets made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
