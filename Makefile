# Two commands do all the set-up:
#
#   make guard REPO=path    guards that repository (without REPO: a fresh sample one) and proves that both gates deny
#   make test               runs the whole test suite
#
# Both make .venv in this checkout first, install what they need, and are quick when that is done.
# PYTHON=python3.12 chooses the interpreter (3.11 or newer); ARGS="-k locks" goes to pytest.
# make benchmark ARGS="--seconds 600" lets the storm of kills and pauses last ten minutes instead of one.

.DEFAULT_GOAL := help
.PHONY: help benchmark guard test check format demo-picture clean

REPO ?=
PYTHON ?=
ARGS ?=
# With `make -C checkout` a relative REPO is meant from where the command was typed, which only make's PWD still knows.
export REPO PYTHON
export CALLER := $(PWD)

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile
	@echo 'Also: make check (linters and types only), make benchmark, make format, make demo-picture, make clean'

guard:
	@sh .ci/environment
	@sh .ci/guard

test:
	@sh .ci/environment dev
	@.venv/bin/python -m pytest -n auto $(ARGS)

check:
	@sh .ci/environment dev
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/lint-imports

benchmark:
	@sh .ci/environment dev
	@PATH="$(CURDIR)/.venv/bin:$$PATH" .venv/bin/python -m benchmarks --write $(ARGS)

format:
	@sh .ci/environment dev
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format

demo-picture:
	@sh .ci/environment dev
	@.venv/bin/python docs/record_demo.py docs/demo.svg

clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
