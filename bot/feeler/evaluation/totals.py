"""The figures of an evaluation, from its records."""

from collections import Counter
from collections.abc import Iterable
from statistics import median
from typing import Any

from feeler.evaluation.records import Record
from feeler.interview.conduct import CHECKS
from feeler.personas.library import Library
from feeler.personas.values import Reveal


def totals(records: Iterable[Record], library: Library) -> dict[str, Any]:
    """Shares, counts and medians over company turns, JSON-ready. Empty input gives zeros."""
    found = tuple(records)
    turns = [record for record in found if record.text]
    asked = [record for record in turns if record.due]
    broken = Counter(check for record in turns for check in {check for check, _ in record.findings})
    due, got = _facts(found, lambda record: record.due), _facts(found, lambda record: record.got)
    return {
        "talks": len({record.talk for record in found}),
        "company_turns": len(turns),
        "passing_all_checks": _share(sum(not record.findings for record in turns), len(turns)),
        "fallback_lines": _share(sum(record.fallback for record in turns), len(turns)),
        "questions_covered": len(asked),
        "questions_answered": _share(sum(set(record.due) <= set(record.got) for record in asked), len(asked)),
        "facts_opened": len(due),
        "facts_uncovered": _share(len(got & due), len(due)),
        "never_facts_leaked": broken["no leak"],
        "unlawful_questions": broken["nothing unlawful"],
        "coach_lines": sum(bool(record.coach) for record in found),
        "seconds_a_turn_median": _median(record.seconds for record in turns),
        "seconds_to_first_text_median": _median(record.first for record in turns),
        "tokens_a_line_median": _median(record.tokens for record in turns if record.tokens),
        "failed_by_check": {name: broken[name] for name in [*CHECKS, "steps out of the role"]},
        "never_facts_in_dossiers": sum(
            fact.reveal is Reveal.NEVER for company in library.companies.values() for fact in company.facts
        ),
    }


def by_talk(records: Iterable[Record]) -> list[dict[str, Any]]:
    """The same in short for every talk."""
    talks: dict[tuple[str, str, str], list[Record]] = {}
    for record in records:
        talks.setdefault(record.talk, []).append(record)
    return [_talk(talk, found) for talk, found in sorted(talks.items())]


def _talk(talk: tuple[str, str, str], found: list[Record]) -> dict[str, Any]:
    turns = [record for record in found if record.text]
    asked = [record for record in turns if record.due]
    return {
        "way": talk[0],
        "script": talk[1],
        "persona": talk[2],
        "company_turns": len(turns),
        "passing_all_checks": _share(sum(not record.findings for record in turns), len(turns)),
        "fallback_lines": sum(record.fallback for record in turns),
        "questions_covered": len(asked),
        "questions_answered": sum(set(record.due) <= set(record.got) for record in asked),
        "seconds_a_turn_median": _median(record.seconds for record in turns),
    }


def _facts(records: tuple[Record, ...], which: Any) -> set[tuple[Any, ...]]:
    return {(*record.talk, fact) for record in records for fact in which(record)}


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _median(values: Iterable[float]) -> float:
    found = list(values)
    return round(median(found), 2) if found else 0.0
