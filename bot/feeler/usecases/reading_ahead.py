"""While a person types, what the next turn begins with is read, where that is new."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

from feeler.errors import EngineError
from feeler.interview.dossier import PURPOSE, Known, known
from feeler.interview.values import Interview
from feeler.personas.library import Library
from feeler.personas.values import Persona
from feeler.ports import Engine, Reader
from feeler.usecases.drafting import warm_up
from feeler.usecases.questions import plain_questions

log = logging.getLogger(__name__)


class ReadingAhead:
    """One reading a chat at most, in the background.

    The engine reads the prompt's beginning, and a turn that comes meanwhile waits for it; the reader what the
    company knows and its person may ask, and reads what is said in between.
    """

    def __init__(self, engine: Engine, reader: Reader) -> None:
        self._engine, self._reader = engine, reader
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self.learning: set[asyncio.Task[object]] = set()  # of what companies know and ask

    def begin(
        self, chat_id: int, before: Interview | None, after: Interview | None, library: Library
    ) -> None:
        """Read ahead where a talk was opened or somebody came in.

        `library` is what the chat has, companies of its own among them.
        """
        if after is None or after.ended or after.persona not in library.personas:
            return
        if chat_id in self._under_way or (before is not None and _beginning(before) == _beginning(after)):
            return
        task = asyncio.create_task(self._read(after, library))
        self._under_way[chat_id] = task
        task.add_done_callback(lambda task: self._ended(chat_id, task))

    async def done(self, chat_id: int) -> None:
        """Wait for this chat's reading: the turn needs the same, and twice would take twice as long."""
        if task := self._under_way.get(chat_id):
            await asyncio.wait([task])

    def _ended(self, chat_id: int, task: asyncio.Task[None]) -> None:
        self._under_way.pop(chat_id, None)
        if not task.cancelled() and (error := task.exception()):  # the turn itself will meet it, too
            log.warning("reading ahead failed: %s", type(error).__name__)

    async def _read(self, talk: Interview, library: Library) -> None:
        persona = library.persona(talk.persona)
        company = library.company_of(persona)
        people = library.colleagues(persona)
        with suppress(EngineError):  # whoever speaks next meets the error and is told
            await warm_up(talk, persona, company, engine=self._engine, people=people)
        things = known(persona, company)
        learning = asyncio.create_task(asyncio.to_thread(self._learn, persona, things))
        self.learning.add(learning)
        learning.add_done_callback(self.learning.discard)

    def _learn(self, persona: Persona, things: Sequence[Known]) -> None:
        """The reader keeps what it has read once: what may be told, and what may be asked."""
        self._reader.answers("", PURPOSE, things)
        self._reader.suits("", persona.opening, plain_questions(persona.manner))


def _beginning(talk: Interview) -> tuple[str, str]:
    """What decides with which words the talk's next prompt begins."""
    return talk.id, talk.persona
