"""/after: notes of a real conversation, the debrief from them, and where they are kept."""

import json
from pathlib import Path

import jsonschema
import pytest
from tests.readers import ACUTE, FedReader, asks, real_reader
from tests.unit.test_usecases_desk import STORY, Person

from feeler.coach.note import WORDS
from feeler.coach.words import count
from feeler.interview.acts import Act
from feeler.interview.notes import split_name, talk_of
from feeler.interview.reading import Reading
from feeler.interview.values import Notes, Speaker
from feeler.store.rows import CHAT

DOCS = Path(__file__).parents[2] / "docs"
HARD = "I cannot go on living like this."
TOLD = "I led the night shift when the mill burned."
ASKED = "Who keeps the ovens running?"
WILL = "I will send you a page on Friday."
THEIRS = "We lost two welders this year."
BYE = "Thank you, I have to catch my train. Goodbye."


def somebody() -> Person:
    return Person(
        reader=FedReader(
            {
                HARD: ACUTE,
                ASKED: asks(ASKED),
                TOLD: Reading(acts=frozenset({Act.TOLD}), deed=True, span="night shift"),
            }
        )
    )


async def noted(*texts: str, whom: str = "Marta Kern at Kern Foods") -> tuple[Person, str]:
    person = somebody()
    text = await person(f"/after {whom}", *texts, "/after done")
    return person, text


async def test_notes_in_several_messages_and_the_debrief_is_from_them() -> None:
    person = somebody()
    assert "How did it go with Marta Kern at Kern Foods?" in await person("/after Marta Kern at Kern Foods")
    assert "2 lines so far" in await person(f"they: {THEIRS}\nme: {TOLD}")
    assert person.buttons == ["/after done", "/after cancel"]
    person.chat = CHAT.validate_json(CHAT.dump_json(person.chat))  # a restart
    assert "5 lines so far" in await person(f"Me: {ASKED}\nmarta: I don't know.\nA bright room.")
    text = await person("/after done")
    assert "from your notes" in text
    assert "What they said, as you noted it" in text
    assert f"“{THEIRS}”" in text
    assert TOLD in text
    speakers = [line.speaker for line in person.talk.lines]
    assert speakers == [
        Speaker.COMPANY, Speaker.CANDIDATE, Speaker.CANDIDATE, Speaker.COMPANY, Speaker.NOTE,
    ]  # fmt: skip
    assert person.chat.jotted is None


async def test_the_letter_gives_their_words_as_noted_and_promises_nothing_by_itself() -> None:
    _, text = await noted(f"they: {THEIRS}", f"me: {TOLD}")
    letter = text[text.index("Dear Marta Kern,") : text.index("[your name]")]
    assert f"I noted it as “{THEIRS}”" in letter
    assert f"As I told you, {TOLD}" in letter
    assert "within two weeks" not in letter
    assert "come back to you" not in letter
    assert count(letter) <= WORDS
    _, text = await noted(f"they: {THEIRS}", f"me: {WILL}", whom="")
    assert "Dear [their name]," in text
    assert f"As I said: {WILL}" in text


async def test_what_nobody_marked_is_made_into_nothing() -> None:
    person, text = await noted(f"{THEIRS} {TOLD} {ASKED}", "A bright room.")
    assert "don't say who said what" in text
    assert "Dear" not in text
    assert {line.speaker for line in person.talk.lines} == {Speaker.NOTE}


async def test_the_documents_say_from_your_notes_and_keep_to_the_schema() -> None:
    person, _ = await noted(f"they: {THEIRS}", f"me: {TOLD}", f"me: {ASKED}", "A bright room.")
    for kind in ("html", "md", "txt", "pdf", "json"):
        await person(f"/transcript {kind}")
        document = person.replies[-1].document
        assert document
        if kind == "json":
            found = json.loads(document.content)
            jsonschema.validate(found, json.loads((DOCS / "debrief.schema.json").read_text()))
            assert found["talk"]["notes"] is True
            texts = {line["line"]: line["text"] for line in found["transcript"]}
            assert found["note"]["point"]["quote"] in texts[found["note"]["point"]["line"]]
        elif kind != "pdf":
            text = document.content.decode()
            assert "from your notes" in text
            assert "Marta Kern, as noted" in text
            assert "% of the talk" not in text
    assert "Your notes, 4 lines" in await person("/transcript")


