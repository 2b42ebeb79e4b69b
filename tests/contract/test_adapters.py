"""An adapter says the same on every engine: merged here, beside the file on llama.cpp's server."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from feeler.cli import build_app
from feeler.llm.cards import load_cards
from feeler.llm.remote import RemoteEngine
from feeler.llm.torch_engine import TorchEngine
from feeler.llm.weights import ensure_weights
from feeler.ports import Engine, Message, Sampling
from feeler.settings import load_settings
from tests.adapters import make_adapter
from tests.contract.engines import llama_cpp_server
from tests.contract.test_engines import answer, ask

pytestmark = pytest.mark.slow
CARD = load_cards()["smollm2-135m-instruct"]


async def test_llama_cpp_writes_with_the_exported_file_what_the_merged_model_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = ensure_weights(CARD, load_settings().cache_dir)
    folder = make_adapter(tmp_path / "random", weights, base=CARD.slug, size=0.25)
    exported = tmp_path / "adapter.gguf"
    monkeypatch.setenv("FEELER_MODEL", CARD.slug)
    monkeypatch.setenv("FEELER_ADAPTER", str(folder))
    said = CliRunner().invoke(build_app(), ["models", "adapter", "--gguf", str(exported)])
    assert said.exit_code == 0, said.output
    request = ask(
        Message(role="user", content="Count from one to ten."),
        sampling=Sampling(temperature=0.0, repetition_penalty=1.0, max_tokens=12),
    )
    texts = {}
    engine: Engine
    for name, adapter in (("plain", None), ("merged", folder)):
        engine = TorchEngine.load(weights, CARD, threads=1, adapter=adapter)
        texts[name] = await answer(engine, request)
        await engine.close()
    with llama_cpp_server(weights, exported) as url:
        engine = RemoteEngine(url)
        texts["llama.cpp"] = await answer(engine, request)
        await engine.close()
    assert texts["llama.cpp"] == texts["merged"] != texts["plain"]


def test_the_command_says_when_there_is_no_adapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEELER_MODEL", CARD.slug)
    monkeypatch.setenv("FEELER_ADAPTER", "none")
    said = CliRunner().invoke(build_app(), ["models", "adapter", "--gguf", str(tmp_path / "adapter.gguf")])
    assert said.exit_code != 0
    assert "no adapter" in str(said.exception)
