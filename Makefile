# Everything starts here. `make phone` talks, `make test` checks; both set the machine up first.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help phone chat run test fuzz check format weights reader test-weights system clean corpus-check need adapter

help:  ## say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

phone: $(STAMP) weights  ## hold an interview on the phone page in the browser
	$(BIN)/feeler phone

chat: $(STAMP) weights  ## hold an interview in this terminal
	$(BIN)/feeler chat

run: $(STAMP) weights  ## run the bot on Telegram (needs FEELER_BOT_TOKEN)
	$(BIN)/feeler run

test: $(STAMP) test-weights system lint  ## lint, types, import contracts and every test
	$(BIN)/python -m pytest

corpus-check: $(STAMP)  ## form, balance and overlap of what is taught
	$(BIN)/python training/check.py

adapter: $(STAMP) weights  ## teach the default model to ask and to tell, in hours; goes on where it stopped
	$(BIN)/python training/adapter.py

need: $(STAMP) reader  ## teach who is in need, in a quarter of an hour on one core
	$(BIN)/python training/need.py

fuzz: $(STAMP)  ## 10,000 strange inputs of every kind (half an hour)
	FUZZ_CASES=10000 $(BIN)/python -m pytest -q tests/unit/test_fuzz.py

check: $(STAMP) lint reader  ## format, lint, types, import contracts, quick tests
	$(BIN)/python -m pytest -q -m "not model and not browser and not postgres and not slow"

.PHONY: lint
lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)  ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

weights: $(STAMP)
	@$(BIN)/feeler models pull

reader: $(STAMP)
	@$(BIN)/feeler models pull multilingual-e5-small

test-weights: weights
	@$(BIN)/feeler models pull smollm2-135m-instruct

system:
	@sh tests/system-packages.sh

# pip's own progress bars show the install. The CPU build of torch is a tenth of the default one's size: it is
# taken where the package index in use has it, and any build inside the range does.
$(STAMP): pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed (PYTHON=... names it)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
	  || { echo "The venv module is missing: on Debian, apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --progress-bar on -e '.[dev]'
	@touch $@

clean:  ## remove the virtual environment and caches of the tools
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