async def test_history_lists_them_marked_and_counts_them_nowhere() -> None:
    person = somebody()
    await person("/new emil", STORY, STORY, "/end", "/after Marta", f"they: {THEIRS}", f"me: {TOLD}")
    await person("/after done", "/new nadia", STORY, STORY)
    ended = await person("/end")
    assert "Since the last talk:" in ended
    listed = await person("/history")
    assert "📝 Marta, from your notes" in listed
    assert listed.index("Nadia") < listed.index("Marta") < listed.index("Emil")
    assert "from your notes" in await person("/summary 2")
    assert "came up" in await person("/compare") or "There is" in await person("/compare")


async def test_a_talk_that_goes_on_waits_and_can_be_gone_back_to() -> None:
    person = somebody()
    await person("/new emil", STORY, "/after", f"they: {THEIRS}")
    assert person.talk.persona == "emil"
    assert len(person.talk.lines) == 3
    await person("/after done")
    assert "Back in the talk with Emil" in await person("/undo")


async def test_export_and_nothing_of_them_can_be_had_again() -> None:
    person, _ = await noted(f"they: {THEIRS}", f"me: {TOLD}")
    await person("/export")
    document = person.replies[-1].document
    assert document
    [talk] = json.loads(document.content)["talks"]
    assert talk["notes"]["who"] == "Marta Kern"
    assert "cannot be had again" in await person("/retry 2")
    assert "has ended" in await person(STORY)


async def test_somebody_in_need_is_met_and_no_word_of_it_is_kept() -> None:
    person = somebody()
    await person("/after Marta", f"they: {THEIRS}")
    text = await person(HARD)
    assert "findahelpline" in text
    assert HARD not in CHAT.dump_json(person.chat).decode()
    assert "1 line so far" in await person("Go on")
    text = await person(f"me: {TOLD}", "/after done")
    assert "Dear" not in text
    assert "There was a pause" in text
    assert "/retry" not in "".join(person.buttons)


async def test_stopping_there_keeps_the_notes_for_later() -> None:
    person = somebody()
    await person("/after", f"they: {THEIRS}", HARD)
    assert "leave the notes there" in await person("Stop here")
    assert "1 line so far" in await person("/after")


async def test_what_cannot_be_taken_is_said_kindly() -> None:
    person = somebody()
    assert "no notes yet" in await person("/after done")
    assert "no notes to drop" in await person("/after cancel")
    assert "long for a name" in await person("/after " + "Marta " * 13)
    await person("/after")
    assert "no notes yet" in await person("/after done")
    assert "as much as I can take" in await person("word " * 2000, "word " * 2000, "word " * 2000)
    assert "as much as I can take" in await person("row\n" * 201)
    assert "Dropped" in await person("/after cancel")
    assert person.chat.jotted is None


@pytest.mark.parametrize(
    ("given", "who", "firm"),
    [
        ("Marta Kern at Kern Foods", "Marta Kern", "Kern Foods"),
        ("Marta Kern, Kern Foods", "Marta Kern", "Kern Foods"),
        ("Marta", "Marta", ""),
        ("", "", ""),
    ],
)
def test_a_name_and_a_company(given: str, who: str, firm: str) -> None:
    assert split_name(given) == (who, firm)


def test_marks_are_read_in_any_case_and_times_are_no_marks() -> None:
    from tests.unit.test_usecases_desk import NOW

    rows = "- They: yes\nMARTA: no\nI: perhaps\n10:30 we began\nNote: sunny\nhttps://example.org\nthey:"
    talk = talk_of([rows], Notes(who="Marta Kern"), id="n", now=NOW)
    assert [(line.speaker.value, line.text) for line in talk.lines] == [
        ("company", "yes"),
        ("company", "no"),
        ("candidate", "perhaps"),
        ("note", "10:30 we began"),
        ("note", "Note: sunny"),
        ("note", "https://example.org"),
        ("note", "they:"),
    ]


async def test_the_real_reader_finds_the_deed_and_the_question() -> None:
    person = Person(reader=real_reader())
    text = await person(
        "/after Marta Kern, Kern Foods",
        "they: Our trouble is that the night shift loses half of its people every spring.",
        "me: I ran a bakery for ten years, and when the oven broke I rebuilt its burner in one night.",
        "me: Who would I talk to about the night shift?",
        "/after done",
    )
    assert "rebuilt its burner" in text
    assert "loses half of its people every spring" in text
    assert "Who would I talk to" in await person("/summary questions")
