"""What the bot asks an engine for: it plays a talk itself, with the scripted engine in place of a model.

The engine passes for a model that was not taught the skills: such a one is asked for every line, answers
included, with the persona and the last lines of the talk. A taught one is asked for questions alone.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from feeler.bench.talk import talk
from feeler.interview.acts import Act
from feeler.interview.dossier import Known, Shares
from feeler.interview.reading import Reading, Shown
from feeler.llm.scripted import ScriptedEngine
from feeler.llm.shares import ABLE
from feeler.personas.library import load_library
from feeler.personas.values import Topic
from feeler.ports import Message
from feeler.usecases.drafting import open_talk, take_turn

_PERSONA = "ruth"
_TOLD = 5  # lines of the talk's candidate, before they ask
_ASKED = (
    "May I ask you something, too? What does a bad month look like in your hospitals?",
    "What have you already tried against it?",
    "What happens when two people on a ward quarrel?",
    "How is pay decided here?",
)


class _Reader:
    """See `feeler.ports.Reader`. A question mark asks, and each question is answered by another fact."""

    def __init__(self) -> None:
        self._asked = 0

    def read(self, before: str, said: str) -> Reading:
        if "?" not in said:
            return Reading(acts=frozenset({Act.TOLD}))
        return Reading(acts=frozenset({Act.ASKED}), questions=(said,))

    def answers(self, before: str, question: str, things: Sequence[Known]) -> Shares:
        self._asked += 1
        each = [float(number == self._asked % len(things)) for number in range(len(things))]
        return Shares(each=tuple(each), none=0.0)

    def sorts(self, texts: Sequence[str]) -> Sequence[Mapping[Topic | None, float]]:
        return [{None: 1.0} for _ in texts]

    def closeness(self, text: str, others: Sequence[str]) -> Sequence[float]:
        return [0.0 for _ in others]

    def suits(self, before: str, said: str, questions: Sequence[str]) -> Sequence[float]:
        return [0.0 for _ in questions]

    def shows(self, texts: Sequence[str]) -> Sequence[Shown]:
        return [Shown(telling=0.0, talents={}) for _ in texts]


class _Untaught(ScriptedEngine):
    """An engine of a model as it came."""

    can = ABLE


def answers() -> list[tuple[Message, ...]]:
    """What the bot asks an engine for when a candidate who told for some turns asks, turn after turn.

    Such an answer is a single draft in the bot, too.
    """
    return asyncio.run(_prompts([*_candidate()[:_TOLD], *_ASKED]))[_TOLD:]


def turns() -> list[tuple[Message, ...]]:
    """What the bot asks an engine for in thirty turns of one chat."""
    return asyncio.run(_prompts(_candidate()))


async def _prompts(said: list[str]) -> list[tuple[Message, ...]]:
    """Each turn's first prompt: the bot plays the talk, with the scripted engine in place of a model."""
    library = load_library()
    persona, engine = library.persona(_PERSONA), _Untaught()
    company, people = library.company_of(persona), library.colleagues(persona)
    reader = _Reader()
    now = datetime(2026, 1, 1, tzinfo=UTC)
    interview = open_talk(persona, company, id="bench", now=now, budget=3 * len(said))
    found = []
    for text in said:
        engine.asked.clear()
        interview = await take_turn(
            interview,
            persona,
            company,
            text,
            engine=engine,
            reader=reader,
            now=now,
            people=people,
        )
        found += [asked.messages for asked in engine.asked[:1]]  # a written line asks for nothing
    return found


def _candidate() -> list[str]:
    return [message.content for message in talk() if message.role == "user"]
