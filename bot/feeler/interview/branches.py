"""The same moment again: branches of a talk, and what was said in each of them. Pure.

A branch is a talk of its own that begins with the lines before a moment of another talk. So whatever works
in a talk works in it, and the first way stays as it was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from feeler.interview.values import Branch, Interview, Line, Need, Speaker

TRIES = 3  # at one moment


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way a moment went: what the candidate said, and what came back."""

    number: int  # 0: the first way; 1: the first try after it
    asked: Line  # the candidate's line
    answers: tuple[Line, ...]  # of the company, in the same turn
    told: frozenset[str]  # ids of the facts that these answers told for the first time
    before: Line | None  # what the company had said last


def branch_off(talk: Interview, line: int, *, id: str, number: int, now: datetime) -> Interview:
    """The talk as it stood before the candidate's line of this number: the same persona, phase and facts."""
    again = talk.numbered(line)
    return talk.evolve(
        id=id,
        persona=again.persona,
        started=now,
        ended=None,
        minutes=0,
        lines=tuple(one for one in talk.lines if one.number < line),
        branch=Branch(of=talk.id, line=line, number=number),
    )


def way(talk: Interview, line: int, number: int = 0) -> Way | None:
    """How the moment at the candidate's line of this number went; None where it was not said or answered."""
    asked = next((one for one in talk.lines if one.number == line), None)
    if asked is None or asked.speaker is not Speaker.CANDIDATE:
        return None
    answers = tuple(
        one
        for one in talk.lines
        if one.number > line and one.turn == asked.turn and one.speaker is Speaker.COMPANY
    )
    if not answers:
        return None
    earlier = [one for one in talk.lines if one.number < line]
    known = {fact for one in earlier for fact in one.facts}
    told = frozenset(fact for one in answers for fact in one.facts) - known
    before = next((one for one in reversed(earlier) if one.speaker is Speaker.COMPANY), None)
    return Way(number=number, asked=asked, answers=answers, told=told, before=before)


def anew(branch: Interview) -> Way | None:
    """How the moment went in this branch; None before it was said and answered there."""
    return way(branch, branch.branch.line, branch.branch.number) if branch.branch else None


def tries(talk: Interview, branches: Iterable[Interview]) -> dict[int, tuple[Way, ...]]:
    """By the number of the candidate's line: the first way, and every other in the order of the tries.

    Ways in which somebody was in need are left out.
    """
    found: dict[int, list[Way]] = {}
    for one in sorted(branches, key=lambda one: one.branch.number if one.branch else 0):
        if one.branch is None or one.branch.of != talk.id or (other := anew(one)) is None:
            continue
        if other.asked.need is Need.NONE and (first := way(talk, one.branch.line)) is not None:
            found.setdefault(one.branch.line, [first]).append(other)
    return {line: tuple(ways) for line, ways in sorted(found.items())}


def best(ways: Sequence[Way]) -> Way:
    """The way that opened most; of equals the one that tells of a deed, then the earliest."""
    return max(ways, key=lambda one: (len(one.told), one.asked.deed, -one.number))


def with_best(talk: Interview, branches: Iterable[Interview]) -> Interview:
    """The talk as if each moment had gone the best of its ways: for counting, so lines are numbered anew."""
    better = {line: best(ways) for line, ways in tries(talk, branches).items()}
    swapped: list[Line] = []
    left: set[int] = set()  # turns of which another way is counted
    for line in talk.lines:
        if (instead := better.get(line.number)) is not None and instead.number:
            swapped += [instead.asked, *instead.answers]
            left.add(line.turn)
        elif line.turn not in left:
            swapped.append(line)
    lines = (Line(**{**vars(line), "number": at}) for at, line in enumerate(swapped, start=1))
    return talk.evolve(lines=tuple(lines))


def root_of(talk: Interview, known: dict[str, Interview]) -> str:
    """The id of the talk in which it all began; that of the last one that is still kept."""
    seen = {talk.id}
    while talk.branch is not None and talk.branch.of in known and talk.branch.of not in seen:
        talk = known[talk.branch.of]
        seen.add(talk.id)
    return talk.branch.of if talk.branch is not None else talk.id


def of_record(talks: Sequence[Interview], going_on: str = "") -> list[Interview]:
    """One talk a family, in the order given: the one that counts, the others being other ways of it.

    A talk that ended stays the one, whatever is tried again afterwards. While it goes on it is the way that
    the candidate is on, `going_on` being its id; else the newest.
    """
    known = {talk.id: talk for talk in talks}
    families: dict[str, list[Interview]] = {}
    for talk in talks:
        families.setdefault(root_of(talk, known), []).append(talk)
    found = []
    for family in families.values():
        ended = [talk for talk in family if talk.ended is not None]
        spoken = [talk for talk in family if talk.branch is None or anew(talk) is not None]
        here = [talk for talk in spoken if talk.id == going_on]
        found.append((ended or here or spoken or family)[-1])
    return found
