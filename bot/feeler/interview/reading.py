"""What a message was understood as: closed labels and exact pieces of its own text, and nothing else."""

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
    need: Need = Need.NONE

    @property
    def asks(self) -> bool:
        return Act.ASKED in self.acts
