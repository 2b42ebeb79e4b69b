"""What a debrief is, as typed values. Every claim carries the line it rests on; every quotation is exact."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from feeler.interview.values import Interview, Speaker
from feeler.personas.values import Reveal, Topic


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Words from the transcript: an exact substring of the text of line `line`."""

    line: int  # number of the transcript's line, 1-based
    quote: str


@dataclass(frozen=True, kw_only=True)
class Learned:
    """A fact of the dossier that the company told."""

    fact: str  # id in the dossier
    topic: Topic
    said: Evidence  # the company's own words
    opened_by: Evidence | None = None  # the candidate's question it answered; None: told unasked


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """A fact that stayed hidden. Its text is not shown: the next talk should still pay."""

    fact: str
    topic: Topic
    reveal: Reveal
    question: str  # would have opened it
    near: Evidence | None = None  # the candidate's question that came closest, or
    after: Evidence | None = None  # the company's words after which the question would have fitted


@dataclass(frozen=True, kw_only=True)
class Talent:
    """Something the company could see in the candidate, by the candidate's own words."""

    name: str  # "calming people down"
    shown: tuple[Evidence, ...]  # the candidate's words, the strongest first
    heard: Evidence | None = None  # where the company picked it up
    need: Evidence | None = None  # what the company told that this talent would serve
    carries: str = ""  # how it carries over to this company, one sentence


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of the candidate's."""

    asked: Evidence
    open: bool  # cannot be answered with yes, no or a number
    specific: bool  # names something of this company or this talk
    follows: Evidence | None  # the company's words it follows up on
    topics: tuple[Topic, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """One field of the topic map: the lines in which it was asked about and told about."""

    topic: Topic
    asked: tuple[int, ...] = ()
    told: tuple[int, ...] = ()

    @property
    def covered(self) -> bool:
        return bool(self.asked or self.told)


@dataclass(frozen=True, kw_only=True)
class PassedOver:
    """A question of the company's that the candidate's next message did not answer."""

    question: Evidence
    reply: Evidence


@dataclass(frozen=True, kw_only=True)
class Balance:
    """Who spoke how much, in words."""

    candidate_words: int = 0
    company_words: int = 0
    longest: Evidence | None = None  # how the candidate's longest message begins
    longest_words: int = 0
    passed_over: tuple[PassedOver, ...] = ()

    @property
    def share(self) -> float:
        """The candidate's share of all words, 0 to 1; 0 where nothing was said."""
        both = self.candidate_words + self.company_words
        return self.candidate_words / both if both else 0.0


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What one side said it would do."""

    by: Speaker
    said: Evidence


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One duty of the role: a talent that was shown, put to a need that was told."""

    text: str
    talent: Evidence
    need: Evidence


@dataclass(frozen=True, kw_only=True)
class Role:
    """The position they might create."""

    title: str
    duties: tuple[Duty, ...]
    why: str
    precedent: Evidence | None = None  # where the company told that it once made a job for somebody


@dataclass(frozen=True, kw_only=True)
class Note:
    """A thank-you note to send within a day: under 120 words, one point, no begging."""

    text: str
    point: Evidence  # the one thing of theirs it takes up
    own: Evidence | None = None  # the candidate's words it uses
    by_model: bool = False


@dataclass(frozen=True, kw_only=True)
class Practice:
    """One thing to practise next, with what in the talk it rests on."""

    aim: str
    exercise: str  # one line
    because: str  # what in the talk it rests on
    lines: tuple[int, ...] = ()
    kind: str = ""  # "open questions", "follow-ups": for comparing talks


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One talk in numbers, for the history. None of them judges the person."""

    talk: str  # id of the interview
    day: str  # "2026-11-22", empty where no time is known
    interviewer: str
    company: str
    turns: int
    questions: int
    open_questions: int
    follow_ups: int
    topics: int  # of the thirteen
    facts: int
    share: float  # the candidate's share of the words


@dataclass(frozen=True, kw_only=True)
class Progress:
    """This talk beside the ones before it."""

    talks: tuple[Figures, ...]  # oldest first, this one last
    sentence: str  # what changed since the last three; empty for a first talk


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A sentence on how the company saw the candidate, and the lines it rests on."""

    text: str
    lines: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Who:
    """An interviewer as shown to people."""

    name: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Debrief:
    """Everything that one talk taught. Empty parts are left out where it is shown."""

    interview: Interview
    people: Mapping[str, Who]  # by persona slug
    company: str  # the company's name
    trade: str  # what the company does, from the dossier
    short: bool  # too little was said for advice; only what is certain is listed
    troubled: bool = False  # the candidate spoke of distress: no role, no note, no exercises
    unread: tuple[int, ...] = ()  # the candidate's lines in another language, which the rules do not read
    facts_open: int = 0  # facts of the dossier that may be told at all
    learned: tuple[Learned, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    talents: tuple[Talent, ...] = ()
    questions: tuple[Question, ...] = ()
    topics: tuple[Coverage, ...] = ()
    balance: Balance = field(default_factory=Balance)
    promises: tuple[Promise, ...] = ()
    role: Role | None = None
    note: Note | None = None
    practice: tuple[Practice, ...] = ()
    progress: Progress | None = None
    seen: tuple[Seen, ...] = ()  # the model's connecting prose, every sentence checked

    def evolve(self, **changes: Any) -> "Debrief":
        return replace(self, **changes)

    @property
    def foreign(self) -> bool:
        """Whether the better part of the candidate's messages is in a language that the rules do not read."""
        return bool(self.unread) and 2 * len(self.unread) >= self.interview.turn

    @property
    def interviewer(self) -> Who:
        return self.people[self.interview.persona]
