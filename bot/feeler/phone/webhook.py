"""Delivery of updates to the bot's own address: in order within a chat, and again until it says 200."""

import asyncio
import ipaddress
import time
from urllib.parse import urlsplit

import aiohttp

from feeler.phone.clock import Clock
from feeler.phone.refusals import Json, bad_request
from feeler.phone.shelf import Shelf
from feeler.phone.updates import UpdateQueue

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
FIRST_RETRY = 0.5  # seconds; doubles up to LAST_RETRY
LAST_RETRY = 30.0
TIMEOUT = aiohttp.ClientTimeout(total=60)


class Webhook:
    """Where updates are delivered, and the task that does it. Reaches loopback addresses only."""

    def __init__(self, queue: UpdateQueue, shelf: Shelf, clock: Clock) -> None:
        self._queue = queue
        self._shelf = shelf
        self._clock = clock
        about = shelf.get("webhook", "about") or {}
        self.url: str = about.get("url", "")
        self._secret: str = about.get("secret", "")
        self._connections: int = about.get("connections", 40)
        self._error: Json = {}
        self._busy: dict[int, asyncio.Task[None]] = {}  # by chat
        self._task: asyncio.Task[None] | None = None

    def check(self, url: str) -> None:
        """Refuse an address that the stand-in will not call. The real server asks for HTTPS besides."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if not _loopback(parts.hostname):
            raise bad_request("bad webhook: IP address is not on loopback, the only one that is called here")

    async def set(self, url: str, secret: str, connections: int) -> None:
        await self.stop()
        self.url, self._secret, self._connections, self._error = url, secret, connections, {}
        self._shelf.put("webhook", "about", {"url": url, "secret": secret, "connections": connections})
        self.start()

    def info(self) -> Json:
        info: Json = {"url": self.url, "has_custom_certificate": False}
        return info | ({"max_connections": self._connections} if self.url else {}) | self._error

    def start(self) -> None:
        if self.url and self._task is None:
            self._task = asyncio.create_task(self._deliver())

    async def stop(self) -> None:
        tasks = [task for task in (self._task, *self._busy.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._task = None
        self._busy.clear()

    async def _deliver(self) -> None:
        """Give each chat that has updates and no delivery under way its next one."""
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
            while True:
                for update in self._queue.take_again():
                    await self._post(session, update)
                for update in self._queue.pending:
                    chat_id = chat_of(update)
                    if chat_id not in self._busy and len(self._busy) < self._connections:
                        self._busy[chat_id] = asyncio.create_task(self._deliver_one(session, chat_id, update))
                await self._queue.arrival()

    async def _deliver_one(self, session: aiohttp.ClientSession, chat_id: int, update: Json) -> None:
        wait = FIRST_RETRY
        while not await self._post(session, update):
            await self._clock.sleep(wait)
            wait = min(wait * 2, LAST_RETRY)
        if update in self._queue.pending:
            self._queue.forget([update])
        del self._busy[chat_id]
        self._queue.wake()

    async def _post(self, session: aiohttp.ClientSession, update: Json) -> bool:
        headers = {SECRET_HEADER: self._secret} if self._secret else {}
        try:
            async with session.post(self.url, json=update, headers=headers, ssl=False) as response:
                if response.status // 100 == 2:
                    return True
                problem = f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError) as error:
            problem = (
                "Connection refused" if isinstance(error, aiohttp.ClientConnectorError) else "Read timeout"
            )
        self._error = {"last_error_date": int(time.time()), "last_error_message": problem}
        return False


def chat_of(update: Json) -> int:
    """The chat an update belongs to; 0 where it has none."""
    for value in update.values():
        if isinstance(value, dict):
            message = value.get("message", value)
            if isinstance(message, dict) and "chat" in message:
                return int(message["chat"]["id"])
    return 0


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
