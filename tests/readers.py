"""Readers for tests: the real one, loaded once, and one that is fed what it is to understand."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from feeler.compose import build_reader
from feeler.interview.acts import Act
from feeler.interview.reading import Reading
from feeler.interview.values import Need
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
    """Understands messages as it was told, others as a story; texts answer a question where a test says so."""

    def __init__(
        self,
        readings: Mapping[str, Reading] | None = None,
        answers: Callable[[str, str], bool] = lambda question, text: False,
    ) -> None:
        self._readings = dict(readings or {})
        self._answers = answers

    def read(self, before: str, said: str) -> Reading:
        return self._readings.get(said, TELLS)

    def match(self, before: str, question: str, texts: Sequence[str]) -> Sequence[float]:
        return [4.0 if self._answers(question, text) else -6.0 for text in texts]
