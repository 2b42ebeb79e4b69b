"""Updates of every kind through `dispatch`: each gets an answer and loses nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Bot, Update
from tests.readers import FedReader

from feeler.interview.values import Speaker
from feeler.llm.scripted import ScriptedEngine
from feeler.personas.library import load_library
from feeler.telegram.commands import BYPASS, DESCRIPTION, SHORT_DESCRIPTION, menu
from feeler.telegram.handlers import dispatch
from feeler.terminal.memory import MemoryArchive
from feeler.usecases.commands import BY_NAME
from feeler.usecases.desk import Desk
from feeler.usecases.values import Chat, Outcome

LIBRARY = load_library()
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PRIVATE = {"id": 7, "type": "private", "first_name": "Dana"}
GROUP = {"id": -100, "type": "supergroup", "title": "Job seekers"}
CHANNEL = {"id": -200, "type": "channel", "title": "News"}
DANA = {"id": 7, "is_bot": False, "first_name": "Dana"}
FILE = {"file_id": "f", "file_unique_id": "u"}
PICTURE = {**FILE, "width": 9, "height": 9}


def message(where: dict[str, Any] = PRIVATE, **content: Any) -> dict[str, Any]:
    return {"message_id": 1, "date": 1_795_000_000, "chat": where, "from": DANA, **content}


async def send(chat: Chat, **body: Any) -> Outcome:
    """What the bot makes of one update."""
    desk = Desk(library=LIBRARY, engine=ScriptedEngine(), reader=FedReader(), archive=MemoryArchive())
    update = Update.de_json({"update_id": 1, **body}, Bot("1:test"))
    return await dispatch(update, chat, desk, None, NOW)


async def in_a_talk() -> Chat:
    outcome = await send(Chat(chat_id=7), message=message(text="/new emil"))
    return (await send(outcome.chat, message=message(text="I ran a bakery for ten years."))).chat


async def test_text_is_said_and_answered() -> None:
    chat = await in_a_talk()
    assert chat.interview is not None
    assert [line.speaker for line in chat.interview.lines] == [
        Speaker.COMPANY,
        Speaker.CANDIDATE,
        Speaker.COMPANY,
    ]


@pytest.mark.parametrize("text", ["/persona johanna", "/persona@feeler_bot johanna", " /PERSONA Johanna "])
async def test_commands_are_understood_with_the_bots_name_too(text: str) -> None:
    outcome = await send(await in_a_talk(), message=message(text=text))
    assert outcome.chat.interview is not None
    assert outcome.chat.interview.persona == "johanna"


ODD = {
    "a sticker": message(
        sticker={**PICTURE, "type": "regular", "is_animated": False, "is_video": False, "emoji": "🙂"}
    ),
    "a photo": message(photo=[PICTURE]),
    "a photo under a heart": message(photo=[PICTURE], caption="❤️"),
    "fillers only": message(text="\u3164\u2800\ufe0f\ufffc\U0001d159"),
    "a voice note": message(voice={**FILE, "duration": 3}),
    "a round video": message(video_note={**FILE, "length": 9, "duration": 3}),
    "a video": message(video={**PICTURE, "duration": 3}),
    "a document": message(document={**FILE, "file_name": "cv.pdf"}),
    "a place": message(location={"longitude": 1.0, "latitude": 2.0}),
    "a contact": message(contact={"phone_number": "1", "first_name": "D"}),
    "a die": message(dice={"emoji": "🎲", "value": 3}),
    "a forwarded message": message(
        text="I was fired.", forward_origin={"type": "hidden_user", "sender_user_name": "X", "date": 1}
    ),
    "only emoji": message(text="🙂🙂"),
    "20,000 characters": message(text="word " * 4000),
    "an unknown command": message(text="/fly me to the moon"),
    "a command that is too long": message(text="/persona " + "x" * 5000),
}


@pytest.mark.parametrize("kind", ODD)
async def test_what_cannot_be_heard_is_answered_shortly_and_loses_nothing(kind: str) -> None:
    chat = await in_a_talk()
    outcome = await send(chat, message=ODD[kind])
    assert outcome.chat == chat
    [reply] = outcome.replies
    assert reply.speaker is Speaker.COACH
    assert 20 < len(reply.text) < 250


@pytest.mark.parametrize(
    "media", [{"photo": [PICTURE]}, {"voice": {**FILE, "duration": 3}}, {"document": FILE}]
)
async def test_a_caption_is_heard_and_one_note_says_that_the_rest_is_not(media: dict[str, Any]) -> None:
    chat = await in_a_talk()
    outcome = await send(chat, message=message(**media, caption="We baked for two hospitals."))
    assert outcome.chat.interview is not None
    assert [line.text for line in outcome.chat.interview.lines].count("We baked for two hospitals.") == 1
    assert sum("cannot see" in reply.text for reply in outcome.replies) == 1


@pytest.mark.parametrize(
    "content",
    [
        {"text": "I ran a bakery for ten years.", "edit_date": 1_795_000_001},
        {"text": "Something else."},
        {"location": {"longitude": 1.0, "latitude": 2.0, "live_period": 60}, "edit_date": 1_795_000_001},
    ],
)
async def test_an_edit_that_changed_no_text_gets_no_note(content: dict[str, Any]) -> None:
    chat = await in_a_talk()
    assert await send(chat, edited_message=message(**content)) == Outcome(chat=chat)


async def test_an_edit_is_explained() -> None:
    chat = await in_a_talk()
    outcome = await send(chat, edited_message=message(text="I ran two bakeries.", edit_date=1_795_000_001))
    assert outcome.chat.interview == chat.interview
    assert "/undo" in outcome.replies[0].text


async def test_a_reaction_to_what_was_edited_gets_no_second_note() -> None:
    edited = message(text="I ran two bakeries.", edit_date=1_795_000_001)
    explained = await send(await in_a_talk(), edited_message=edited)
    assert await send(explained.chat, edited_message=edited) == Outcome(chat=explained.chat)
    fresh = await send(explained.chat, message=message(text="/new johanna"))
    assert await send(fresh.chat, edited_message=edited) == Outcome(chat=fresh.chat)
    again = edited | {"text": "I ran three bakeries.", "edit_date": 1_795_000_060}
    assert "/undo" in (await send(fresh.chat, edited_message=again)).replies[0].text


@pytest.mark.parametrize(
    "body",
    [
        {"message": message(GROUP, text="/start")},
        {"message": message(GROUP, text="hello")},
        {"edited_message": message(GROUP, text="hello", edit_date=2)},
        {"channel_post": message(CHANNEL, text="hello")},
        {
            "my_chat_member": {
                "chat": GROUP,
                "from": DANA,
                "date": 1,
                "old_chat_member": {"status": "left", "user": DANA},
                "new_chat_member": {"status": "member", "user": DANA},
            }
        },
    ],
)
async def test_groups_and_channels_are_told_where_it_works(body: dict[str, Any]) -> None:
    chat = Chat(chat_id=-100)
    outcome = await send(chat, **body)
    assert outcome.chat == chat
    assert "private chat" in outcome.replies[0].text


POLL = {
    "id": "1",
    "question": "?",
    "options": [],
    "total_voter_count": 0,
    "is_closed": False,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
    "allows_revoting": True,
    "members_only": False,
}


@pytest.mark.parametrize(
    "body",
    [
        {"message": message(GROUP, new_chat_title="New title")},
        {"message": message(pinned_message=message(text="x"))},
        {"message": message(boost_added={"boost_count": 1})},
        {"poll": POLL},
        {
            "my_chat_member": {
                "chat": PRIVATE,
                "from": DANA,
                "date": 1,
                "old_chat_member": {"status": "member", "user": DANA},
                "new_chat_member": {"status": "kicked", "user": DANA, "until_date": 0},
            }
        },
        {},
    ],
)  # fmt: skip
async def test_what_nobody_said_to_the_bot_is_left_in_silence(body: dict[str, Any]) -> None:
    chat = await in_a_talk()
    assert await send(chat, **body) == Outcome(chat=chat)


async def press(chat: Chat, data: str | None) -> Outcome:
    query = {"id": "q", "from": DANA, "chat_instance": "c", "message": message(text="buttons")}
    return await send(chat, callback_query={**query, **({"data": data} if data is not None else {})})


async def test_a_button_does_what_its_command_does() -> None:
    chat = await in_a_talk()
    listed = await send(chat, message=message(text="/persona"))
    button = next(it for row in listed.replies[0].buttons for it in row if "johanna" in it.data)
    pressed = await press(chat, button.data)
    typed = await send(chat, message=message(text=button.data))
    assert pressed.replies == typed.replies


async def test_the_button_that_deletes_works_while_it_is_asked_about_and_not_later() -> None:
    asked = await send(await in_a_talk(), message=message(text="/forget"))
    [yes, no] = [button.data for row in asked.replies[0].buttons for button in row]
    assert (await press(asked.chat, yes)).forget

    kept = await press(asked.chat, no)
    late = await press(kept.chat, yes)
    assert not late.forget
    assert late.chat == kept.chat
    assert "/forget" in late.replies[0].text


@pytest.mark.parametrize("kind", ODD)
async def test_a_yes_after_something_odd_deletes_nothing(kind: str) -> None:
    asked = await send(await in_a_talk(), message=message(text="/forget"))
    odd = await send(asked.chat, message=ODD[kind])
    assert not (await send(odd.chat, message=message(text="Yes."))).forget


@pytest.mark.parametrize("data", ["", None, "choose:3", "🙂", "x" * 64])
async def test_a_button_of_another_time_is_answered(data: str | None) -> None:
    chat = await in_a_talk()
    outcome = await press(chat, data)
    assert outcome.chat == chat
    assert "/help" in outcome.replies[0].text


def test_the_menu_fits_telegrams_rules() -> None:
    for command in menu():
        assert command.command.islower()
        assert 3 <= len(command.description) <= 256
    assert {command.command for command in menu()} >= {"start", "persona", "end", "forget", "help"}
    assert BY_NAME.keys() >= BYPASS
    assert len(DESCRIPTION) <= 512
    assert len(SHORT_DESCRIPTION) <= 120
