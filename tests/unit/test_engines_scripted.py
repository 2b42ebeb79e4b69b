"""The scripted engine: exact answers, in exact pieces."""

import asyncio

import pytest

from feeler.errors import EngineError
from feeler.llm.scripted import ScriptedEngine
from feeler.ports import Engine, Message, Piece, Request, Sampling


async def test_answers_are_played_in_order_a_word_at_a_time() -> None:
    engine = ScriptedEngine(["Good evening, Ruth.", "Bye."])
    first = await written(engine, ask())
    assert [piece.text for piece in first] == ["Good", " evening,", " Ruth."]
    assert [(piece.tokens, piece.finish) for piece in first] == [(1, None), (2, None), (3, "stop")]
    assert text(await written(engine, ask())) == "Bye."
    with pytest.raises(EngineError, match="no more answers"):
        await written(engine, ask())


async def test_an_entry_may_have_a_text_for_every_draft() -> None:
    pieces = await written(ScriptedEngine([("One.", "Two, a little longer.")]), ask(drafts=2))
    assert text(pieces, 0) == "One."
    assert text(pieces, 1) == "Two, a little longer."


async def test_a_function_sees_the_request_and_the_draft() -> None:
    engine = ScriptedEngine(lambda request, draft: f"{request.messages[-1].content} {draft}")
    assert text(await written(engine, ask("Why?", drafts=2)), 1) == "Why? 1"
    assert engine.asked[0].drafts == 2


async def test_an_opening_at_the_front_of_an_answer_is_taken_off() -> None:
    engine = ScriptedEngine(["We build machines."])
    assert text(await written(engine, ask(opening="We build"))) == " machines."


async def test_it_takes_its_time_when_told_to() -> None:
    engine = ScriptedEngine(["word " * 1000], seconds_per_token=10)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(written(engine, ask()), 0.02)


async def test_an_empty_answer_ends_at_once() -> None:
    assert await written(ScriptedEngine([""]), ask()) == [Piece(draft=0, text="", tokens=0, finish="stop")]


def skill(name: str, *fields: str) -> Request:
    """What the bot asks a taught engine for."""
    system = Message(role="system", content=f"{name}, dry")
    return Request(messages=(system, Message(role="user", content="\n".join(fields))))


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (skill("tell", "They asked: when?", "Fact: The hall starts at six."), "The hall starts at six."),
        (skill("mine", "They asked: you?", "You know of yourself: I mill."), "I mill."),
    ],
)
async def test_alone_it_says_what_the_skill_is_shown(request_: Request, said: str) -> None:
    assert text(await written(ScriptedEngine(), request_)) == said


async def test_alone_it_asks_about_what_was_said() -> None:
    asked = text(
        await written(ScriptedEngine(), skill("ask", "They said: I mended church organs for years."))
    )
    assert "I mended church organs" in asked
    assert asked.endswith("?")


async def test_alone_and_without_a_skill_it_says_something() -> None:
    assert text(await written(ScriptedEngine(), ask("How is that?"))).endswith(".")


def ask(content: str = "Hello?", *, opening: str = "", drafts: int = 1) -> Request:
    return Request(
        messages=(Message(role="user", content=content),),
        opening=opening,
        drafts=drafts,
        sampling=Sampling(max_tokens=200),
    )


async def written(engine: Engine, request: Request) -> list[Piece]:
    return [piece async for piece in engine.stream(request)]


def text(pieces: list[Piece], draft: int = 0) -> str:
    return "".join(piece.text for piece in pieces if piece.draft == draft)
