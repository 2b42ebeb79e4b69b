"""Readers for tests: the real one, loaded once, and one that is fed what it is to understand."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from feeler.compose import build_reader
from feeler.interview.acts import Act
from feeler.interview.dossier import Opened
from feeler.interview.reading import Reading
from feeler.interview.values import Interview, Need
from feeler.interview.words import sentences
from feeler.llm.cards import reader_card
from feeler.llm.weights import weights_path
from feeler.personas.values import Company, Persona, Reveal
from feeler.ports import Reader
from feeler.reading.reader import RuleReader
from feeler.settings import Settings


@cache
def real_reader() -> Reader:
    """What the bot reads with; `make` has fetched its weights."""
    return build_reader(Settings(_env_file=None))


def asks(question: str, *, follows: bool = False, told: bool = False) -> Reading:
    """A message that asks one thing."""
    acts = frozenset({Act.ASKED, Act.TOLD} if told else {Act.ASKED})
    return Reading(acts=acts, questions=(question,), follows=follows)


def rules() -> Reader:
    """Today's rules, with the tripwires alone for need: no weights."""
    return RuleReader(lambda said: Need.HEAVY if "wasn't here any more" in said else Need.NONE)


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
    ) -> None:
        self._readings = dict(readings or {})
        self._answers = answers

    def read(self, before: str, said: str) -> Reading:
        return self._readings.get(said, TELLS)

    def open(self, interview: Interview, persona: Persona, company: Company, reading: Reading) -> Opened:
        question = reading.questions[0] if reading.questions else ""
        notes = sentences(" ".join(persona.knows.split()))
        note = next((one for one in notes if self._answers(question, one)), "")
        facts = tuple(fact for fact in company.facts if self._answers(question, fact.text))
        barred = [fact for fact in facts if fact.reveal is Reveal.PROBED and not reading.follows]
        may = tuple(fact for fact in facts if fact not in barred and fact.reveal is not Reveal.NEVER)
        return Opened(facts=may, note=note, withheld=bool(barred))

    def closeness(self, text: str, others: Sequence[str]) -> Sequence[float]:
        return [float(len(set(text.lower().split()) & set(one.lower().split()))) for one in others]


def lend_weights(cache: Path) -> None:
    """Let a cache folder of a test's own have the reader's weights without fetching them again."""
    there = weights_path(reader_card(), Settings(_env_file=None).cache_dir)
    target = weights_path(reader_card(), cache)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(there)
