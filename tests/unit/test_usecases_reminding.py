"""/remind: what is offered after a debrief, when it comes, what it says, and what it never says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.readers import ACUTE, FedReader
from tests.unit.test_usecases_desk import NOW, STORY, Person

from feeler.telegram.reminding import calls_of
from feeler.usecases.reminding import MOST

HARD = "I cannot go on living like this."


def somebody() -> Person:
    return Person(reader=FedReader({HARD: ACUTE}))


async def held() -> Person:
    person = somebody()
    await person("/settings zone Europe/Berlin", "/new emil", STORY, STORY, STORY, "/end")
    return person


async def test_after_a_debrief_there_are_buttons_and_they_say_when_it_comes() -> None:
    person = await held()
    key = person.talk.id[:12]
    assert f"/remind month {key}" in person.buttons
    text = await person(f"/remind month {key}")
    assert "Tuesday 22 December at 9:00 (Europe/Berlin)" in text
    [one] = person.chat.reminders
    assert one.due == datetime(2026, 12, 22, 8, tzinfo=UTC)
    assert "You have that one already" in await person(f"/remind month {key}")
    assert "Monday 23 November at 9:00" in await person("/remind note")


async def test_it_names_the_interviewer_and_the_company_and_nothing_that_was_said() -> None:
    person = await held()
    await person("/remind note", "/remind month")
    for one in person.chat.reminders:
        [call] = calls_of(one)
        assert "Emil Wagner of" in call.params["text"]
        assert "bakery" not in call.params["text"] + str(one)


async def test_it_is_listed_and_deleted() -> None:
    person = await held()
    assert "nothing that I am to remind" in await person("/remind")
    await person("/remind month", "/remind note")
    listed = await person("/remind")
    assert "1. the note to Emil Wagner" in listed
    assert "2. how it went with Emil Wagner" in listed
    assert person.buttons == ["/remind delete 1", "/remind delete 2"]
    assert "Deleted: the note" in await person("/remind delete 1")
    assert [one.kind for one in person.chat.reminders] == ["month"]
    assert "nothing comes any more" in await person("/remind off")
    assert person.chat.reminders == ()


@pytest.mark.parametrize(
    ("region", "zone", "hour"),
    [
        ("DE", "Europe/Berlin", 8),
        ("de", "Europe/Berlin", 8),
        ("en", "UTC", 9),
        ("", "UTC", 9),
        ("JP", "Asia/Tokyo", 0),
    ],
)
async def test_the_morning_is_where_the_language_is_likely_spoken(region: str, zone: str, hour: int) -> None:
    person = somebody()
    await person("/new emil", STORY, STORY, STORY, "/end")
    outcome = await person.desk.hear(person.chat, "/remind note", None, NOW, region=region)
    [one] = outcome.chat.reminders
    assert one.due == datetime(2026, 11, 23, hour, tzinfo=UTC)
    assert f"at 9:00 ({zone})" in outcome.replies[0].text
    assert ("/settings zone" in outcome.replies[0].text) is (zone == "UTC")


async def test_nobody_is_reminded_of_a_talk_with_a_moment_of_need() -> None:
    person = somebody()
    await person("/new emil", STORY, STORY, HARD, "Go on", STORY, "/end")
    assert not any(data.startswith("/remind") for data in person.buttons)
    assert "Of that talk I remind nobody" in await person("/remind month")


async def test_a_need_in_a_talk_that_is_taken_up_again_takes_its_reminders_away() -> None:
    person = await held()
    await person("/remind month", "/undo", HARD)
    assert person.chat.reminders == ()


async def test_what_cannot_be_set_is_said_kindly() -> None:
    person = somebody()
    assert "no talk to remind" in await person("/remind note")
    await person("/new emil", STORY)
    assert "after a talk" in await person("/remind note")
    assert "no talk to remind" in await person("/remind note 0123456789ab")
    for given in ("tomorrow", "delete", "delete 9", "delete ٢"):
        text = await person(f"/remind {given}")
        assert "I know /remind" in text or "There is no reminder" in text
    person = await held()
    await person("/remind note")
    [one] = person.chat.reminders
    others = tuple(replace(one, id=str(at), talk=str(at)) for at in range(MOST))
    person.chat = replace(person.chat, reminders=others)
    assert "as many as I keep" in await person("/remind note")


async def test_a_clock_that_is_put_forward_at_night_moves_no_morning() -> None:
    person = await held()
    spring = datetime(2027, 3, 27, 12, tzinfo=UTC)  # in the night after it Berlin's clocks go forward
    outcome = await person.desk.hear(person.chat, "/remind note", None, spring)
    assert outcome.chat.reminders[0].due - spring == timedelta(hours=19)
