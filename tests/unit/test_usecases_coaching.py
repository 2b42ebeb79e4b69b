"""A word in time: /coach live, what is said and when nothing is."""

from itertools import pairwise

from tests.readers import HEAVY, FedReader
from tests.unit.test_usecases_desk import STORY, Person

from feeler.interview.acts import Act
from feeler.interview.reading import Reading
from feeler.interview.values import Speaker
from feeler.personas.values import Topic

NIGHT = "I got two crews to one table in a night."
DAY = "What does an ordinary day look like?"
PAY = "What do people earn?"
WELL = "Do you pay well?"
ON = "Who stops the machine on a Friday?"
GENERAL = "I am a people person."
HARD = "Since she died I cry every day."
FACTS = {
    DAY: "The hall starts at six",
    PAY: "We pay the metal",
    ON: "On Fridays we run",
    WELL: "We pay the metal",
}


def reader() -> FedReader:
    def asked(question: str, topic: Topic, follows: bool = False) -> Reading:
        return Reading(acts=frozenset({Act.ASKED}), questions=(question,), topics=(topic,), follows=follows)

    return FedReader(
        {
            NIGHT: Reading(acts=frozenset({Act.TOLD}), deed=True, span="two crews to one table"),
            GENERAL: Reading(acts=frozenset({Act.VAGUE})),
            DAY: asked(DAY, Topic.DAY),
            PAY: asked(PAY, Topic.PAY),
            WELL: asked(WELL, Topic.PAY),
            ON: asked(ON, Topic.DAY, follows=True),
            HARD: HEAVY,
        },
        answers=lambda question, text: text.startswith(FACTS.get(question, "-")),
    )


async def said(*lines: str) -> list[str]:
    """What the coach said after each of these lines; empty where it was silent."""
    person = Person(reader=reader())
    await person("/coach live", "/new emil")
    found = []
    for line in lines:
        await person(line)
        spoken = [reply.text for reply in person.replies if reply.speaker is Speaker.COACH]
        found.append(spoken[0] if spoken else "")
    return found


async def test_it_is_off_until_it_is_wanted_and_off_again() -> None:
    person = Person(reader=reader())
    await person("/new emil", NIGHT)
    assert [reply.speaker for reply in person.replies] == [Speaker.COMPANY]
    assert "keep quiet" in await person("/coach")
    assert person.buttons == ["/coach live", "/coach off"]
    await person("/coach live", STORY, NIGHT)
    assert "two crews to one table" in person.replies[-1].text
    await person("/coach off", STORY, NIGHT)
    assert [reply.speaker for reply in person.replies] == [Speaker.COMPANY]
    assert "/coach live and /coach off" in await person("/coach loud")


async def test_a_deed_is_named_in_the_words_that_told_it_and_the_next_turn_is_quiet() -> None:
    assert await said(NIGHT, NIGHT, NIGHT) == [
        "You told what you did: “I got two crews to one table in a night.”",
        "",
        "There is something you did in it: “I got two crews to one table in a night.”",
    ]


async def test_general_words_are_called_general() -> None:
    assert "general" in (await said(GENERAL))[0]


async def test_going_on_from_an_answer_is_seen_and_leaving_it_too() -> None:
    assert "last answer" in (await said(STORY, DAY, ON))[2] or "went on" in (await said(STORY, DAY, ON))[2]
    assert (await said(STORY, DAY, WELL))[2] in (
        "Yes or no is an answer to that one.",
        "That one can be answered with yes or no.",
        "A new question; their last answer had more behind it.",
        "You moved on; there was more to hear where you were.",
    )


async def test_where_nothing_shows_it_is_silent() -> None:
    assert await said(STORY, STORY, STORY) == ["", "", ""]


async def test_it_never_speaks_more_than_every_second_turn() -> None:
    spoken = await said(NIGHT, DAY, PAY, WELL, ON, PAY, DAY, NIGHT)
    assert any(spoken)
    assert not any(one and two for one, two in pairwise(spoken))


async def test_in_need_nothing_is_said_beside_the_care() -> None:
    person = Person(reader=reader())
    await person("/coach live", "/new emil", STORY)
    for line in (HARD, "Go on", NIGHT, DAY, WELL):
        text = await person(line)
        assert "two crews" not in text
        assert not any(words in text.casefold() for words in ("yes or no", "subject", "new question"))
