"""Which facts a candidate's questions open now, at their reveal level."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from feeler.interview.reading import Reading
from feeler.interview.values import Interview, Speaker
from feeler.interview.words import sentences
from feeler.personas.values import Company, Fact, Persona, Reveal, Topic

# How sure it is that each text answers the question, as log-odds: match(line before, question, texts).
Match = Callable[[str, str, Sequence[str]], Sequence[float]]

SURE = 0.0  # log-odds from which on a fact answers; set on the held-out questions of training/
NEAR = -2.2  # and from which on it is at least close
MOST = 2  # facts in one answer
PURPOSE = (
    "There is no vacancy behind this, and nothing to win or lose. I want to find out what you are good at, "
    "and you may find out what we are really like."
)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What the candidate's questions open."""

    facts: tuple[Fact, ...] = ()  # to be told now
    note: str = ""  # a sentence of the person's own, where it answers better than any fact
    near: bool = False  # what is told is only close to what was asked
    withheld: bool = False  # there is more to it, for somebody who asks on

    @property
    def known(self) -> bool:
        return bool(self.facts or self.note)


def open_facts(
    interview: Interview, persona: Persona, company: Company, reading: Reading, match: Match
) -> Opened:
    """What may be told to the questions of `reading`; what was told already, only for want of others."""
    found = Opened()
    for question in reading.questions[:MOST]:
        one = _open(interview, persona, company, reading, question, match)
        if not found.known:
            found = one
        elif one.facts and not one.near and not found.note:
            found = Opened(
                facts=tuple(dict.fromkeys((*found.facts, *one.facts)))[:MOST],
                near=found.near,
                withheld=found.withheld or one.withheld,
            )
    return found


def _open(
    interview: Interview,
    persona: Persona,
    company: Company,
    reading: Reading,
    question: str,
    match: Match,
) -> Opened:
    last = interview.last(Speaker.COMPANY)
    before = last.text if last is not None and last.turn else ""
    facts = [fact for fact in company.facts if fact.reveal is not Reveal.NEVER]
    notes = [*sentences(" ".join(persona.knows.split())), PURPOSE]
    scores = match(before, question, [*(fact.text for fact in facts), *notes])
    touched = {topic for line in interview.lines for topic in line.topics}
    told = interview.told

    def may(fact: Fact) -> bool:
        return (
            fact.reveal is not Reveal.PROBED
            or (reading.follows and last is not None and fact.topic in last.topics)
            or (fact.topic in touched and bool(interview.told & _of(company, fact.topic)))
        )

    ranked = sorted(zip(facts, scores, strict=False), key=lambda pair: -_fresh(pair[1], pair[0].id in told))
    allowed = [(fact, score) for fact, score in ranked if may(fact)]
    barred = [(fact, score) for fact, score in ranked if not may(fact)]
    note, note_score = max(zip(notes, scores[len(facts) :], strict=True), key=lambda pair: pair[1])
    fact, score = allowed[0] if allowed else (None, float("-inf"))
    if note_score >= SURE and note_score > score:
        return Opened(note=note)
    withheld = bool(barred) and barred[0][1] >= SURE and barred[0][1] > score
    if fact is not None and score >= SURE:
        return Opened(facts=(fact,), withheld=withheld)
    if withheld:
        return Opened(withheld=True)
    if fact is not None and score >= NEAR and fact.id not in told:
        return Opened(facts=(fact,), near=True)
    return Opened()


def _fresh(score: float, told: bool) -> float:
    """What was told already answers again only where nothing else does."""
    return min(score, SURE) - 0.5 if told else score


def _of(company: Company, topic: Topic) -> frozenset[str]:
    return frozenset(fact.id for fact in company.facts if fact.topic is topic)


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


def volunteered(interview: Interview, company: Company, said: str, match: Match) -> Fact | None:
    """What the company tells of itself, unasked: its trouble before all else, and what fits `said` best."""
    told = interview.told
    left = [fact for fact in company.facts if fact.reveal is Reveal.VOLUNTEERED and fact.id not in told]
    trouble = [fact for fact in left if fact.topic is Topic.PROBLEM] or left
    if not trouble:
        return None
    fits = match("", said, [fact.text for fact in trouble])
    return max(zip(trouble, fits, strict=True), key=lambda pair: pair[1])[0]


def who_knows(company: Company, persona: Persona, question: str, match: Match) -> str:
    """The colleague whose remit is closest to the question: "Petra Moser, who keeps the books"."""
    others = [person for person in company.people if persona.name not in person]
    if not others:
        return ""
    fits = match("", question, others)
    return max(zip(others, fits, strict=True), key=lambda pair: pair[1])[0]
