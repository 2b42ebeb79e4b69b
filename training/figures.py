"""What the reader makes of messages and companies that nothing was taught with.

usage: python training/figures.py
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from typing import Any

from feeler.compose import build_reader
from feeler.interview.acts import Act
from feeler.interview.dossier import Known
from feeler.interview.values import Need
from feeler.personas.values import Fact, Reveal, Topic
from feeler.ports import Reader
from feeler.settings import load_settings
from training.check import CONVERSATIONS
from training.need import questions, stories
from training.reader import answers, held_out, rows_of

ASKS = {Act.ASKED, Act.PERSONAL}
Row = dict[str, Any]


def need(reader: Reader, rows: Iterable[Row]) -> str:
    """How messages of each label were taken."""
    found = Counter((row["label"], reader.read("", row["text"]).need.value) for row in rows)
    return "\n".join(
        f"  {label.value}: " + ", ".join(f"{found[label.value, got.value]} {got.value}" for got in Need)
        for label in Need
    )


def plain(reader: Reader) -> str:
    """How many lines of interviews in which nobody is in need were stopped, and taken for a sorrow told."""
    corpus = [*stories(), *questions()]
    scripts = [
        line
        for path in sorted(CONVERSATIONS.glob("*.txt"))
        if path.stem != "distress"
        for line in path.read_text("utf-8").splitlines()
        if line.strip() and not line.startswith("/")
    ]
    return "\n".join(
        f"  {name}: {stopped} stopped and {sorrow} sorrows of {len(lines)}"
        for name, lines in (("corpus", corpus), ("tests/conversations", scripts))
        for stopped, sorrow in [_stopped(reader, lines)]
    )


def _stopped(reader: Reader, lines: list[str]) -> tuple[int, int]:
    found = [reader.read("", line) for line in lines]
    return sum(one.need is not Need.NONE for one in found), sum(Act.SORROW in one.acts for one in found)


def going_on(reader: Reader) -> str:
    """Who wants to go on after a pause, and who does not."""
    found = Counter(
        (row["goes_on"], Act.GOES_ON in reader.read("", row["text"]).acts) for row in rows_of("pause_*.jsonl")
    )
    return "\n".join(
        f"  {'wants' if wants else 'does not want'} to: {found[wants, True]} taken for wanting, "
        f"{found[wants, False]} not"
        for wants in (True, False)
    )


def messages(reader: Reader, rows: list[Row]) -> str:
    """Of each act how often it was seen and how often rightly; question or not; topics; what follows."""
    counts: Counter[str] = Counter()
    seen, right, there = Counter[str](), Counter[str](), Counter[str]()
    for row in rows:
        reading = reader.read(row["before"], row["said"])
        wanted = {Act(act) for act in row["acts"]}
        seen.update(reading.acts)
        right.update(reading.acts & wanted)
        there.update(wanted)
        asks = bool(wanted & ASKS)
        counts[f"question or not, {'asked' if asks else 'not'}"] += asks == reading.asks
        counts[f"of {'asked' if asks else 'not'}"] += 1
        if row["topics"]:
            counts["topic"] += bool(reading.topics) and reading.topics[0].value in row["topics"]
            counts["of topic"] += 1
        if asks:
            counts[f"follows {row['follows']}"] += reading.follows == row["follows"]
            counts[f"of follows {row['follows']}"] += 1
        if row["asked"]:
            counts["exact questions"] += list(reading.questions) == row["asked"]
            counts["of exact questions"] += 1
        if Act.TOLD in wanted:
            counts["deed or not"] += reading.deed == row["deed"]
            counts["of deed or not"] += 1
    acts = "\n".join(
        f"  {act.value:12} found {right[act]} of {there[act]}, right {right[act]} of {seen[act]}"
        for act in Act
        if there[act]
    )
    pairs = sorted(name for name in counts if not name.startswith("of "))
    rest = [(name, counts[name], counts[f"of {name.removeprefix('question or not, ')}"]) for name in pairs]
    return acts + "".join(f"\n  {name}: {n} of {of} ({n / of:.0%})" for name, n, of in rest)


def companies(rows: list[Row], reader: Reader) -> str:
    """The right fact, or honestly none, by the sort of question."""
    counts: Counter[str] = Counter()
    for company in rows:
        things = tuple(
            Known(
                text=one["text"],
                fact=Fact(id=one["id"], topic=Topic(one["topic"]), text=one["text"], reveal=Reveal.ASKED),
            )
            for one in company["facts"]
        )
        for row in company["questions"]:
            share = reader.answers(row["before"], row["asked"], things)
            best = max(range(len(things)), key=lambda at: share.each[at])
            none = share.none >= share.each[best]
            hit = company["facts"][best]["id"] in answers(row["use"])
            sort = "none" if row["use"] == "none" else "near" if row["use"].startswith("near") else "fact"
            sort += ", goes on" if row["before"] and len(row["asked"].split()) <= 6 else ""
            counts[sort] += (
                none if row["use"] == "none" else (hit and not none) or (none and sort[:4] == "near")
            )
            counts[f"of {sort}"] += 1
            if row["use"] != "none":
                counts[f"{sort} (first, none aside)"] += hit
                counts[f"of {sort} (first, none aside)"] += 1
    names = sorted(name for name in counts if not name.startswith("of "))
    return "\n".join(f"  {name}: {counts[name]} of {counts[f'of {name}']}" for name in names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.parse_args()
    settings = load_settings()
    reader = build_reader(settings)
    third = [row for row in rows_of("need_*.jsonl") if held_out(row["text"])]
    say = sys.stdout.write
    say(f"need, held-out third ({len(third)})\n{need(reader, third)}\n")
    other = rows_of("held_need.jsonl")
    say(f"need, another writer ({len(other)})\n{need(reader, other)}\n")
    say(f"need, ordinary lines\n{plain(reader)}\n")
    say(f"going on after a pause (taught with these)\n{going_on(reader)}\n")
    taught = {row["said"].casefold() for row in rows_of("read_*.jsonl")}
    said = [row for row in rows_of("held_read.jsonl") if row["said"].casefold() not in taught]
    say(f"messages ({len(said)})\n{messages(reader, said)}\n")
    unseen = rows_of("held_companies.jsonl")

    say(f"facts\n{companies(unseen, reader)}\n")


if __name__ == "__main__":
    main()
