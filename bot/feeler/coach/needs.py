"""What the company told that hurts, and what somebody could do about it.

The kinds of trouble stand in `prompts/debrief.needs.yaml`. Advice is never a need, whatever words it has.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import yaml

from feeler.coach.values import Evidence, Learned
from feeler.coach.words import fold, sentences
from feeler.errors import DataError
from feeler.interview.words import numbers
from feeler.personas.library import shipped_prompts
from feeler.personas.values import Topic

HANGS_ON = re.compile(r"(?:That|This|It|They|He|She|Them|Those|Then|There|But|And|So)\b")
_ENDS_ON = re.compile(r" (?:it|that|them)[.!]?$")
ANY = "any"  # in the place of a talent: whichever was shown


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something to do about a kind of trouble, and the names of the talents it takes."""

    text: str
    talents: tuple[str, ...]  # what fits best first

    def takes(self, talent: str) -> bool:
        return talent in self.talents or ANY in self.talents

    def place(self, talent: str) -> int:
        """How well a talent that it takes fits, 0 the best."""
        return self.talents.index(talent) if talent in self.talents else 0


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One kind of trouble of the catalogue."""

    name: str  # fits "They told you of ..."
    field: str  # ends the title of a role
    step: str  # what the candidate does next, a sentence for the note
    signs: tuple[re.Pattern[str], ...]
    tasks: tuple[Task, ...]

    def takes(self, talent: str) -> bool:
        return any(task.takes(talent) for task in self.tasks)

    def place(self, talent: str) -> int:
        """How well a talent that it takes fits its best task, 0 the best."""
        return min(task.place(talent) for task in self.tasks if task.takes(talent))


@dataclass(frozen=True, kw_only=True)
class Need:
    """What the company told that hurts."""

    trouble: Trouble
    said: Evidence  # the whole of it
    point: Evidence  # its most telling sentence
    problem: bool  # the company itself called it a problem


@cache
def troubles() -> tuple[Trouble, ...]:
    """The kinds of trouble; the last one has no signs. DataError names what is wrong with the file."""
    file = shipped_prompts() / "debrief.needs.yaml"
    try:
        rows = yaml.safe_load(file.read_text(encoding="utf-8"))
        return tuple(
            Trouble(
                name=row["name"],
                field=row["field"],
                step=row["step"],
                signs=tuple(re.compile(sign) for sign in row["signs"].splitlines()),
                tasks=tuple(
                    Task(text=duty["text"], talents=tuple(duty["talents"])) for duty in row["duties"]
                ),
            )
            for row in rows
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, re.error) as error:
        raise DataError(f"{file.name}: is not a list of needs: {error}") from None


def needs_told(learned: Sequence[Learned]) -> tuple[Need, ...]:
    """The needs among what was told: what the company called a problem first, then as they came."""
    found = [need for one in learned if one.topic is not Topic.ADVICE and (need := _need(one))]
    return tuple(sorted(found, key=lambda need: not need.problem))


def _need(one: Learned) -> Need | None:
    problem = one.topic is Topic.PROBLEM
    trouble = max(troubles(), key=lambda kind: _hits(kind, one.said.quote))
    if not _hits(trouble, one.said.quote):
        if not problem:
            return None
        trouble = troubles()[-1]
    point = max(sentences(one.said.quote), key=lambda part: _telling(trouble, part))
    return Need(
        trouble=trouble, said=one.said, point=Evidence(line=one.said.line, quote=point), problem=problem
    )


def _telling(kind: Trouble, sentence: str) -> float:
    """How well one sentence stands for the whole: by the trouble's signs, and by numbers and names in it."""
    concrete = bool(numbers(sentence)) or re.search(r"(?<=[a-z,] )[A-Z][a-z]", sentence) is not None
    hangs_on = HANGS_ON.match(sentence) is not None or _ENDS_ON.search(sentence) is not None
    return 1.5 * _hits(kind, sentence) + 1.2 * concrete + len(sentence) / 100 - 3.0 * hangs_on


def _hits(kind: Trouble, words: str) -> int:
    folded = fold(words)
    return sum(sign.search(folded) is not None for sign in kind.signs)
