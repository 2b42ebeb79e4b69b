"""One person at the desk, over a terminal: messages in, what came of them out to a surface."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from feeler.boundary import is_wish_to_end
from feeler.errors import FeelerError
from feeler.interview.values import Interview, Line, Speaker
from feeler.ports import Preview
from feeler.terminal.memory import MemoryArchive
from feeler.usecases import texts
from feeler.usecases.desk import Desk
from feeler.usecases.values import Chat, Outcome, Reply

log = logging.getLogger(__name__)

Asking = Callable[[Desk, Preview | None, datetime], Awaitable[Outcome]]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One thing to show: a line of the talk, a reply, or a line together with the reply that says it."""

    line: Line | None = None  # None: a text that is not part of the talk
    reply: Reply | None = None  # None: the candidate's line
    interview: Interview | None = None  # the talk as it stands after it


class Surface(Protocol):
    """Where a session is shown."""

    preview: Preview | None

    def typed(self, text: str) -> None:
        """A message or command as it came, before it is answered."""
        ...

    def show(self, shown: Shown) -> None:
        """One thing that came of it."""
        ...


class Session:
    """Holds the chat between messages, and keeps its talks in the archive."""

    def __init__(self, desk: Desk, archive: MemoryArchive, surface: Surface, chat: Chat) -> None:
        self._desk, self._archive, self._surface = desk, archive, surface
        self.chat = chat
        self._errand = ""  # what the last outcome left to be done

    async def hear(self, text: str) -> None:
        """One message or command, answered in full."""
        self._surface.typed(text)
        await self._answer(lambda desk, preview, now: desk.hear(self.chat, text, preview, now))
        await self._run_errands()

    async def do(self, command: str, argument: str = "") -> None:
        """One command, such as the first /start."""
        await self._answer(lambda desk, preview, now: desk.do(self.chat, command, argument, preview, now))

    def stop(self) -> bool:
        """End what is being written; False where nothing is."""
        return self._desk.stop(self.chat.chat_id)

    async def _run_errands(self) -> None:
        while self._errand:
            errand, self._errand = self._errand, ""
            await self._run(errand)

    async def _run(self, errand: str) -> None:
        await self._answer(lambda desk, preview, now: desk.run(self.chat, errand, preview, now))

    async def _answer(self, ask: Asking) -> None:
        """Ask the desk; where it fails for a reason nobody foresaw, have it keep what was said, if it can."""
        now = datetime.now(UTC)
        for desk in (self._desk, self._desk.resigned()):
            try:
                self._take(await ask(desk, self._surface.preview, now))
                return
            except FeelerError:
                raise
            except BaseException as error:  # the error boundary: one message must not end the talk
                if is_wish_to_end(error):
                    raise
                log.error("a message failed: %s", type(error).__name__)  # its text may quote somebody
        self._take(Outcome(chat=self.chat, replies=(Reply(text=texts.SET_ASIDE),)))

    def _take(self, outcome: Outcome) -> None:
        before, self.chat = self.chat.interview, outcome.chat
        self._errand = outcome.errand
        for shown in in_order(before, outcome):
            self._surface.show(shown)
        if outcome.forget:
            self._archive.forget(self.chat.chat_id)
        elif outcome.chat.interview is not None:
            self._archive.remember(self.chat.chat_id, outcome.chat.interview)


def in_order(before: Interview | None, outcome: Outcome) -> Iterator[Shown]:
    """The new lines of the talk and the replies in the order in which they belong, each once."""
    after = outcome.chat.interview
    waiting = list(new_lines(before, after))
    for reply in outcome.replies:
        found = next((line for line in waiting if _says(line, reply)), None)
        while found is not None and waiting:
            line = waiting.pop(0)
            if line is found:
                break
            yield Shown(line=line, interview=after)
        yield Shown(line=found, reply=reply, interview=after)
    for line in waiting:
        yield Shown(line=line, interview=after)


def new_lines(before: Interview | None, after: Interview | None) -> tuple[Line, ...]:
    """What was said since `before`; nothing where lines were taken back, or a moment is had again."""
    if after is None or (before is not None and _same_moment(before, after)):
        return ()
    if before is None or before.id != after.id:
        return after.lines
    known = before.lines
    return after.lines[len(known) :] if after.lines[: len(known)] == known else ()


def _same_moment(before: Interview, after: Interview) -> bool:
    """Whether the one is another try at a moment of the other, just opened or left."""
    opened = after.branch is not None and after.id != before.id
    return opened or (before.branch is not None and before.branch.of == after.id)


def _says(line: Line, reply: Reply) -> bool:
    return line.speaker is not Speaker.CANDIDATE and (line.speaker, line.text) == (reply.speaker, reply.text)
