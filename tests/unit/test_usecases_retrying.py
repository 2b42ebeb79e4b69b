"""The same moment again: /retry, both ways side by side, and what of it is seen afterwards."""

import json
from pathlib import Path

import jsonschema
from tests.readers import ACUTE, FedReader, asks
from tests.unit.test_usecases_desk import LIBRARY, STORY, Person

from feeler.coach import findings, render
from feeler.coach.moments import moments
from feeler.interview.acts import Act
from feeler.interview.reading import Reading
from feeler.interview.values import Speaker
from feeler.personas.values import Topic

LITTLE = "Dunno."
NIGHT = "I rebuilt the oven in one night because the shop had to open."
DAY = "What does an ordinary day look like for the people here?"
PAY = "What do people earn?"
ON = "Who stops the machine on a Friday?"
HARD = "I cannot go on living like this."
BYE = "Thank you, goodbye."
FACTS = {DAY: "The hall starts at six", PAY: "We pay the metal industry's contract", ON: "On Fridays we run"}


def reader() -> FedReader:
    return FedReader(
        {
            LITTLE: Reading(acts=frozenset({Act.DODGED})),
            NIGHT: Reading(acts=frozenset({Act.TOLD}), deed=True, span=NIGHT),
            DAY: Reading(acts=frozenset({Act.ASKED}), questions=(DAY,), topics=(Topic.DAY,)),
            PAY: Reading(acts=frozenset({Act.ASKED}), questions=(PAY,), topics=(Topic.PAY,)),
            ON: Reading(acts=frozenset({Act.ASKED}), questions=(ON,), topics=(Topic.DAY,), follows=True),
            HARD: ACUTE,
            BYE: Reading(acts=frozenset({Act.GOODBYE})),
            "Who knows?": asks("Who knows?"),
        },
        answers=lambda question, text: text.startswith(FACTS.get(question, "-")),
    )


async def after_a_talk() -> Person:
    """Lines of the candidate's: 2 story, 4 little, 6 and 8 stories, 10 and 12 questions."""
    person = Person(reader=reader())
    await person("/new emil", STORY, LITTLE, STORY + " I did.", STORY + " We did.", DAY, PAY, "/end")
    return person


def spoken(person: Person) -> list[str]:
    return [line.text for line in person.talk.lines if line.speaker is Speaker.CANDIDATE]


async def test_under_the_debrief_stand_the_moments_worth_another_try_with_a_button_each() -> None:
    person = await after_a_talk()
    offered = next(reply for reply in person.replies if "Worth another try" in reply.text)
    assert f"• Line 4: “{LITTLE}”\n   They asked about you" in offered.text
    labels = [button.label for row in offered.buttons for button in row]
    assert labels[0] == "↻ Line 4: answer with a case"
    assert 1 <= len(labels) <= 3


async def test_one_tap_and_the_talk_stands_there_again_and_the_first_way_stays() -> None:
    person = await after_a_talk()
    first = person.talk
    text = await person(next(data for data in person.buttons if data.startswith("/retry 4 ")))
    assert f"had answered: “{LITTLE}”" in text
    assert person.replies[-1].text == first.numbered(3).text
    assert person.replies[-1].speaker is Speaker.COMPANY
    assert (person.talk.lines, person.talk.persona) == (first.lines[:3], first.persona)
    assert first in await person.archive.talks(7)


async def test_after_the_new_answer_both_ways_stand_in_one_message_with_what_changed_and_what_it_opened() -> (
    None
):
    person = await after_a_talk()
    first = person.talk
    await person("/retry 12")
    await person(ON)
    theirs, both = person.replies
    assert theirs.speaker is Speaker.COMPANY
    for words in (PAY, first.numbered(13).text, ON, theirs.text):
        assert f"“{words}”" in both.text
    assert "This time you went on from what they had just said" in both.text
    assert "something else: one thing on day-to-day work in place of one thing on pay norms" in both.text
    assert [button.label for button in both.buttons[0]] == ["Once more", "Done"]


async def test_the_same_again_is_called_the_same() -> None:
    person = await after_a_talk()
    text = await person("/retry 12", PAY)
    assert "What changed: The same in other words." in text
    assert "What it opened: the same as the first way." in text


async def test_a_moment_has_three_tries_and_no_fourth() -> None:
    person = await after_a_talk()
    for number in (1, 2, 3):
        assert f"try {number} of 3" in await person("/retry 12", ON)
    assert "three tries" in await person("/retry 12")
    assert spoken(person)[-1] == ON  # the talk is where it was


async def test_opening_a_moment_twice_without_a_word_is_one_try() -> None:
    person = await after_a_talk()
    await person("/retry 12", "/retry back", "/retry 12", "/retry 12")
    assert "try 1 of 3" in await person(ON)


async def test_done_leads_back_under_the_debrief_and_counts_the_best() -> None:
    person = await after_a_talk()
    first = person.talk
    await person("/retry 4", DAY)
    text = await person("/retry back")
    assert person.talk == first
    assert "Line 4: the first way and one try after it. Try 1 counts: it opened most." in text
    assert "3 questions (2 at first)" in text
    assert not any(data.startswith("/retry 4 ") for data in person.buttons)  # it was tried


