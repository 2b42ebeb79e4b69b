"""The evaluation: plays scripts, can be interrupted, judges honestly, and shows what it saw."""

import json
from pathlib import Path

import pytest
from tests.readers import FedReader, lend_weights
from typer.testing import CliRunner

from feeler.cli import build_app
from feeler.errors import DataError
from feeler.evaluation.marks import kappa
from feeler.evaluation.records import Ledger, Record
from feeler.evaluation.report import report
from feeler.evaluation.running import castings, run
from feeler.evaluation.scripts import Script, read_scripts
from feeler.evaluation.sheets import Sheet, key, sheets, write
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


PERSON = {
    "name": "Ivo", "start": {"who": "lift mechanic", "curious": "your days"}, "vague": "normal work",
    "stories": ["I locked a lift.", "I wrote it down.", "They shouted.", "I waited.", "It was cracked."],
    "questions": ["Who decides?", "What do people earn?", "a?", "b?", "c?", "d?"],
    "followups": ["and then?", "who says that"], "close": ["thank you"],
}  # fmt: skip


async def sheets_of_ivo(library: Library, folder: Path) -> tuple[list[Sheet], dict[str, dict[str, str]]]:
    people = folder / "people.jsonl"
    people.write_text(json.dumps(PERSON), encoding="utf-8")
    wanted = castings(read_scripts(people), ["emil"], each=True, baseline=True)
    records = await run(
        wanted, library, ScriptedEngine(), FedReader(), Ledger(folder / "a.jsonl"),
        at_once=1, budget=16, difficulty=Difficulty.NEUTRAL, progress=lambda casting, whole: None,
    )  # fmt: skip
    ours, other = ([r for r in records if r.way == way] for way in ("ours", "baseline"))
    ways = key(ours, other, seed=1)
    found = sheets(ours, other, library, seed=1)
    write(folder / "sheets", found, ways)
    return found, ways


async def test_a_sheet_shows_both_talks_whole_and_not_who_spoke(library: Library, tmp_path: Path) -> None:
    [sheet], ways = await sheets_of_ivo(library, tmp_path)
    left, right = sheet.talks
    assert [text for who, text, _ in left if who == "candidate"] == [
        text for who, text, _ in right if who == "candidate"
    ]
    assert left[0][:2] == ("candidate", "lift mechanic")
    assert sorted(ways["01"][side] for side in ("left", "right")) == ["baseline", "ours"]
    page = (tmp_path / "sheets" / "01.html").read_text("utf-8")
    assert "baseline" not in page
    assert any(fact.text in sheet.withheld for fact in library.company("brandl").facts)


async def test_marks_are_summed_up_by_system_with_the_readers_agreement(
    library: Library, tmp_path: Path
) -> None:
    _, ways = await sheets_of_ivo(library, tmp_path)
    form = json.loads((tmp_path / "sheets" / "marks.json").read_text("utf-8"))
    mine = next(side for side in ("left", "right") if ways["01"][side] == "ours")
    for reader in ("a", "b"):
        sheet = form["01"] | {"better": mine}
        for side in ("left", "right"):
            sheet[side] |= {"go_on": 4, "telling": side == mine, "unsafe": False}
            for marks in sheet[side]["lines"].values():
                marks |= dict.fromkeys(marks, side == mine)
        (tmp_path / f"{reader}.json").write_text(json.dumps({"01": sheet}), encoding="utf-8")
    files = [str(tmp_path / f"{reader}.json") for reader in ("a", "b")]
    said = CliRunner().invoke(build_app(), ["marks", str(tmp_path / "sheets"), *files])
    found = json.loads(said.output)
    assert (found["ours"]["right"], found["baseline"]["right"]) == (1.0, 0.0)
    assert (found["ours"]["better"], found["ours"]["telling"]) == (1.0, 1.0)
    assert found["kappa"]["right"] == 1.0


async def test_a_mark_left_empty_is_named(library: Library, tmp_path: Path) -> None:
    await sheets_of_ivo(library, tmp_path)
    folder = tmp_path / "sheets"
    said = CliRunner().invoke(build_app(), ["marks", str(folder), str(folder / "marks.json")])
    assert str(said.exception) == "sheet 01: 'heard' of a line is neither true nor false"


def test_agreement_is_beyond_chance() -> None:
    assert kappa([True, False], [True, False]) == 1
    assert kappa([True, True, False, False], [True, False, True, False]) == 0


def test_sheets_want_two_talks(tmp_path: Path) -> None:
    said = CliRunner().invoke(build_app(), ["eval", "--sheets", str(tmp_path / "s")])
    assert "add --baseline" in str(said.exception)
