"""Goals of one's own: /goal and what /new offers, the verdicts of the debrief, and what is proposed next."""

import json
from pathlib import Path

import jsonschema
import pytest
from tests.readers import ACUTE, FedReader
from tests.unit.test_usecases_desk import STORY, Person

from feeler.interview.acts import Act
from feeler.interview.reading import Reading
from feeler.interview.values import Speaker
from feeler.llm.scripted import ScriptedEngine
from feeler.personas.values import Topic
from feeler.ports import Request

WHY = "What do people earn here?"
TROUBLE = "What costs you the most sleep?"
WHO = "Who could I talk to next?"
CATS = "Do you like cats?"
NIGHT = "At the harbour I got two crews to one table in a night."
BANDS = "Every job has a pay"
FACTS = {WHY: BANDS, TROUBLE: "Our biggest trouble is", WHO: "Talk to Priya Raman"}


def asked(question: str, topic: Topic, *, follows: bool = False) -> Reading:
    return Reading(acts=frozenset({Act.ASKED}), questions=(question,), topics=(topic,), follows=follows)


class Reader(FedReader):
    """Finds the bands of pay in whatever asks what they pay."""

    def __init__(self) -> None:
        super().__init__(
            {
                WHY: asked(WHY, Topic.PAY),
                TROUBLE: asked(TROUBLE, Topic.PROBLEM),
                WHO: asked(WHO, Topic.ADVICE),
                CATS: asked(CATS, Topic.CULTURE),
                NIGHT: Reading(acts=frozenset({Act.TOLD}), deed=True, span=NIGHT),
                "how decisions are made": asked("how decisions are made", Topic.TEAM),
                "I cannot go on living.": ACUTE,
            },
            answers=lambda question, text: text.startswith(
                BANDS if question == "what they pay?" else FACTS.get(question, "-")
            ),
        )

    def closeness(self, text, others):  # type: ignore[no-untyped-def]
        return [float(text == "what they pay?" and one == WHY) for one in others]


async def talk(*goals: str, lines: tuple[str, ...] = ()) -> tuple[Person, str]:
    """A talk with these goals and lines, and the coach's message under its debrief."""
    person = Person(reader=Reader())
    await person("/new nadia", *(f"/goal {one}" for one in goals), STORY, *lines, "/end")
    return person, next((reply.text for reply in person.replies if reply.text.startswith("Your goal")), "")


def goals_of(person: Person) -> list[str]:
    return [data for data in person.buttons if data.startswith("/goal")]


async def test_new_offers_goals_and_the_interviewer_speaks_last() -> None:
    person = Person(reader=Reader())
    text = await person("/new nadia")
    assert "What do you want of this talk?" in text
    assert goals_of(person) == ["/goal hurts", "/goal name", "/goal stay", "/goal own"]
    assert person.replies[-1].speaker is Speaker.COMPANY


async def test_whoever_takes_none_just_writes() -> None:
    person, text = await talk(lines=(WHY,))
    assert person.talk.goals == ()
    assert text == ""


async def test_up_to_three_goals_by_button_or_in_own_words() -> None:
    person = Person(reader=Reader())
    await person("/new nadia", "/goal hurts")
    assert "2 of 3" in await person("/goal find out what they pay.")
    await person("/goal own")
    assert "“Tell the harbour story” (3 of 3)" in await person("Tell the harbour story")
    assert "Three goals are enough" in await person("/goal name")
    listed = await person("/goal")
    assert "2. Find out what they pay\n3. Tell the harbour story" in listed
    assert person.talk.turn == 0  # none of it was said to the interviewer
    assert "no goal any more" in await person("/goal off")


async def test_a_question_alone_is_something_to_find_out_and_other_words_are_asked_about_again() -> None:
    person = Person(reader=Reader())
    await person("/new nadia", "/goal own")
    assert "Begin with one of the two" in await person("cats")
    await person("how decisions are made")
    assert person.talk.goals[0].title == "Find out how decisions are made"
    await person("/goal own", "/skip", "cats")
    assert person.talk.turn == 1


async def test_somebody_in_need_is_met_also_where_a_goal_was_asked_for() -> None:
    person = Person(reader=Reader())
    await person("/new nadia", "/goal own", "I cannot go on living.")
    assert person.talk.goals == ()


