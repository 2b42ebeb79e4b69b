"""What the company may tell now: what a question opens, what is volunteered, who else would know."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from feeler.interview.acts import Act
from feeler.interview.reading import Reading
from feeler.interview.values import Interview, Speaker
from feeler.interview.words import content, sentences, words
from feeler.personas.values import Company, Fact, Persona, Reveal, Topic

PART = re.compile(r"\n\s*\n|\n(?=- )")  # between two items of a list, or two paragraphs
BRIEF = 6  # words of a question that may go on from the line before
BARE = 3  # words of a question that can only be about the line before, where it goes on from that
MOST_FACTS = 2  # questions of one message that are answered
LATEST, TOLD = 0.1, 0.2  # what a fact counts for that was told just now; that was told before
SAID = 0.05  # what a sentence of one's own counts that was said before: nobody says it twice
SURELY = 0.85  # share from which on a question is after what was told already
CLEARLY = 0.12  # by which a colleague's remit has to be closer to a question than anybody else's
OWN = 0.8  # share below which no story of one's own answers a question about the company: 9 of 50 were right
LEAST = 0.2  # share below which nothing is an answer
HINT = 0.01  # share from which on an easier fact is told where the best may not be told yet
# Share below which the best is told as what is near: of 990 strangers' questions that the head was not taught
# with, what lay above was right for 48% and near for 25%, what lay between LEAST and this for 15% and 19%.
PLAINLY = 0.6
NEARLY = 0.6  # of none's share: from there on the best is told as what is near

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


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Which of some things answers a question: probabilities that add to 1 with that of none."""

    each: tuple[float, ...]  # in the things' order
    none: float


class Finder(Protocol):
    """Compares what is asked with what is known; part of `feeler.ports.Reader`."""

    def answers(self, before: str, question: str, things: Sequence["Known"]) -> Shares:
        """Which of `things` answers `question`, asked after the company's line `before` (may be empty)."""
        ...

    def closeness(self, text: str, others: Sequence[str]) -> Sequence[float]:
        """How close each of the others is to what `text` is about: more is closer, 0 is not at all."""
        ...


@dataclass(frozen=True, kw_only=True)
class Known:
    """One thing that may answer a question: a fact of the company's, or a sentence of the person's own."""

    text: str
    fact: Fact | None = None
    added: bool = False  # what is added to a fact that was told, for who asks on

    @property
    def topic(self) -> Topic:
        """What it is about; what people know of themselves is about their path."""
        return self.fact.topic if self.fact is not None else Topic.PATH


def context(before: str, question: str) -> str:
    """The company's line before, for a question so short that it may go on from it; else nothing."""
    return before if len(words(question)) <= BRIEF else ""


def known(persona: Persona, company: Company, interview: Interview | None = None) -> tuple[Known, ...]:
    """All that could answer a question; `never` facts are not there.

    What there is to add to what was told comes last.
    """
    facts = [Known(text=fact.text, fact=fact) for fact in company.facts if fact.reveal is not Reveal.NEVER]
    own = [Known(text=note) for note in notes(persona)]
    return (*facts, *own, Known(text=PURPOSE), *(additions(interview, persona, company) if interview else ()))


def notes(persona: Persona) -> tuple[str, ...]:
    """What somebody can say of themselves: each sentence of the body's prose, each item of its lists."""
    parts = [" ".join(part.split()) for part in PART.split(persona.knows)]
    each = [(part[2:],) if part.startswith("- ") else sentences(part) for part in parts]
    return tuple(note for some in each for note in some)


