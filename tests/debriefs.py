"""Holds debriefs of real talks to their promises: `python -m tests.debriefs TALK...`

TALK is a transcript as JSON, lines of `feeler chat --json`, or a record of `feeler eval`, which holds many;
a folder stands for all such files in it. Printed are the figures, and every breach with its talk: quotations
that are not exact, numbers and names in the drafted texts that nobody said, claims without a line, and where
facts and topics differ from `conversations/debrief_key.yaml`. The checks are apart from the coach's own.
Exit code 1 where a promise is broken.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate, groupby
from pathlib import Path
from time import monotonic
from typing import Any

import yaml

from feeler.coach import Debrief, findings, messages, render
from feeler.coach.files import read_talk
from feeler.coach.hearing import understood
from feeler.compose import build_library, build_reader
from feeler.interview.values import Interview
from feeler.personas.library import Library
from feeler.personas.values import Reveal
from feeler.settings import load_settings

KEY = Path(__file__).parent / "conversations" / "debrief_key.yaml"
KEYED = " differs from the key: "
CLAIMS = (
    "learned",
    "talents",
    "questions",
    "promises",
    "well",
    "practice",
)  # each item must hold a quotation
WORDS_FOR_NUMBERS = (
    "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand"
)


def main() -> int:
    """Check every talk, print the figures."""
    options = argparse.ArgumentParser(description="Hold debriefs of real talks to their promises.")
    options.add_argument("talks", nargs="+", type=Path)
    chosen = options.parse_args()
    files = sorted(
        file for path in chosen.talks for file in (path.glob("*.json*") if path.is_dir() else [path])
    )
    figures, broken = checked(files)
    print(*(f"{count} {what}" for what, count in figures.items()), sep=" · ")
    print(*broken, sep="\n")
    return 1 if any(not row.startswith("  ") for row in broken) else 0


def checked(files: list[Path]) -> tuple[Counter[str], list[str]]:
    settings = load_settings()
    library = build_library(settings)
    key = yaml.safe_load(KEY.read_text(encoding="utf-8")) if KEY.exists() else {}
    talks = [talk for file in files for talk in _talks(file, library)]
    begun = monotonic()
    reader = build_reader(settings)
    talks = [(name, understood(talk, reader)) for name, talk in talks]
    found = [findings(talk, library, reader=reader) for _, talk in talks]
    print(f"{(monotonic() - begun) / max(len(talks), 1):.2f} s a talk")
    figures: Counter[str] = Counter()
    broken: list[str] = []
    for (name, _), debrief in zip(talks, found, strict=True):
        figures["talks"] += 1
        figures["talks too short for advice"] += debrief.short
        rows = [
            *_breaches(debrief, figures),
            *_given_away(debrief, library),
            *_against_key(debrief, key.get(name), figures),
        ]
        broken += [f"  {name}{row}" if row.startswith(KEYED) else f"{name}: {row}" for row in rows]
    return figures, broken


def _talks(file: Path, library: Library) -> Iterator[tuple[str, Interview]]:
    """The talks in a file, by name."""
    text = file.read_text(encoding="utf-8")
    if '"heard"' not in text.partition("\n")[0]:
        yield file.stem, read_talk(text, library, file.name)
        return
    records = [json.loads(row) for row in text.splitlines() if row.strip()]
    ends = accumulate(records, lambda talk, row: talk + row.get("last", False), initial=0)
    for _, numbered in groupby(zip(ends, records, strict=False), key=lambda pair: pair[0]):
        rows = [row for _, row in numbered]
        name = f"{rows[0]['script']}-{rows[0]['persona']}-{rows[0]['way']}"
        yield name, read_talk("\n".join(_chat_rows(rows, library)), library, name)


def _chat_rows(rows: list[dict[str, Any]], library: Library) -> Iterator[str]:
    """A record of `feeler eval` as the lines of `feeler chat --json`."""
    first = rows[0]["persona"]
    said = [("company", 0, "opening", first, library.persona(first).opening)]
    for row in rows:
        where = (row["turn"], row["phase"], row["persona"])
        said += [("candidate", *where, row["heard"]), ("company", *where, row["text"])]
        said.append(("coach", *where, row.get("coach", "")))
    for speaker, turn, phase, persona, text in said:
        if text:
            yield json.dumps(
                {"turn": turn, "speaker": speaker, "persona": persona, "phase": phase, "text": text}
            )


def _breaches(debrief: Debrief, figures: Counter[str]) -> Iterator[str]:
    found = json.loads(render(debrief, "json"))
    lines = {line["line"]: line["text"] for line in found["transcript"]}
    for quote in _quotes(found):
        figures["quotes"] += 1
        if not quote["quote"] or quote["quote"] not in lines.get(quote["line"], ""):
            yield f" quote is not exact: {quote}"
    for name in CLAIMS:
        for claim in found[name]:
            figures["claims"] += 1
            if not any(True for _ in _quotes(claim)):
                yield f" claim without a line: {name}: {claim}"
    said = " ".join(
        (*lines.values(), found["talk"]["company"]["name"], *(who["name"] for who in found["talk"]["people"]))
    )
    for one in (*(found["role"] or {"duties": []})["duties"], *([found["note"]] if found["note"] else [])):
        figures["claims"] += 1
        if not any(True for _ in _quotes(one)):
            yield f" claim without a line: {one['text']}"
    for text in _drafts(found):
        figures["drafts"] += 1
        yield from _strangers(text, said)
    for message in messages(debrief):
        figures["messages"] += 1
        if len(message) >= 900:
            yield f" message of {len(message)} characters"


def _quotes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "quote" in value:
            yield value
        for item in value.values():
            yield from _quotes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _quotes(item)


def _given_away(debrief: Debrief, library: Library) -> Iterator[str]:
    """Facts that nobody told and that the debrief names all the same."""
    company = library.companies.get(debrief.interview.company)
    said = " ".join(line.text for line in debrief.interview.lines)
    shown = render(debrief, "txt").decode().partition("\nTranscript\n")[0] + "\n".join(messages(debrief))
    named = {one.fact for one in debrief.learned} | {one.fact for one in debrief.hidden}
    for fact in company.facts if company else ():
        if fact.reveal is Reveal.NEVER and fact.id in named:
            yield f" names what must not get out: {fact.id}"
        for sentence in re.split(r"(?<=[.!?]) ", fact.text):
            if sentence in shown and sentence not in said:
                yield f" gives away what nobody told: {sentence}"


def _drafts(found: dict[str, Any]) -> Iterator[str]:
    """What is made of the talk's own words, without the references to lines and the times that are ours."""
    texts = [found["role"]["why"]] if found["role"] else [found["missing"]]
    if found["note"]:
        texts.append(re.sub(r"within two weeks", "", found["note"]["text"]))
    for text in texts:
        yield re.sub(r"\blines? \d+( and \d+)?", "", text)


