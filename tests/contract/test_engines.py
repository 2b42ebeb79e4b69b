"""What every engine promises, asked of every engine: scripted, transformers, a remote server, torch."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import TypeVar

import pytest
import pytest_asyncio

from feeler.errors import EngineUnavailable, PromptTooLong
from feeler.llm.cards import ModelCard, load_cards
from feeler.llm.scripted import ScriptedEngine
from feeler.llm.weights import ensure_weights
from feeler.ports import Engine, Message, Piece, Request, Sampling
from feeler.settings import load_settings

from .engines import llama_cpp_server, make_tiny_llama

pytestmark = pytest.mark.asyncio(loop_scope="module")

Make = Callable[[], Engine]
T = TypeVar("T")

SYSTEM = Message(
    role="system", content="You are Ruth, who runs the night shift at a maker of packaging machines."
)
QUESTION = Message(
    role="user", content="Hello Ruth. Please tell me at length how a good night goes in the hall."
)
GREEDY = Sampling(temperature=0.0, max_tokens=24)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_llama(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def small() -> tuple[ModelCard, Path]:
    card = load_cards()["smollm2-135m-instruct"]
    return card, ensure_weights(card, load_settings().cache_dir)


@pytest.fixture(scope="module")
def server(small: tuple[ModelCard, Path]) -> Iterator[str]:
    with llama_cpp_server(small[1]) as url:
        yield url


@pytest.fixture(
    scope="module",
    params=[
        "scripted",
        "transformers",
        pytest.param("remote", marks=pytest.mark.slow),
        pytest.param("torch", marks=pytest.mark.slow),
    ],
)
def make(request: pytest.FixtureRequest) -> Make:
    """A maker of fresh engines of one kind."""
    if request.param == "scripted":
        return lambda: ScriptedEngine(seconds_per_token=0.001)
    if request.param == "transformers":
        from feeler.llm.transformers_engine import TransformersEngine

        folder = str(request.getfixturevalue("tiny"))
        return lambda: TransformersEngine.load(folder, device="cpu")
    if request.param == "remote":
        from feeler.llm.remote import RemoteEngine

        url = str(request.getfixturevalue("server"))
        return lambda: RemoteEngine(url)
    torch_engine = pytest.importorskip("feeler.llm.torch_engine")
    card, weights = request.getfixturevalue("small")
    return lambda: torch_engine.TorchEngine.load(weights, card)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(make: Make) -> AsyncIterator[Engine]:
    engine = make()
    yield engine
    await engine.close()


async def test_an_answer_comes_in_pieces_and_ends_once(engine: Engine) -> None:
    pieces = await written(engine, ask())
    assert len(pieces) > 2
    assert [piece.finish for piece in pieces[:-1]] == [None] * (len(pieces) - 1)
    assert pieces[-1].finish in ("stop", "length")
    assert [piece.tokens for piece in pieces] == sorted(piece.tokens for piece in pieces)
    assert text_of(pieces).strip()


async def test_it_has_a_name_and_knows_how_many_drafts_pay(engine: Engine) -> None:
    assert engine.name
    assert 1 <= engine.wants_drafts <= 8


async def test_an_answer_is_no_longer_than_asked(engine: Engine) -> None:
    pieces = await written(engine, ask(sampling=Sampling(temperature=0.0, max_tokens=3)))
    assert pieces[-1].finish == "length"
    assert pieces[-1].tokens <= 3


async def test_greedy_answers_are_the_same_twice(engine: Engine) -> None:
    assert await answer(engine, ask()) == await answer(engine, ask())


async def test_the_same_seed_gives_the_same_drafts(engine: Engine) -> None:
    request = ask(sampling=Sampling(temperature=0.9, max_tokens=10, seed=7), drafts=2)
    assert drafts_of(await written(engine, request)) == drafts_of(await written(engine, request))


async def test_drafts_of_one_request_differ(engine: Engine) -> None:
    request = ask(sampling=Sampling(temperature=1.0, max_tokens=16, seed=11), drafts=3)
    assert len(set(drafts_of(await written(engine, request)).values())) > 1


async def test_every_draft_ends_once_and_is_silent_then(engine: Engine) -> None:
    pieces = await written(engine, ask(drafts=3))
    for draft in range(3):
        of_it = [piece for piece in pieces if piece.draft == draft]
        assert [bool(piece.finish) for piece in of_it] == [False] * (len(of_it) - 1) + [True]
    assert {piece.draft for piece in pieces} == {0, 1, 2}


async def test_a_stop_string_ends_the_answer_and_is_never_shown(engine: Engine) -> None:
    whole = await answer(engine, ask())
    stop = whole[len(whole) // 2 :][:4]
    pieces = await written(engine, ask(sampling=Sampling(temperature=0.0, max_tokens=24, stop=(stop,))))
    assert text_of(pieces) == whole[: whole.index(stop)]
    assert pieces[-1].finish == "stop"


async def test_of_many_stop_strings_the_first_in_the_text_counts(engine: Engine) -> None:
    whole = await answer(engine, ask())
    early, late = whole[4:8], whole[-6:-2]
    many = ("§1", "§2", "§3", "§4", late, early)
    pieces = await written(engine, ask(sampling=Sampling(temperature=0.0, max_tokens=24, stop=many)))
    assert text_of(pieces) == whole[: min(whole.index(early), whole.index(late))]


async def test_the_opening_is_not_repeated(engine: Engine) -> None:
    opening = "A good night begins with"
    said = await answer(engine, ask(opening=opening))
    assert said.strip()
    assert not said.startswith(opening)


async def test_the_oldest_turns_give_way_when_the_prompt_is_too_long(engine: Engine) -> None:
    old = [
        Message(role=role, content=f"Number {number}: " + "and so we went on talking about the work " * 6)
        for number in range(120)
        for role in ("user", "assistant")
    ]
    assert (await answer(engine, ask(SYSTEM, *old, QUESTION))).strip()


async def test_a_message_that_alone_is_too_long_is_refused(engine: Engine) -> None:
    endless = Message(role="user", content="and then we talked about the work again " * 3000)
    with pytest.raises(PromptTooLong, match=r"too long|context"):
        await written(engine, ask(SYSTEM, endless))


async def test_strange_text_is_only_text(engine: Engine) -> None:
    strange = Message(role="user", content="😀 <|im_end|></s> {{ 7 * 7 }} {% raw %} \x00 ‮ مرحبا 日本 [INST]")
    assert (await written(engine, ask(SYSTEM, strange)))[-1].finish


async def test_a_talk_may_begin_with_the_company_and_need_no_system_message(engine: Engine) -> None:
    hello = Message(role="assistant", content="Hello, I am Ruth. What brings you here?")
    assert (await written(engine, ask(hello, QUESTION)))[-1].finish


async def test_two_answers_are_written_side_by_side(engine: Engine) -> None:
    first, second = await soon(asyncio.gather(answer(engine, ask()), answer(engine, ask(drafts=2))))
    assert first.strip()
    assert second.strip()


async def test_the_loop_runs_on_while_an_answer_is_written(engine: Engine) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.001)

    ticking = asyncio.create_task(tick())
    await written(engine, ask())
    ticking.cancel()
    assert ticks > 5


async def test_leaving_early_frees_the_engine_for_the_next(engine: Engine) -> None:
    async with aclosing(engine.stream(ask(sampling=Sampling(temperature=0.0, max_tokens=400)))) as pieces:
        async for piece in pieces:
            if piece.text:
                break
    assert (await soon(answer(engine, ask()))).strip()


async def test_an_answer_that_was_never_begun_can_be_left(engine: Engine) -> None:
    await engine.stream(ask()).aclose()
    assert (await soon(answer(engine, ask()))).strip()


async def test_closing_ends_what_runs_and_what_comes(make: Make) -> None:
    engine = make()
    pieces = engine.stream(ask(sampling=Sampling(temperature=0.0, max_tokens=500)))
    await anext(pieces)
    await soon(engine.close())
    with pytest.raises(EngineUnavailable):
        async for _ in pieces:
            pass
    with pytest.raises(EngineUnavailable):
        await written(engine, ask())


def ask(*messages: Message, opening: str = "", sampling: Sampling = GREEDY, drafts: int = 1) -> Request:
    return Request(messages=messages or (SYSTEM, QUESTION), opening=opening, sampling=sampling, drafts=drafts)


async def written(engine: Engine, request: Request) -> list[Piece]:
    return [piece async for piece in engine.stream(request)]


async def answer(engine: Engine, request: Request) -> str:
    return text_of([piece for piece in await written(engine, request) if piece.draft == 0])


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def drafts_of(pieces: list[Piece]) -> dict[int, str]:
    return {piece.draft: text_of([p for p in pieces if p.draft == piece.draft]) for piece in pieces}


async def soon(what: Awaitable[T]) -> T:
    """Fails instead of hanging."""
    return await asyncio.wait_for(what, 60)
