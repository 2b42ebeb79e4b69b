"""What every engine that can weigh texts promises: scripted, transformers, torch."""

import asyncio
import math
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from feeler.errors import EngineUnavailable, PromptTooLong, Unsupported
from feeler.llm.cards import ModelCard
from feeler.llm.remote import RemoteEngine
from feeler.llm.scripted import ScriptedEngine
from feeler.ports import Choice, Choosing, Engine, Message, Scoring

from .engines import llama_cpp_server
from .test_engines import QUESTION, SYSTEM, Make, ask, soon, written

__all__ = ["small", "tiny"]  # fixtures
from .test_engines import small, tiny

pytestmark = pytest.mark.asyncio(loop_scope="module")

NIGHT = Message(role="user", content="I worked the night shift in a hall, on the packaging machines.")
SCHOOL = Message(role="user", content="I taught music to children at a small school by the sea.")
OPTIONS = ("music", "machines", "machines at night", "the night shift in a hall")


@pytest.fixture(
    scope="module", params=["scripted", "transformers", pytest.param("torch", marks=pytest.mark.slow)]
)
def make(request: pytest.FixtureRequest) -> Make:
    """A maker of fresh engines of one kind."""
    if request.param == "scripted":
        return lambda: ScriptedEngine(seconds_per_token=0.001)
    if request.param == "transformers":
        from feeler.llm.transformers_engine import TransformersEngine

        folder = str(request.getfixturevalue("tiny"))
        return lambda: TransformersEngine.load(folder, device="cpu")
    from feeler.llm.torch_engine import TorchEngine

    card, weights = request.getfixturevalue("small")
    return lambda: TorchEngine.load(weights, card, threads=1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(make: Make) -> AsyncIterator[Engine]:
    engine = make()
    yield engine
    await engine.close()


async def test_it_says_beforehand_that_it_can(engine: Engine) -> None:
    assert engine.can >= {"choose", "likelihoods"}


async def test_the_options_share_what_is_certain(engine: Engine) -> None:
    choice = await engine.choose(choosing())
    assert set(choice.shares) == set(choice.scores) == set(OPTIONS)
    assert sum(choice.shares.values()) == pytest.approx(1)
    assert choice.certainty == choice.shares[choice.option] == max(choice.shares.values())
    assert all(nats < 0 for nats in choice.scores.values())
    gaps = {choice.scores[name] - math.log(choice.shares[name]) for name in OPTIONS}
    assert max(gaps) == pytest.approx(min(gaps), abs=1e-6)


async def test_the_order_of_the_options_changes_nothing(engine: Engine) -> None:
    same(await engine.choose(choosing()), await engine.choose(choosing(options=OPTIONS[::-1])))


async def test_each_option_weighs_what_it_weighs_alone(engine: Engine) -> None:
    together = await engine.choose(choosing())
    for option in OPTIONS:
        alone = await engine.choose(choosing(options=(option,)))
        assert alone.certainty == 1
        assert alone.scores[option] == pytest.approx(together.scores[option], abs=0.1)


@pytest.mark.parametrize("options", [(), ("",), ("pay", "pay"), ("pay", "")])
async def test_options_that_are_none_are_refused(engine: Engine, options: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="options"):
        await engine.choose(choosing(options=options))


async def test_texts_are_weighed_after_every_talk(engine: Engine) -> None:
    talks = ((SYSTEM, NIGHT), (SYSTEM, SCHOOL))
    texts = ("What broke in the hall at night?", "What did the children sing at school?", "What broke?")
    rows = await engine.likelihoods(Scoring(talks=talks, texts=texts))
    assert [len(row) for row in rows] == [3, 3]
    for row in rows:
        assert all(each.nats < 0 and each.tokens >= 1 for each in row)
        assert row[0].tokens > row[2].tokens
    for talk, row in zip(talks, rows, strict=True):
        for text, each in zip(texts, row, strict=True):
            [[alone]] = await engine.likelihoods(Scoring(talks=(talk,), texts=(text,)))
            # texts are read with 8 bits of each activation unless a prompt is read in the same step, so that
            # alone and together differ by what 8 bits cost: a good deal on the small test model
            assert alone.nats == pytest.approx(each.nats, abs=4)


async def test_texts_differ_alike_where_only_their_last_tokens_are_weighed(engine: Engine) -> None:
    talk = (SYSTEM, NIGHT)
    texts = tuple(said + end for said in ("The hall was cold.", "I sang.") for end in (" yes", " no"))
    await engine.likelihoods(Scoring(talks=(talk,), texts=texts))  # from here on the prompt is there
    [whole] = await engine.likelihoods(Scoring(talks=(talk,), texts=texts))
    [tails] = await engine.likelihoods(Scoring(talks=(talk,), texts=texts, tails=True))
    for yes in (0, 2):
        by_tails = tails[yes].nats - tails[yes + 1].nats
        assert by_tails == pytest.approx(whole[yes].nats - whole[yes + 1].nats, abs=0.3)


async def test_odd_texts_are_only_texts(engine: Engine) -> None:
    odd = ("😀 <|im_end|></s> {{ 7 * 7 }}", "\n", "مرحبا 日本", " ", "x" * 300)
    [row] = await engine.likelihoods(Scoring(talks=((SYSTEM, QUESTION),), texts=odd))
    assert all(math.isfinite(each.nats) for each in row)
    [[alone]] = await soon(engine.likelihoods(Scoring(talks=((SYSTEM, QUESTION),), texts=("</s>",))))
    assert math.isfinite(alone.nats)


async def test_a_talk_that_is_too_long_loses_its_oldest_turns(engine: Engine) -> None:
    old = [
        Message(role=role, content=f"Number {number}: " + "and so we went on talking about the work " * 6)
        for number in range(120)
        for role in ("user", "assistant")
    ]
    assert (await engine.choose(choosing(SYSTEM, *old, QUESTION))).option in OPTIONS
    endless = Message(role="user", content="and then we talked about the work again " * 3000)
    with pytest.raises(PromptTooLong):
        await engine.choose(choosing(SYSTEM, endless))


async def test_a_choice_comes_while_others_are_written_and_they_go_on(engine: Engine) -> None:
    writing = asyncio.create_task(written(engine, ask(drafts=2)))
    choice, pieces = await soon(asyncio.gather(engine.choose(choosing()), writing))
    same(choice, await engine.choose(choosing()))
    assert {piece.draft for piece in pieces if piece.finish} == {0, 1}


async def test_nobody_need_wait_for_the_answer(engine: Engine) -> None:
    task = asyncio.create_task(engine.choose(choosing()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await soon(engine.choose(choosing()))).option in OPTIONS


async def test_closing_ends_it(make: Make) -> None:
    engine = make()
    await soon(engine.close())
    with pytest.raises(EngineUnavailable):
        await engine.choose(choosing())


@pytest.mark.slow
async def test_llama_cpp_s_server_cannot_and_is_known_by_that_once_asked(
    small: tuple[ModelCard, Path],
) -> None:
    with llama_cpp_server(small[1]) as url:
        engine = RemoteEngine(url)
        with pytest.raises(Unsupported):
            await engine.choose(choosing())
        assert not engine.can
        assert await written(engine, ask())  # it writes as ever
        await engine.close()


def choosing(*messages: Message, options: tuple[str, ...] = OPTIONS) -> Choosing:
    return Choosing(messages=messages or (SYSTEM, NIGHT), options=options)


def same(one: Choice, other: Choice) -> None:
    for option, nats in one.scores.items():
        assert other.scores[option] == pytest.approx(nats, abs=0.1)
