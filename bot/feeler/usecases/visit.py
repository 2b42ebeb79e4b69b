"""One update's visit to the desk: the chat, what the desk works with, and how a text under way is stopped."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from feeler.interview.values import Interview, Speaker
from feeler.personas.library import Library
from feeler.personas.values import Persona
from feeler.ports import Archive, Ears, Engine, FileReader, Mouth, Preview, Reader
from feeler.usecases.helplines import Country, Helplines
from feeler.usecases.reading_ahead import ReadingAhead
from feeler.usecases.values import Chat, Outcome, Reply


class Stopped(Exception):
    """The user stopped what was being written. Never leaves the use cases."""


class Writing:
    """Which chats have a text under way in this process, so that /stop can end it."""

    def __init__(self) -> None:
        self._scopes: dict[int, asyncio.Timeout] = {}

    @asynccontextmanager
    async def stoppable(self, chat_id: int) -> AsyncIterator[None]:
        """Whatever is awaited in here ends with Stopped once `stop` is called for this chat."""
        scope = asyncio.timeout(None)  # without a deadline it is a cancel scope: `stop` sets the deadline
        try:
            async with scope:
                self._scopes[chat_id] = scope
                try:
                    yield
                finally:
                    self._scopes.pop(chat_id, None)
        except TimeoutError:
            if scope.expired():
                raise Stopped from None
            raise

    def stop(self, chat_id: int) -> bool:
        """End what is being written for this chat; False where nothing is. Call it in the event loop."""
        scope = self._scopes.pop(chat_id, None)
        if scope is None:
            return False
        scope.reschedule(asyncio.get_running_loop().time())
        return True


class Once:
    """An archive whose talks are read once: nobody writes any during a visit, and several parts of a debrief
    want them all.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._talks: dict[int, tuple[Interview, ...]] = {}

    async def talks(self, chat_id: int) -> tuple[Interview, ...]:
        """See `feeler.ports.Archive`."""
        if chat_id not in self._talks:
            self._talks[chat_id] = await self._archive.talks(chat_id)
        return self._talks[chat_id]

    async def unreadable(self, chat_id: int) -> dict[str, datetime]:
        """See `feeler.ports.Archive`."""
        return await self._archive.unreadable(chat_id)

    async def everything(self, chat_id: int) -> dict[str, Any]:
        """See `feeler.ports.Archive`."""
        return await self._archive.everything(chat_id)


@dataclass(frozen=True, kw_only=True)
class Means:
    """What every use case works with."""

    library: Library
    engine: Engine
    reader: Reader
    archive: Archive
    resigned: bool = False  # the model is not asked any more: what is said is kept, and /again offered
    budget: int = 16  # turns of a talk, where the user has not chosen
    max_chars: int = 16_000  # of one message
    retention_days: int = 90  # 0: for ever
    ahead: ReadingAhead
    helplines: Helplines
    ears: Ears | None = None  # None: voice notes are not heard here
    mouth: Mouth | None = None  # None: nothing is spoken here
    files: FileReader | None = None  # None: where nobody can send files
    reminds: bool = True  # False: nobody is there later to remind anybody
    writing: Writing = field(default_factory=Writing)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One update: who writes, when, and where the answer may be shown while it is written."""

    means: Means
    chat: Chat
    preview: Preview | None
    now: datetime
    region: str = ""  # country code of the user's app's language, or the language ("de"); kept nowhere

    @property
    def country(self) -> Country | None:
        """Where the user is: as they set it, else as their app's language says; None where unknown."""
        return self.means.helplines.get(self.chat.country or self.region)

    @property
    def talk(self) -> Interview | None:
        """The talk that goes on; None before the first one and after /end."""
        interview = self.chat.interview
        return interview if interview is not None and interview.ended is None else None

    @property
    def interviewer(self) -> Persona | None:
        """Who sits across in the talk going on, or sat there in the last one."""
        interview = self.chat.interview
        return self.library.personas.get(interview.persona) if interview else None

    @property
    def name(self) -> str:
        """The interviewer's name, for the coach's texts."""
        return self.interviewer.name if self.interviewer else "your interviewer"

    def with_chat(self, **changes: Any) -> "Visit":
        """The same visit, the chat changed."""
        return replace(self, chat=replace(self.chat, **changes))

    @cached_property
    def library(self) -> Library:
        """Whoever can be talked to in this chat: the shipped companies, the operator's, the person's own."""
        return self.means.library.joined((one.company, one.persona) for one in self.chat.own.companies)

    def answer(self, *replies: Reply | str, **changes: Any) -> Outcome:
        """The outcome in which the coach says `replies` and the chat takes `changes`."""
        said = tuple(coach(reply) if isinstance(reply, str) else reply for reply in replies)
        return Outcome(chat=replace(self.chat, **changes), replies=said)


def coach(text: str, **rest: Any) -> Reply:
    """A message in the coach's own voice."""
    return Reply(text=text, speaker=Speaker.COACH, **rest)


def company(text: str, **rest: Any) -> Reply:
    """A message of the interviewer's."""
    return Reply(text=text, speaker=Speaker.COMPANY, **rest)
