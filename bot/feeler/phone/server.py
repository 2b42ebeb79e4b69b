"""The stand-in as an HTTP server on loopback: the Bot API, and the page on the same port."""

import asyncio
import json
from pathlib import Path
from types import TracebackType
from typing import Any

from aiohttp import web

from feeler.errors import SettingsError
from feeler.phone import about as _about  # noqa: F401 (fills the table of methods)
from feeler.phone import sending as _sending  # noqa: F401
from feeler.phone.api import BotApi
from feeler.phone.clock import Clock
from feeler.phone.control import add_control
from feeler.phone.doors import Doors
from feeler.phone.faults import Fault, Faults
from feeler.phone.pages import Pages
from feeler.phone.params import Params, Upload
from feeler.phone.people import PhoneUser
from feeler.phone.rates import Call, CallLog, FloodControl, Rates
from feeler.phone.refusals import Json, Refusal, too_many_requests
from feeler.phone.shelf import Shelf
from feeler.phone.webhook import Webhook
from feeler.phone.world import World

DEFAULT_TOKEN = "7000000001:phone-stand-in-token-for-loopback-only"
DOCUMENTED = Rates()
MAX_BODY = 64 * 2**20


class BotApiServer:
    """A Bot API server for one bot. `async with BotApiServer() as server:` serves until the block ends.

    `port` 0 takes a free one. `state` is a file that outlives the process; without it all is in memory.
    `speed` makes the stand-in's clock run faster; `rates` None switches flood control off.
    """

    def __init__(
        self,
        *,
        token: str = DEFAULT_TOKEN,
        port: int = 0,
        state: Path | None = None,
        speed: float = 1.0,
        rates: Rates | None = DOCUMENTED,
        host: str = "127.0.0.1",
        pairing_code: str = "",
        control: bool = False,
    ) -> None:
        self.token = token
        self.port = port
        self.host = host
        self.clock = Clock(speed)
        self.faults = Faults()
        self._shelf = Shelf(state)
        self.world = World(self._shelf, self.clock, token)
        self.webhook = Webhook(self.world.queue, self._shelf, self.clock)
        self.api = BotApi(self.world, FloodControl(rates, self.clock), self.webhook)
        self.doors = Doors(self._shelf, pairing_code)
        self.pages = Pages(self)
        self._control = control
        self._runner: web.AppRunner | None = None

    # For whoever talks to it

    @property
    def api_base_url(self) -> str:
        """What python-telegram-bot calls `base_url`: the token follows at once."""
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def file_base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/file/bot"

    @property
    def page_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def log(self) -> CallLog:
        """The bot's calls, with times by the stand-in's clock: `log.of("sendMessage")`, `log.peak(...)`."""
        return self.api.log

    def user(self, user_id: int = 1001, name: str = "") -> PhoneUser:
        """The person with this id and their phone."""
        return PhoneUser(self.world, user_id, name)

    def fault(self, kind: str, **about: Any) -> None:
        """Let something go wrong with the next calls: see `Fault` for kinds and fields."""
        self.faults.add(Fault(kind=kind, **about))  # type: ignore[arg-type]

    def deliver_again(self, count: int = 1) -> None:
        """Deliver the last confirmed updates a second time."""
        self.world.queue.deliver_again(count)

    async def bot_polls(self) -> None:
        """Return when the bot waits in a long poll: it is up, and has fetched all there was."""
        await self.world.queue.polled.wait()

    # Its life

    async def __aenter__(self) -> "BotApiServer":
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()
        self._shelf.close()

    async def start(self) -> None:
        """Listen. Raises SettingsError where the port is taken."""
        runner = web.AppRunner(
            self._application(), shutdown_timeout=0.2, access_log=None, handler_cancellation=True
        )
        await runner.setup()
        site = web.TCPSite(runner, self.host, self.port)
        try:
            await site.start()
        except OSError as error:
            await runner.cleanup()
            raise SettingsError(
                f"port {self.port} is taken ({error.strerror}); choose another one with --port"
            ) from None
        self._runner = runner
        self.port = runner.addresses[0][1]
        self.webhook.start()

    async def stop(self) -> None:
        """Cut every connection and listen no more; what was confirmed stays so."""
        if self._runner is not None:
            await self.webhook.stop()
            self.pages.hang_up()
            self.world.queue.end_poll(Refusal(502, "Bad Gateway"))
            await self._runner.cleanup()
            self._runner = None

    async def restart(self, down_for: float = 0.0) -> None:
        """Go away and come back on the same port, with all that was there."""
        await self.stop()
        await asyncio.sleep(down_for)
        await self.start()

    # HTTP

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=MAX_BODY, middlewares=[self.doors.guard])
        app.router.add_route("*", "/bot{token:[^/]+}/{method}", self._serve_method)
        app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", self._serve_file)
        self.pages.add_routes(app)
        if self._control:
            add_control(app, self)
        return app

    async def _serve_method(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            self._check_token(request)
            params = await read_params(request)
        except Refusal as refusal:
            return _refused(refusal)
        chat_id = params.integer("chat_id") or None
        fault = self.faults.take(method, chat_id)
        code, body = await self._answer(method, params, fault)
        dropped = fault is not None and fault.kind in ("drop", "lose")
        self._log(method, chat_id, 0 if dropped else code, params)
        if dropped and request.transport is not None:
            request.transport.abort()
        if fault is not None and fault.kind == "delay":
            await self.clock.sleep(fault.seconds)
        headers = {"Retry-After": str(body["parameters"]["retry_after"])} if code == 429 else None
        return web.json_response(body, status=code, headers=headers)

    async def _answer(self, method: str, params: Params, fault: Fault | None) -> tuple[int, Json]:
        try:
            if fault is not None and fault.kind == "lose":
                return 502, {}
            if fault is not None and fault.kind == "error":
                raise Refusal(500, "Internal Server Error")
            if fault is not None and fault.kind == "flood":
                raise too_many_requests(fault.seconds)
            return 200, {"ok": True, "result": await self.api.call(method, params)}
        except Refusal as refusal:
            return refusal.code, refusal.body

    async def _serve_file(self, request: web.Request) -> web.Response:
        try:
            self._check_token(request)
        except Refusal as refusal:
            return _refused(refusal)
        place = self._shelf.get("path", request.match_info["path"])
        found = self._shelf.file(place["file_id"]) if place else None
        if found is None:
            return _refused(Refusal(404, "Not Found"))
        return web.Response(body=found[1], content_type="application/octet-stream")

    def _check_token(self, request: web.Request) -> None:
        token = request.match_info["token"]
        bot_id, colon, secret = token.partition(":")
        if not (bot_id.isdigit() and colon and secret):
            raise Refusal(404, "Not Found")
        if token != self.token:
            raise Refusal(401, "Unauthorized")

    def _log(self, method: str, chat_id: int | None, code: int, params: Params) -> None:
        at = self.clock.now()
        self.log.calls.append(
            Call(at=at, method=method, chat_id=chat_id, code=code, parameters=dict(params.values))
        )


async def read_params(request: web.Request) -> Params:
    """The call's parameters from wherever they are: query string, then body."""
    values: Json = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.method not in ("GET", "POST"):
        raise Refusal(405, "Method Not Allowed")
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            raise Refusal(400, "Bad Request: can't parse JSON object") from None
        if not isinstance(body, dict):
            raise Refusal(400, "Bad Request: expected JSON object")
        values |= body
    elif request.can_read_body:
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                content = value.file.read()
                uploads[name] = Upload(
                    filename=value.filename, media_type=value.content_type, content=content
                )
            else:
                values[name] = value
    return Params(values=values, uploads=uploads)


def _refused(refusal: Refusal) -> web.Response:
    return web.json_response(refusal.body, status=refusal.code)
