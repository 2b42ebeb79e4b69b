"""What the company may tell now: what a question opens, what is volunteered, who else would know."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from feeler.interview.reading import Reading
from feeler.interview.values import Interview
from feeler.personas.values import Company, Fact, Persona, Reveal, Topic

PURPOSE = (
    "There is no vacancy behind this, and nothing to win or lose. I want to find out what you are good at, "
    "and you may find out what we are really like."
)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What the candidate's questions open."""

    topics: tuple[Topic, ...] = ()  # what they are about, the clearest first
    facts: tuple[Fact, ...] = ()  # to be told now
    note: str = ""  # a sentence of the person's own, where it answers better than any fact
    near: bool = False  # what is told is only close to what was asked
    withheld: bool = False  # there is more to it, for somebody who asks on
    followed: bool = False  # the question goes on about what was said


class Finder(Protocol):
    """Finds what answers a question; part of `feeler.ports.Reader`."""

    def open(self, interview: Interview, persona: Persona, company: Company, reading: Reading) -> Opened:
        """What may be told to the questions of `reading`, at the facts' reveal levels; `never` ones are not
        there.
        """
        ...

    def closeness(self, text: str, others: Sequence[str]) -> Sequence[float]:
        """How close each of the others is to what `text` is about: more is closer, 0 is not at all."""
        ...


def untouched(interview: Interview, company: Company, count: int = 3) -> tuple[Topic, ...]:
    """Topics that the company could tell of and nobody touched yet, the weightier ones first."""
    touched = {topic for line in interview.lines for topic in line.topics}
    known = {fact.topic for fact in company.facts if fact.reveal in (Reveal.VOLUNTEERED, Reveal.ASKED)}
    order = (
        Topic.PROBLEM, Topic.ENTRY, Topic.SUCCESS, Topic.CULTURE, Topic.DAY, Topic.TEAM, Topic.GROWTH,
        Topic.BUSINESS, Topic.INDUSTRY, Topic.CONDITIONS, Topic.ADVICE, Topic.PATH, Topic.PAY,
    )  # fmt: skip
    left = [topic for topic in order if topic in known and topic not in touched]
    start = interview.turn % len(left) if left else 0
    return tuple((left[start:] + left[:start])[:count])


def volunteered(interview: Interview, company: Company, said: str, finder: Finder) -> Fact | None:
    """What the company tells of itself, unasked: its trouble before all else, and what fits `said` best."""
    told = interview.told
    left = [fact for fact in company.facts if fact.reveal is Reveal.VOLUNTEERED and fact.id not in told]
    trouble = [fact for fact in left if fact.topic is Topic.PROBLEM] or left
    if not trouble:
        return None
    fits = finder.closeness(said, [fact.text for fact in trouble])
    return max(zip(trouble, fits, strict=True), key=lambda pair: pair[1])[0]


def who_knows(company: Company, persona: Persona, question: str, finder: Finder) -> str:
    """The colleague whose remit is closest to the question: "Petra Moser, who keeps the books"."""
    others = [person for person in company.people if persona.name not in person]
    if not others:
        return ""
    fits = finder.closeness(question, others)
    best, fit = max(zip(others, fits, strict=True), key=lambda pair: pair[1])
    return best if fit else others[len(question) % len(others)]
