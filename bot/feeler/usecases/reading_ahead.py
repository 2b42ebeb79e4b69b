"""While a person types, the engine reads what the next prompt begins with, where that is new to it."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from feeler.errors import EngineError
from feeler.interview.values import Interview
from feeler.personas.library import Library
from feeler.ports import Engine
from feeler.usecases.drafting import warm_up
from feeler.usecases.finding import read_dossier

log = logging.getLogger(__name__)


class ReadingAhead:
    """One reading a chat at most, in the background.

    A turn that comes meanwhile waits while its own prompt is read. The dossier, which only a question needs
    and which takes longer, makes way for it, and is read on after it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._dossiers: dict[int, asyncio.Task[None]] = {}
        self._read_already: dict[int, tuple[str, str]] = {}  # of a chat's dossiers, the last one read

    def begin(
        self, chat_id: int, before: Interview | None, after: Interview | None, library: Library
    ) -> None:
        """Read ahead where a talk was opened or somebody came in, and what is left of a dossier.

        `library` is what the chat has, companies of its own among them.
        """
        if after is None or after.ended or after.persona not in library.personas:
            return
        if chat_id in self._under_way or chat_id in self._dossiers:
            return
        if before is None or _beginning(before) != _beginning(after):
            self._start(self._under_way, chat_id, self._read(chat_id, after, library))
        elif self._read_already.get(chat_id) != _beginning(after):
            self._start(self._dossiers, chat_id, self._read_dossier(chat_id, after, library))

    async def done(self, chat_id: int) -> None:
        """Wait for this chat's reading: the turn needs the same, and twice would take twice as long."""
        if task := self._under_way.get(chat_id):
            await asyncio.wait([task])
        if task := self._dossiers.get(chat_id):
            task.cancel()
            await asyncio.wait([task])

    def _start(
        self, tasks: dict[int, asyncio.Task[None]], chat_id: int, reading: Coroutine[Any, Any, None]
    ) -> None:
        task = asyncio.create_task(reading)
        tasks[chat_id] = task
        task.add_done_callback(lambda task: self._ended(tasks, chat_id, task))

    def _ended(self, tasks: dict[int, asyncio.Task[None]], chat_id: int, task: asyncio.Task[None]) -> None:
        tasks.pop(chat_id, None)
        if not task.cancelled() and (error := task.exception()):  # the turn itself will meet it, too
            log.warning("reading ahead failed: %s", type(error).__name__)

    async def _read(self, chat_id: int, talk: Interview, library: Library) -> None:
        persona = library.persona(talk.persona)
        with suppress(EngineError):  # whoever speaks next meets the error and is told
            await warm_up(
                talk,
                persona,
                library.company_of(persona),
                engine=self._engine,
                people=library.colleagues(persona),
            )
            if chat_id not in self._dossiers:
                self._start(self._dossiers, chat_id, self._read_dossier(chat_id, talk, library))

    async def _read_dossier(self, chat_id: int, talk: Interview, library: Library) -> None:
        persona = library.persona(talk.persona)
        with suppress(EngineError):
            await read_dossier(persona, library.company_of(persona), engine=self._engine)
            self._read_already[chat_id] = _beginning(talk)


def _beginning(talk: Interview) -> tuple[str, str]:
    """What decides with which words the talk's next prompt begins."""
    return talk.id, talk.persona
