"""`feeler models` as somebody types it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.readers import lend_weights


def feeler(*words: str, cache: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in an empty folder with a cache of its own and no network for pip or the hub."""
    alone = {name: value for name, value in os.environ.items() if not name.startswith("FEELER_")}
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(cache), "HF_HUB_OFFLINE": "1"}
    return subprocess.run(
        [sys.executable, "-m", "feeler", "models", *words],
        capture_output=True,
        text=True,
        cwd=cache,
        env=alone | offline | {"FEELER_CACHE_DIR": str(cache)} | settings,
    )


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path


def test_list_shows_size_licence_and_what_is_in_the_cache(cache: Path) -> None:
    said = feeler("list", cache=cache)
    assert said.returncode == 0
    assert "* qwen2.5-coder-1.5b-instruct" in said.stdout
    assert "1.12 GB on disk · 2.0 GB of memory · Apache-2.0 · not fetched" in said.stdout


def test_list_shows_what_hears_and_speaks(cache: Path) -> None:
    said = feeler("list", cache=cache).stdout
    assert "whisper-base\n" in said
    assert "0.15 GB on disk · 0.4 GB of memory · MIT · not fetched" in said
    assert "`feeler models pull --voice` fetches what hears and speaks." in said


def test_pulling_the_voice_without_a_network_says_what_to_do(cache: Path) -> None:
    said = feeler("pull", "--voice", cache=cache)
    assert said.returncode == 2
    assert "hibari-heart could not be fetched" in said.stderr
    assert "run `feeler models pull hibari-heart` again: it goes on where it stopped" in said.stderr


def test_list_for_programs(cache: Path) -> None:
    rows = json.loads(feeler("list", "--json", cache=cache, FEELER_MODEL="smollm2-135m-instruct").stdout)
    default = [row for row in rows if row["default"]]
    assert [row["slug"] for row in default] == ["smollm2-135m-instruct"]
    assert default[0] == default[0] | {"bytes": 98_362_432, "licence": "Apache-2.0", "in_cache": False}


def test_an_unknown_model_is_answered_with_the_known_ones(cache: Path) -> None:
    said = feeler("pull", "gpt-9", cache=cache)
    assert said.returncode == 2
    assert said.stderr.startswith("feeler: no model card 'gpt-9'; there are: qwen2.5-7b-instruct, ")
    assert "Traceback" not in said.stderr


def test_pull_without_a_network_says_what_to_do(cache: Path) -> None:
    said = feeler("pull", "smollm2-135m-instruct", cache=cache)
    assert said.returncode == 2
    assert "smollm2-135m-instruct could not be fetched" in said.stderr
    assert "no connection to the model hub" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize("engine", ["remote", "scripted"])
def test_engines_with_a_model_of_their_own_need_the_reader_alone(cache: Path, engine: str) -> None:
    lend_weights(cache)
    said = feeler("pull", cache=cache, FEELER_ENGINE=engine)
    assert said.returncode == 0
    assert [row.split(":")[0] for row in said.stdout.splitlines()] == ["multilingual-e5-small"]


def test_the_torch_engine_runs_no_folder(cache: Path) -> None:
    said = feeler("pull", cache=cache, FEELER_ENGINE="torch", FEELER_MODEL="owner/name")
    assert said.returncode == 2
    assert "FEELER_MODEL='owner/name' is a folder or a hub's name" in said.stderr


def test_verify_names_a_damaged_file_and_both_sums(cache: Path) -> None:
    (cache / "models").mkdir()
    (cache / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf").write_bytes(b"no weights")
    said = feeler("verify", cache=cache)
    assert said.returncode == 2
    assert "is damaged: its sha256 is " in said.stderr
    assert "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53" in said.stderr


def test_verify_of_an_empty_cache_says_how_to_fill_it(cache: Path) -> None:
    said = feeler("verify", cache=cache)
    assert said.returncode == 2
    assert "`feeler models pull` fetches the default ones" in said.stderr


@pytest.mark.parametrize("command", ["list", "pull", "verify"])
def test_help_has_an_example(cache: Path, command: str) -> None:
    assert f"Example: feeler models {command}" in feeler(command, "--help", cache=cache).stdout
