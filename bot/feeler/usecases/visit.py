"""One update's visit to the desk: the chat, what the desk works with, and how a text under way is stopped."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from feeler.coach import Debrief
from feeler.interview.values import Interview, Speaker
from feeler.personas.library import Library
from feeler.personas.values import Persona
from feeler.ports import Archive, Engine, Preview, Reader
from feeler.usecases.helplines import Country, Helplines
from feeler.usecases.reading_ahead import ReadingAhead
from feeler.usecases.values import Chat, Outcome, Reply


class Stopped(Exception):
    """The user stopped what was being written. Never leaves the use cases."""


class Writing:
    """Which chats have a text under way in this process, so that /stop can end it."""

    def __init__(self) -> None:
        self._scopes: dict[int, asyncio.Timeout] = {}
        self._stopped: set[int] = set()  # chats whose /stop has ended something and was not answered yet

    @asynccontextmanager
    async def stoppable(self, chat_id: int) -> AsyncIterator[None]:
        """Whatever is awaited in here ends with Stopped once `stop` is called for this chat."""
        self._stopped.discard(chat_id)
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
        self._stopped.add(chat_id)
        return True

    def was_stopped(self, chat_id: int) -> bool:
        """Whether `stop` has ended something for this chat since this was last asked."""
        found = chat_id in self._stopped
        self._stopped.discard(chat_id)
        return found


class Debriefs:
    """The last debriefs with what the model wrote, so that another format does not have it written again."""

    def __init__(self, most: int = 32) -> None:
        self._kept: dict[str, Debrief] = {}
        self._most = most

    def keep(self, debrief: Debrief) -> None:
        """Remember this one; the oldest goes where there are too many."""
        self._kept.pop(debrief.interview.id, None)
        self._kept[debrief.interview.id] = debrief
        while len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]

    def get(self, talk: Interview) -> Debrief | None:
        """The debrief of this talk as it stands now."""
        found = self._kept.get(talk.id)
        return found if found is not None and found.interview.lines == talk.lines else None

    def drop(self, ids: Iterable[str]) -> None:
        """Forget the debriefs of these talks."""
        for each in ids:
            self._kept.pop(each, None)


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
    writing: Writing = field(default_factory=Writing)
    debriefs: Debriefs = field(default_factory=Debriefs)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One update: who writes, when, and where the answer may be shown while it is written."""

    means: Means
    chat: Chat
    preview: Preview | None
    now: datetime
    region: str = ""  # country code of the language that the user's app is in; kept nowhere

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
        return self.means.library.personas.get(interview.persona) if interview else None

    @property
    def name(self) -> str:
        """The interviewer's name, for the coach's texts."""
        return self.interviewer.name if self.interviewer else "your interviewer"

    def with_chat(self, **changes: Any) -> "Visit":
        """The same visit, the chat changed."""
        return replace(self, chat=replace(self.chat, **changes))

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