def additions(
    interview: Interview, persona: Persona, company: Company, *, just_now: bool = False
) -> tuple[Known, ...]:
    """Why it is so and a case of it, for what was told, or told `just_now`; what was said of it already is
    left out.
    """
    last = interview.last(Speaker.COMPANY)
    told = (last.facts if last is not None else ()) if just_now else interview.told
    just = [fact for fact in company.facts if fact.id in told]
    said = " ".join(line.text for line in interview.lines if line.speaker is Speaker.COMPANY)
    heard = (last.text if last is not None else "") if just_now else said
    of_facts = (
        Known(text=text, fact=replace(fact, text=text, more=()), added=True)
        for fact in just
        for text in fact.more
    )
    of_notes = (
        Known(text=text, added=True)
        for note, more in persona.more.items()
        if note in heard or (just_now and any(text in heard for text in more))
        for text in more
    )
    return tuple(one for one in (*of_facts, *of_notes) if one.text not in said)


def opened(
    interview: Interview, reading: Reading, things: Sequence[Known], shares: Sequence[Shares]
) -> Opened:
    """What the questions of `reading` open among `things`, by each question's shares.

    A thing that may not be told yet is never told, but that there is more is known. What was told counts
    less.
    """
    touched = _touched(interview)
    fresh = [_freshness(thing, interview) for thing in things]
    personal = Act.PERSONAL in reading.acts
    facts: list[Fact] = []
    near = withheld = False
    note = ""
    for share in shares[:MOST_FACTS]:
        chances = [chance * counts for chance, counts in zip(share.each, fresh, strict=True)]
        order = sorted(range(len(things)), key=lambda at: -chances[at])
        may = [at for at in order if _may(things[at].fact, touched)]
        kept = order[0] if order and order[0] not in may and chances[order[0]] > share.none else None
        withheld = withheld or kept is not None
        least = max(LEAST, NEARLY * share.none)
        if kept is not None:  # nothing on another matter stands for what is not told yet
            may, least = [at for at in may if things[at].topic is things[kept].topic], HINT
        best = may[0] if may else None
        if best is not None and things[best].fact is None and not personal:
            least = max(least, OWN)
        if best is None or _weight(things, chances, best, personal=personal) < least:
            # who asks for it again is told again, and not that nobody knows
            again = max(may, key=lambda at: share.each[at], default=None)
            if facts or again is None or things[again].fact is None or share.each[again] < SURELY:
                continue
            best = again
        fact = things[best].fact
        if fact is None:
            note = note or things[best].text
        elif fact not in facts:
            sure = PLAINLY if kept is None else max(share.none, LEAST)  # then the matter itself is sure
            near = near or (not facts and share.each[best] < sure)
            facts.append(fact)
    if note:
        return Opened(topics=reading.topics, note=note, withheld=withheld)
    topics = tuple(dict.fromkeys([*(fact.topic for fact in facts), *reading.topics]))
    return Opened(topics=topics, facts=tuple(facts), near=near, withheld=withheld)


def _weight(things: Sequence[Known], chances: Sequence[float], best: int, *, personal: bool) -> float:
    """What speaks for the best thing. Where somebody is asked about themselves, all that is their own does:
    several sentences may answer "where were you before this?" alike.
    """
    if things[best].fact is not None or not personal:
        return chances[best]
    return sum(chance for thing, chance in zip(things, chances, strict=True) if thing.fact is None)


def _freshness(thing: Known, interview: Interview) -> float:
    """What a thing counts, by whether it was told before, and just now."""
    if thing.added:
        return 1.0
    if thing.fact is None:
        said = any(thing.text in line.text for line in interview.lines if line.speaker is Speaker.COMPANY)
        return SAID if said else 1.0
    last = interview.last(Speaker.COMPANY)
    just_told = last is not None and thing.fact.id in last.facts
    return (LATEST if just_told else 1.0) * (TOLD if thing.fact.id in interview.told else 1.0)


def _touched(interview: Interview) -> set[Topic]:
    """What somebody asked about or told of."""
    return {topic for line in interview.lines for topic in line.topics}


def _may(fact: Fact | None, touched: set[Topic]) -> bool:
    """Whether it may be told at this moment: what is kept for a follow-up wants its topic touched before."""
    return fact is None or fact.reveal is not Reveal.PROBED or fact.topic in touched


