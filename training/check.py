"""Check what is taught: form, balance, repeated beginnings, overlap with what is held out. Exit code 1 on a
fault.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from feeler.interview.acts import Act
from feeler.interview.dossier import PURPOSE, notes
from feeler.interview.values import Need
from feeler.personas.library import load_library
from feeler.personas.values import Topic
from training.reader import answers

DATA = Path(__file__).parent / "data"
CONVERSATIONS = Path(__file__).parents[1] / "tests" / "conversations"
MANNERS = {"jovial", "dry", "blunt", "warm", "gentle", "exact"}
BEGINNING = 0.04  # of the rows may begin with the same two words
PLAIN = 0.13  # of the questions with the same three: held to less, writers go round what is plain
TEXTS = (
    "text",
    "said",
    "who",
    "deeds",
    "asked",
)  # where the words of the person stand, the first that is there
ASKS = {"ask": 1, "tell": 0, "near": 0, "unknown": 0, "mine": 0, "leave": 0, "bye": 0}  # questions in a line
LONG = 3  # words from which on two messages alike are one
NEEDED = 600  # messages of people in need, and as many that only sound so


def faults() -> Iterator[str]:
    """Everything that is wrong, one line each."""
    held = {text.casefold() for text in _held_out()}
    labels: Counter[str] = Counter()
    for path in sorted(path for path in DATA.glob("*.jsonl") if not path.name.startswith("held")):
        rows = json_lines(path)
        if path.name.startswith("companies"):
            yield from _companies(path.name, rows, held)
            continue
        if path.name.startswith("wordings"):
            yield from _wordings(path.name, rows, held)
            continue
        if path.name.startswith("strangers"):
            yield from _strangers(path.name, rows, held)
            continue
        if path.name.startswith("read"):
            yield from _messages(path.name, rows)
        said = [next(str(row[name]) for name in TEXTS if name in row) for row in rows]
        if path.name.startswith("need"):
            labels.update(row["label"] for row in rows)
            yield from (
                f"{path.name}: {row['label']!r} is no need" for row in rows if row["label"] not in set(Need)
            )
        elif rows and "voice" in rows[0]:
            yield from (
                f"{path.name}: {r['voice']!r} is no manner" for r in rows if r["voice"] not in MANNERS
            )
            yield from (
                f"{path.name}: has {r['line'].count('?')} questions: {r['line']}"
                for r in rows
                if r["skill"] in ASKS and r["line"].count("?") != ASKS[r["skill"]]
            )
        seen = Counter(
            (text, row.get("list"), row.get("manner"))
            for text, row in zip(said, rows, strict=True)
            if _long(text)
        )
        yield from (f"{path.name}: twice: {text[:60]}" for (text, *_), n in seen.items() if n > 1)
        yield from _taken(path.name, dict.fromkeys(said), held)
        begun = [str(row.get("line", text)) for row, text in zip(rows, said, strict=True)]
        count_of, share = (3, PLAIN) if path.name.startswith("ask") else (2, BEGINNING)
        starts = Counter(" ".join(text.casefold().split()[:count_of]) for text in begun)
        often = [(start, count) for start, count in starts.items() if count > max(3, share * len(rows))]
        yield from (f"{path.name}: {count} rows begin with {start!r}" for start, count in often)
    if labels["acute"] + labels["heavy"] < NEEDED or labels["none"] < NEEDED:
        yield f"too few messages: {dict(labels)}"


def _held_out() -> Iterator[str]:
    """Every text that only measures."""
    for name in ("held_need", "held_calm"):
        yield from (row["text"] for row in json_lines(DATA / f"{name}.jsonl"))
    yield from (row["said"] for row in json_lines(DATA / "held_read.jsonl"))
    for company in json_lines(DATA / "held_companies.jsonl"):
        yield from (fact["text"] for fact in company["facts"])
        yield from (row["asked"] for row in company["questions"])
    for name in ("held_strangers", "held_strangers_b"):
        yield from (row["asked"] for row in json_lines(DATA / f"{name}.jsonl"))
    for person in json_lines(DATA / "held_people.jsonl"):
        yield from (*person["stories"], *person["questions"], *person["close"])
    for path in CONVERSATIONS.glob("*.txt"):
        yield from (line.strip() for line in path.read_text("utf-8").splitlines() if line.strip())


def _companies(name: str, rows: list[dict[str, Any]], held: set[str]) -> Iterator[str]:
    """A company's facts have ids, its questions name them, and nothing of it is held out."""
    for company in rows:
        ids = {fact["id"] for fact in company["facts"]}
        if len(ids) < len(company["facts"]):
            yield f"{name}: {company['name']}: an id is there twice"
        for row in company["questions"]:
            if row["use"] != "none" and not set(answers(row["use"])) <= ids:
                yield f"{name}: {company['name']}: {row['use']} is no fact: {row['asked'][:60]}"
        texts = [
            *(fact["text"] for fact in company["facts"]),
            *(row["asked"] for row in company["questions"]),
        ]
        yield from _taken(name, texts, held)


def _wordings(name: str, rows: list[dict[str, Any]], held: set[str]) -> Iterator[str]:
    """Every one asks for something that a shipped company or person can tell, and is not held out."""
    known_of = _known()
    for row in rows:
        if row["use"] not in known_of.get(row["of"], ()):
            yield f"{name}: {row['of']} does not know: {row['use'][:60]}"
        yield from _taken(name, row["asked"], held)


def _strangers(name: str, rows: list[dict[str, Any]], held: set[str]) -> Iterator[str]:
    """What answers is known to the one who is asked, and nothing is held out."""
    library, known_of = load_library(), _known()
    for row in rows:
        company = library.persona(row["persona"]).company
        if not {*row["use"], *row["near"]} <= known_of[row["persona"]] | known_of[company] | {PURPOSE}:
            yield f"{name}: {row['persona']} does not know what is to answer: {row['asked'][:60]}"
    yield from _taken(name, [row["asked"] for row in rows], held)


def _known() -> dict[str, set[str]]:
    """What each shipped company knows, by its facts' ids, and what each of its people says of themselves."""
    library = load_library()
    known_of = {slug: {fact.id for fact in company.facts} for slug, company in library.companies.items()}
    return known_of | {slug: set(notes(persona)) for slug, persona in library.personas.items()}


def _long(text: str) -> bool:
    return len(text.split()) > LONG


def _taken(name: str, texts: Iterable[str], held: set[str]) -> Iterator[str]:
    """The texts that only measure."""
    yield from (
        f"{name}: is held out: {text[:60]}" for text in texts if _long(text) and text.casefold() in held
    )


def _messages(name: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    """Labels are known, and pieces are exact."""
    for row in rows:
        if not row["acts"] or not set(row["acts"]) <= set(Act) or not set(row["topics"]) <= set(Topic):
            yield f"{name}: unknown labels: {row['said'][:60]}"
        pieces = [*row["asked"], row.get("span", "")]
        yield from (
            f"{name}: is no piece of the message: {piece}" for piece in pieces if piece not in row["said"]
        )


def json_lines(path: Path) -> list[dict[str, Any]]:
    """The rows of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def main() -> int:
    found = list(faults())
    sys.stdout.write("".join(f"{fault}\n" for fault in found) or "nothing wrong\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
