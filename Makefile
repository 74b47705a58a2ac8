# Comadre. On a fresh machine: Python 3.11 or newer, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run chat test lint check messages bench browser lock clean

run: $(VENV)/.run
	@$(BIN)/comadre run

chat: $(VENV)/.run
	@$(BIN)/comadre chat

test: $(VENV)/.dev lint check
	$(BIN)/python -m pytest

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: $(VENV)/.run
	$(BIN)/comadre check

bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench

# The texts of flows and directory into the catalogues. Never fuzzy: a guess may say the opposite.
messages: $(VENV)/.run
	$(BIN)/pybabel -q extract -F locales/babel.cfg -k pgettext:1c,2 --no-wrap --sort-by-file --omit-header -o locales/messages.pot .
	$(BIN)/python -m bot messages

# What the browser tests drive.
browser:
	apt-get update -q
	apt-get install -y -q --no-install-recommends chromium-headless-shell

# New versions, with hashes and without download addresses.
lock: $(VENV)/.dev
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements-dev.txt

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .bench