async def test_the_interviewer_does_not_know_the_goals() -> None:
    asked_for: list[Request] = []

    class Engine(ScriptedEngine):
        def stream(self, request: Request):  # type: ignore[no-untyped-def]
            asked_for.append(request)
            return super().stream(request)

    person = Person(Engine(), reader=Reader())
    await person("/new nadia", "/goal find out how zebras are counted", STORY, WHY)
    assert asked_for
    assert not any("zebra" in message.content for request in asked_for for message in request.messages)


@pytest.mark.parametrize(
    ("goal", "lines", "verdict"),
    [
        ("hurts", (TROUBLE,), "✓ Find out what hurts them most: reached. “Our biggest trouble"),
        ("hurts", (WHY,), "○ Find out what hurts them most: not shown."),
        ("name", (WHO,), "✓ Leave with a name to write to: reached. “Talk to Priya Raman"),
        ("name", (TROUBLE,), "○ Leave with a name to write to: not shown."),
        ("find out what they pay", (WHY,), f"✓ Find out what they pay: reached. “{BANDS}"),
        ("find out what they pay", (TROUBLE,), "○ Find out what they pay: not shown."),
        ("find out whether they like cats", (WHY, CATS), "○ Find out whether they like cats: not shown."),
        ("tell the harbour story", (NIGHT,), f"✓ Tell the harbour story: reached. “{NIGHT}”"),
        ("tell the harbour story", (WHY,), "○ Tell the harbour story: not shown."),
        ("deed", (NIGHT,), f"✓ Tell one thing I did: reached. “{NIGHT}”"),
        ("stay", (WHY, TROUBLE), "○ Stay with an answer for one more question: not shown."),
        ("lead", (WHY,), "○ Ask three questions in my half: not shown"),
    ],
)
async def test_each_goal_is_answered_with_reached_or_not_shown_and_the_line(
    goal: str, lines: tuple[str, ...], verdict: str
) -> None:
    person, text = await talk(goal, lines=lines)
    assert verdict in text
    if "✓" in verdict:
        number = int(text.split("(line ")[1].split(")")[0])
        quote = text.split("“")[1].split("”")[0]
        assert person.talk.numbered(number).text.startswith(quote)


async def test_a_goal_that_only_another_try_reached_says_in_which() -> None:
    person, _ = await talk("hurts", lines=(STORY + " Yes.", STORY + " No."))
    await person("/retry 4", TROUBLE, "/retry back", "/summary")
    text = next(reply.text for reply in person.replies if reply.text.startswith("Your goal"))
    assert "○ Find out what hurts them most: not shown, but in line 4, try 1." in text


async def test_after_a_moment_of_need_nobody_judges_goals() -> None:
    _, text = await talk("hurts", lines=("I cannot go on living.", "Go on", TROUBLE))
    assert text == ""


async def test_the_next_talk_proposes_what_was_practised_last() -> None:
    person, _ = await talk("find out what they pay", lines=(WHY,))
    text = await person("/new emil")
    assert "practised last: “Find out what they pay”" in text
    assert goals_of(person)[0] == "/goal find out what they pay"
    await person(goals_of(person)[0])
    assert person.talk.goals[0].title == "Find out what they pay"


async def test_the_document_and_the_export_have_the_goals() -> None:
    person, _ = await talk("hurts", lines=(TROUBLE,))
    await person("/transcript txt")
    document = person.replies[-1].document
    assert document
    assert "Find out what hurts them most. Reached." in document.content.decode()
    await person("/transcript json")
    document = person.replies[-1].document
    assert document
    schema = Path(__file__).parents[2] / "docs" / "debrief.schema.json"
    jsonschema.validate(json.loads(document.content), json.loads(schema.read_text()))
    await person("/export")
    document = person.replies[-1].document
    assert document
    assert json.loads(document.content)["talks"][0]["goals"][0]["aim"] == "find"


async def test_a_goal_needs_a_talk_and_is_short() -> None:
    person = Person(reader=Reader())
    assert "/new starts one" in await person("/goal hurts")
    await person("/new nadia")
    assert "That is long" in await person("/goal find out " + "why " * 22)
    await person("/skip", "/goal hurts")
    assert "have that goal already" in await person("/goal hurts")
