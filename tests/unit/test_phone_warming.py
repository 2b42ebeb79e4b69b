"""The engine that is still being loaded."""

import asyncio

import pytest

from feeler.errors import EngineUnavailable
from feeler.llm.scripted import ScriptedEngine
from feeler.phone.warming import WarmingEngine
from feeler.ports import Choosing, Engine, Message, Request, Scoring

REQUEST = Request(messages=(Message(role="user", content="Hello"),))


async def text_of(engine: Engine) -> str:
    return "".join([piece.text async for piece in engine.stream(REQUEST)])


async def test_it_weighs_as_soon_as_the_engine_is_there() -> None:
    ready = asyncio.Event()

    async def load() -> Engine:
        await ready.wait()
        return ScriptedEngine()

    engine = WarmingEngine(asyncio.create_task(load()), wants_drafts=1)
    said = (Message(role="user", content="I mended ovens"),)
    choosing = asyncio.create_task(engine.choose(Choosing(messages=said, options=("choirs", "ovens"))))
    await asyncio.sleep(0)
    assert not engine.can
    ready.set()
    assert (await choosing).option == "ovens"
    assert engine.can == {"choose", "likelihoods", "skills"}
    assert await engine.likelihoods(Scoring(talks=(said,), texts=("ovens",)))


async def test_who_asks_early_waits_and_is_answered() -> None:
    there = asyncio.Event()

    async def load() -> Engine:
        await there.wait()
        return ScriptedEngine(["Good morning."], wants_drafts=3)

    engine = WarmingEngine(asyncio.create_task(load()), wants_drafts=1)
    asking = asyncio.create_task(text_of(engine))
    assert (engine.name, engine.wants_drafts) == ("warming up", 1)
    there.set()
    assert (await asking).strip() == "Good morning."
    assert (engine.name, engine.wants_drafts) == ("scripted", 3)


async def test_giving_up_waiting_does_not_stop_the_loading() -> None:
    there = asyncio.Event()

    async def load() -> Engine:
        await there.wait()
        return ScriptedEngine(["Later."])

    engine = WarmingEngine(asyncio.create_task(load()), wants_drafts=1)
    asking = asyncio.create_task(text_of(engine))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    there.set()
    assert (await text_of(engine)).strip() == "Later."


async def test_a_failure_to_load_is_told_to_everybody_who_asks() -> None:
    async def load() -> Engine:
        raise EngineUnavailable("not enough memory")

    engine = WarmingEngine(asyncio.create_task(load()), wants_drafts=1)
    for _ in range(2):
        with pytest.raises(EngineUnavailable, match="not enough memory"):
            await text_of(engine)
