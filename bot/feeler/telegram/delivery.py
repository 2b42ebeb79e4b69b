"""Sends the outbox: in order, at Telegram's rates, honest about what may have arrived twice."""

import asyncio
import logging
import re
import time
from dataclasses import replace
from typing import Any

import httpx
from telegram import Bot, InputFile
from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from feeler.errors import LeaseLost, StoreError
from feeler.mailroom import Call, Mailroom, Parcel, SendResult
from feeler.telegram.patience import either, insist
from feeler.telegram.pulse import Pulse
from feeler.telegram.reading import pause_of, where

log = logging.getLogger(__name__)

GAP = 1 / 28  # seconds between two sends overall: Telegram allows 30 a second
PAUSE = 1.02  # seconds between two sends in one chat
AGAIN = "↻ "  # marks what may have arrived before; as many UTF-16 units as characters
AT_ONCE = 32
PROBE = 2.0  # seconds between two looks whether the server is back
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)  # surely


class Delivery:
    """Sends parcels side by side, one a chat at a time."""

    def __init__(self, *, mailroom: Mailroom, bot: Bot, pulse: Pulse, lease: float) -> None:
        self._mailroom, self._bot, self._pulse, self._lease = mailroom, bot, pulse, lease
        self._tasks: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._doubtful = False  # the last we heard of the server was an error of the network
        mailroom.wakes.send.append(self._woken.set)

    async def run(self, ending: asyncio.Event) -> None:
        """Send until `ending` is set; what is on its way goes on, see `finish`."""
        while not ending.is_set():
            self._woken.clear()
            again: float | None = 1.0
            try:
                if self._doubtful and not await self._reachable():
                    await either(ending, None, PROBE)
                    continue
                again = await self._begin(AT_ONCE - len(self._tasks))
            except StoreError as error:
                log.warning("cannot claim what is to be sent: %s", error)
            if self._mailroom.shared:
                again = min(again or 1.0, 1.0)
            await either(self._woken, ending, again)

    async def finish(self, patience: float) -> None:
        """Give sends on their way `patience` seconds; one that is cut off is repeated later, marked."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=patience)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _begin(self, room: int) -> float | None:
        """Send what is due, as far as there is room; returns in how many seconds to look again, if ever."""
        if room < 1:
            return None  # whatever ends wakes us
        parcels, again = await self._mailroom.outbox.claim(room, self._lease, GAP)
        for parcel in parcels:
            task = asyncio.create_task(self._send(parcel, time.monotonic()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return again

    async def _reachable(self) -> bool:
        """Whether the server answers again. A repeat is a message's last chance: no outage may use it up."""
        try:
            await self._bot.get_me()
        except RetryAfter:
            pass  # it speaks to us
        except TelegramError as error:
            log.warning("nothing is sent until the server answers: %s", type(error).__name__)
            return False
        self._doubtful = False
        return True

    async def _send(self, parcel: Parcel, claimed: float) -> None:
        left = self._lease / 2 - (time.monotonic() - claimed)
        if left < 0:
            return  # we were frozen: somebody else may be sending this by now
        message_id, reason, pause = None, "", PAUSE
        result: SendResult
        try:
            async with asyncio.timeout(left + self._lease / 4):  # after that it is not ours to send
                if parcel.tries > 1 and not await self._reachable():  # another process may have begun it
                    result, reason, pause, self._doubtful = "later", "the server does not answer", PROBE, True
                else:
                    answered = await self._call(parcel.claim.chat_id, marked(parcel.call, parcel.tries))
                    message_id = answered.get("message_id") if isinstance(answered, dict) else None
                    result = "sent"
        except (TelegramError, TimeoutError) as error:
            result, reason, pause = judge(error)
            self._doubtful = result in ("unknown", "later") and not isinstance(error, RetryAfter)
        except Exception as error:  # the error boundary: one message must not hold up the others of its chat
            result, reason = "refused", where(error)
        if result != "sent":
            log.warning("outbox %s (try %s): %s %s", parcel.id, parcel.tries, result, reason)
        self._pulse.sends.labels(result).inc()
        try:
            await insist(
                lambda: self._mailroom.outbox.done(
                    parcel, result, message_id=message_id, reason=reason, pause=pause
                ),
                f"outbox {parcel.id}: cannot store how it went",
            )
        except LeaseLost as lost:
            log.warning("outbox %s: %s", parcel.id, lost)

    async def _call(self, chat_id: int, call: Call) -> Any:
        arguments: dict[str, Any] = {"chat_id": chat_id, **call.params}
        if upload := call.upload:
            file = InputFile(upload.content, filename=upload.filename, attach=False)
            file.mimetype = upload.media_type
            arguments[upload.field] = file
        try:
            return await self._bot.do_api_request(call.method, api_kwargs=arguments)
        except BadRequest as error:
            other = instead(call, error)
            if other is None:
                raise
        return await self._call(chat_id, other)


def instead(call: Call, error: BadRequest) -> Call | None:
    """What is sent where Telegram has refused `call` and there is another way; None where there is none."""
    if "message_thread_id" in call.params and re.search("thread|topic", error.message, re.IGNORECASE):
        kept = {key: value for key, value in call.params.items() if key != "message_thread_id"}
        return replace(call, params=kept)  # its topic is gone: then into the chat itself
    if call.method == "sendVoice" and "caption" in call.params:
        return in_writing(call)  # some people take no voice notes: then they read
    return None


def in_writing(call: Call) -> Call:
    """A voice note as the text under it."""
    kept = {
        key: value
        for key, value in call.params.items()
        if key not in ("caption", "caption_entities", "duration")
    }
    return Call(method="sendMessage", params={**kept, "text": call.params["caption"]})


def marked(call: Call, tries: int) -> Call:
    """The call with a mark for the user, where it may be a repeat."""
    if tries < 2:
        return call
    field = "text" if "text" in call.params else "caption"
    params = {**call.params, field: AGAIN + call.params.get(field, "")}
    key = "entities" if field == "text" else "caption_entities"
    if entities := params.get(key):
        params[key] = [{**each, "offset": each["offset"] + len(AGAIN)} for each in entities]
    return replace(call, params=params)


def judge(error: TelegramError | TimeoutError) -> tuple[SendResult, str, float]:
    """What an error means for the call: result, reason for the books, and the chat's pause in seconds."""
    if isinstance(error, RetryAfter):
        return "later", "flood control", pause_of(error) + 0.1
    if isinstance(error, Forbidden):
        return "blocked", "the user has blocked the bot", PAUSE
    if isinstance(error, BadRequest | ChatMigrated):
        return "refused", type(error).__name__ + ": " + error.message[:120], PAUSE
    if isinstance(error, InvalidToken | EndPointNotFound):  # the library takes every 401 for the latter
        return "later", "the token was refused", 2.0
    if isinstance(error.__cause__, NOT_SENT):
        return "later", type(error.__cause__).__name__, 2.0
    return "unknown", type(error).__name__, 2.0
