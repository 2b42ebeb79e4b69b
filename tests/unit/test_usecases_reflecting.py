"""Before and after: how ready one feels, three sentences, and how both are shown back."""

import json

from tests.readers import ACUTE, FedReader
from tests.unit.test_usecases_desk import STORY, Person

from feeler.interview.values import Asked, Speaker

HARD = "I cannot go on living like this."


def somebody() -> Person:
    return Person(reader=FedReader({HARD: ACUTE}))


async def held(*before: str) -> Person:
    person = somebody()
    await person("/new emil", *before, STORY, STORY + " Yes.", STORY + " No.", "/end")
    return person


async def test_one_tap_before_and_one_after_and_both_come_back_as_a_chart() -> None:
    person = somebody()
    text = await person("/new emil")
    assert "How ready do you feel" in text
    assert person.replies[-1].speaker is Speaker.COMPANY
    assert "/ready 3" in person.buttons
    assert "Noted" in await person("/ready 3")
    await person(STORY, STORY + " Yes.", STORY + " No.", "/end")
    assert "And now, 1 to 10?" in "\n".join(reply.text for reply in person.replies)
    text = await person("/ready 7")
    assert "▃  before: 3" in text
    assert "▆  after: 7" in text
    assert (person.talk.ready_before, person.talk.ready_after) == (3, 7)


async def test_whoever_gave_no_number_before_is_not_asked_for_one_after() -> None:
    person = await held()
    assert not any(data.startswith("/ready") for data in person.buttons)
    assert "/reflect surprised" in person.buttons


async def test_three_buttons_and_a_sentence_each() -> None:
    person = await held()
    assert "What surprised you?" in await person("/reflect surprised")
    text = await person("How small the team is.")
    assert "Kept, for you alone" in text
    assert person.buttons == ["/reflect draws", "/reflect out"]
    await person("/reflect draws yes, the hall more than the office")
    assert "All three kept" in await person("/reflect out", "Night shifts.")
    shown = await person("/reflect")
    assert "Surprised: How small the team is." in shown
    assert "Ruled out: Night shifts." in shown
    assert [one.asked for one in person.talk.reflections] == list(Asked)


async def test_a_second_sentence_takes_the_place_of_the_first() -> None:
    person = await held()
    await person("/reflect out nights", "/reflect out weekends")
    assert [one.text for one in person.talk.reflections] == ["weekends"]


async def test_a_sentence_that_is_skipped_or_too_long_is_not_kept() -> None:
    person = await held()
    assert "Left out" in await person("/reflect out", "/skip")
    assert "sentence is enough" in await person("/reflect out", "so " * 200)
    assert person.talk.reflections == ()


async def test_somebody_in_need_is_met_where_a_sentence_was_asked_for() -> None:
    person = await held()
    await person("/reflect draws", HARD)
    assert person.talk.reflections == ()


async def test_what_is_no_number_or_no_time_for_it_is_said_kindly() -> None:
    assert "/new starts one" in await somebody()("/ready 5")
    person = somebody()
    await person("/new emil")
    for given in ("0", "11", "ten", "-3", "9" * 40):
        assert "from 1" in await person(f"/ready {given}")
    assert "after the talk" in await person("/reflect out nights")
    assert "Tap one" in await person("/reflect nonsense")
    assert "Nothing yet" in await person("/reflect")


async def test_the_export_has_it_all() -> None:
    person = await held("/ready 4")
    await person("/ready 6", "/reflect out nights", "/export")
    document = person.replies[-1].document
    assert document
    talk = json.loads(document.content)["talks"][0]
    assert (talk["ready_before"], talk["ready_after"]) == (4, 6)
    assert talk["reflections"][0]["text"] == "nights"
