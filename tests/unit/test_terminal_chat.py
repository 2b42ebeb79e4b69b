"""`feeler chat` as a process of its own: scripts, JSON lines, files, Ctrl-C, and wrong scripts."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from feeler.cli import build_app
from feeler.errors import DataError, FeelerError
from feeler.terminal.script import read_script

SCRIPT = """\
I ran a bakery for ten years and I know what flour dust does to a gearbox.

What does an ordinary day look like for the people here?
/persona johanna
🙂
/hint
How do newcomers from outside start here?
/end
"""


def feeler_chat(folder: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run it in `folder` with the scripted engine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FEELER_")}
    return subprocess.run(
        [sys.executable, "-m", "feeler", "chat", *arguments],
        cwd=folder,
        env=kept | {"FEELER_ENGINE": "scripted", "COLUMNS": "100"},
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def chat_here(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    """The same without a process of its own, which takes a second less."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("FEELER_ENGINE", "scripted")
    return CliRunner().invoke(build_app(), ["chat", *arguments])


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "talk.txt"
    path.write_text(SCRIPT, encoding="utf-8")
    return path


def test_a_script_gives_one_json_object_a_line_of_the_talk(tmp_path: Path, script: Path) -> None:
    done = feeler_chat(tmp_path, "--persona", "emil", "--script", str(script), "--json")
    rows: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert all({"turn", "speaker", "persona", "phase", "text"} <= row.keys() for row in rows)
    said = [row["text"] for row in rows if row["speaker"] == "candidate"]
    assert said == [line for line in SCRIPT.splitlines() if line and line[0] not in "/🙂"]
    company = [row for row in rows if row["speaker"] == "company"]
    assert [row["persona"] for row in company] == ["emil", "emil", "emil", "johanna", "johanna"]
    assert all(row.keys() >= {"seconds_to_first_text", "seconds", "tokens"} for row in company)
    assert all(row["tokens"] >= 0 and row["seconds"] >= 0 for row in company)
    assert [row["turn"] for row in rows] == sorted(row["turn"] for row in rows)
    assert not list(tmp_path.glob("feeler-*"))


def test_a_script_reads_as_a_talk_and_leaves_its_files(tmp_path: Path, script: Path) -> None:
    done = feeler_chat(tmp_path, "--persona", "emil", "--script", str(script))
    assert done.returncode == 0
    assert "Emil Wagner: " in done.stdout
    assert "🧭 Coach: " in done.stdout
    assert "You: /hint" in done.stdout
    [document] = tmp_path.glob("feeler-debrief-*.html")
    assert SCRIPT.splitlines()[0] in unescape(document.read_text(encoding="utf-8"))
    assert document.name in done.stdout


