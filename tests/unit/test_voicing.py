"""/voice and notes at the desk: what needs neither a model that hears nor one that speaks."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.readers import FedReader

from feeler.compose import build_desk, build_library
from feeler.interview.values import Speaker, Speech
from feeler.llm.scripted import ScriptedEngine
from feeler.personas.values import Timbre
from feeler.settings import Settings
from feeler.speech.voices import VOICES
from feeler.terminal.memory import MemoryArchive
from feeler.usecases.desk import Desk
from feeler.usecases.values import Chat, Note
from feeler.usecases.voicing import timbre_of, understood

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SPEECH = Speech(seconds=6.0, words=14, pauses=0, fillers=0, longest=6.0, note=7)
NOTE = Note(id=7, text="I baked for two hospitals, 900 loaves a day.", speech=SPEECH, sure=True)


@pytest.fixture
def desk() -> Desk:
    settings = Settings(_env_file=None)
    return build_desk(settings, build_library(settings), ScriptedEngine(), MemoryArchive(), FedReader())


async def in_a_talk(desk: Desk) -> Chat:
    return (await desk.hear(Chat(chat_id=1), "/new emil", None, NOW)).chat


async def test_a_note_is_answered_once_and_its_line_knows_how_it_was_said(desk: Desk) -> None:
    chat = replace(await in_a_talk(desk), note=NOTE)
    first = await desk.run(chat, "heard DE", None, NOW)
    talk = first.chat.interview
    assert talk
    said = talk.last(Speaker.CANDIDATE)
    assert said
    assert (said.text, said.speech) == (NOTE.text, SPEECH)
    assert first.replies
    again = await desk.run(first.chat, "heard DE", None, NOW)  # the errand, should it come twice
    assert again.chat == first.chat
    assert again.replies == ()


async def test_stopping_while_it_listens_leaves_the_note_to_be_confirmed(desk: Desk) -> None:
    chat = replace(await in_a_talk(desk), note=NOTE)
    stopped = await desk.hear(chat, "/stop", None, NOW)
    assert "does not count yet" in stopped.replies[0].text
    held = await desk.run(stopped.chat, "heard", None, NOW)
    assert held.chat == stopped.chat
    confirmed = await desk.hear(stopped.chat, "/heard", None, NOW)
    assert confirmed.errand == "heard"
    answered = await desk.run(confirmed.chat, confirmed.errand, None, NOW)
    assert answered.chat.interview
    assert answered.chat.interview.turn == 1


async def test_who_types_instead_drops_a_note_that_does_not_count_yet(desk: Desk) -> None:
    chat = replace(await in_a_talk(desk), note=replace(NOTE, sure=False))
    typed = await desk.hear(chat, "I baked for two hospitals, nine loaves a day.", None, NOW)
    assert typed.chat.note is None
    late = await desk.press(typed.chat, "/heard 7", None, NOW)
    assert late.chat == typed.chat


async def test_taking_back_reaches_only_the_last_line(desk: Desk) -> None:
    before = await in_a_talk(desk)
    chat = (await desk.run(replace(before, note=NOTE), "heard", None, NOW)).chat
    back = await desk.press(chat, "/unsaid 7", None, NOW)
    assert back.chat.interview == before.interview
    moved = (await desk.hear(chat, "/persona johanna", None, NOW)).chat
    late = await desk.press(moved, "/unsaid 7", None, NOW)
    assert late.chat.interview == moved.interview
    assert "/undo" in late.replies[0].text


def test_a_note_in_doubt_offers_both_and_numbers_stand_out() -> None:
    reply = understood(replace(NOTE, sure=False))
    assert [button.data for row in reply.buttons for button in row] == ["/heard 7", "/unsaid 7"]
    assert reply.strong == ("900",)
    assert "look at the numbers" in reply.text
    assert "numbers" not in understood(replace(NOTE, text="I baked.")).text


@pytest.mark.parametrize("wish", ["loud", "on please", "x" * 90])
async def test_an_unknown_wish_is_answered_with_what_there_is(wish: str, desk: Desk) -> None:
    outcome = await desk.hear(Chat(chat_id=1), f"/voice {wish}", None, NOW)
    assert outcome.chat == Chat(chat_id=1)
    assert "/voice on, both, off or auto" in outcome.replies[0].text


async def test_without_a_voice_there_is_no_switching_it_on(desk: Desk) -> None:
    outcome = await desk.hear(Chat(chat_id=1), "/voice on", None, NOW)
    assert outcome.chat.voice == ""
    assert 'pip install "feeler[voice]"' in outcome.replies[0].text


def test_every_persona_has_a_voice_of_its_own_and_always_the_same() -> None:
    people = build_library(Settings(_env_file=None)).personas.values()
    voices = [timbre_of(persona) for persona in people]
    assert len(set(voices)) == len(voices) == 6
    assert set(VOICES) == set(Timbre)
    stranger = replace(next(iter(people)), slug="somebody-else", voice=None)
    assert timbre_of(stranger) == timbre_of(replace(stranger, name="Other"))
