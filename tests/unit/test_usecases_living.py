"""A live talk: the clock, what rests, how it is closed, and what the debrief says of it."""

from datetime import datetime, timedelta

import pytest
from tests.readers import ACUTE, FedReader, asks
from tests.unit.test_usecases_desk import NOW, STORY, Person

from feeler.coach.timing import time_kept
from feeler.interview.acts import Act
from feeler.interview.live import is_live
from feeler.interview.reading import Reading
from feeler.interview.values import Phase, Speaker
from feeler.store.rows import CHAT

HARD = "I cannot go on living like this."
BYE = "Thank you, I have to catch my train. Goodbye."
ASK = "What does an ordinary day look like?"
ON = "Go on"
TRAIN = "I led the night shift when the mill burned."


class Timed(Person):
    """Somebody whose clock a test moves."""

    def __init__(self) -> None:
        super().__init__(
            reader=FedReader(
                {
                    HARD: ACUTE,
                    BYE: Reading(acts=frozenset({Act.GOODBYE})),
                    ASK: asks(ASK),
                    ON: Reading(acts=frozenset({Act.GOES_ON})),
                    TRAIN: Reading(acts=frozenset({Act.TOLD}), deed=True, span="night shift"),
                }
            )
        )
        self.now: datetime = NOW

    async def at(self, minutes: float, text: str) -> str:
        """Say it so many minutes after noon."""
        self.now = NOW + timedelta(minutes=minutes)
        self.outcome = await self.desk.hear(self.chat, text, None, self.now, region="DE")
        self.chat = CHAT.validate_json(CHAT.dump_json(self.outcome.chat))  # as after a restart
        said = self.outcome.replies
        while self.outcome.errand:
            self.outcome = await self.desk.run(self.chat, self.outcome.errand, None, self.now)
            self.chat = self.outcome.chat
            said += self.outcome.replies
        if self.chat.interview:
            self.archive.remember(7, self.chat.interview)
        self.said = said
        return "\n".join(reply.text for reply in said)

    def coach(self) -> list[str]:
        return [reply.text for reply in self.said if reply.speaker is Speaker.COACH]


async def test_the_person_is_late_and_says_when_they_have_to_go() -> None:
    person = Timed()
    text = await person.at(0, "/live 20")
    assert "20 minutes from now" in text
    assert "I am a little late, sorry. I have my next meeting at 13:20." in text  # 12:00 UTC in Berlin
    assert person.talk.lines[0].text in text
    other = Person()
    assert "my next meeting in 20 minutes" in await other("/live")  # no zone is known, and none invented


async def test_difficulty_sets_the_tone_and_the_zone_is_the_one_that_was_set() -> None:
    person = Timed()
    await person.at(0, "/settings tough")
    assert "it is 07:00 there now" in await person.at(0, "/settings zone america/new_york")
    assert "my next meeting is at 07:30. Let us use the time." in await person.at(0, "/live 30")


async def test_no_help_while_it_runs_and_the_coach_keeps_quiet() -> None:
    person = Timed()
    await person.at(0, "/coach live")
    await person.at(0, "/live")
    for minute in range(1, 10):
        await person.at(minute, TRAIN)
        assert person.coach() == []
        assert not any(reply.keyboard for reply in person.said)
    for command in ("/hint", "/undo", "/retry"):
        assert f"there is no {command} either" in await person.at(10, command)
    assert "has to go in 10 minutes" in await person.at(10, "/live")


async def test_more_messages_than_a_talk_has_do_not_end_it_before_its_time() -> None:
    person = Timed()
    await person.at(0, "/live 60")
    for minute in range(20):
        await person.at(minute, STORY)
    assert person.talk.ended is None
    assert {line.phase for line in person.talk.lines} == {Phase.OPENING, Phase.STORY}


async def test_the_floor_is_handed_over_late_to_somebody_who_has_asked_nothing() -> None:
    person = Timed()
    await person.at(0, "/live 20")
    await person.at(2, STORY)
    await person.at(13, STORY)
    assert "hand" not in {line.job for line in person.talk.lines}
    await person.at(14.5, STORY)
    assert person.talk.lines[-1].job == "hand"


async def test_nobody_who_asked_before_is_handed_the_floor() -> None:
    person = Timed()
    await person.at(0, "/live 20")
    await person.at(2, ASK)
    await person.at(15, STORY)
    assert person.talk.lines[-1].job == "ask"


async def test_when_the_time_is_up_they_have_to_go_and_the_debrief_follows() -> None:
    person = Timed()
    await person.at(0, "/live 20")
    await person.at(2, STORY)
    await person.at(10, STORY)
    text = await person.at(20.5, STORY)
    assert person.said[0].speaker is Speaker.COMPANY
    assert person.said[0].text.startswith("I have to stop us here, my next meeting begins.")
    assert person.talk.ended == NOW + timedelta(minutes=20.5)
    assert "They closed it: their next meeting began after 20 minutes." in text
    assert "no longer reads along" in await person.at(21, STORY)
    assert "nothing to take back" in await person.at(21, "/undo")


