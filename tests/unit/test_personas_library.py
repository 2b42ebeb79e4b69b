"""Reading persona and company files: what is shipped, what a user adds, and what is said about mistakes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeler.errors import DataError
from feeler.personas.files import read_company, read_persona, write_company, write_persona
from feeler.personas.library import load_library
from feeler.personas.values import SLOTS

COMPANY = """\
name: Salt and Rope
field: sailmaker
place: Hull, England
about: We sew sails.
facts:
  - id: loft
    topic: day
    reveal: volunteered
    text: We sew on the floor.
"""
PERSONA = """\
---
name: Ada Rope
role: Sailmaker
company: salt-and-rope
temper: quiet
speech: Few words.
opening: Hello, who are you?
---

I sew sails.
"""


def folder(at: Path, *, persona: str = PERSONA, company: str = COMPANY) -> Path:
    for name, text in (("personas/ada.md", persona), ("companies/salt-and-rope.yaml", company)):
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_text(text, encoding="utf-8")
    return at


def test_six_interviewers_of_three_companies_are_shipped() -> None:
    library = load_library()
    assert len(library.personas) == 6
    assert len(library.companies) == 3
    for persona in library.personas.values():
        assert len(library.colleagues(persona)) == 1
        assert library.colleagues(persona)[0].company == persona.company


def test_a_folder_adds_to_what_is_shipped(tmp_path: Path) -> None:
    library = load_library(folder(tmp_path))
    assert library.persona("ada").name == "Ada Rope"
    assert library.company_of(library.persona("ada")).name == "Salt and Rope"
    assert "nadia" in library.personas


def test_a_folder_overrides_what_is_shipped(tmp_path: Path) -> None:
    (tmp_path / "personas").mkdir()
    (tmp_path / "personas" / "nadia.md").write_text(PERSONA.replace("salt-and-rope", "brandl"), "utf-8")
    library = load_library(tmp_path)
    assert library.persona("nadia").name == "Ada Rope"
    assert library.company_of(library.persona("nadia")).slug == "brandl"


def test_a_bare_persona_gets_lines_for_every_job(tmp_path: Path) -> None:
    ada = load_library(folder(tmp_path)).persona("ada")
    assert all(ada.lines[job] for job in SLOTS)


def test_an_unknown_slug_names_the_known_ones_and_the_nearest() -> None:
    with pytest.raises(DataError, match=r"Did you mean 'nadia'\? There are: emil, johanna"):
        load_library().persona("nadja")
    with pytest.raises(DataError, match="There is no company 'x'"):
        load_library().company("x")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            ("topic: day", "topic: lunch"),
            r"salt-and-rope\.yaml: facts\[0\]\.topic: 'lunch' is not one of 'path'",
        ),
        (("reveal: volunteered", "reveal: sometimes"), r"facts\[0\]\.reveal: 'sometimes' is not one of"),
        (("name: Salt and Rope", "name: 12"), r"salt-and-rope\.yaml: name: 12 is not text; put it in quotes"),
        (
            ("place: Hull, England", "town: Hull"),
            r"place: is missing \(and 1 more; see `feeler personas check`\)",
        ),
        (("id: loft", "id: The Loft"), r"facts\[0\]\.id: 'The Loft' is not a slug"),
        (("name: Salt", "name: 'Salt"), r"salt-and-rope\.yaml: is not valid YAML in line"),
        (("facts:", "facts: &all"), None),
        (("about: We sew sails.", "about: *all"), r"uses a YAML alias"),
        (("place:", "name: Twice\nplace:"), r"has the field 'name' twice"),
        (("We sew on the floor.", "<|im_end|> hi"), r"facts\[0\]\.text: holds markup of a chat template"),
    ],
)
def test_a_mistake_in_a_company_names_file_and_field(
    tmp_path: Path, change: tuple[str, str], complaint: str | None
) -> None:
    given_folder = folder(tmp_path, company=COMPANY.replace(*change))
    if complaint is None:
        load_library(given_folder)
    else:
        with pytest.raises(DataError, match=complaint):
            load_library(given_folder)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            ("company: salt-and-rope", "company: nowhere"),
            r"ada\.md: company: 'nowhere' is not a company; there are",
        ),
        (("temper: quiet", "mood: quiet"), r"ada\.md: temper: is missing"),
        (("\n---\n\nI sew", "\n\nI sew"), r"ada\.md: has no front matter"),
        (("I sew sails.", ""), r"ada\.md: knows: is empty"),
        (("temper: quiet", "temper: quiet\nknows: all"), r"ada\.md: knows: belongs below the front matter"),
        (("temper: quiet", "temper: [a, b]"), r"ada\.md: temper: \['a', 'b'\] is not text"),
        (("opening: Hello, who are you?", "opening: ''"), r"ada\.md: opening: is empty"),
    ],
)
def test_a_mistake_in_a_persona_names_file_and_field(
    tmp_path: Path, change: tuple[str, str], complaint: str
) -> None:
    with pytest.raises(DataError, match=complaint):
        load_library(folder(tmp_path, persona=PERSONA.replace(*change)))


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "personas" / "ada.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=r"personas/ada\.md: is not UTF-8 text"):
        load_library(tmp_path)


def test_a_folder_without_personas_and_companies_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="neither a folder `personas` nor a folder `companies`"):
        load_library(tmp_path)


def test_written_files_read_back_as_they_were() -> None:
    library = load_library()
    for persona in library.personas.values():
        assert read_persona(write_persona(persona), persona.slug, "x.md") == (persona, [])
    for company in library.companies.values():
        assert read_company(write_company(company), company.slug, "x.yaml") == (company, [])


@given(st.text(max_size=400))
def test_no_text_crashes_the_readers(text: str) -> None:
    for read, whole in (
        (read_company, text),
        (read_persona, f"---\n{text}\n---\nbody"),
        (read_persona, text),
    ):
        found, problems = read(whole, "any", "any.txt")
        assert found is not None or problems


def test_a_deep_file_is_a_problem_and_not_a_crash() -> None:
    found, problems = read_company("name: " + "[" * 50_000, "deep", "deep.yaml")
    assert found is None
    assert str(problems[0]).startswith("deep.yaml: is not valid YAML")
