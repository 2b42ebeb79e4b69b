"""What the debrief says of moments that were tried again: every way, which was first, and which counts."""

from collections.abc import Sequence

from feeler.coach.bothways import changes, opened, verdict
from feeler.coach.moments import private
from feeler.coach.values import Figures, Retried, Tried
from feeler.interview.branches import best, tries
from feeler.interview.values import Interview
from feeler.personas.values import Company


def retried(talk: Interview, branches: Sequence[Interview], company: Company) -> tuple[Retried, ...]:
    """Every moment of `talk` that was tried again; never one beside a moment of need."""
    alone = private(talk)
    names = {(one.branch.line, one.branch.number): one.id for one in branches if one.branch}
    found = []
    for line, ways in tries(talk, branches).items():
        if talk.numbered(line).turn in alone:
            continue
        first = ways[0]
        found.append(
            Retried(
                line=line,
                ways=tuple(
                    Tried(
                        number=one.number,
                        talk=names.get((line, one.number), talk.id) if one.number else talk.id,
                        said=one.asked.text,
                        answers=tuple(answer.text for answer in one.answers),
                        facts=tuple(sorted(one.told)),
                        changed=changes(first, one) if one.number else (),
                        opened=opened(first, one, company) if one.number else "",
                    )
                    for one in ways
                ),
                counts=best(ways).number,
                why=verdict(ways),
            )
        )
    return tuple(found)


def tries_text(found: Sequence[Retried], was: Figures, now: Figures) -> str:
    """What was tried again, in a message; `was` counts the first ways, `now` the best of each."""
    rows = [
        f"Line {one.line}: the first way and {_many(len(one.ways) - 1)} after it. {one.why}" for one in found
    ]
    return "\n".join(["Tried again:", *(f"• {row}" for row in rows), "", counted(was, now)])


def counted(was: Figures, now: Figures) -> str:
    """ "With the best of each: 6 questions (first 5), 3 following up (2), ..." """
    parts = [
        _both(was.questions, now.questions, "question"),
        f"{now.follow_ups} following up{_first(was.follow_ups, now.follow_ups)}",
        _both(was.topics, now.topics, "topic"),
        _both(was.facts, now.facts, "thing", "told to you"),
    ]
    return f"With the best of each: {', '.join(parts)}."


def _many(tries: int) -> str:
    return "one try" if tries == 1 else f"{tries} tries"


def _both(was: int, now: int, what: str, more: str = "") -> str:
    plural = "s" * (now != 1)
    return f"{now} {what}{plural}{f' {more}' if more else ''}{_first(was, now)}"


def _first(was: int, now: int) -> str:
    return f" ({was} at first)" if was != now else ""