async def test_a_message_long_after_the_end_is_kept_and_answered_with_the_goodbye() -> None:
    person = Timed()
    await person.at(0, "/live 20")
    await person.at(5, STORY)
    await person.at(9, STORY)
    text = await person.at(200, TRAIN)
    assert [line.text for line in person.talk.lines if line.speaker is Speaker.CANDIDATE][-1] == TRAIN
    assert "I had to leave for my next meeting before this came." in text
    assert "Your last message came 180 minutes after their next meeting began." in text


async def test_who_says_goodbye_in_time_closes_it() -> None:
    person = Timed()
    await person.at(0, "/live 20")
    await person.at(5, STORY)
    await person.at(10, STORY)
    text = await person.at(17.8, BYE)
    assert person.talk.lines[-1].job == "leave"
    assert person.talk.ended is not None
    assert "You closed it, two minutes before their next meeting." in text


async def test_who_just_ends_it_hears_that_no_goodbye_was_said() -> None:
    person = Timed()
    await person.at(0, "/live 20")
    await person.at(5, STORY)
    await person.at(10, STORY)
    assert "You left without a goodbye, nine minutes before" in await person.at(11, "/end")
    assert "without a goodbye" in await person.at(11, "/summary close")


async def test_somebody_in_need_is_cared_for_and_the_clock_stops_for_good() -> None:
    person = Timed()
    await person.at(0, "/live 20")
    await person.at(2, STORY)
    text = await person.at(19.9, HARD)
    assert "112" in text
    assert [reply.speaker for reply in person.said] == [Speaker.COACH]
    assert not is_live(person.talk)
    await person.at(40, ON)
    assert person.talk.ended is None
    assert person.said[0].speaker is Speaker.COMPANY
    assert "meeting" not in person.said[0].text
    assert "no clock any more" in await person.at(41, "/live")
    await person.at(41, "/end")
    assert time_kept(person.talk) == ""


async def test_need_after_the_time_is_up_comes_before_the_goodbye() -> None:
    person = Timed()
    await person.at(0, "/live 5")
    await person.at(2, STORY)
    await person.at(30, HARD)
    assert person.talk.ended is None
    assert [reply.speaker for reply in person.said] == [Speaker.COACH]


@pytest.mark.parametrize("then", ["need", "off"])
async def test_a_long_live_talk_has_room_left_once_its_clock_is_gone(then: str) -> None:
    person = Timed()
    await person.at(0, "/live 60")
    for minute in range(1, 20):
        await person.at(minute, STORY)
    for text in (HARD, ON) if then == "need" else ("/live off", STORY):
        await person.at(20, text)
    assert person.talk.budget - person.talk.turn >= 6
    assert "time you had" not in "".join(reply.text for reply in person.said)
    assert person.talk.lines[-1].job not in ("leave", "bye")


async def test_off_makes_it_an_ordinary_talk() -> None:
    person = Timed()
    await person.at(0, "/live 20")
    await person.at(2, STORY)
    assert "ordinary talk from here on" in await person.at(3, "/live off")
    assert not is_live(person.talk)
    assert "Good questions" in await person.at(4, "/hint")
    await person.at(40, STORY)
    assert person.talk.ended is None


async def test_with_a_talk_going_on_the_next_one_is_live_and_only_that() -> None:
    person = Timed()
    await person.at(0, "/new emil")
    await person.at(1, STORY)
    assert "Your next talk is live: 30 minutes" in await person.at(2, "/live 30")
    assert not is_live(person.talk)
    await person.at(3, "/new nadia")
    assert person.talk.minutes == 30
    await person.at(4, "/new emil")
    assert person.talk.minutes == 0
    await person.at(5, "/live 30")
    assert "ordinary one" in await person.at(5, "/live off")
    await person.at(6, "/new nadia")
    assert person.talk.minutes == 0
    assert "No live talk" in await person.at(7, "/live off")


async def test_after_a_talk_it_is_the_same_interviewer() -> None:
    person = Timed()
    for text in ("/new nadia", STORY, STORY, "/end", "/live"):
        await person.at(0, text)
    assert (person.talk.persona, person.talk.minutes) == ("nadia", 20)


@pytest.mark.parametrize("given", ["4", "61", "long", "-5", "9" * 30, "٢٠"])
async def test_what_is_no_length_is_said_kindly(given: str) -> None:
    person = Timed()
    assert "Use minutes from 5 to 60" in await person.at(0, f"/live {given}")
    assert person.chat.interview is None


async def test_a_moment_of_it_that_is_had_again_has_no_clock() -> None:
    person = Timed()
    await person.at(0, "/live 20")
    for minute in (2, 4, 6):
        await person.at(minute, STORY)
    await person.at(21, BYE)
    await person.at(60, "/retry 2")
    await person.at(61, TRAIN)
    assert person.talk.branch is not None
    assert not is_live(person.talk)
    assert person.talk.ended is None


@pytest.mark.parametrize("given", ["Berlin", "Mars/Olympus", "../etc/passwd", "x" * 90])
async def test_a_zone_that_nobody_knows_is_said_kindly(given: str) -> None:
    assert "I know no time zone" in await Person()(f"/settings zone {given}")