def test_json_names_the_files_that_were_asked_for(
    tmp_path: Path, script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = chat_here(tmp_path, monkeypatch, "--script", str(script), "--json", "--save", ".")
    files = [row["file"] for line in done.stdout.splitlines() if "file" in (row := json.loads(line))]
    assert files
    assert all((tmp_path / file).stat().st_size for file in files)


def _crash(*_: object, **__: object) -> Any:
    raise KeyError("what somebody said")


class PanicException(BaseException):
    """As libraries written in Rust raise it: no Exception."""


def _panic(*_: object, **__: object) -> Any:
    raise PanicException("what somebody said")


async def _leak(*_: object, **__: object) -> Any:
    raise asyncio.CancelledError("what somebody said")


@pytest.mark.parametrize("crash", [_crash, _panic, _leak])
def test_a_crash_in_an_answer_keeps_the_line_for_again_and_shows_no_traceback(
    crash: Callable[..., Any], tmp_path: Path, script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeler.usecases.talking.take_turn", crash)
    done = chat_here(tmp_path, monkeypatch, "--persona", "emil", "--script", str(script))
    assert done.exit_code == 0
    assert "/again" in done.stdout
    assert "Traceback" not in done.output


def test_a_crash_of_everything_is_said_in_one_line(
    tmp_path: Path, script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeler.terminal.screen.Screen.show", _crash)
    done = chat_here(tmp_path, monkeypatch, "--persona", "emil", "--script", str(script))
    assert isinstance(done.exception, FeelerError)
    assert "KeyError" in str(done.exception)
    assert "somebody" not in str(done.exception)


def test_files_of_another_talk_are_never_overwritten(
    tmp_path: Path, script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    for _ in range(2):
        chat_here(tmp_path, monkeypatch, "--persona", "emil", "--script", str(script), "--save", str(folder))
    assert len(list(folder.glob("feeler-debrief-*.html"))) == 2


def test_a_moment_is_had_again_and_nothing_is_shown_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "again.txt").write_text(
        "I ran a bakery.\nI did the books.\n/retry\nI did them and fired nobody.\n/retry back\nBye.\n"
    )
    done = chat_here(tmp_path, monkeypatch, "--persona", "emil", "--script", "again.txt")
    assert done.exit_code == 0
    shown = " ".join(done.output.split())
    assert "both ways (try 1 of 3)" in shown
    assert shown.count("I ran a bakery.") == 1


def test_a_script_may_begin_like_a_new_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "talk.txt"
    path.write_text("/start\nI'm Dana.\n/skip\nI like machines.\n", encoding="utf-8")
    done = chat_here(tmp_path, monkeypatch, "--script", str(path), "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["text"] for row in rows if row["speaker"] == "candidate"] == ["I like machines."]


def test_what_is_typed_is_answered_until_the_end_of_input(tmp_path: Path) -> None:
    done = feeler_chat(tmp_path, "--company", "quillbridge", typed="I drive a tram.\n\n/help\nÜber Umwege")
    assert done.returncode == 0
    assert "Nadia Okafor" in done.stdout
    assert "/transcript [md|json|txt|html|pdf]" in done.stdout


def test_markup_in_a_message_is_shown_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "talk.txt"
    path.write_text("[bold]Hi[/bold] \x1b[31mred [/]\n", encoding="utf-8")
    done = chat_here(tmp_path, monkeypatch, "--script", str(path))
    assert done.exit_code == 0
    assert "[bold]Hi[/bold]" in done.stdout
    assert "\x1b[31m" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--persona", "nobody"], "There is no persona 'nobody'"),
        (["--company", "nowhere"], "There is no company 'nowhere'"),
        (["--company", "brandl", "--persona", "nadia"], "does not work at"),
        (["--script", "missing.txt"], "missing.txt: cannot be read"),
        (["--script", "."], "cannot be read"),
        (["--save", "nowhere"], "nowhere: is not a folder"),
    ],
)
def test_a_wrong_argument_is_one_clear_line(
    tmp_path: Path, arguments: list[str], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = chat_here(tmp_path, monkeypatch, *arguments)
    assert isinstance(done.exception, DataError)
    assert complaint in str(done.exception)
    assert "\n" not in str(done.exception)


def test_an_error_is_shown_without_a_traceback(tmp_path: Path) -> None:
    done = feeler_chat(tmp_path, "--persona", "nobody")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("feeler: There is no persona 'nobody'")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "holds no message"),
        (b"\n  \n", "holds no message"),
        (b"caf\xe9", "is not UTF-8 text"),
        (b"MZ\0\0", "is not a text file"),
        (b"x" * 1_000_001, "at most 1,000,000 bytes"),
    ],
)
def test_a_file_that_is_no_script_is_named(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "script.txt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=complaint):
        read_script(path)


def test_a_script_from_windows_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "script.txt"
    path.write_bytes("\ufeffHello\r\n\r\n  /end \r".encode())
    assert read_script(path) == ("Hello", "/end")


def test_ctrl_c_ends_a_talk_cleanly(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FEELER_")}
    with subprocess.Popen(
        [sys.executable, "-m", "feeler", "chat", "--persona", "emil"],
        cwd=tmp_path,
        env=kept | {"FEELER_ENGINE": "scripted"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        while "what is your story?" not in running.stdout.readline():
            pass
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 0
        assert running.stderr.read() == ""
