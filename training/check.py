"""Check what is taught: form, balance, repeated beginnings, overlap with what is held out. Exit code 1 on a
fault.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from feeler.interview.values import Need

DATA = Path(__file__).parent / "data"
CONVERSATIONS = Path(__file__).parents[1] / "tests" / "conversations"
MANNERS = {"jovial", "dry", "blunt", "warm", "gentle", "exact"}
BEGINNING = 0.04  # of the rows may begin with the same two words
TEXTS = (
    "text",
    "said",
    "who",
    "deeds",
    "asked",
)  # where the words of the person stand, the first that is there
ASKS = {"ask": 1, "tell": 0, "near": 0, "unknown": 0, "mine": 0, "leave": 0, "bye": 0}  # questions in a line
NEEDED = 600  # messages of people in need, and as many that only sound so


def faults() -> Iterator[str]:
    """Everything that is wrong, one line each."""
    tested = json_lines(DATA / "held_need.jsonl")
    held = {str(row["text"]).casefold() for row in tested} | {
        line.strip().casefold()
        for path in CONVERSATIONS.glob("*.txt")
        for line in path.read_text("utf-8").splitlines()
        if line.strip()
    }
    labels: Counter[str] = Counter()
    for path in sorted(path for path in DATA.glob("*.jsonl") if not path.name.startswith("held")):
        rows = json_lines(path)
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
        long = [text for text in said if len(text.split()) > 2]
        yield from (f"{path.name}: twice: {text[:60]}" for text, n in Counter(long).items() if n > 1)
        yield from (f"{path.name}: is held out: {text[:60]}" for text in long if text.casefold() in held)
        begun = [str(row.get("line", text)) for row, text in zip(rows, said, strict=True)]
        starts = Counter(" ".join(text.casefold().split()[:2]) for text in begun)
        often = [(start, count) for start, count in starts.items() if count > max(3, BEGINNING * len(rows))]
        yield from (f"{path.name}: {count} rows begin with {start!r}" for start, count in often)
    if labels["acute"] + labels["heavy"] < NEEDED or labels["none"] < NEEDED:
        yield f"too few messages: {dict(labels)}"


def json_lines(path: Path) -> list[dict[str, Any]]:
    """The rows of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def main() -> int:
    found = list(faults())
    sys.stdout.write("".join(f"{fault}\n" for fault in found) or "nothing wrong\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