async def test_end_and_undo_lead_out_of_a_try_without_a_second_debrief() -> None:
    person = await after_a_talk()
    first = person.talk
    for out in ("/end", "/undo"):
        await person("/retry 4")
        text = await person(out)
        assert person.talk == first
        assert "Back from that moment" in text
        assert "What you learned" not in text


async def test_without_a_line_the_last_turn_is_had_again_and_the_talk_goes_on_from_there() -> None:
    person = Person(reader=reader())
    await person("/new emil", STORY, LITTLE)
    first = person.talk
    await person("/retry")
    both = await person(NIGHT)
    assert "Write on and the talk goes on from here" in both
    await person(DAY, "/end")
    assert spoken(person) == [STORY, NIGHT, DAY]
    history = await person("/history")
    assert history.count("Emil") == 1  # one talk, whatever ways it has
    assert "1 moment tried again" not in history  # the way that was gone on with is the talk
    assert first.lines == next(one for one in await person.archive.talks(7) if one.id == first.id).lines


async def test_first_way_leads_back_into_a_talk_that_goes_on() -> None:
    person = Person(reader=reader())
    await person("/new emil", STORY, LITTLE)
    first = person.talk
    text = await person("/retry", NIGHT, "/retry back")
    assert person.talk == first
    assert first.lines[-1].text in text
    await person(DAY)
    assert spoken(person) == [STORY, LITTLE, DAY]


async def test_branches_are_seen_in_history_in_the_document_and_in_the_export() -> None:
    person = await after_a_talk()
    await person("/retry 4", NIGHT, "/retry 4", DAY, "/retry back")
    assert "1 moment tried again" in await person("/history")
    for kind in ("txt", "md", "html", "json"):
        await person(f"/transcript {kind}")
        document = person.replies[-1].document
        assert document
        words = document.content.decode()
        for text in (LITTLE, NIGHT, DAY):
            assert text.rstrip(".?") in words, kind
    await person("/transcript pdf")
    assert person.replies[-1].document
    await person("/export")
    document = person.replies[-1].document
    assert document
    stored = json.loads(document.content)["talks"]
    assert [talk["branch"]["number"] for talk in stored if talk["branch"]] == [1, 2]
    assert any(line["text"] == NIGHT for talk in stored for line in talk["lines"])


async def test_forget_takes_the_branches_with_it() -> None:
    person = await after_a_talk()
    await person("/retry 4", NIGHT, "/forget", "/forget yes")
    assert person.outcome.forget
    assert person.chat.interview is None


async def test_the_json_with_tries_is_what_the_schema_publishes() -> None:
    person = await after_a_talk()
    talk = person.talk
    await person("/retry 4", NIGHT, "/retry back")
    branches = [one for one in await person.archive.talks(7) if one.branch]
    found = json.loads(render(findings(talk, LIBRARY, (), branches), "json"))
    schema = Path(__file__).parents[2] / "docs" / "debrief.schema.json"
    jsonschema.validate(found, json.loads(schema.read_text()))
    assert found["tries"][0]["ways"][1]["said"] == NIGHT


async def test_nothing_near_a_moment_of_need_is_offered_or_taken_up_again() -> None:
    person = Person(reader=reader())
    await person("/new emil", STORY, LITTLE, HARD, "Go on", LITTLE, DAY, PAY, "/end")
    offered = " ".join(person.buttons)
    need = next(line.number for line in person.talk.lines if line.text == HARD)
    assert f"/retry {need} " not in offered
    company = LIBRARY.companies[person.talk.company]
    assert moments(person.talk, company) == ()
    for line in (need, 4):
        assert "stays as it is" in await person(f"/retry {line}")


async def test_need_in_a_try_is_met_and_nothing_is_put_side_by_side() -> None:
    person = await after_a_talk()
    await person("/retry 4")
    text = await person(HARD)
    assert "both ways" not in text
    assert "both ways" not in await person("Go on")
    text = await person("/retry back")
    assert "Tried again" not in text


async def test_what_cannot_be_tried_is_said_kindly_and_changes_nothing() -> None:
    assert "No talk to look at yet" in await Person()("/retry")
    person = await after_a_talk()
    before = person.chat
    assert "Line 3 is not one of yours. Yours are 2, 4, 6, 8, 10, 12" in await person("/retry 3")
    assert "not one of yours" in await person("/retry 99999999999999999999")
    assert "Which line again?" in await person("/retry yesterday")
    assert "no talk number 9" in await person("/retry 4 9")
    assert "no longer kept" in await person("/retry 4 0123456789ab")
    assert "first way already" in await person("/retry back")
    assert person.chat == before


async def test_a_button_under_an_older_debrief_means_its_own_talk() -> None:
    person = await after_a_talk()
    older, button = person.talk, next(data for data in person.buttons if data.startswith("/retry 4 "))
    await person("/new nadia", STORY, "/end")
    await person(button)
    assert person.talk.lines == older.lines[:3]
    await person("/retry back")
    assert person.talk == older
