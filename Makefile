# Everything starts here. `make phone` talks, `make test` checks; both set the machine up first.
PYTHON ?= python3
VENV   ?= .venv
VOICE  ?= 1
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help phone chat run test fuzz check format weights reader voice test-weights system clean corpus-check read need asking answering places talents pages adapter figures

help:  ## say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

phone: $(STAMP) weights voice  ## hold an interview on the phone page in the browser (VOICE=0: without speech)
	$(BIN)/feeler phone

chat: $(STAMP) weights  ## hold an interview in this terminal
	$(BIN)/feeler chat

run: $(STAMP) weights  ## run the bot on Telegram (needs FEELER_BOT_TOKEN)
	$(BIN)/feeler run

test: $(STAMP) test-weights voice system lint  ## lint, types, import contracts and every test
	$(BIN)/python -m pytest

corpus-check: $(STAMP)  ## form, balance and overlap of what is taught
	$(BIN)/python -m training.check

pages: $(STAMP) reader  ## teach how sentences of pages are sorted, in minutes on one core
	$(BIN)/python -m training.pages

adapter: $(STAMP) weights  ## teach the default model to ask, tell and choose, in hours; goes on where it stopped
	$(BIN)/python -m training.adapter

figures: $(STAMP) reader  ## what was taught, on held-out messages and companies (minutes)
	$(BIN)/python -m training.figures

read: $(STAMP) reader  ## teach the encoder to read messages, in half an hour on one core
	$(BIN)/python -m training.reader

talents: $(STAMP) reader  ## teach what a deed shows, after the reader was taught (a minute)
	$(BIN)/python -m training.talents --measure

fuzz: $(STAMP)  ## 10,000 strange inputs of every kind (hours)
	FUZZ_CASES=10000 $(BIN)/python -m pytest -q tests/unit/test_fuzz.py tests/unit/test_fuzz_remote.py \
	  tests/unit/test_fuzz_updates.py

check: $(STAMP) lint reader  ## format, lint, types, import contracts, quick tests
	$(BIN)/python -m pytest -q -m "not model and not voice and not browser and not postgres and not slow"

answering: $(STAMP) reader  ## teach which fact answers a question, in half an hour on one core
	$(BIN)/python -m training.answering
	$(BIN)/python -m training.places

places: $(STAMP) reader  ## make the places of the shipped facts anew, after a dossier or its wordings changed
	$(BIN)/python -m training.places

asking: $(STAMP) reader  ## teach which question follows from what was told, in half an hour on one core
	$(BIN)/python -m training.asking

need: $(STAMP) reader  ## teach who is in need, in ten minutes on one core
	$(BIN)/python -m training.need

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

# What hears and speaks: the packages of the extra, and 156 MB of weights.
voice: $(STAMP)
ifneq ($(VOICE),0)
	@$(BIN)/python -c 'import av, faster_whisper, hibari' 2>/dev/null \
	  || $(BIN)/python -m pip install --progress-bar on -e '.[dev,voice]'
	@$(BIN)/feeler models pull --voice
endif

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
