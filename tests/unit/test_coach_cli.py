"""`feeler debrief` as somebody types it."""

import json
from pathlib import Path

import pytest
from tests.unit.test_coach_documents import chat_lines
from tests.unit.test_coach_findings import HARBOUR, talk
from typer.testing import CliRunner

from feeler.cli import build_app
from feeler.coach import render_transcript
from feeler.errors import DataError
from feeler.personas.library import load_library


@pytest.fixture
def transcript(tmp_path: Path) -> Path:
    path = tmp_path / "talk.json"
    path.write_bytes(render_transcript(talk(*HARBOUR), load_library(), "json"))
    return path


def run(*words: str, said: str = "") -> bytes:
    result = CliRunner().invoke(build_app(), ["debrief", *words], input=said)
    if result.exception is not None:
        raise result.exception
    return result.stdout_bytes


def test_plain_text_where_nothing_else_is_asked_for(transcript: Path) -> None:
    assert b"What you learned about them" in run(str(transcript))


@pytest.mark.parametrize(
    ("option", "begin"),
    [("--html", b"<!doctype html>"), ("--pdf", b"%PDF"), ("--json", b"{"), ("--md", b"# ")],
)
def test_each_format_goes_to_standard_output(transcript: Path, option: str, begin: bytes) -> None:
    assert run(str(transcript), option).startswith(begin)


def test_lines_of_a_chat_come_through_a_pipe() -> None:
    found = json.loads(run("-", "--json", said=chat_lines(talk(*HARBOUR))))
    assert [one["fact"] for one in found["learned"]] == ["six-o-clock", "hall-and-office"]


def test_what_is_no_transcript_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        run(str(tmp_path / "none.json"))
    (tmp_path / "photo.json").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(DataError, match="not UTF-8"):
        run(str(tmp_path / "photo.json"))


def test_one_format_at_a_time(transcript: Path) -> None:
    with pytest.raises(DataError, match="Choose one of --html and --pdf"):
        run(str(transcript), "--html", "--pdf")
