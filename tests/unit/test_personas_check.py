"""`feeler personas`: what somebody sees who lists, checks, imports and exports."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from feeler.cli import build_app
from feeler.errors import DataError
from feeler.personas.library import load_library, shipped_prompts


@pytest.fixture(autouse=True)
def somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the developer's .env nor their personas."""
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    monkeypatch.delenv("FEELER_PERSONAS_DIR", raising=False)


def feeler(*arguments: str | Path) -> Result:
    return CliRunner().invoke(build_app(), ["personas", *map(str, arguments)])


def own_folder(at: Path, *, persona: tuple[str, str] = ("", ""), company: tuple[str, str] = ("", "")) -> Path:
    """A copy of Tom and Quillbridge, each with one thing changed."""
    for name, change in (("personas/tom.md", persona), ("companies/quillbridge.yaml", company)):
        text = (shipped_prompts() / name).read_text("utf-8")
        assert change[0] in text
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_text(text.replace(*change) if change[0] else text, "utf-8")
    return at


def test_list_names_everybody() -> None:
    result = feeler("list", "--json")
    rows = json.loads(result.stdout)
    assert {tuple(row) for row in rows} == {("slug", "name", "role", "company")}
    assert {row["slug"] for row in rows} == {"nadia", "tom", "ruth", "victor", "johanna", "emil"}
    assert "Tom Hallett, Head of customer support, Quillbridge" in feeler("list").stdout


def test_show_does_not_spoil_what_has_to_be_asked_for() -> None:
    shown = feeler("show", "nadia").stdout
    assert "Nadia Okafor, Head of product" in shown
    assert "We are 58 people" in shown
    assert "Hartmoor" not in shown
    assert "Danish" not in shown


def test_what_is_shipped_passes_the_check() -> None:
    result = feeler("check")
    assert result.exit_code == 0
    assert result.stdout == "0 errors, 0 warnings\n"


def test_check_reports_all_problems_and_not_only_the_first(tmp_path: Path) -> None:
    folder = own_folder(tmp_path, persona=("temper:", "mood:"), company=("place:", "town:"))
    result = feeler("check", folder)
    assert result.exit_code == 1
    assert "personas/tom.md: temper: is missing" in result.stdout
    assert "personas/tom.md: mood: is not a field that is known here" in result.stdout
    assert "companies/quillbridge.yaml: place: is missing" in result.stdout
    assert "4 errors, 0 warnings" in result.stdout


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        (
            ("How did you get to where you are", "Are you married, and how did you get to where you are"),
            "opening: warning: asks about family, which a company must not ask",
        ),
        (
            ("I had never written an email", "The founders have been talking since September. I had never"),
            "knows: warning: quotes 'sale-talks', which must never be told",
        ),
        (
            ("mostly the 76.", "mostly the 76. " + "And the 77. " * 100),
            "knows: warning: longer than 450 words",
        ),
        (("  bye:\n", "  farewell:\n"), "lines.farewell: is not one of ask, push, ease"),
        (
            ("bye:\n    - ", "bye:\n    - Farewell, {secret}.\n    - "),
            "lines.bye[0]: {secret} is not a slot here; allowed: no slot",
        ),
        (
            ("  hand:\n    - ", "  hand:\n    - Ready? Go on?\n    - "),
            "lines.hand[0]: warning: asks no question or",
        ),
    ],
)
def test_check_sees_what_would_spoil_a_talk(tmp_path: Path, change: tuple[str, str], warning: str) -> None:
    assert f"personas/tom.md: {warning}" in feeler("check", own_folder(tmp_path, persona=change)).stdout


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        (("topic: pay", "topic: business"), "facts: warning: nobody can learn anything about: pay"),
        (
            (
                "Most of us came here sideways.",
                "The design team is to be cut. Most of us came here sideways.",
            ),
            "facts[0].text: warning: quotes 'design-cut', which must never be told",
        ),
        (
            ("topic: advice\n    reveal: if asked", "topic: advice\n    reveal: never"),
            None,
        ),
    ],
)
def test_check_sees_a_thin_or_leaking_dossier(
    tmp_path: Path, change: tuple[str, str], warning: str | None
) -> None:
    shown = feeler("check", own_folder(tmp_path, company=change)).stdout
    if warning is None:
        assert shown == "0 errors, 0 warnings\n"
    else:
        assert f"companies/quillbridge.yaml: {warning}" in shown


def test_a_thin_company_and_a_bare_persona_get_warnings_and_can_be_used(tmp_path: Path) -> None:
    for name, text in (
        (
            "companies/tiny.yaml",
            "name: T\nfield: f\nplace: p\nabout: a\nfacts:\n"
            "  - {id: a, topic: day, reveal: if probed, text: We row.}\n",
        ),
        (
            "personas/ty.md",
            "---\nname: Ty\nrole: r\ncompany: tiny\ntemper: t\nspeech: s\nopening: Hi?\n---\nI row.\n",
        ),
    ):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, "utf-8")
    result = feeler("check", tmp_path)
    assert result.exit_code == 0
    assert "facts: warning: 1 facts may be told; a talk needs about 12" in result.stdout
    assert "facts[0].reveal: warning: a follow-up needs an easier fact on 'day'" in result.stdout
    assert "facts[0].keywords: warning: none" in result.stdout
    assert load_library(tmp_path).persona("ty").lines["bye"]


def test_export_and_import_round_trip_through_files(tmp_path: Path) -> None:
    card, folder = tmp_path / "ruth.png", tmp_path / "mine"
    assert feeler("export", "ruth", "--out", card).stdout == f"wrote {card}\n"
    result = feeler("import", card, "--folder", folder)
    assert f"wrote {folder / 'personas' / 'ruth.md'}" in result.stdout
    assert not (folder / "companies").exists(), "the company is shipped already"
    assert load_library(folder).persona("ruth") == load_library().persona("ruth")


def test_import_overwrites_only_when_told_to(tmp_path: Path) -> None:
    card, folder = tmp_path / "card.json", tmp_path / "mine"
    card.write_text(
        '{"name": "Bo", "description": "I bake.", "first_mes": "Hello, what do you do?", "tags": 7}'
    )
    arguments = ("import", card, "--folder", folder, "--company", "brandl", "--role", "Baker")
    assert feeler(*arguments).exit_code == 0
    again = feeler(*arguments)
    assert isinstance(again.exception, DataError)
    assert "--force overwrites it" in str(again.exception)
    assert feeler(*arguments, "--force").exit_code == 0
    bo = load_library(folder).persona("bo")
    assert (bo.role, bo.company) == ("Baker", "brandl")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("show", "nobody"), "There is no persona 'nobody'"),
        (
            ("import", "missing.json", "--folder", "f", "--company", "brandl"),
            "missing.json cannot be read: No such file",
        ),
        (
            ("import", "missing.json", "--folder", "f", "--company", "nowhere"),
            "There is no company 'nowhere'",
        ),
        (("import", "missing.json"), "--folder FOLDER, or FEELER_PERSONAS_DIR"),
        (("export", "tom", "--picture", "missing.png"), "missing.png cannot be read"),
        (("check", "missing"), "neither a folder `personas`"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], complaint: str) -> None:
    result = feeler(*arguments)
    assert isinstance(result.exception, DataError)
    assert complaint in str(result.exception)


def test_every_command_has_an_example_in_its_help() -> None:
    for command in ("list", "show", "check", "import", "export"):
        assert f"feeler personas {command}" in feeler(command, "--help").stdout
