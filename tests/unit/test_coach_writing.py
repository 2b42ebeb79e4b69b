"""What the model may add to a debrief: only what the talk says, in time, or nothing."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from tests.unit.test_coach_findings import HARBOUR, talk

from feeler.coach import Debrief, findings, messages, prose
from feeler.coach import debrief as whole
from feeler.coach.checks import Checks, retells
from feeler.errors import EngineUnavailable
from feeler.llm.scripted import ScriptedEngine
from feeler.personas.library import Library, load_library
from feeler.ports import Engine, Piece, Request

SEEN = " got them to the same table and in two weeks had a compromise."
NOTE = " the weeks when I got them to the same table and in two weeks we had a compromise."


@pytest.fixture(scope="module")
def found() -> Debrief:
    return findings(talk(*HARBOUR), load_library())


def answers(seen: str = SEEN, note: str = NOTE) -> ScriptedEngine:
    def answer(request: Request, draft: int) -> str:
        return {"You": seen, "It reminds me of": note}[request.opening]

    return ScriptedEngine(answer)


async def test_sentences_that_pass_take_the_rules_place(found: Debrief) -> None:
    written = await prose(found, answers())
    assert [one.text for one in written.seen] == [
        "You got them to the same table and in two weeks had a compromise,"
        " and they have sides in the house that do not talk."
    ]
    assert written.seen[0].lines == (4, 9)
    assert written.note is not None
    assert f"It reminds me of{NOTE}" in written.note.text
    assert written.note.point.quote in written.note.text
    assert written.note.text.endswith("Kind regards,\nMara")
    assert all(len(text) < 900 for text in messages(written))


async def test_a_sentence_that_links_nothing_goes(found: Debrief) -> None:
    written = await prose(found, answers(seen=" calmed down the angry officials at the table."))
    assert written.seen == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "You calmed 40 angry officials at the same table.",
        "You calmed angry officials with Sandra at the same table.",
        "Sandra calmed the angry officials at the same table.",
        "You said “I calmed everybody down at once” about the officials.",
        "You are a perfect fit for the harbour offices.",
        "Your score for calming officials is high.",
        "You speak Portuguese and repaired satellites beyond Jupiter.",
        "You calmed the angry officials at the same",
        "You calmed [name] at the same table.",
    ],
)
async def test_a_sentence_that_the_talk_does_not_bear_goes(found: Debrief, sentence: str) -> None:
    assert Checks(found).wrong(sentence)
    written = await prose(found, answers(seen=" ".join(sentence.split(" ")[1:])))
    assert sentence not in [one.text for one in written.seen]


@pytest.mark.parametrize(
    "sentence",
    [
        "You showed the old wall to three offices and had a compromise.",
        "You had a permit for a harbour, and the hall got them to the same table.",
        "They got you to the same table and in two weeks you had a compromise.",
        "You got them to the table of Emil and in two weeks you had a compromise.",
    ],
)
async def test_a_sentence_that_turns_round_who_did_what_goes(found: Debrief, sentence: str) -> None:
    written = await prose(found, answers(seen=sentence.removeprefix("You")))
    assert written.seen == ()


@pytest.mark.parametrize(
    ("part", "source", "true"),
    [
        ("nobody had shown him the tables", "I found that nobody had shown him the tables.", True),
        ("nobody had shown Franz the tables", "I found that nobody had shown him the tables.", False),
        ("had shown him the tables", "I found that nobody had shown him the tables.", False),
        ("Franz is out", "When Franz is out, three machines wait.", False),
        ("three machines wait", "It is bad when Franz is out. Three machines wait.", True),
        (
            "a man walked in, and all laughed, but I put him first, and it was late",
            "A man walked in. All laughed. I put him first, and it was late.",
            True,
        ),
        ("I found that had shown him", "I found that nobody had shown him the tables.", False),
        ("he'd seen me watching", "I took him because I'd seen him watching.", False),
        ("it did not work and so I left", "It did not work, so I left.", True),
        ("it did work and I left", "It did not work, so I left.", False),
    ],
)
def test_what_retells_and_what_does_not(part: str, source: str, true: bool) -> None:
    assert retells(part, source) is true


@pytest.mark.parametrize(
    "begging",
    [
        "I look forward to joining the hall.",
        "Please consider me for the design office.",
        "I would do anything for a job in the hall.",
    ],
)
def test_a_note_does_not_beg(found: Debrief, begging: str) -> None:
    assert Checks(found).wrong(begging, note=True)


def test_exact_quotes_numbers_and_names_of_the_talk_pass(found: Debrief) -> None:
    for sentence in (
        "In 2019 you got three offices to the same table.",
        "Emil said “there is an old wall” between the hall and the office.",
        "Lena leads design, and the crew rebuilt a machine.",
    ):
        assert not Checks(found).wrong(sentence)


async def test_nonsense_leaves_the_rules_text(found: Debrief) -> None:
    written = await prose(found, answers(seen=" bla", note=" bla bla"))
    assert written == found


async def test_a_model_that_fails_costs_nothing_but_its_sentences(found: Debrief) -> None:
    engine = answers()
    await engine.close()
    assert await prose(found, engine) == found


class Slow(Engine):
    """Writes nothing for ever, and remembers that it was told to stop."""

    name = "slow"
    wants_drafts = 1
    closed = 0

    async def stream(self, request: Request) -> AsyncGenerator[Piece, None]:
        try:
            await asyncio.Event().wait()
            yield Piece(draft=0, text="", tokens=0)
        finally:
            self.closed += 1

    async def close(self) -> None:
        raise EngineUnavailable("never opened")


async def test_when_time_is_up_the_rules_text_stands_and_the_streams_are_closed(found: Debrief) -> None:
    slow = Slow()
    assert await prose(found, slow, seconds=0.05) == found
    assert slow.closed == 2


async def test_a_short_talk_asks_no_model(found: Debrief) -> None:
    library: Library = load_library()
    engine = answers()
    short = await whole(talk(*HARBOUR[:2]), library, engine)
    assert short.short
    assert engine.asked == []
    assert await whole(talk(*HARBOUR), library, None) == found


async def test_prompts_stay_short_in_a_long_talk() -> None:
    engine = answers()
    await whole(talk(*HARBOUR * 40), load_library(), engine)
    assert engine.asked
    assert all(sum(len(message.content) for message in request.messages) < 2000 for request in engine.asked)
