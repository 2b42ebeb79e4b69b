"""This talk beside the ones before it, and two interviewers' answers side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from feeler.coach.values import Evidence, Figures, Learned, Progress, Question, Who
from feeler.personas.values import Topic

LAST = 3  # talks that this one is compared with
COUNTED = (
    ("questions", "questions asked"),
    ("follow_ups", "follow-ups"),
    ("topics", "topics"),
    ("facts", "facts uncovered"),
)


def progress(this: Figures, before: Sequence[Figures]) -> Progress:
    """What changed since the last three talks, in one sentence."""
    return Progress(talks=(*before, this), sentence=_change(this, before[-LAST:]))


def _change(this: Figures, last: Sequence[Figures]) -> str:
    if not last:
        return ""
    since = "the last talk" if len(last) == 1 else f"your last {len(last)} talks (on average)"
    parts = []
    for name, title in COUNTED:
        was = sum(getattr(one, name) for one in last) / len(last)
        parts.append(f"{title} {_number(was)} → {getattr(this, name)}")
    return f"Since {since}: {', '.join(parts)}."


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What one interviewer told on a topic, each with the question that opened it."""

    talk: str
    day: str
    who: Who
    company: str
    told: tuple[Learned, ...] = ()
    asked: tuple[Question, ...] = ()  # asked on the topic, whether answered or not


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two or more interviewers on the same topic."""

    topic: Topic
    answers: tuple[Answers, ...]

    @property
    def quotes(self) -> tuple[Evidence, ...]:
        return tuple(one.said for answer in self.answers for one in answer.told)
