"""Readers for tests: the real one, loaded once, and one that is fed what it is to understand."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from feeler.compose import build_reader
from feeler.interview.acts import Act
from feeler.interview.dossier import Known, Shares
from feeler.interview.reading import Reading, Shown
from feeler.interview.values import Need
from feeler.llm.cards import reader_card
from feeler.llm.weights import weights_path
from feeler.personas.values import Topic
from feeler.ports import Reader
from feeler.settings import Settings


@cache
def real_reader() -> Reader:
    """What the bot reads with; `make` has fetched its weights."""
    return build_reader(Settings(_env_file=None))


def asks(question: str, *, follows: bool = False, told: bool = False) -> Reading:
    """A message that asks one thing."""
    acts = frozenset({Act.ASKED, Act.TOLD} if told else {Act.ASKED})
    return Reading(acts=acts, questions=(question,), follows=follows)


TELLS = Reading(acts=frozenset({Act.TOLD}))
ACUTE = Reading(acts=frozenset({Act.TOLD}), need=Need.ACUTE)
HEAVY = Reading(acts=frozenset({Act.TOLD}), need=Need.HEAVY)


class FedReader:
    """Understands messages as it was told, others as a story; a fact or a sentence answers where a test
    says so.
    """

    def __init__(
        self,
        readings: Mapping[str, Reading] | None = None,
        answers: Callable[[str, str], bool] = lambda question, text: False,
        suit: Sequence[str] = (),
    ) -> None:
        self._readings = dict(readings or {})
        self._answers = answers
        self._suit = suit  # questions that follow from what was said

    def read(self, before: str, said: str) -> Reading:
        return self._readings.get(said, TELLS)

    def answers(self, before: str, question: str, things: Sequence[Known]) -> Shares:
        fits = [float(self._answers(question, thing.text)) for thing in things]
        whole = max(1.0, sum(fits))
        return Shares(each=tuple(fit / whole for fit in fits), none=0.0 if any(fits) else 1.0)

    def sorts(self, texts: Sequence[str]) -> Sequence[Mapping[Topic | None, float]]:
        """A sentence with a figure in it says something of the team; no other does."""
        return [
            {None: 0.0, Topic.TEAM: 1.0}
            if any(sign.isdigit() for sign in text)
            else {None: 1.0, Topic.TEAM: 0.0}
            for text in texts
        ]

    def closeness(self, text: str, others: Sequence[str]) -> Sequence[float]:
        return [float(len(set(text.lower().split()) & set(one.lower().split()))) for one in others]

    def suits(self, before: str, said: str, questions: Sequence[str]) -> Sequence[float]:
        return [float(question in self._suit) for question in questions]

    def shows(self, texts: Sequence[str]) -> Sequence[Shown]:
        return [Shown(telling=len(text) / 1000, talents={}) for text in texts]


def lend_weights(cache: Path) -> None:
    """Let a cache folder of a test's own have the reader's weights without fetching them again."""
    there = weights_path(reader_card(), Settings(_env_file=None).cache_dir)
    target = weights_path(reader_card(), cache)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(there)
