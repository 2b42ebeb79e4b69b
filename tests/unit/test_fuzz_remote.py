"""Streams of model servers in every order and form that is documented or was reported: no line may be lost.

Quick here; the full figure is 10,000 streams: `FUZZ_CASES=10000 pytest tests/unit/test_fuzz_remote.py`.
"""

import asyncio
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.model_server import RawServer, Said, ask, raw_serving

from feeler.compose import build_desk, build_library
from feeler.errors import EngineError
from feeler.interview.values import Speaker
from feeler.llm.remote import RemoteEngine
from feeler.settings import Settings
from feeler.terminal.memory import MemoryArchive
from feeler.usecases.desk import Desk
from feeler.usecases.values import Chat

cases = settings(
    max_examples=int(os.environ.get("FUZZ_CASES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
NOW = datetime(2026, 1, 2, tzinfo=UTC)
USAGE = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
SAID = (
    "We build machines, the night shift keeps them running – Öl und 日本 😀 included. What draws you to it?"
)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What the server sends, and what it means."""

    parts: list[bytes]  # as they come over the wire
    ends: bool  # whether the server lets anybody know that the answer is whole
    error: bool  # whether it sends an error
    headless: bool  # whether only the end of its thoughts is marked, which is known too late the first time
    text: str


THOUGHT = st.sampled_from(["Hm.", "The user greets me. What now?\n\nSay hello.", "a < b"])
NOISE = st.sampled_from(
    [
        ": keep-alive",
        ":",
        "retry: 3000",
        "event: ping",
        "event: ping\ndata: {}",
        'event: ping\ndata: {"type": "ping"}',
        "id: 7",
        "data: null",
        "data:",
        "data: []",
        "data: {}",
        "data: OPENROUTER PROCESSING",
        'data: {"choices": []}',
        'data: {"choices": null}',
        "data: " + json.dumps({"choices": [], "usage": USAGE}),
        "data: " + json.dumps({"choices": None, "usage": USAGE}),
        'data: {"choices": [{"index": 0, "delta": {"role": "assistant"}, "finish_reason": null}]}',
        'data: {"choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": null}]}',
        'data: {"choices": [{"index": 0, "delta": {}, "logprobs": null}]}',
        'data: {"choices": [{"index": 0, "delta": null}]}',
        'data: {"choices": [{"index": 0, "delta": {"content": null, "tool_calls": []}}]}',
        'data: {"prompt_filter_results": [{"prompt_index": 0}], "choices": []}',
        'data: {"choices": [{"index": 0, "delta": {}, "content_filter_results": {}}], "error": null}',
        'data: {"choices": [{"index": 3, "delta": {"content": "another answer"}}]}',
    ]
)
ERROR = st.sampled_from(
    [
        'data: {"error": {"message": "CUDA error", "type": "server_error", "code": null}}',
        'data: {"object": "error", "message": "engine dead", "code": 500}',
        'data: {"error": "overloaded"}',
        'data: {"error": {"message": "context deadline exceeded", "code": 504}}',
        'data: {"error": {"message": "This model\'s maximum context length is 99 tokens", "code": 400}}',
        "event: error\ndata: upstream gone",
        'error: {"code": 500, "message": "slot unavailable"}',
        'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "error"}]}',
        'data: [{"error": {"code": 503, "status": "UNAVAILABLE", "message": "try later"}}]',
    ]
)


@st.composite
def streams(draw: st.DrawFn) -> Sent:
    """A stream: bits of an answer in one server's form, noise between them, an end or none, cut anywhere."""
    text = SAID[: draw(st.sampled_from([3, 20, 60, len(SAID)]))]
    always_stop = draw(st.booleans())  # a reason to end with every chunk
    field = draw(st.sampled_from(["content", "parts", "text", "no index"]))

    def event(delta: dict[str, Any], finish: str | None = None) -> str:
        choice: dict[str, Any] = {"index": 0, "delta": delta, "finish_reason": finish}
        if field == "text" and "content" in delta:
            choice = {"index": 0, "text": delta["content"], "finish_reason": finish}
        if field == "parts" and "content" in delta:
            choice["delta"] = {"content": [{"type": "text", "text": delta["content"]}]}
        if field == "no index":
            del choice["index"]
        chunk = {"id": "1", "object": "chat.completion.chunk", "choices": [choice]}
        if draw(st.booleans()):
            chunk["usage"] = draw(st.sampled_from([None, USAGE]))
        colon = draw(st.sampled_from(["data: ", "data:"]))
        return colon + json.dumps(chunk, ensure_ascii=draw(st.booleans()))

    events = []
    thinks = draw(st.sampled_from(["", "", "", "field", "tags", "headless"]))
    told = text
    if thinks == "field":
        name = draw(st.sampled_from(["reasoning_content", "reasoning"]))
        events += [event({name: draw(THOUGHT)}) for _ in range(draw(st.integers(1, 3)))]
    elif thinks:
        gap = draw(st.sampled_from(["", "\n\n"]))
        told = f"{'<think>' if thinks == 'tags' else ''}{draw(THOUGHT)}</think>{gap}{text}"
    while told:
        size = draw(st.integers(1, 24))
        events.append(event({"content": told[:size]}, "stop" if always_stop else None))
        told = told[size:]
    finishes = draw(st.booleans())
    if finishes:
        events.append(event({}, draw(st.sampled_from(["stop", "eos", "STOP"]))))
    fails = draw(st.sampled_from([False, False, False, True]))
    for _ in range(draw(st.integers(0, 4))):
        events.insert(draw(st.integers(0, len(events))), draw(NOISE))
    if fails:
        events.insert(draw(st.integers(0, len(events))), draw(ERROR))
    done = draw(st.booleans())
    if done:
        events.append("data: [DONE]")
    blank = draw(st.sampled_from(["\n\n", "\n\n", "\r\n\r\n", "\r\r", "\n\n\n"]))
    glued = draw(st.booleans()) and not draw(
        st.booleans()
    )  # several documents in a line, as gateways send them
    gaps = [blank] * len(events)
    if glued:
        for at in range(len(events) - 1):
            both = events[at].startswith("data:{") and events[at + 1].startswith("data:{")
            gaps[at] = "" if both and draw(st.booleans()) else blank
    whole = "".join(
        event.replace("\n", blank[: len(blank) // 2]) + gap for event, gap in zip(events, gaps, strict=True)
    )
    content = draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"])) + whole.encode()
    cuts = sorted(draw(st.lists(st.integers(0, len(content)), max_size=6)))
    parts = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    return Sent(
        parts=parts,
        ends=done or finishes or always_stop,
        error=fails,
        headless=thinks == "headless",
        text=text,
    )


class Stand:
    """One server for all cases: it sends what it is told to, time after time."""

    def __init__(self) -> None:
        self.sent = b""
        self.parts: list[bytes] = []
        self.server = RawServer(lambda body: Said(content=self.parts))


@pytest.fixture(scope="module")
def stand(loop: asyncio.AbstractEventLoop) -> Iterator[Stand]:
    stand = Stand()
    serving = raw_serving(stand.server)
    loop.run_until_complete(serving.__aenter__())
    yield stand
    loop.run_until_complete(serving.__aexit__(None, None, None))


@cases
@given(streams())
def test_no_stream_cuts_an_answer_or_gets_out_of_hand(
    loop: asyncio.AbstractEventLoop, stand: Stand, sent: Sent
) -> None:
    """The whole answer, or the error after which it can be had again; never half an answer as a whole one."""
    stand.parts = sent.parts

    async def answer() -> str:
        engine = RemoteEngine(stand.server.url, model="served", tries=1)
        try:
            pieces = [piece async for piece in engine.stream(ask())]
        finally:
            await engine.close()
        assert [bool(piece.finish) for piece in pieces] == [False] * (len(pieces) - 1) + [True]
        return "".join(piece.text for piece in pieces)

    try:
        assert loop.run_until_complete(answer()) == sent.text
    except EngineError:
        assert sent.error or sent.headless or not sent.ends
    else:
        assert not sent.error


@pytest.fixture(scope="module")
def desk(loop: asyncio.AbstractEventLoop, stand: Stand) -> Iterator[Desk]:
    own = Settings(_env_file=None)
    engine = RemoteEngine(stand.server.url, model="served", tries=1)
    yield build_desk(own, build_library(own), engine, MemoryArchive())
    loop.run_until_complete(engine.close())


@cases
@given(streams())
def test_no_stream_loses_a_line(
    loop: asyncio.AbstractEventLoop, stand: Stand, desk: Desk, sent: Sent
) -> None:
    """At the desk, with an engine that remembers what it met: an answer, or the line kept for /again."""
    stand.parts = sent.parts
    line = "I repaired a roof in a storm once. What does a night look like for you?"

    async def turn() -> None:
        chat = (await desk.do(Chat(chat_id=5), "new", "johanna", None, NOW)).chat
        outcome = await desk.hear(chat, line, None, NOW)
        talk = outcome.chat.interview
        assert talk is not None
        assert [said.text for said in talk.lines if said.speaker is Speaker.CANDIDATE] == [line]
        if talk.lines[-1].speaker is Speaker.CANDIDATE:
            assert "/again" in outcome.replies[-1].text
        else:
            assert outcome.replies[-1].text.strip()

    loop.run_until_complete(turn())
