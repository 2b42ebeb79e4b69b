"""Takes updates from Telegram, by long polling or by webhook. What is not stored is not confirmed."""

import asyncio
import hmac
import json
import logging
import re
import time
from urllib.parse import urlsplit

from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest, Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from feeler.errors import SettingsError, StoreError
from feeler.mailroom import Judge, Mailroom
from feeler.settings import Settings
from feeler.telegram.addressing import Me
from feeler.telegram.inbox import ALLOWED_UPDATES, next_offset, read_updates
from feeler.telegram.patience import either
from feeler.telegram.pulse import Pulse
from feeler.telegram.reading import pause_of

log = logging.getLogger(__name__)

POLL = 20  # seconds that the server may hold a poll
STANDBY = 2.0  # seconds between looks whether the receiver that polls is gone
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
BODY = 1 << 20  # bytes of a webhook's body at most


class Polling:
    """Long polling; on a shared database only in the process that was elected."""

    def __init__(self, *, mailroom: Mailroom, bot: Bot, judge: Judge, pulse: Pulse) -> None:
        self._mailroom, self._bot, self._judge, self._pulse = mailroom, bot, judge, pulse

    async def run(self, ending: asyncio.Event) -> None:
        """Poll until `ending` is set. A poll that is under way then is cut off; nothing is lost by that."""
        polling = asyncio.create_task(self._poll_for_ever())
        ended = asyncio.create_task(ending.wait())
        try:
            await asyncio.wait([polling, ended], return_when=asyncio.FIRST_COMPLETED)
            if polling.done():
                polling.result()  # it ends by an error only, and that must not stay unseen
        finally:
            ended.cancel()
            polling.cancel()
            await asyncio.gather(polling, return_exceptions=True)

    async def _poll_for_ever(self) -> None:
        offset, pause = 0, 0.0
        webhook_gone = False
        while True:
            try:
                if not await self._mailroom.elected():
                    self._pulse.polling = False
                    await asyncio.sleep(STANDBY)
                    continue
                if not self._pulse.polling:
                    self._pulse.polling, self._pulse.polled = True, time.monotonic()
                    log.info("this process polls for updates")
                if not webhook_gone:
                    await self._bot.delete_webhook()
                    webhook_gone = True
                offset = await self._poll(offset)
                pause = 0.0
            except RetryAfter as error:
                await asyncio.sleep(pause_of(error))
            except (TelegramError, StoreError) as error:
                pause = min(5.0, 2 * pause + 0.2)
                log.warning("no updates: %s; trying again in %.1f s", _told(error), pause)
                await asyncio.sleep(pause)

    async def _poll(self, offset: int) -> int:
        """One poll; returns the next offset, which is moved only once everything is stored."""
        raw = await self._bot.do_api_request(
            "getUpdates",
            api_kwargs={"offset": offset, "timeout": POLL, "allowed_updates": ALLOWED_UPDATES},
            read_timeout=POLL + 5,
        )
        updates = read_updates(raw, _me(self._bot))
        new = await self._mailroom.inbox.accept(updates, self._judge) if updates else 0
        self._pulse.received(new)
        return next_offset(updates)


def _me(bot: Bot) -> Me:
    return Me(id=bot.id, username=bot.username)


def _told(error: Exception) -> str:
    """What may be logged of an error: the store's words are ours, the network's may hold the URL."""
    if isinstance(error, StoreError):
        return str(error)
    if isinstance(error, Conflict):
        return "another program polls with this token, or has set a webhook"
    if isinstance(error, InvalidToken | EndPointNotFound):  # the library takes every 401 for the latter
        return "the token was refused"
    if isinstance(error, BadRequest):
        return error.message[:120]  # of what we ask here, no user wrote a word
    return type(error).__name__


class Webhook:
    """An HTTP server behind a reverse proxy. Answers 200 only once the update is stored."""

    def __init__(
        self, *, mailroom: Mailroom, bot: Bot, judge: Judge, pulse: Pulse, settings: Settings
    ) -> None:
        self._mailroom, self._bot, self._judge, self._pulse = mailroom, bot, judge, pulse
        self._url = settings.webhook_url
        self._secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
        host, _, port = settings.webhook_listen.rpartition(":")
        if not (host and port.isdecimal()):
            raise SettingsError(
                f"FEELER_WEBHOOK_LISTEN={settings.webhook_listen!r} is not valid: "
                "host:port, such as 127.0.0.1:8443"
            )
        if not SECRET.fullmatch(self._secret):
            raise SettingsError(
                f"FEELER_WEBHOOK_SECRET {'is not valid' if self._secret else 'is not set'}: without one "
                "anybody who knows the address could write in your users' names. "
                "Take 1 to 256 characters of A-Z a-z 0-9 _ -"
            )
        self._host, self._port = host.strip("[]"), int(port)
        self._path = urlsplit(self._url).path or "/"

    async def run(self, ending: asyncio.Event) -> None:
        """Listen until `ending` is set. Tells Telegram the address; several receivers tell it the same."""
        app = web.Application(client_max_size=BODY)
        app.router.add_post(self._path, self._take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
            await self._announce(ending)
            await ending.wait()
        except OSError as error:
            raise SettingsError(f"cannot listen on {self._host}:{self._port}: {error.strerror}") from None
        finally:
            await runner.cleanup()

    async def _announce(self, ending: asyncio.Event) -> None:
        while not ending.is_set():
            try:
                await self._bot.set_webhook(
                    self._url, secret_token=self._secret, allowed_updates=ALLOWED_UPDATES, max_connections=40
                )
                return
            except TelegramError as error:
                log.warning("cannot set the webhook: %s; trying again", _told(error))
            await either(ending, None, 5.0)

    async def _take(self, request: web.Request) -> web.Response:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._secret.encode()):
            return web.Response(status=403)
        try:
            updates = read_updates(json.loads(await request.read()), _me(self._bot))
        except ValueError:
            return web.Response(status=400)
        try:
            new = await self._mailroom.inbox.accept(updates, self._judge) if updates else 0
        except StoreError as error:
            log.warning("an update was not stored: %s; Telegram will bring it again", error)
            return web.Response(status=503)
        self._pulse.received(new)
        return web.Response()
