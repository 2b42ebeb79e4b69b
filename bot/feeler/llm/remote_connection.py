"""The HTTP connection to a model server: tries again where that may help; no proxy to this machine."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx

from feeler.errors import EngineUnavailable, SettingsError
from feeler.llm.remote_errors import read_refusal
from feeler.llm.remote_events import Done
from feeler.llm.remote_stream import Bit, read_bits
from feeler.network import httpx_options

_LONGEST_WAIT = 8.0  # seconds between two tries
_AGAIN = (408, 409, 425, 429)  # and 500 and above: another try may help


class Connection:
    """Asks for models and for streams. Raises httpx's errors, and ServerSaid for what the server refuses."""

    def __init__(
        self, url: str, api_key: str, *, connect_seconds: float, silence_seconds: float, tries: int
    ) -> None:
        self._url, self._tries, self.closed = url, tries, False
        try:
            self._client = httpx.AsyncClient(
                headers={"Authorization": f"Bearer {api_key.strip() or 'none'}"},
                timeout=httpx.Timeout(silence_seconds, connect=connect_seconds),
                limits=httpx.Limits(max_connections=None),
                follow_redirects=True,
                **httpx_options(url),
            )
        except UnicodeError:
            raise SettingsError("FEELER_REMOTE_API_KEY=(hidden) holds characters that no key has") from None

    async def models(self) -> object:
        """What the server answers to `/models`; None where that is no JSON."""
        async with self._asked("GET", "models", None) as response:
            content = await response.aread()
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            return None

    async def answer(self, body: dict[str, Any]) -> object:
        """The whole answer to one request that is not streamed; None where that is no JSON."""
        async with self._asked("POST", "chat/completions", body) as response:
            content = await response.aread()
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            return None

    async def bits(self, body: dict[str, Any]) -> AsyncGenerator[Bit | Done, None]:
        """The bits of the answers to one request."""
        async with (
            self._asked("POST", "chat/completions", body) as response,
            aclosing(read_bits(response.aiter_bytes())) as bits,
        ):
            async for bit in bits:
                yield bit

    async def close(self) -> None:
        """Close all connections, those in use as well."""
        self.closed = True
        await self._client.aclose()

    @asynccontextmanager
    async def _asked(
        self, method: str, path: str, body: dict[str, Any] | None
    ) -> AsyncIterator[httpx.Response]:
        """A response of status 200, its content still to come."""
        if self.closed:
            raise EngineUnavailable("the engine was closed")
        content = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream, application/json"}
        for left in reversed(range(self._tries)):
            request = self._client.build_request(
                method, f"{self._url}/{path}", content=content, headers=headers
            )
            try:
                response = await self._client.send(request, stream=True)
            except (httpx.NetworkError, httpx.ConnectTimeout, httpx.RemoteProtocolError):
                if not left or self.closed:
                    raise
                await asyncio.sleep(self._wait(left, None))
                continue
            try:
                if response.is_success:
                    yield response
                    return
                refusal = await read_refusal(response)
            finally:
                await response.aclose()
            worth = refusal.status in _AGAIN or refusal.status >= 500
            if not left or refusal.refusal or not worth:
                raise refusal
            await asyncio.sleep(self._wait(left, response.headers.get("Retry-After")))

    def _wait(self, left: int, asked: str | None) -> float:
        """Seconds until the next try: what the server asks for, or twice as long each time."""
        wanted = float(asked) if asked and asked.isdecimal() else 0.5 * 2 ** (self._tries - 1 - left)
        return min(wanted, _LONGEST_WAIT)
