"""Weighing texts on model servers: one that tells a prompt's log-probabilities, as vLLM's, and others."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from feeler.errors import PromptTooLong, Unsupported
from feeler.llm.remote import RemoteEngine
from feeler.ports import Choosing, Message, Scoring

TALK = (Message(role="user", content="I mended ovens"),)


def vllm(body: dict[str, Any]) -> dict[str, Any]:
    """A token is a word; known from the user's words it costs 1 nat, else 3; the end of a turn costs 0.5."""
    tokens: list[tuple[str, float]] = []
    known = set(body["messages"][0]["content"].split())
    for message in body["messages"]:
        last = message is body["messages"][-1]
        tokens.append((f"<{message['role']}>", 0.1))
        tokens += [(word, 1.0 if word in known else 3.0) for word in message["content"].split()]
        if not (last and body.get("continue_final_message")):
            tokens += [("<end>", 0.5), ("\n", 0.0)]
    if body.get("add_generation_prompt", True):
        tokens.append(("<assistant>", 0.1))
    entries = [{str(n): {"logprob": -cost, "decoded_token": word}} for n, (word, cost) in enumerate(tokens)]
    return {"prompt_logprobs": [None, *entries[1:]]}


@asynccontextmanager
async def serving(answer: Callable[[dict[str, Any]], Any], status: int = 200) -> AsyncIterator[RemoteEngine]:
    async def chat(request: web.Request) -> web.Response:
        choice = {"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "length"}
        whole = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        said = answer(await request.json())
        return web.json_response(whole | said if status == 200 else said, status=status)

    app = web.Application()
    app.router.add_post("/v1/chat/completions", chat)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    engine = RemoteEngine(f"http://127.0.0.1:{runner.addresses[0][1]}/v1", model="m", tries=1)
    try:
        yield engine
    finally:
        await engine.close()
        await runner.cleanup()


async def test_texts_weigh_what_the_server_says_of_their_tokens() -> None:
    async with serving(vllm) as engine:
        other = (Message(role="user", content="I sang"),)
        [[one, two], [far, _]] = await engine.likelihoods(
            Scoring(talks=(TALK, other), texts=("ovens mended", "ovens sang often"))
        )
    assert (one.nats, one.tokens) == (-2.0, 2)
    assert (two.nats, two.tokens) == (-7.0, 3)
    assert far.nats == -6.0


async def test_options_count_with_the_turn_s_end() -> None:
    async with serving(vllm) as engine:
        choice = await engine.choose(Choosing(messages=TALK, options=("ovens", "ovens mended", "choirs")))
        begun = await engine.choose(Choosing(messages=TALK, options=(" ovens", " choirs"), opening="Topic:"))
    assert choice.scores == {"ovens": -1.5, "ovens mended": -2.5, "choirs": -3.5}
    assert choice.option == "ovens"
    assert begun.scores == {" ovens": -1.5, " choirs": -3.5}


@pytest.mark.parametrize("answer", [{}, {"prompt_logprobs": None}, {"prompt_logprobs": [{}]}])
async def test_a_server_that_does_not_tell_is_asked_once(answer: dict[str, Any]) -> None:
    bodies: list[Any] = []

    def noted(body: dict[str, Any]) -> dict[str, Any]:
        bodies.append(body)
        return answer

    async with serving(noted) as engine:
        assert "choose" in engine.can
        for _ in range(2):
            with pytest.raises(Unsupported):
                await engine.choose(Choosing(messages=TALK, options=("a", "b")))
        assert not engine.can
    assert len(bodies) <= 3  # the prompt, and with each option; nothing the second time


async def test_refusals_are_told_apart() -> None:
    async with serving(lambda body: {"error": {"message": "unknown field prompt_logprobs"}}, 400) as engine:
        with pytest.raises(Unsupported, match="prompt_logprobs"):
            await engine.likelihoods(Scoring(talks=(TALK,), texts=("a",)))
        assert not engine.can
    async with serving(lambda body: {"error": {"message": "maximum context length is 9"}}, 400) as engine:
        with pytest.raises(PromptTooLong):
            await engine.likelihoods(Scoring(talks=(TALK,), texts=("a",)))
        assert engine.can
