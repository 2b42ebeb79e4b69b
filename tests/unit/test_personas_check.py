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
            ("- If I could start again, ", "And the 77. " * 100 + "- If I could start again, "),
            "knows: warning: longer than 650 words",
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
    assert "bo.md is there already: Bo, Baker; --force overwrites it" in str(again.exception)
    assert feeler(*arguments, "--force").exit_code == 0
    bo = load_library(folder).persona("bo")
    assert (bo.role, bo.company) == ("Baker", "brandl")


def card_of(at: Path, name: str, entries: list[dict[str, object]], **feeler: object) -> Path:
    data = {
        "name": name,
        "description": "I bake.",
        "character_book": {"name": f"{name}'s", "entries": entries},
    }
    at.write_text(json.dumps({"data": {**data, "extensions": {"feeler": feeler}}}))
    return at


BAKERY: list[dict[str, object]] = [{"content": "We bake at night."}]


def test_people_whose_names_have_no_latin_letters_live_side_by_side(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    for name in ("Анна", "Мария", "田中"):
        assert (
            feeler("import", card_of(tmp_path / "card.json", name, BAKERY), "--folder", folder).exit_code == 0
        )
    library = load_library(folder)
    own = [one for slug, one in library.personas.items() if slug not in load_library().personas]
    assert {one.name for one in own} == {"Анна", "Мария", "田中"}
    assert {library.company_of(one).name for one in own} == {"Анна's", "Мария's", "田中's"}


def test_people_whose_names_differ_in_a_sign_live_side_by_side(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    for name in ("Aki", "Aki!", "Zoë", "Zoe", "Tom"):
        card = card_of(tmp_path / "card.json", name, BAKERY)
        assert feeler("import", card, "--folder", folder).exit_code == 0
    again = str(
        feeler("import", card_of(tmp_path / "card.json", "Aki!", BAKERY), "--folder", folder).exception
    )
    assert "is there already: Aki!, Interviewer" in again
    library = load_library(folder)
    assert {"Aki", "Aki!", "Zoë", "Zoe", "Tom", "Tom Hallett"} <= {
        one.name for one in library.personas.values()
    }


def test_everybody_who_would_be_overwritten_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    company = {"slug": "bakery"}
    assert (
        feeler(
            "import",
            card_of(tmp_path / "a.json", "Ada", BAKERY, slug="x", company=company),
            "--folder",
            folder,
        ).exit_code
        == 0
    )
    before = {path: path.read_text() for path in folder.rglob("*.*")}
    other = card_of(tmp_path / "b.json", "Bea", BAKERY, slug="x", company=company)
    refused = str(feeler("import", other, "--folder", folder).exception)
    assert "x.md is there already: Ada, Interviewer" in refused
    assert "bakery.yaml is there already: Ada's (the company of Ada)" in refused
    assert {path: path.read_text() for path in folder.rglob("*.*")} == before
    forced = feeler("import", other, "--folder", folder, "--force")
    assert f"wrote {folder / 'personas' / 'x.md'} over Ada, Interviewer" in forced.stdout
    assert load_library(folder).persona("x").name == "Bea"


def test_a_card_does_not_take_the_place_of_somebody_shipped_without_a_word(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    stranger = card_of(tmp_path / "card.json", "Bea", BAKERY, slug="tom", company={"slug": "brandl"})
    refused = str(feeler("import", stranger, "--folder", mine).exception)
    assert "tom.md is there already: Tom" in refused
    assert "brandl.yaml is there already" in refused
    assert not mine.exists()


def test_a_big_book_leaves_a_folder_that_loads(tmp_path: Path) -> None:
    entries: list[dict[str, object]] = [
        {"content": f"{at}. " + "We bake bread. " * 100, "key": [f"{n} " + "key " * 29 for n in range(40)]}
        for at in range(250)
    ]
    result = feeler("import", card_of(tmp_path / "card.json", "Bea", entries), "--folder", tmp_path / "mine")
    assert result.exit_code == 0, result.exception
    library = load_library(tmp_path / "mine")
    assert len(library.company_of(library.persona("bea")).facts) > 20


def test_nothing_is_changed_where_the_folder_would_not_load_with_it(tmp_path: Path) -> None:
    folder = own_folder(tmp_path / "mine")
    (folder / "companies" / "broken.yml").write_text("name: [")
    before = sorted(path for path in folder.rglob("*"))
    result = feeler("import", card_of(tmp_path / "card.json", "Bea", BAKERY), "--folder", folder)
    assert isinstance(result.exception, DataError)
    assert sorted(path for path in folder.rglob("*")) == before


def test_a_company_that_another_file_would_overrule_is_not_written(tmp_path: Path) -> None:
    folder = own_folder(tmp_path / "mine")
    (folder / "companies" / "quillbridge.yaml").rename(folder / "companies" / "bea-company.yml")
    before = {path: path.read_bytes() for path in folder.rglob("*.*")}
    card = card_of(tmp_path / "card.json", "Bea", BAKERY)
    result = feeler("import", card, "--folder", folder, "--force")
    assert "overrules bea-company.yaml" in str(result.exception)
    assert {path: path.read_bytes() for path in folder.rglob("*.*")} == before


def test_check_says_that_a_body_takes_too_much_of_the_context(tmp_path: Path) -> None:
    folder = own_folder(tmp_path / "mine")
    with (folder / "personas" / "tom.md").open("a", encoding="utf-8") as file:
        file.write("私は毎朝パンを焼きます。" * 300)
    assert "bytes may not fit a model's context" in feeler("check", folder).stdout


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
