"""Which engine the settings lead to."""

from pathlib import Path

import pytest

from feeler.errors import DataError, SettingsError, WeightsError
from feeler.llm.choose import make_engine
from feeler.settings import Settings

from .engines import make_tiny_llama


def settings(**chosen: object) -> Settings:
    return Settings(_env_file=None, **chosen)  # type: ignore[arg-type]


async def test_scripted_needs_nothing() -> None:
    engine = make_engine(settings(engine="scripted", model="whatever", drafts=3))
    assert (engine.name, engine.wants_drafts) == ("scripted", 3)


async def test_remote_names_its_url() -> None:
    engine = make_engine(settings(engine="remote", remote_url="http://127.0.0.1:1/v1", remote_model="large"))
    assert engine.name == "remote · large at http://127.0.0.1:1/v1"
    await engine.close()


@pytest.mark.parametrize("chosen", ["auto", "transformers"])
async def test_a_folder_in_hugging_face_format_runs_on_transformers(tmp_path: Path, chosen: str) -> None:
    folder = make_tiny_llama(tmp_path)
    engine = make_engine(settings(engine=chosen, model=str(folder)))
    assert engine.name.startswith(f"transformers · {folder} on ")
    await engine.close()


def test_a_folder_does_not_run_on_torch(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="set FEELER_ENGINE=transformers"):
        make_engine(settings(engine="torch", model=str(tmp_path)))


def test_a_card_of_a_family_that_torch_does_not_run_is_refused_before_it_is_fetched() -> None:
    with pytest.raises(SettingsError, match="family qwen3, which FEELER_ENGINE=torch cannot run"):
        make_engine(settings(engine="torch", model="qwen3-4b-instruct-2507"))


def test_a_card_that_there_is_not() -> None:
    with pytest.raises(DataError, match="'gpt-9'; there are: qwen"):
        make_engine(settings(model="gpt-9"))


def test_a_repository_that_cannot_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(WeightsError, match="transformers cannot load nobody/nothing@0123456: "):
        make_engine(settings(model="nobody/nothing@0123456"))


@pytest.mark.slow
async def test_a_card_runs_on_torch_with_the_drafts_that_pay() -> None:
    engine = make_engine(settings(engine="torch", model="smollm2-135m-instruct"))
    assert "smollm2-135m-instruct" in engine.name
    assert engine.wants_drafts == 4
    await engine.close()
