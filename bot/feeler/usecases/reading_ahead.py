"""While a person types, the engine reads what the next prompt begins with, where that is new to it."""

import asyncio
import logging
from contextlib import suppress

from feeler.errors import EngineError
from feeler.interview.values import Interview
from feeler.personas.library import Library
from feeler.ports import Engine
from feeler.usecases.drafting import warm_up

log = logging.getLogger(__name__)


class ReadingAhead:
    """One reading a chat at most, in the background; a turn that comes meanwhile waits for it."""

    def __init__(self, library: Library, engine: Engine) -> None:
        self._library = library
        self._engine = engine
        self._under_way: dict[int, asyncio.Task[None]] = {}

    def begin(self, chat_id: int, before: Interview | None, after: Interview | None) -> None:
        """Read ahead where a talk was opened, somebody came into the room, or somebody came in."""
        if after is None or after.ended or (before and _beginning(before) == _beginning(after)):
            return
        if chat_id in self._under_way or after.persona not in self._library.personas:
            return
        task = asyncio.create_task(self._read(after))
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

    async def _read(self, talk: Interview) -> None:
        persona = self._library.persona(talk.persona)
        with suppress(EngineError):  # whoever speaks next meets the error and is told
            await warm_up(
                talk,
                persona,
                self._library.company_of(persona),
                engine=self._engine,
                people=self._library.colleagues(persona),
            )


def _beginning(talk: Interview) -> tuple[str, str]:
    """What decides with which words the talk's next prompt begins."""
    return talk.id, talk.persona
