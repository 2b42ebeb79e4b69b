"""What an interview is, as typed values. Pure: no I/O, no model."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from feeler.personas.values import Topic


class Speaker(StrEnum):
    CANDIDATE = "candidate"
    COMPANY = "company"
    COACH = "coach"  # the practice partner's own voice, clearly not the interviewer's
    NOTE = "note"  # nobody: what somebody noted of a real conversation


class Need(StrEnum):
    """Whether somebody is in need, which comes before everything else."""

    NONE = "none"
    HEAVY = "heavy"  # grief, despair, tears: nothing is asked, a pause is offered
    ACUTE = "acute"  # danger to somebody's life


class Phase(StrEnum):
    OPENING = "opening"
    STORY = "story"
    STRENGTHS = "strengths"
    COMPANY = "company"
    QUESTIONS = "questions"
    CLOSE = "close"


class Difficulty(StrEnum):
    WARM = "warm"
    NEUTRAL = "neutral"
    TOUGH = "tough"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What the person told us about themselves before the talk. Any of it may be empty."""

    name: str = ""
    background: str = ""
    curious: str = ""


@dataclass(frozen=True, kw_only=True)
class Speech:
    """How a line was spoken: times only, nothing of the sound."""

    seconds: float  # from the first word to the last
    words: int
    pauses: int  # silences of more than two seconds
    fillers: int  # "um", "uh" and their like
    longest: float  # seconds spoken without such a silence, at most
    note: int = 0  # number of the message that brought it, within its chat


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the transcript, exactly as it was said."""

    number: int  # 1-based position in the transcript
    turn: int  # the candidate's message it belongs to, 1-based; 0 for what came before the first
    speaker: Speaker
    persona: str  # slug of the interviewer in the room
    phase: Phase
    text: str
    at: datetime  # aware, UTC
    acts: tuple[str, ...] = ()  # candidate: what they did, see `acts`
    topics: tuple[Topic, ...] = ()  # candidate: what a question was about; company: what the facts are about
    questions: tuple[str, ...] = ()  # candidate: what they asked, exact pieces of the text
    follows: bool = False  # candidate: it goes on from what was just said
    deed: bool = False  # candidate: it tells of something they did
    span: str = ""  # an exact piece: what matters most in what they told; company: what it took leave with
    speech: Speech | None = None  # candidate: how it was spoken; None where it was typed
    need: Need = Need.NONE  # candidate: whether they are in need; such a line is never taken up again
    job: str = ""  # company: what the line had to do, see `plan.Job`; coach: the key of its line
    facts: tuple[str, ...] = ()  # company: ids of the dossier facts this line told
    offers: tuple[Topic, ...] = ()  # topics to put on the reply keyboard under this line
    fallback: bool = False  # company: a written line, since no draft passed
    seconds_to_first_text: float | None = None  # company
    seconds: float | None = None  # company: the whole turn
    tokens: int | None = None  # company: of the chosen draft


@dataclass(frozen=True, kw_only=True)
class Branch:
    """Where a talk branches off another: it goes on from before one of the candidate's lines there."""

    of: str  # id of the talk that it branches off
    line: int  # number of the candidate's line that is said anew, in both talks
    number: int  # which try it is, 1-based; the first way is none


class Aim(StrEnum):
    """What kind of thing a goal is; it says how one sees that it is reached."""

    FIND = "find"  # something to find out
    TELL = "tell"  # a story to be told
    NAME = "name"  # somebody to talk to next
    DEED = "deed"  # one thing that one did
    STAY = "stay"  # a question that goes on from an answer
    LEAD = "lead"  # questions in one's own half


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What the candidate wants of one talk. The interviewer does not know it."""

    aim: Aim
    text: str = ""  # in their own words; empty where the aim says it all
    topic: Topic | None = None  # to be found out about, where a button named it

    @property
    def title(self) -> str:
        """As it is shown: "Find out why people leave"."""
        return f"{TITLES[self.aim]} {self.text}".strip()


TITLES = {
    Aim.FIND: "Find out",
    Aim.TELL: "Tell",
    Aim.NAME: "Leave with a name to write to",
    Aim.DEED: "Tell one thing I did",
    Aim.STAY: "Stay with an answer for one more question",
    Aim.LEAD: "Ask three questions in my half",
}


class Asked(StrEnum):
    """What somebody is asked after a talk, for themselves alone."""

    SURPRISED = "surprised"  # what surprised you?
    DRAWS = "draws"  # does it still draw you?
    OUT = "out"  # what will you rule out?


@dataclass(frozen=True, kw_only=True)
class Reflection:
    """A sentence that somebody wrote after a talk."""

    asked: Asked
    text: str


@dataclass(frozen=True, kw_only=True)
class Notes:
    """Of a talk that is made of the notes of a real conversation."""

    who: str = ""  # whom it was with, as the person named them
    firm: str = ""
    troubled: bool = False  # somebody was in need while they wrote them; those words are not kept


@dataclass(frozen=True, kw_only=True)
class Interview:
    """One talk. A new value for every change: `evolve`."""

    id: str  # uuid4 hex
    persona: str  # slug of the interviewer in the room now
    company: str  # slug
    started: datetime
    budget: int = 16  # the candidate's turns
    minutes: int = 0  # of a live talk, which the clock ends, see `live`; 0: it is counted in turns
    difficulty: Difficulty = Difficulty.NEUTRAL
    candidate: Candidate = field(default_factory=Candidate)
    lines: tuple[Line, ...] = ()
    ended: datetime | None = None
    goals: tuple[Goal, ...] = ()
    ready_before: int | None = None  # how ready they felt before it, 1 to 10; None: not said
    ready_after: int | None = None
    reflections: tuple[Reflection, ...] = ()
    branch: Branch | None = None  # None: a talk of its own
    notes: Notes | None = None  # None: it was held here

    def evolve(self, **changes: Any) -> "Interview":
        return replace(self, **changes)

    @property
    def turn(self) -> int:
        """How many messages the candidate has sent."""
        return sum(line.speaker is Speaker.CANDIDATE for line in self.lines)

    def last(self, speaker: Speaker) -> Line | None:
        """What `speaker` said last; None where they have not spoken."""
        return next((line for line in reversed(self.lines) if line.speaker is speaker), None)

    def numbered(self, number: int) -> Line:
        """The line of this number. A talk that is read in part has gaps, so a number is no index."""
        return next(line for line in self.lines if line.number == number)

    @property
    def offers(self) -> tuple[Topic, ...]:
        """The topics that the last turn put on the reply keyboard; empty where it was not "your turn"."""
        turn = self.turn
        return next((line.offers for line in reversed(self.lines) if line.turn == turn and line.offers), ())

    @property
    def told(self) -> frozenset[str]:
        """Ids of the facts the company has told so far."""
        return frozenset(fact for line in self.lines for fact in line.facts)
