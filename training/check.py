"""Check what is taught: form, balance, repeated beginnings, overlap with what is held out. Exit code 1 on a
fault.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from feeler.interview.values import Need

DATA = Path(__file__).parent / "data"
CONVERSATIONS = Path(__file__).parents[1] / "tests" / "conversations"
MANNERS = {"jovial", "dry", "blunt", "warm", "gentle", "exact"}
BEGINNING = 0.04  # of the rows may begin with the same two words
NEEDED = 600  # messages of people in need, and as many that only sound so


def faults() -> Iterator[str]:
    """Everything that is wrong, one line each."""
    held = {
        line.strip().casefold()
        for path in CONVERSATIONS.glob("*.txt")
        for line in path.read_text("utf-8").splitlines()
        if line.strip()
    }
    labels: Counter[str] = Counter()
    for path in sorted(DATA.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        kind = {"need": "text", "ordi": "text", "tell": "asked"}.get(path.name[:4], "said")
        said = [str(row[kind]) for row in rows]
        if path.name.startswith("need"):
            labels.update(row["label"] for row in rows)
            yield from (
                f"{path.name}: {row['label']!r} is no need" for row in rows if row["label"] not in set(Need)
            )
        elif kind != "text":
            yield from (
                f"{path.name}: {r['voice']!r} is no manner" for r in rows if r["voice"] not in MANNERS
            )
            asks = {"ask": 1}
            yield from (
                f"{path.name}: has {r['line'].count('?')} questions: {r['line']}"
                for r in rows
                if r["line"].count("?") != asks.get(r["skill"], 0)
            )
        long = [text for text in said if len(text.split()) > 2]
        yield from (f"{path.name}: twice: {text[:60]}" for text, n in Counter(long).items() if n > 1)
        yield from (f"{path.name}: is held out: {text[:60]}" for text in long if text.casefold() in held)
        starts = Counter(" ".join(str(row.get("line", row[kind])).casefold().split()[:2]) for row in rows)
        often = [(start, count) for start, count in starts.items() if count > max(3, BEGINNING * len(rows))]
        yield from (f"{path.name}: {count} rows begin with {start!r}" for start, count in often)
    if labels["acute"] + labels["heavy"] < NEEDED or labels["none"] < NEEDED:
        yield f"too few messages: {dict(labels)}"


def main() -> int:
    found = list(faults())
    sys.stdout.write("".join(f"{fault}\n" for fault in found) or "nothing wrong\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