def _strangers(text: str, said: str) -> Iterator[str]:
    """Numbers, and words with a capital in mid-sentence, that nobody said."""
    known = set(re.findall(r"[\w'’-]+", said.casefold()))
    for number in re.findall(r"\d[\d.,]*", text):
        if number.rstrip(".,") not in said:
            yield f" number that nobody said: {number} in {text!r}"
    for word in re.findall(rf"\b(?:{WORDS_FOR_NUMBERS.replace(' ', '|')})\b", text.casefold()):
        if not any(word in one for one in known):
            yield f" number that nobody said: {word} in {text!r}"
    for word in re.findall(r"(?<=[a-z,;] )[A-Z][\w’'-]+", text):
        if word.casefold().removesuffix("'s") not in known:
            yield f" name that nobody said: {word} in {text!r}"


def _against_key(debrief: Debrief, key: dict[str, list[str]] | None, figures: Counter[str]) -> Iterator[str]:
    """Where facts and topics differ from what a person read in the talk."""
    if key is None:
        return
    found = {
        "facts": {one.fact for one in debrief.learned},
        "topics": {str(one.topic) for one in debrief.topics if one.asked},
    }
    for name, have in found.items():
        want = set(key[name])
        figures[f"{name} agreed"] += len(want & have)
        figures[f"{name} in the key"] += len(want)
        if have - want:
            yield f"{KEYED}{name} found besides: {sorted(have - want)}"
        if want - have:
            yield f"{KEYED}{name} missed: {sorted(want - have)}"


if __name__ == "__main__":
    sys.exit(main())
