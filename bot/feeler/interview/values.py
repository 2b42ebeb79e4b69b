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
    need: Need = Need.NONE  # candidate: whether they are in need; such a line is never taken up again
    job: str = ""  # company: what the line had to do, see `plan.Job`; coach: the key of its line
    facts: tuple[str, ...] = ()  # company: ids of the dossier facts this line told
    offers: tuple[Topic, ...] = ()  # topics to put on the reply keyboard under this line
    fallback: bool = False  # company: a written line, since no draft passed
    seconds_to_first_text: float | None = None  # company
    seconds: float | None = None  # company: the whole turn
    tokens: int | None = None  # company: of the chosen draft


@dataclass(frozen=True, kw_only=True)
class Interview:
    """One talk. A new value for every change: `evolve`."""

    id: str  # uuid4 hex
    persona: str  # slug of the interviewer in the room now
    company: str  # slug
    started: datetime
    budget: int = 16  # the candidate's turns
    difficulty: Difficulty = Difficulty.NEUTRAL
    candidate: Candidate = field(default_factory=Candidate)
    lines: tuple[Line, ...] = ()
    ended: datetime | None = None

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
