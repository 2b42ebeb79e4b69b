"""The figures of an evaluation, from its records: what must not happen, how often, and how long it took.

How good the lines are is for readers to say, see `sheets`.
"""

from collections import Counter
from collections.abc import Iterable
from statistics import median
from typing import Any

from feeler.evaluation.records import Record


def totals(records: Iterable[Record]) -> dict[str, Any]:
    """Shares, counts and medians over company turns, JSON-ready. Empty input gives zeros."""
    found = tuple(records)
    turns = [record for record in found if record.text]
    broken = Counter(guard for record in turns for guard in record.broken)
    return {
        "talks": len({record.talk for record in found}),
        "company_turns": len(turns),
        "written_lines": _share(sum(record.fallback for record in turns), len(turns)),
        "questions": sum(bool(record.asked) for record in found),
        "facts_told": sum(len(record.told) for record in turns),
        "never_facts_let_out": broken["no leak"],
        "unlawful_questions": broken["nothing unlawful"],
        "promises": broken["no promise"],
        "messages_in_need": sum(record.need != "none" for record in found),
        "coach_lines": sum(bool(record.coach) for record in found),
        "seconds_a_turn_median": _median(record.seconds for record in turns),
        "seconds_to_first_text_median": _median(record.first for record in turns),
        "tokens_a_line_median": _median(record.tokens for record in turns if record.tokens),
    }


def by_talk(records: Iterable[Record]) -> list[dict[str, Any]]:
    """The same in short for every talk."""
    talks: dict[tuple[str, str, str], list[Record]] = {}
    for record in records:
        talks.setdefault(record.talk, []).append(record)
    return [_talk(talk, found) for talk, found in sorted(talks.items())]


def _talk(talk: tuple[str, str, str], found: list[Record]) -> dict[str, Any]:
    turns = [record for record in found if record.text]
    return {
        "way": talk[0],
        "script": talk[1],
        "persona": talk[2],
        "company_turns": len(turns),
        "written_lines": sum(record.fallback for record in turns),
        "questions": sum(bool(record.asked) for record in found),
        "seconds_a_turn_median": _median(record.seconds for record in turns),
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _median(values: Iterable[float]) -> float:
    found = list(values)
    return round(median(found), 2) if found else 0.0
