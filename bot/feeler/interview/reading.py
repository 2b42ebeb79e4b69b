"""What a message was understood as: closed labels and exact pieces of its own text, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

from feeler.interview.acts import Act
from feeler.interview.values import Need
from feeler.personas.values import Topic


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One message of the candidate's, read once; whoever needs to know what it meant looks here."""

    acts: frozenset[Act] = frozenset()
    topics: tuple[Topic, ...] = ()  # of what is asked, the clearest first
    questions: tuple[str, ...] = ()  # to the company or its person, each an exact piece of the message
    follows: bool = False  # it goes on from what was just said: "why?", "since when?"
    deed: bool = False  # it tells of something they did, an act with a case
    span: str = ""  # what matters most in what they told, an exact piece of the message
    need: Need = Need.NONE

    @property
    def asks(self) -> bool:
        return Act.ASKED in self.acts


@dataclass(frozen=True, kw_only=True)
class Understood:
    """What the heads make of one message: probabilities, and exact pieces of its text."""

    need: Mapping[Need, float]  # of the whole message
    acts: Mapping[Act, float]
    topics: Mapping[Topic, float]  # of what is asked; they add to 1
    follows: float  # that it goes on from the line before
    deed: float  # that it tells of something they did
    asked: tuple[str, ...]  # the questions in it
    spans: tuple[str, ...]  # what matters most in it
    parts: tuple[Mapping[Need, float], ...] = ()  # need of its sentences, where it has several
    sorrow: float = 0.0  # that a death or another sorrow is told in it
    goes_on: float = 0.0  # that it says the talk may go on after a pause


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What one deed shows, by figures that order and compare; they are no probabilities."""

    telling: float  # how much it tells of somebody: 0 nothing, 1 what was done at a price
    talents: Mapping[str, float]  # by the names of `prompts/talents.yaml`: 0 not at all, 1 clearly