def untouched(interview: Interview, company: Company, count: int = 3) -> tuple[Topic, ...]:
    """Topics that the company could tell of and nobody touched yet, the weightier ones first."""
    touched = _touched(interview)
    known = {fact.topic for fact in company.facts if fact.reveal in (Reveal.VOLUNTEERED, Reveal.ASKED)}
    order = (
        Topic.PROBLEM, Topic.ENTRY, Topic.SUCCESS, Topic.CULTURE, Topic.DAY, Topic.TEAM, Topic.GROWTH,
        Topic.BUSINESS, Topic.INDUSTRY, Topic.CONDITIONS, Topic.ADVICE, Topic.PATH, Topic.PAY,
    )  # fmt: skip
    left = [topic for topic in order if topic in known and topic not in touched]
    start = interview.turn % len(left) if left else 0
    return tuple((left[start:] + left[:start])[:count])


def is_bare(question: str) -> bool:
    """Whether a question is about the line before and nothing else: "why is it like this?"."""
    said = set(words(question))
    more = [word for word in content(question) if len(word) > BARE and not word.startswith("why")]
    return len(said) <= BARE or (asks_why(question) and not more)


def asks_why(question: str) -> bool:
    """Whether it asks for a reason: "why", "ah no, why's that"."""
    return any(word.startswith("why") for word in words(question))


def told_on(
    interview: Interview,
    persona: Persona,
    company: Company,
    question: str,
    finder: Finder,
    *,
    surely: bool = False,
) -> Known | None:
    """What there is to add for who asks on: of the additions to what was just told the one that answers
    best, and to a mere "why?" the first that is left, which is the reason. `surely`: only what is likelier to
    answer than nothing.
    """
    last = interview.last(Speaker.COMPANY)
    added = additions(interview, persona, company, just_now=True)
    if last is None or not added:
        return None
    if asks_why(question) and is_bare(question):
        return added[0]
    shares = finder.answers(last.text, question, added)
    best, share = max(zip(added, shares.each, strict=True), key=lambda pair: pair[1])
    return best if not surely or share >= shares.none else None


def beside(interview: Interview, company: Company) -> Fact | None:
    """Another fact on what was just told, first one that is kept for who asks on."""
    last = interview.last(Speaker.COMPANY)
    just = [fact for fact in company.facts if last is not None and fact.id in last.facts]
    about = {fact.topic for fact in just}
    left = [
        fact
        for fact in company.facts
        if fact.topic in about and fact.reveal is not Reveal.NEVER and fact.id not in interview.told
    ]
    return min(left, key=lambda fact: fact.reveal is not Reveal.PROBED, default=None)


def nearest(interview: Interview, persona: Persona, company: Company, finder: Finder) -> Fact | None:
    """Of what was not told yet, what comes closest to what was asked last; None where nothing was asked."""
    asked = [line for line in interview.lines if line.speaker is Speaker.CANDIDATE and line.questions]
    touched = _touched(interview)
    told = interview.told
    left = [
        one
        for one in known(persona, company)
        if one.fact is not None and one.fact.id not in told and _may(one.fact, touched)
    ]
    if not asked or not left:
        return None
    shares = finder.answers("", asked[-1].questions[0], left).each
    return max(zip(left, shares, strict=True), key=lambda pair: pair[1])[0].fact


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
    """The colleague whose remit is clearly closest to the question: "Petra Moser, who keeps the books".

    Empty where it is nobody's more than another's: a name that would not know is worse than none.
    """
    others = [person for person in company.people if persona.name not in person]
    if len(others) < 2:
        return others[0] if others else ""
    fits = sorted(zip(finder.closeness(question, others), others, strict=True), reverse=True)
    return fits[0][1] if fits[0][0] - fits[1][0] >= CLEARLY else ""
