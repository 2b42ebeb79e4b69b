"""The close of a talk: what is on the checklist is shown by a line, or not shown."""

from tests.readers import HEAVY, FedReader, real_reader
from tests.unit.test_usecases_desk import LIBRARY, NOW, STORY, Person

from feeler.coach.closing import checklist
from feeler.interview.values import Interview
from feeler.usecases.drafting import hear, open_talk

EMIL = LIBRARY.persona("emil")
HARD = "Since she died I cry every day."
CLOSE = (
    "Is there something I should have asked?",
    "Who could I talk to next?",
    "Thank you. I will send you a page on Friday.",
)


async def talk(*lines: str) -> Interview:
    """A talk of these lines as the real reader understands them, which nobody answers."""
    held = open_talk(EMIL, LIBRARY.company_of(EMIL), id="t", now=NOW)
    for line in lines:
        heard = await hear(held, EMIL, line, reader=real_reader(), now=NOW)
        held = held.evolve(lines=(*held.lines, heard))
    return held


async def test_a_good_close_is_shown_line_by_line() -> None:
    found = {one.item: one.shown for one in checklist(await talk(*[STORY] * 4, *CLOSE), real_reader())}
    assert found["unasked"]
    assert found["unasked"].quote in CLOSE[0]
    assert found["person"]
    assert found["person"].quote in CLOSE[1]
    assert found["step"]
    assert found["step"].quote == "I will send you a page on Friday."


async def test_other_questions_are_no_close() -> None:
    others = (
        "What should I know about the pay?",
        "Who decides what you build?",
        "Who would I sit with?",
        "When do people leave?",
        "What happens on a bad day?",
        "Do you have a canteen?",
    )
    assert not any(one.shown for one in checklist(await talk(*others), real_reader()))


async def test_a_short_talk_has_no_checklist() -> None:
    assert checklist(await talk(STORY, *CLOSE), real_reader()) == ()


async def test_under_the_debrief_it_stands_in_a_few_lines_and_not_after_a_moment_of_need() -> None:
    lines = [f"{STORY} And {number}." for number in range(7)]
    person = Person(reader=FedReader({HARD: HEAVY}))
    text = await person("/new emil", *lines, "/end")
    assert "○ asked what you had not asked" in text
    text = await person("/new nadia", *lines[:3], HARD, "Go on", *lines[3:], "/end")
    assert "Your close" not in text
