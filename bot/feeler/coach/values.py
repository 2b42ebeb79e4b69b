"""What a debrief is, as typed values. Every claim carries the line it rests on; every quotation is exact."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from feeler.interview.values import Goal, Interview, Speaker
from feeler.personas.values import Reveal, Topic


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Words from the transcript: an exact substring of the text of line `line`."""

    line: int  # number of the transcript's line, 1-based
    quote: str
    cut: bool = False  # whether its last sentence is cut off


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
class Unknown:
    """What nobody knows about a company that the candidate brought: to be asked on the day."""

    question: str
    topic: Topic | None = None  # where the question is ours; None: it is the candidate's own
    asked: Evidence | None = None  # the candidate's question that nobody could answer


@dataclass(frozen=True, kw_only=True)
class Deed:
    """Something the candidate told that they did."""

    said: Evidence  # with the sentences that belong to it
    point: Evidence  # the same in a few sentences, to be said back
    telling: float  # how much it tells of somebody, beside the other deeds of the talk
    shows: Mapping[str, float] = field(default_factory=dict)  # see `feeler.interview.reading.Shown`


@dataclass(frozen=True, kw_only=True)
class Talent:
    """Something the company could see in the candidate, by the candidate's own words."""

    name: str  # "keeping people safe"; empty where it is not plain what the deed shows
    shown: tuple[Evidence, ...]  # the candidate's words: the deed
    point: Evidence  # the same in a few sentences
    heard: Evidence | None = None  # where the company picked it up
    means: str = ""  # what the talent is, one sentence


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of the candidate's."""

    asked: Evidence
    open: bool  # cannot be answered with yes, no or a number
    specific: bool  # names something of this company or this talk
    follows: Evidence | None  # the company's words it follows up on
    topics: tuple[Topic, ...] = ()
    got: Evidence | None = None  # what the company told in answer to it


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
    """One duty of the role: an action, for a trouble that was told, by somebody who did that deed."""

    text: str
    talent: Evidence
    need: Evidence


@dataclass(frozen=True, kw_only=True)
class Role:
    """The position they might create."""

    title: str
    duties: tuple[Duty, ...]
    why: str


@dataclass(frozen=True, kw_only=True)
class Note:
    """A thank-you note to send within a day: under 90 words, one point, no begging."""

    text: str
    point: Evidence  # the one thing of theirs it takes up
    own: Evidence | None = None  # the candidate's sentence it uses


@dataclass(frozen=True, kw_only=True)
class Practice:
    """A moment of this talk in which another move would have opened something, and that move."""

    kind: str  # "asking on", "one case": for comparing talks
    aim: str  # in a few words
    because: str  # what happened
    moment: tuple[Evidence, ...]  # where, in the words of the talk
    move: str  # what to say there
    lines: tuple[int, ...] = ()  # further lines it rests on


@dataclass(frozen=True, kw_only=True)
class Well:
    """Something that the candidate did well, where they did it."""

    text: str
    moment: tuple[Evidence, ...]


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
    again: int = 0  # moments that were tried again; the best of each is counted


@dataclass(frozen=True, kw_only=True)
class Progress:
    """This talk beside the ones before it."""

    talks: tuple[Figures, ...]  # oldest first, this one last
    sentence: str  # what changed since the last three; empty for a first talk


@dataclass(frozen=True, kw_only=True)
class Who:
    """An interviewer as shown to people."""

    name: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One way a moment went, in the words that were said."""

    number: int  # 0: the first way
    talk: str  # id of the talk or branch in which it was said
    said: str  # the candidate's whole line
    answers: tuple[str, ...]  # the company's whole lines
    facts: tuple[str, ...]  # ids of what they told for the first time
    changed: tuple[str, ...] = ()  # beside the first way; empty for it
    opened: str = ""


@dataclass(frozen=True, kw_only=True)
class Retried:
    """A moment that was tried again."""

    line: int  # number of the candidate's line in the talk
    ways: tuple[Tried, ...]  # the first way first
    counts: int  # number of the way that counts
    why: str  # "Try 1 counts: it opened most."


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether a goal of the candidate's own was reached."""

    goal: Goal
    reached: bool  # False: the talk does not show it
    shown: Evidence | None = None  # the line that shows it, or the one that came nearest
    why: str = ""  # a few words where there is more to say: "told unasked"


@dataclass(frozen=True, kw_only=True)
class Closing:
    """One thing that a good close has."""

    item: str  # "unasked", "person", "step"
    shown: Evidence | None  # the candidate's words; None: the talk does not show it


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
    unknown: tuple[Unknown, ...] = ()  # of a company that was made of somebody's papers
    talents: tuple[Talent, ...] = ()
    questions: tuple[Question, ...] = ()
    topics: tuple[Coverage, ...] = ()
    balance: Balance = field(default_factory=Balance)
    promises: tuple[Promise, ...] = ()
    invited: tuple[Evidence, ...] = ()  # next steps that the company offered when it took leave
    role: Role | None = None
    note: Note | None = None
    missing: str = ""  # where there is no role: what would carry one
    from_story: str = ""  # a line of what they keep with /story, near the trouble; not from the talk
    well: tuple[Well, ...] = ()
    practice: tuple[Practice, ...] = ()
    progress: Progress | None = None
    goals: tuple[Verdict, ...] = ()  # on what the candidate had set themselves
    close: tuple[Closing, ...] = ()  # how the candidate closed the talk; empty for a short one
    timing: str = ""  # who closed a live talk, and whether its time was kept; empty for any other
    tries: tuple[Retried, ...] = ()  # moments that were said another way afterwards
    first: Figures | None = None  # the talk in numbers by its first ways, where moments were tried again
    best: Figures | None = None  # and by the best of each

    def evolve(self, **changes: Any) -> "Debrief":
        return replace(self, **changes)

    @property
    def foreign(self) -> bool:
        """Whether the better part of the candidate's messages is in a language that the rules do not read."""
        return bool(self.unread) and 2 * len(self.unread) >= self.interview.turn

    @property
    def marked(self) -> bool:
        """Whether any line says whose words it holds; notes need not."""
        return any(line.speaker in (Speaker.CANDIDATE, Speaker.COMPANY) for line in self.interview.lines)

    @property
    def interviewer(self) -> Who:
        return self.people[self.interview.persona]
