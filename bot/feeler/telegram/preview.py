"""Shows an answer while it is written, by message drafts: lossy on purpose, and never in anybody's way."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from telegram import Bot
from telegram.error import RetryAfter, TelegramError

from feeler.errors import StoreError
from feeler.telegram.reading import pause_of

FRAME = 1.1  # seconds between two frames: Telegram allows about one a second
AT_ONCE = 0.3  # seconds in which an answer needs no announcement
AGAIN = 4.5  # seconds between two signs that something is being written
LIMIT = 4096  # UTF-16 units of a message


class DraftPreview:
    """One turn's preview. Frames run beside the generation; one at a time, the newest text wins."""

    def __init__(
        self,
        bot: Bot,
        chat_id: int,
        draft_id: int,
        may_send: Callable[[], Awaitable[bool]],
        topic: int | None = None,
    ) -> None:
        self._bot, self._chat_id, self._draft_id = bot, chat_id, draft_id
        self._topic = topic
        self._may_send = may_send  # takes a slot of the overall rate, or says no
        self._next = 0.0
        self._frame: asyncio.Task[None] | None = None
        self._acting: asyncio.Task[None] | None = None
        self._ended = False

    async def show(self, text: str) -> None:
        """Show the answer as it stands so far (whole text, not the difference)."""
        shown = text.strip().encode("utf-16-le")[: 2 * LIMIT].decode("utf-16-le", "ignore")
        if self._acting:
            self._acting.cancel()
        busy = self._frame is not None and not self._frame.done()
        if not shown or busy or self._ended or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + FRAME
        self._frame = asyncio.create_task(self._send(shown))

    def typing(self) -> None:
        """Say that something is coming, unless it came at once."""
        self._acting = asyncio.create_task(self._act())

    async def end(self) -> None:
        """No frame after this: the final message comes now."""
        self._ended = True
        under_way = [task for task in (self._frame, self._acting) if task and not task.done()]
        for task in under_way:
            task.cancel()
        if under_way:
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _send(self, text: str) -> None:
        try:
            if await self._may_send():
                await self._bot.send_message_draft(
                    self._chat_id, self._draft_id, text, message_thread_id=self._topic
                )
        except RetryAfter as error:
            self._next = time.monotonic() + pause_of(error)
        except TelegramError:
            self._ended = True  # drafts do not work here; the final message comes all the same
        except StoreError:
            pass  # a frame less

    async def _act(self) -> None:
        await asyncio.sleep(AT_ONCE)
        try:
            while True:  # until the first words are there; Telegram shows it for five seconds
                if await self._may_send():
                    await self._bot.send_chat_action(self._chat_id, "typing", message_thread_id=self._topic)
                await asyncio.sleep(AGAIN)
        except (TelegramError, StoreError):
            pass
