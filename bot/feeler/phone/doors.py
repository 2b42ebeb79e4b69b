"""Who may come in: loopback only, no foreign Host or Origin; over Wi-Fi after a pairing code was typed."""

import ipaddress
import secrets
import time
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from feeler.phone.shelf import Shelf

COOKIE = "feeler_paired"
TRIES = 5  # wrong codes before a pause
PAUSE = 60.0  # seconds


class Doors:
    """Checks every request before it is served.

    A page elsewhere on the web must not reach the stand-in through the visitor's own browser: a Host that
    is a name other than localhost is refused (DNS rebinding), and so is any Origin but our own.
    """

    def __init__(self, shelf: Shelf, pairing_code: str = "") -> None:
        self.code = pairing_code
        self._shelf = shelf
        self._paired = {cookie for cookie, _ in shelf.all("paired")}  # a phone pairs once, not at every start
        self._wrong = 0
        self._closed_until = 0.0

    @property
    def guard(self) -> Middleware:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not _own_host(request.host) or not _own_origin(request):
                raise web.HTTPForbidden(text="Feeler's phone answers to its own page only.")
            if not self._may_enter(request):
                if request.path.startswith(("/bot", "/file/")):
                    raise web.HTTPForbidden(text="The Bot API is served on this machine only.")
                if request.path == "/":
                    raise web.HTTPFound("/pair")
                raise web.HTTPUnauthorized(text="This phone is not paired.")
            return await handler(request)

        return guard

    def pair(self, code: str) -> str | None:
        """The cookie for a phone that typed the right code; None for a wrong one, or too many of them."""
        if time.monotonic() < self._closed_until:
            return None
        if not self.code or not secrets.compare_digest(code.strip().encode(), self.code.encode()):
            self._wrong += 1
            if self._wrong >= TRIES:
                self._wrong, self._closed_until = 0, time.monotonic() + PAUSE
            return None
        cookie = secrets.token_urlsafe(24)
        self._paired.add(cookie)
        self._shelf.put("paired", cookie, {})
        return cookie

    def _may_enter(self, request: web.Request) -> bool:
        if _is_loopback(request.remote or ""):
            return True
        if request.path == "/pair" or request.path.startswith("/page/"):
            return True
        return request.cookies.get(COOKIE, "") in self._paired and not request.path.startswith(
            ("/bot", "/file/", "/control")
        )


def new_pairing_code() -> str:
    """Six digits, easily read out and typed."""
    return f"{secrets.randbelow(10**6):06d}"


def _own_host(host: str) -> bool:
    """Numeric addresses and localhost: a name could be made to point here by whoever owns it."""
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost":
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _own_origin(request: web.Request) -> bool:
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")
    return urlsplit(origin).netloc == request.host


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
