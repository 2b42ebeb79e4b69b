"""A model server that sends exactly the bytes it is told to, over real HTTP on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from feeler.llm.remote import RemoteEngine
from feeler.ports import Message, Request, Sampling


@dataclass(kw_only=True)
class Said:
    """One response."""

    content: bytes | list[bytes]  # a list is sent part by part
    status: int = 200
    media_type: str = "text/event-stream"
    stays_open: bool = False
    pause: float = 0.0  # seconds after each part


@dataclass
class RawServer:
    """Answers each request for an answer with what `reply` makes of its body."""

    reply: Callable[[dict[str, Any]], Said]
    models: Said = field(default_factory=lambda: as_json({"data": [{"id": "served"}]}))
    bodies: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    async def chat(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.json())
        return await self._send(request, self.reply(self.bodies[-1]))

    async def list_models(self, request: web.Request) -> web.StreamResponse:
        return await self._send(request, self.models)

    async def _send(self, request: web.Request, said: Said) -> web.StreamResponse:
        headers = {"Content-Type": said.media_type}
        response = web.StreamResponse(status=said.status, headers=headers)
        await response.prepare(request)
        for part in said.content if isinstance(said.content, list) else [said.content]:
            await response.write(part)
            await asyncio.sleep(said.pause)
        while said.stays_open:
            await response.write(b": ping\n\n")
            await asyncio.sleep(0.05)
        return response


@asynccontextmanager
async def raw_serving(server: RawServer, **options: Any) -> AsyncIterator[RemoteEngine]:
    """The server on a port of its own, and an engine that talks to it."""
    app = web.Application(client_max_size=1 << 24)
    app.router.add_get("/v1/models", server.list_models)
    app.router.add_post("/v1/chat/completions", server.chat)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    engine = RemoteEngine(server.url, **{"tries": 1, "model": "served", **options})
    try:
        yield engine
    finally:
        await engine.close()
        await runner.cleanup()


def always(*events: Any, **more: Any) -> RawServer:
    """A server that sends the same events each time."""
    return RawServer(lambda body: Said(content=stream(*events), **more))


def in_turn(said: Iterable[Said]) -> RawServer:
    """A server that says one thing after the other."""
    waiting = iter(said)
    return RawServer(lambda body: next(waiting))


def stream(*events: Any) -> bytes:
    """Server-sent events: text as it is, anything else as the JSON data of an event."""
    return b"".join(
        event.encode() if isinstance(event, str) else b"data: " + json.dumps(event).encode() + b"\n\n"
        for event in events
    )


def as_json(value: Any, status: int = 200) -> Said:
    """A plain JSON document."""
    return Said(content=json.dumps(value).encode(), status=status, media_type="application/json")


def chunk(content: Any = None, finish: Any = None, **delta: Any) -> dict[str, Any]:
    """One chunk of a stream, as OpenAI defines it."""
    said = delta if content is None else {"content": content, **delta}
    choice = {"index": 0, "delta": said, "finish_reason": finish}
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


DONE = "data: [DONE]\n\n"


def ask(
    *messages: Message, opening: str = "", stop: tuple[str, ...] = (), drafts: int = 1, tokens: int = 160
) -> Request:
    """A request with a persona and a question, where no messages are given."""
    usual = (Message(role="system", content="You are Ruth."), Message(role="user", content="Hello?"))
    return Request(
        messages=messages or usual,
        opening=opening,
        sampling=Sampling(stop=stop, max_tokens=tokens),
        drafts=drafts,
    )


async def answer(engine: RemoteEngine, request: Request | None = None) -> str:
    """The text of the first draft, which must have ended."""
    pieces = [piece async for piece in engine.stream(request or ask()) if piece.draft == 0]
    assert pieces[-1].finish
    return "".join(piece.text for piece in pieces)
