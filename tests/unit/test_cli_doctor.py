"""What `feeler doctor` says of a model server and of proxies: nobody else tells the operator."""

import asyncio
from pathlib import Path

import pytest
from tests.model_server import DONE, RawServer, Said, always, as_json, chunk, raw_serving
from typer.testing import CliRunner

from feeler.cli import build_app
from feeler.cli.doctor import reader
from feeler.errors import SettingsError, WeightsError
from feeler.llm.cards import reader_card
from feeler.llm.weights import weights_path
from feeler.phone.server import BotApiServer
from feeler.settings import Settings
from feeler.telegram.connection import make_bot


async def doctor(folder: Path, monkeypatch: pytest.MonkeyPatch, server: RawServer) -> str:
    """What it prints with this server as the engine."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("FEELER_DATA_DIR", str(folder))
    monkeypatch.setenv("FEELER_ENGINE", "remote")
    async with raw_serving(server):
        monkeypatch.setenv("FEELER_REMOTE_URL", server.url)
        done = await asyncio.to_thread(CliRunner().invoke, build_app(), ["doctor"])
    return done.output


async def test_it_names_the_model_that_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = await doctor(tmp_path, monkeypatch, always(chunk("Four."), chunk(finish="stop"), DONE))
    assert "✓ server" in said
    assert "served at http://127.0.0.1" in said


@pytest.mark.parametrize("engine", ["remote", "scripted", "torch"])
def test_it_says_whether_the_reader_is_there_whichever_engine_writes(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEELER_ENGINE", engine)
    monkeypatch.setenv("FEELER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("FEELER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("feeler.compose.taught_folder", lambda: tmp_path)
    for name in ("reader", "need"):
        (tmp_path / name).mkdir()
    (tmp_path / "reader" / "reader.safetensors").touch()
    head = tmp_path / "need" / "need.safetensors"
    settings = Settings(_env_file=None)
    [missing] = reader(settings)
    assert (missing.state, missing.about) == ("wrong", "reader")
    assert "in need" in missing.text
    head.touch()
    [unfetched] = reader(settings)
    assert unfetched.state == "mind"
    assert "feeler models pull" in unfetched.remedy
    weights = weights_path(reader_card(), settings.cache_dir)
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"cut off")
    with pytest.raises(WeightsError, match="is damaged"):
        list(reader(settings))


def test_it_names_what_is_wrong_with_the_operators_helplines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEELER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("FEELER_ENGINE", "scripted")
    monkeypatch.setenv("FEELER_PERSONAS_DIR", str(tmp_path))
    (tmp_path / "personas").mkdir()
    (tmp_path / "helplines.yaml").write_text("DE: {name: Germany, emergency: 112}")
    said = CliRunner().invoke(build_app(), ["doctor"]).output
    assert "✗ helplines  helplines.yaml: DE.emergency: '112' is not text" in said


def test_it_says_how_to_get_ears_and_a_mouth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEELER_ENGINE", "scripted")
    monkeypatch.setenv("FEELER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("FEELER_CACHE_DIR", str(tmp_path / "cache"))
    said = CliRunner().invoke(build_app(), ["doctor"])
    assert "! voice" in said.output
    assert "feeler models pull --voice" in said.output
    assert "✗ voice" not in said.output  # it works without


async def test_it_tells_that_the_model_thinks_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = always(chunk(reasoning_content="Hm."), chunk("Four."), chunk(finish="stop"), DONE)
    said = await doctor(tmp_path, monkeypatch, server)
    assert "! server" in said
    assert "thinks before it answers" in said


async def test_it_says_what_is_wrong_with_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = always(DONE)
    server.models = Said(content=b"<html></html>", media_type="text/html")
    assert "✗ server" in (said := await doctor(tmp_path, monkeypatch, server))
    assert "FEELER_REMOTE_URL" in said
    assert "✗ server" in await doctor(tmp_path, monkeypatch, RawServer(lambda body: as_json({}, 401)))


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "socks5://127.0.0.1:9", "nonsense"])
async def test_a_bot_api_server_on_this_machine_is_reached_without_the_proxy(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy)
    async with BotApiServer() as server:
        settings = Settings(
            _env_file=None,
            bot_token=server.token,
            api_base_url=server.api_base_url,
        )
        async with make_bot(settings) as bot:
            assert bot.username


def test_a_proxy_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "nonsense://127.0.0.1:9")
    with pytest.raises(SettingsError, match="ALL_PROXY"):
        make_bot(Settings(_env_file=None, bot_token="123456:ABCDEFGH"))
