"""/livez, /readyz and /metrics on a port of their own; and systemd's watchdog."""

import asyncio
import logging
import os
import socket

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from feeler.errors import SettingsError, StoreError
from feeler.mailroom import Mailroom
from feeler.telegram.pulse import Pulse

log = logging.getLogger(__name__)

STALE = 90.0  # seconds without a poll that worked until we count as dead


class Health:
    """Serves how the process is doing. No answer holds a chat, a text or a token."""

    def __init__(self, *, mailroom: Mailroom, pulse: Pulse, host: str, port: int) -> None:
        self._mailroom, self._pulse, self._host, self._port = mailroom, pulse, host, port

    async def run(self, ending: asyncio.Event) -> None:
        app = web.Application()
        app.router.add_get("/livez", self._live)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._metrics)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
            await ending.wait()
        except OSError as error:
            raise SettingsError(
                f"FEELER_METRICS_PORT={self._port}: cannot listen: {error.strerror}"
            ) from None
        finally:
            await runner.cleanup()

    async def _live(self, request: web.Request) -> web.Response:
        age = self._pulse.age
        words = f"last poll {age:.0f} s ago\n" if self._pulse.polling else "alive, does not poll\n"
        return web.Response(text=words, status=200 if age < STALE else 503)

    async def _ready(self, request: web.Request) -> web.Response:
        if not self._pulse.ready:
            return web.Response(text="starting or stopping\n", status=503)
        try:
            await self._mailroom.counts()
        except StoreError as error:
            return web.Response(text=f"{error}\n", status=503)
        return web.Response(text="ready\n")

    async def _metrics(self, request: web.Request) -> web.Response:
        try:
            counts = await self._mailroom.counts()
        except StoreError:
            log.warning("the database is away: its figures are old")
        else:
            self._pulse.waiting.set(counts.turns_waiting)
            self._pulse.unsent.set(counts.calls_waiting)
            self._pulse.quarantined.set(counts.quarantined)
            self._pulse.uncertain.set(counts.uncertain)
        body = generate_latest(self._pulse.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


async def watchdog(pulse: Pulse) -> None:
    """Tell systemd that we are ready, and alive as long as polls work. Does nothing without systemd."""
    tell_systemd("READY=1")
    period = int(os.environ.get("WATCHDOG_USEC", "0")) / 1e6
    while period:
        if pulse.age < STALE:
            tell_systemd("WATCHDOG=1")
        await asyncio.sleep(period / 3)


def tell_systemd(words: str) -> None:
    """Send a line to the service manager that started us, if one did (sd_notify)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        try:
            channel.sendto(words.encode(), address)
        except OSError as error:
            log.warning("systemd cannot be told: %s", error.strerror)
