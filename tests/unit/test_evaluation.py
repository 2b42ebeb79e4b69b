"""The evaluation: plays scripts, can be interrupted, judges honestly, and shows what it saw."""

import json
from pathlib import Path

import pytest
from tests.readers import FedReader, lend_weights
from typer.testing import CliRunner

from feeler.cli import build_app
from feeler.errors import DataError
from feeler.evaluation.records import Ledger, Record
from feeler.evaluation.report import report
from feeler.evaluation.running import castings, run
from feeler.evaluation.scripts import Script, read_scripts
from feeler.evaluation.totals import totals
from feeler.interview.values import Difficulty
from feeler.llm.scripted import ScriptedEngine
from feeler.personas.library import Library, load_library

CRANE = Script(
    name="crane",
    lines=(
        "I drove a tower crane in the port for eleven years.",
        "/hint",
        "What would I earn with you?",
        "/end",
        "This is never said.",
    ),
)


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def record(**changes: object) -> Record:
    values: dict[str, object] = {
        "way": "ours", "script": "crane", "persona": "emil", "turn": 1, "phase": "story", "job": "push",
        "acts": ("told",), "heard": "I drove <b>cranes</b>.", "text": "Which <i>crane</i>?", "last": True,
    }  # fmt: skip
    return Record(**(values | changes))  # type: ignore[arg-type]


async def played(library: Library, ledger: Ledger, engine: ScriptedEngine) -> tuple[Record, ...]:
    wanted = castings([CRANE], ["emil"], each=True, baseline=True)
    return await run(
        wanted, library, engine, FedReader(), ledger,
        at_once=2, budget=16, difficulty=Difficulty.NEUTRAL, progress=lambda casting, whole: None,
    )  # fmt: skip


async def test_a_script_is_played_up_to_its_end_command(library: Library, tmp_path: Path) -> None:
    records = await played(library, Ledger(tmp_path / "a.jsonl"), ScriptedEngine())
    assert [r.heard for r in records if r.way == "ours"] == [CRANE.lines[0], CRANE.lines[2]]
    assert {r.way for r in records} == {"ours", "baseline"}


async def test_what_was_played_is_not_played_again(library: Library, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "a.jsonl")
    first = await played(library, ledger, ScriptedEngine())
    idle = ScriptedEngine()
    assert await played(library, ledger, idle) == first
    assert idle.asked == []


def test_half_a_talk_or_half_a_line_does_not_count(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "a.jsonl")
    ledger.add(
        [
            record(script="whole"),
        ]
    )
    ledger.add([record(script="half", last=False)])
    with ledger.path.open("a") as file:
        file.write('{"way": "ours", "scr')
    assert [r.script for r in ledger.read()] == ["whole"]


async def test_what_must_not_happen_is_counted(library: Library, tmp_path: Path) -> None:
    engine = ScriptedEngine(lambda request, draft: "As an AI, I cannot say. How old are you?")
    records = await played(library, Ledger(tmp_path / "a.jsonl"), engine)
    found = totals(r for r in records if r.way == "baseline")
    assert found["unlawful_questions"] == 2
    assert found["company_turns"] == 2


def test_the_report_shows_words_and_never_markup() -> None:
    page = report([record(broken=("no leak",), coach="<script>")], engine="e")
    assert "&lt;b&gt;cranes" in page
    assert "<script>" not in page
    assert "no leak" in page


def test_no_scripts_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no candidate scripts"):
        read_scripts(tmp_path)


def test_the_command_prints_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEELER_ENGINE", "scripted")
    monkeypatch.setenv("FEELER_CACHE_DIR", str(tmp_path / "cache"))
    lend_weights(tmp_path / "cache")
    script = tmp_path / "crane.txt"
    script.write_text("\n".join(CRANE.lines), encoding="utf-8")
    page = tmp_path / "eval.html"
    args = ["eval", str(script), "--persona", "emil", "--baseline", "--json", "--report", str(page)]
    result = CliRunner().invoke(build_app(), args)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["ours"]["company_turns"] == 2
    assert found["baseline"]["company_turns"] == 2
    assert "tower crane" in page.read_text("utf-8")
