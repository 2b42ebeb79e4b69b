"""What a persona and a company are, as typed values. No I/O here; `library` reads the files."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Topic(StrEnum):
    """The topic map: what a candidate can ask a company about."""

    PATH = "path"  # the interviewer's own path
    DAY = "day"  # day-to-day work
    ENTRY = "entry"  # entry from outside the field
    SUCCESS = "success"  # success and how it is judged
    TEAM = "team"  # team and manager
    CULTURE = "culture"  # culture and conflict
    GROWTH = "growth"
    CONDITIONS = "conditions"  # hours, place and pressure
    BUSINESS = "business"  # business health
    INDUSTRY = "industry"  # where the industry goes
    PAY = "pay"  # pay norms
    ADVICE = "advice"  # advice and other people to meet
    PROBLEM = "problem"  # the problem this company would pay to have solved


class Reveal(StrEnum):
    """When the company lets a fact out."""

    VOLUNTEERED = "volunteered"
    ASKED = "if asked"
    PROBED = "if probed"  # only on a follow-up to the same topic
    NEVER = "never"  # must not even enter a prompt


class Manner(StrEnum):
    """How a company's person speaks: a few choices that a small model can follow."""

    JOVIAL = "jovial"  # loud and big-hearted, wants to know what happened next
    DRY = "dry"  # few words, statements, doubts a little, never praises
    BLUNT = "blunt"  # short sentences, takes one word and digs there
    WARM = "warm"  # quiet, asks the hard thing gently
    GENTLE = "gentle"  # unhurried, a little dry humour
    EXACT = "exact"  # how many, how long, how do you know


class Timbre(StrEnum):
    """The voice in which a persona's lines are spoken."""

    ALTO = "alto"  # a woman's, low and calm
    CLEAR = "clear"  # a woman's
    BRIGHT = "bright"  # a woman's, high and quick
    TENOR = "tenor"  # a man's, light
    BARITONE = "baritone"  # a man's
    BASS = "bass"  # a man's, deep and slow


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing the company knows about itself, written as its people would say it aloud."""

    id: str  # unique in the company: "release-rhythm"
    topic: Topic
    text: str  # spoken, first person plural, one or two sentences
    reveal: Reveal
    keywords: tuple[str, ...] = ()  # of a card's lorebook, kept for its export
    more: tuple[str, ...] = ()  # what is added for who asks on, once it was told: why it is so, a case of it
    source: str = ""  # the sentence of somebody's papers that says it; empty in a written dossier
    paper: str = ""  # the paper it stands in: "about.pdf"


@dataclass(frozen=True, kw_only=True)
class Company:
    slug: str
    name: str
    field: str  # "maker of packaging machines, family-owned"
    place: str
    about: str  # two or three sentences anybody may know
    facts: tuple[Fact, ...]
    people: tuple[str, ...] = ()  # colleagues that may be named: "Ruth Abel, who runs the night shift"

    @property
    def sourced(self) -> bool:
        """Whether it was made of somebody's papers: then nobody invented what these leave open."""
        return any(fact.source for fact in self.facts)

    @property
    def open_topics(self) -> tuple[Topic, ...]:
        """The topics on which nothing is known."""
        known = {fact.topic for fact in self.facts}
        return tuple(topic for topic in Topic if topic not in known)


@dataclass(frozen=True, kw_only=True)
class Example:
    """One exchange that shows how this persona speaks."""

    job: str  # one of SLOTS
    candidate: str
    persona: str


# What the written lines of last resort may hold, by job: {question} is the one asked last, {fact} the
# dossier's words, {knower} a colleague who would know, {name} and {role} those of one who arrives in
# mid-talk, {thing} what leave is taken with. A line whose slot cannot be filled is not used.
SLOTS: dict[str, frozenset[str]] = {
    "ask": frozenset(),
    "push": frozenset(),
    "ease": frozenset({"question"}),
    "near": frozenset({"fact"}),
    "unknown": frozenset({"knower"}),
    "no_more": frozenset({"knower"}),
    "hand": frozenset(),
    "steady": frozenset(),
    "deflect": frozenset(),
    "keep": frozenset({"thing"}),
    "leave": frozenset(),
    "bye": frozenset(),
    "pause": frozenset(),
    "resume": frozenset(),
    "arrive": frozenset({"name", "role"}),
}


@dataclass(frozen=True, kw_only=True)
class Persona:
    slug: str
    name: str
    role: str
    company: str  # slug of the company
    manner: Manner = Manner.GENTLE
    voice: Timbre | None = None  # None: one that is always the same for this persona
    temper: str
    speech: str  # the way of speaking, in the persona's own terms
    opening: str  # the line this persona opens a talk with
    knows: str  # the file's body: first person, each sentence speakable on its own
    more: dict[str, tuple[str, ...]] = field(default_factory=dict)  # sentence of `knows` -> for who asks on
    interests: tuple[str, ...] = ()  # what they like to find out: "calming an angry customer"
    examples: tuple[Example, ...] = ()  # for a model that was not taught
    lines: dict[str, tuple[str, ...]] = field(default_factory=dict)  # last-resort lines by job, with SLOTS
    extra: dict[str, Any] = field(default_factory=dict)  # unknown fields of an imported card, kept
