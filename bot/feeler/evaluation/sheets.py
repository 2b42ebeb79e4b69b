"""Readers' sheets: two systems' talks with the same person side by side, in random order and without names.

What chooses a line cannot be its measure, so people mark the lines, two a talk, who know neither code nor
which system spoke.
"""

# ruff: noqa: E501  (style sheet and markup)

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path

from feeler.errors import DataError
from feeler.evaluation.records import Record
from feeler.personas.library import Library
from feeler.personas.values import Reveal

MARKS = ("heard", "asks_well", "a_person", "true")  # of a line; it is right where all four hold
TALK = ("go_on", "telling")  # of a talk: 1 to 5; whether the most telling thing came out
SIDES = ("left", "right")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One pair of talks as a reader sees it."""

    name: str  # "03"
    company: tuple[str, ...]  # what is true of it: facts, people, the interviewer's own words
    withheld: tuple[str, ...]  # what must not be let out
    talks: tuple[tuple[tuple[str, str, str], ...], ...]  # left and right: (who, text, number or "")


def sheets(ours: Sequence[Record], other: Sequence[Record], library: Library, *, seed: int) -> list[Sheet]:
    """A sheet for every person and persona that both have; which is left is drawn by `seed`."""
    return [_sheet(name, pair, library) for name, pair in _pairs(ours, other, seed)]


def key(ours: Sequence[Record], other: Sequence[Record], *, seed: int) -> dict[str, dict[str, str]]:
    """Which way each side of each sheet is: {"03": {"left": "ours", "right": "baseline", "script": ...}}."""
    return {
        name: {side: talk[0].way for side, talk in zip(SIDES, pair, strict=True)}
        | {"script": pair[0][0].script, "persona": pair[0][0].persona}
        for name, pair in _pairs(ours, other, seed)
    }


def write(folder: Path, found: Sequence[Sheet], ways: dict[str, dict[str, str]]) -> None:
    """Pages, the same as JSON, an empty form of marks, and the key, which no reader may see.

    Raises DataError where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for sheet in found:
            (folder / f"{sheet.name}.html").write_text(_page(sheet), encoding="utf-8")
            text = json.dumps(asdict(sheet), ensure_ascii=False, indent=1)
            (folder / f"{sheet.name}.json").write_text(text, encoding="utf-8")
        form = json.dumps({sheet.name: _form(sheet) for sheet in found}, ensure_ascii=False, indent=1)
        (folder / "marks.json").write_text(form, encoding="utf-8")
        (folder / "key.json").write_text(json.dumps(ways, ensure_ascii=False, indent=1), encoding="utf-8")
    except OSError as error:
        raise DataError(f"{folder}: cannot be written ({error.strerror})") from None


def _pairs(
    ours: Sequence[Record], other: Sequence[Record], seed: int
) -> list[tuple[str, tuple[tuple[Record, ...], ...]]]:
    """Both talks of everybody, left and right, by sheet name."""
    places = sorted({one.talk[1:] for one in ours} & {one.talk[1:] for one in other})
    chance = random.Random(seed)
    found = []
    for number, place in enumerate(places, 1):
        pair = [tuple(one for one in records if one.talk[1:] == place) for records in (ours, other)]
        chance.shuffle(pair)
        found.append((f"{number:02}", tuple(pair)))
    return found


def _sheet(name: str, pair: tuple[tuple[Record, ...], ...], library: Library) -> Sheet:
    persona = library.persona(pair[0][0].persona)
    house = library.company_of(persona)
    colleagues = [f"{one.name}, {one.role}" for one in library.colleagues(persona)]
    true = [f"{persona.name}, {persona.role} at {house.name}, {house.field}", *house.people, *colleagues]
    true += [fact.text for fact in house.facts if fact.reveal is not Reveal.NEVER]
    return Sheet(
        name=name,
        company=(*true, " ".join(persona.knows.split())),
        withheld=tuple(fact.text for fact in house.facts if fact.reveal is Reveal.NEVER),
        talks=tuple(tuple(_spoken(talk)) for talk in pair),
    )


def _spoken(talk: Iterable[Record]) -> Iterable[tuple[str, str, str]]:
    for record in talk:
        if record.heard:
            yield "candidate", record.heard, ""
        if record.text:
            yield "company", record.text, str(record.turn)
        if record.coach:
            yield "coach", record.coach, ""


def _form(sheet: Sheet) -> dict[str, object]:
    """What a reader fills in: true or false for each mark of each line."""
    found: dict[str, object] = {"better": "left | right | same"}
    for side, talk in zip(SIDES, sheet.talks, strict=True):
        lines = {number: dict.fromkeys(MARKS) for who, _, number in talk if who == "company"}
        found[side] = {"lines": lines, "go_on": None, "telling": None, "unsafe": None}
    return found


STYLE = """
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:1rem}
main{display:grid;grid-template-columns:1fr 1fr;gap:1.5rem}p{margin:.4rem 0;padding:.4rem .7rem;border-radius:.7rem}
.candidate{background:#2a7b4f22;margin-left:2rem}.company{background:#8882}.coach{font-style:italic;opacity:.8}
@media(max-width:50rem){main{grid-template-columns:1fr}}
"""


def _page(sheet: Sheet) -> str:
    """The pair as a page of its own; everything spoken is escaped."""
    facts = "".join(f"<li>{escape(one)}</li>" for one in sheet.company)
    hidden = "".join(f"<li>{escape(one)}</li>" for one in sheet.withheld)
    talks = "".join(
        f"<section><h2>{side}</h2>"
        + "".join(
            f"<p class='{who}'>{f'<b>{number}</b> ' if number else ''}{escape(text)}</p>"
            for who, text, number in talk
        )
        + "</section>"
        for side, talk in zip(SIDES, sheet.talks, strict=True)
    )
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>Talks {sheet.name}</title>"
        f"<meta name='viewport' content='width=device-width'><style>{STYLE}</style><h1>Talks {sheet.name}</h1>"
        f"<details><summary>What is true of the company</summary><ul>{facts}</ul></details>"
        f"<details><summary>What must not be said</summary><ul>{hidden}</ul></details><main>{talks}</main></html>"
    )
