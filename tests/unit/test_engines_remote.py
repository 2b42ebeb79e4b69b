"""The remote engine against servers with manners of their own, over real HTTP on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from feeler.errors import EngineError, EngineUnavailable, PromptTooLong
from feeler.llm.remote import RemoteEngine
from feeler.ports import Message, Request, Sampling


class Refusal(Exception):
    """What a server says instead of an answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Server:
    """An OpenAI-compatible server: streams word by word what `answer` returns, one text a draft."""

    def __init__(self, answer: Callable[[dict[str, Any]], list[str]], *, breaks_off: bool = False) -> None:
        self.answer = answer
        self.breaks_off = breaks_off
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.hung_up = asyncio.Event()

    async def models(self, request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": "served", "object": "model"}]})

    async def chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.bodies.append(body)
        self.keys.append(request.headers["Authorization"])
        try:
            texts = self.answer(body)
        except Refusal as refusal:
            return web.json_response({"error": {"message": str(refusal)}}, status=refusal.status)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            for index, text in enumerate(texts):
                for word in text.split(" "):
                    await self._send(response, index, {"content": word + " "}, None)
                if not self.breaks_off:
                    await self._send(response, index, {}, "stop")
            if not self.breaks_off:
                await response.write(b"data: [DONE]\n\n")
        except ConnectionResetError:
            self.hung_up.set()
        return response

    async def _send(self, response: web.StreamResponse, index: int, delta: Any, finish: str | None) -> None:
        choice = {"index": index, "delta": delta, "finish_reason": finish}
        chunk = {
            "id": "1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [choice],
        }
        await response.write(f"data: {json.dumps(chunk)}\n\n".encode())
        await asyncio.sleep(0)


@asynccontextmanager
async def serving(server: Server, **options: Any) -> AsyncIterator[RemoteEngine]:
    """The server on a port of its own, and an engine that talks to it."""
    app = web.Application()
    app.router.add_get("/v1/models", server.models)
    app.router.add_post("/v1/chat/completions", server.chat)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    engine = RemoteEngine(f"http://127.0.0.1:{runner.addresses[0][1]}/v1", **options)
    try:
        yield engine
    finally:
        await engine.close()
        await runner.cleanup()


async def test_the_servers_first_model_is_asked_with_the_key() -> None:
    server = Server(lambda body: ["Good evening."])
    async with serving(server, api_key="sesame") as engine:
        assert await drafts(engine, ask()) == ["Good evening. "]
    assert server.bodies[0]["model"] == "served"
    assert server.keys == ["Bearer sesame"]


async def test_a_server_that_refuses_several_answers_is_asked_for_each() -> None:
    def one_only(body: dict[str, Any]) -> list[str]:
        if body.get("n", 1) > 1:
            raise Refusal(400, "Only one completion choice is allowed")
        return [f"Answer {body['seed']}"]

    server = Server(one_only)
    async with serving(server) as engine:
        request = ask(drafts=3, sampling=Sampling(seed=5))
        assert await drafts(engine, request) == ["Answer 5 ", "Answer 6 ", "Answer 7 "]
        await drafts(engine, request)
    assert len(server.bodies) == 1 + 3 + 3  # it is not asked again for several at once


async def test_a_server_that_overlooks_several_answers_is_asked_for_the_rest() -> None:
    server = Server(lambda body: ["One."])
    async with serving(server) as engine:
        assert await drafts(engine, ask(drafts=3)) == ["One. "] * 3
        assert await drafts(engine, ask(drafts=2)) == ["One. "] * 2
    assert [body.get("n") for body in server.bodies] == [3, None, None, None, None]


async def test_a_strict_server_gets_only_what_openai_defines() -> None:
    def strict(body: dict[str, Any]) -> list[str]:
        if "top_k" in body:
            raise Refusal(400, "Unknown parameter: 'top_k'")
        return ["Fine."]

    server = Server(strict)
    async with serving(server) as engine:
        assert await drafts(engine, ask()) == ["Fine. "]
    assert not {"repetition_penalty", "repeat_penalty"} & server.bodies[-1].keys()


@pytest.mark.parametrize("repeats", [True, False])
async def test_the_opening_is_continued_and_never_shown(repeats: bool) -> None:
    def continue_it(body: dict[str, Any]) -> list[str]:
        assert body["messages"][-1] == {"role": "assistant", "content": "We build"}
        return ["We build machines"] if repeats else [" machines"]

    async with serving(Server(continue_it)) as engine:
        assert [text.strip() for text in await drafts(engine, ask(opening="We build"))] == ["machines"]


async def test_where_an_answer_cannot_be_begun_the_model_is_told_how_to_begin() -> None:
    def no_prefill(body: dict[str, Any]) -> list[str]:
        if body["messages"][-1]["role"] == "assistant":
            raise Refusal(422, "the last message must be the user's")
        assert '"We build"' in body["messages"][-1]["content"]
        return ["We build machines"]

    async with serving(Server(no_prefill)) as engine:
        assert await drafts(engine, ask(opening="We build")) == [" machines "]


async def test_too_long_a_talk_loses_its_older_half_until_it_fits() -> None:
    def short(body: dict[str, Any]) -> list[str]:
        if len(body["messages"]) > 4:
            raise Refusal(400, "request (9000 tokens) exceeds the available context size (4096 tokens)")
        return ["Yes."]

    server = Server(short)
    turns = [Message(role="user", content=str(number)) for number in range(16)]
    async with serving(server) as engine:
        request = Request(messages=(Message(role="system", content="Ruth"), *turns))
        assert await drafts(engine, request) == ["Yes. "]
    kept = [message["content"] for message in server.bodies[-1]["messages"]]
    assert kept == ["Ruth", "14", "15"]


async def test_too_long_a_message_is_said_to_be_too_long() -> None:
    async with serving(Server(refuse(400, "maximum context length is 4096 tokens"))) as engine:
        with pytest.raises(PromptTooLong, match="maximum context length is 4096"):
            await drafts(engine, ask())


@pytest.mark.parametrize(
    ("status", "message", "advice"),
    [
        (401, "bad key", "FEELER_REMOTE_API_KEY"),
        (404, "no such model", "FEELER_REMOTE_MODEL"),
        (429, "quota", "quota"),
        (503, "Loading model", "Loading model"),
    ],
)
async def test_a_refusal_says_what_to_do(status: int, message: str, advice: str) -> None:
    async with serving(Server(refuse(status, message)), tries=1) as engine:
        with pytest.raises(EngineUnavailable, match=advice) as caught:
            await drafts(engine, ask())
        assert "http://127.0.0.1" in str(caught.value)


async def test_a_server_that_takes_nothing_is_quoted() -> None:
    async with serving(Server(refuse(400, "no thanks"))) as engine:
        with pytest.raises(EngineError, match="refused the request: no thanks"):
            await drafts(engine, ask(drafts=2, opening="We"))


async def test_a_server_that_is_loading_is_tried_again() -> None:
    tries = iter([Refusal(503, "Loading model")])

    def late(body: dict[str, Any]) -> list[str]:
        for refusal in tries:
            raise refusal
        return ["Here now."]

    async with serving(Server(late), tries=2) as engine:
        assert await drafts(engine, ask()) == ["Here now. "]


async def test_no_server_at_all() -> None:
    engine = RemoteEngine("http://127.0.0.1:9/v1", model="any", tries=1)
    with pytest.raises(
        EngineUnavailable, match=r"no model server answers at http://127\.0\.0\.1:9/v1: start it"
    ):
        await drafts(engine, ask())
    await engine.close()


async def test_a_server_that_says_nothing_is_given_up() -> None:
    release = asyncio.Event()

    async def silent(request: web.Request) -> web.Response:
        await release.wait()
        return web.Response()

    server = Server(refuse(500, ""))
    server.chat = silent  # type: ignore[method-assign]
    async with serving(server, silence_seconds=0.05, tries=1) as engine:
        with pytest.raises(EngineUnavailable, match="did not answer in time"):
            await drafts(engine, ask())
        release.set()


@pytest.mark.parametrize("texts", [["Good"], [], ["Good", "Fair"]])
async def test_an_answer_that_breaks_off_is_no_answer(texts: list[str]) -> None:
    async with serving(Server(lambda body: texts, breaks_off=True)) as engine:
        with pytest.raises(EngineUnavailable, match="broke off"):
            await drafts(engine, ask(drafts=len(texts) or 1))


async def test_leaving_an_answer_hangs_up() -> None:
    server = Server(lambda body: ["word " * 1_000_000])
    async with serving(server) as engine:
        async with aclosing(engine.stream(ask(drafts=2))) as pieces:
            await anext(pieces)
        await within(server.hung_up.wait())


async def test_a_stop_string_the_server_overlooked_ends_the_answer() -> None:
    server = Server(lambda body: ["One two three " + "four " * 1_000_000])
    async with serving(server) as engine:
        assert await within(drafts(engine, ask(sampling=Sampling(stop=("two",))))) == ["One "]
        await within(server.hung_up.wait())


def refuse(status: int, message: str) -> Callable[[dict[str, Any]], list[str]]:
    def answer(body: dict[str, Any]) -> list[str]:
        raise Refusal(status, message)

    return answer


def ask(*, opening: str = "", drafts: int = 1, sampling: Sampling | None = None) -> Request:
    messages = (Message(role="system", content="You are Ruth."), Message(role="user", content="Hello?"))
    return Request(messages=messages, opening=opening, drafts=drafts, sampling=sampling or Sampling())


async def drafts(engine: RemoteEngine, request: Request) -> list[str]:
    """The drafts' texts; all must have ended."""
    texts = [""] * request.drafts
    ended = set()
    async for piece in engine.stream(request):
        texts[piece.draft] += piece.text
        if piece.finish:
            ended.add(piece.draft)
    assert len(ended) == request.drafts
    return texts


async def within(what: Awaitable[Any]) -> Any:
    """Fails instead of hanging."""
    return await asyncio.wait_for(what, 60)
