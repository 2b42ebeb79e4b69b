"""Every kind of update and of message that python-telegram-bot knows, through the bot as it runs.

Quick here; the full figure is 10,000 updates: `FUZZ_CASES=10000 pytest tests/unit/test_fuzz_updates.py`.
"""

import asyncio
import itertools
import json
import logging
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telegram import Bot, Message, Update, User
from tests.durability.bots import settings_for
from tests.readers import FedReader
from tests.telegram_objects import as_json, fields, filled, objects, of_field

from feeler.compose import build_desk, build_library, opened_store
from feeler.interview.values import Speaker
from feeler.llm.scripted import ScriptedEngine
from feeler.mailroom import Call, Incoming, Standing, Verdict
from feeler.phone.server import BotApiServer
from feeler.settings import Settings
from feeler.store import Store
from feeler.telegram.addressing import Me
from feeler.telegram.connection import make_bot
from feeler.telegram.handlers import dispatch
from feeler.telegram.inbox import read_updates
from feeler.telegram.limits import judging, limits_of
from feeler.telegram.pulse import Pulse
from feeler.telegram.worker import Worker
from feeler.usecases.commands import COMMANDS

# The library tells of types that will change, at each of its own attributes that we read.
pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
cases = settings(
    max_examples=int(os.environ.get("FUZZ_CASES", "40")),
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
ME = Me(id=2**52 + 7, username="feeler_bot")
Meant = Literal["heard", "answered", "silence"]

# What stands beside a message's content, whatever that is.
BESIDE = frozenset(
    {
        "reply_to_message", "edit_date", "author_signature", "media_group_id", "reply_markup", "via_bot",
        "sender_chat", "is_automatic_forward", "has_protected_content", "is_topic_message",
        "message_thread_id",
        "has_media_spoiler", "link_preview_options", "external_reply", "quote", "forward_origin",
        "reply_to_story", "sender_boost_count", "business_connection_id", "sender_business_bot",
        "is_from_offline", "effect_id", "show_caption_above_media", "paid_star_count", "is_paid_post",
        "direct_messages_topic", "reply_to_checklist_task_id", "suggested_post_info", "sender_tag",
        "reply_to_poll_option_id", "guest_bot_caller_user", "guest_bot_caller_chat", "guest_query_id",
        "entities", "caption_entities",
    }
)  # fmt: skip
SENT = frozenset(  # contents that somebody sends; what is in neither set is a note of Telegram's own
    {
        "audio", "document", "game", "photo", "sticker", "video", "voice", "video_note", "contact",
        "location", "venue", "invoice", "animation", "poll", "dice", "story", "giveaway", "giveaway_winners",
        "paid_media", "checklist", "live_photo",
    }
)  # fmt: skip
ALWAYS = frozenset({"message_id", "date", "chat", "from_user", "text", "caption"})
CONTENTS = sorted(fields(Message).keys() - BESIDE - ALWAYS)

WRITTEN = st.text(st.characters(categories=["L", "N", "P"]), max_size=40).map(lambda it: f"I mend {it}")
ASKED = [f"/{it.name}" for it in COMMANDS] + ["/help@feeler_bot", "/nothing"]
ADDRESSED = ["/help", "/start@Feeler_Bot hello", "how about you, @feeler_bot?"]
OVERHEARD = ["/help@another_bot", "/nothing", "mail me at a@feeler_bot.example", "/weather @feeler_bot"]
JOINED = ("member", "administrator")
CHATS = itertools.count(1001)
MESSAGES = ("message", "edited_message", "channel_post", "edited_channel_post")
ODD = st.text(max_size=9) | st.integers() | st.none() | st.lists(st.integers(), max_size=2)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One update, in which kind of chat it arises, and what the product says is made of it."""

    kind: str
    place: str  # private, group, supergroup, channel
    content: Any
    meant: Meant
    text: str = ""  # what a person wrote in it

    def in_chat(self, number: int) -> dict[str, Any]:
        """The update of this person, in their chat or in one that they share with others."""
        content = self.content
        if isinstance(content, dict):
            content = self._placed(content, number)
            if isinstance(content.get("message"), dict) and self.kind == "callback_query":
                content["message"] = self._placed(content["message"], number)
        return {self.kind: content}

    def _placed(self, content: dict[str, Any], number: int) -> dict[str, Any]:
        sender = {
            key: {**content[key], "id": number}
            for key in ("from", "user")
            if isinstance(content.get(key), dict)
        }
        place = {"id": number if self.place == "private" else -number, "type": self.place}
        return content | sender | ({"chat": {**content["chat"], **place}} if "chat" in content else {})


@st.composite
def message_cases(draw: st.DrawFn, kind: str, content: str) -> Case:
    """A message with one content, under any circumstances."""
    places = ["private"] * 4 + ["group", "supergroup"]
    place = "channel" if kind.endswith("channel_post") else draw(st.sampled_from(places))
    message = as_json(draw(filled(Message, only=BESIDE)))
    if draw(st.integers(0, 9)):
        message["from"] = as_json(draw(objects(User)))
    text, note = "", False
    if content == "text":
        spoken = WRITTEN if place == "private" else WRITTEN | st.sampled_from([*ADDRESSED, *OVERHEARD])
        text = message["text"] = draw(spoken | st.sampled_from(ASKED))
    elif content != "nothing":
        message[content] = as_json(draw(of_field(Message, content).filter(lambda it: bool(it))))
        note = content not in SENT
        if not note and draw(st.booleans()):
            text = message["caption"] = draw(WRITTEN)
    if draw(st.integers(0, 9)) == 0:
        message["something_new"] = draw(ODD)
    return Case(
        kind=kind, place=place, content=message, text=text, meant=meaning(kind, place, message, text, note)
    )


def meaning(kind: str, place: str, message: dict[str, Any], text: str, note: bool) -> Meant:
    """What the bot is to make of a message; see /help, and what it says in groups and channels."""
    if note or kind == "edited_channel_post":
        return "silence"
    if kind == "channel_post":
        return "answered" if text in (*ADDRESSED[:2], *ASKED[:-1]) else "silence"
    if kind == "edited_message":
        changed = text and "edit_date" in message
        return "answered" if place == "private" and changed else "silence"
    if place != "private":
        own = not message.get("from", {"is_bot": True})["is_bot"]
        passed = ("sender_chat", "via_bot", "forward_origin", "is_automatic_forward")
        to_us = own and not any(message.get(key) for key in passed)
        return "answered" if to_us and text in (*ADDRESSED, *ASKED[:-1]) else "silence"
    return "heard" if text and not text.startswith("/") and "forward_origin" not in message else "answered"


@st.composite
def other_cases(draw: st.DrawFn, kind: str) -> Case:
    """What is no message to the bot: presses, members, reactions, polls, shops, business."""
    content = as_json(draw(of_field(Update, kind)))
    if kind == "callback_query":
        if draw(st.booleans()):
            content.pop("message", None)
        return Case(kind=kind, place="private", content=content, meant="answered")
    place = draw(st.sampled_from(["private", "group", "supergroup", "channel"]))
    brought = kind == "my_chat_member" and content["new_chat_member"]["status"] in JOINED
    meant: Meant = "answered" if brought and place != "private" else "silence"
    return Case(kind=kind, place=place, content=content, meant=meant)


KINDS = {
    **{
        (kind, content): message_cases(kind, content)
        for kind in MESSAGES
        for content in ("text", "nothing", *CONTENTS)
    },
    **{(str(kind), ""): other_cases(str(kind)) for kind in Update.ALL_TYPES if kind not in MESSAGES},
    ("something_new", ""): st.builds(
        Case, kind=st.just("something_new"), place=st.just("private"), content=ODD, meant=st.just("silence")
    ),
}
OFTEN = [kind for kind in KINDS if kind[1] in ("", "text")] + [k for k in KINDS if k[0] == "message"]
CASES = st.sampled_from([*KINDS, *OFTEN]).flatmap(lambda kind: KINDS[kind])


class Running:
    """The bot's worker on a real store, with a Bot API to talk to; its complaints."""

    def __init__(self, store: Store, bot: Bot, own: Settings) -> None:
        self.store = store
        self._judge = judging(replace(limits_of(own), talks=10**6), lambda: 1.0)  # every case is a talk
        desk = build_desk(own, build_library(own), ScriptedEngine(), store, FedReader())
        self.worker = Worker(
            mailroom=store, bot=bot, desk=desk, dispatch=dispatch, pulse=Pulse(), lease=1e9, most=8
        )
        self.complaints: list[str] = []
        self._numbers = itertools.count(1)

    async def take(self, update: dict[str, Any]) -> list[Call]:
        """Have one update answered; what the bot would send."""
        raw = json.loads(json.dumps({"update_id": next(self._numbers), **update}))
        assert await self.store.inbox.accept(read_updates(raw, ME), self._at_once) == 1
        while (await self.store.counts()).turns_waiting:  # noqa: ASYNC110 (silence wakes nobody)
            await asyncio.sleep(0.001)
        calls = []
        while parcels := (await self.store.outbox.claim(8, 1e9, 0.0))[0]:
            for parcel in parcels:
                calls.append(parcel.call)
                await self.store.outbox.done(parcel, "sent", message_id=1, pause=0.0)
        return calls

    def _at_once(self, incoming: Incoming, standing: Standing) -> Verdict:
        """Nothing is held back for a part that may follow: none does."""
        return replace(self._judge(incoming, standing), hold=0.0)

    async def lines(self, chat_id: int) -> list[str]:
        """All that was said in the chat's talks."""
        talks = await self.store.talks(chat_id)
        return [line.text for talk in talks for line in talk.lines if line.speaker is Speaker.CANDIDATE]


@pytest.fixture(scope="module")
def running(loop: asyncio.AbstractEventLoop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder, stack = tmp_path_factory.mktemp("updates"), AsyncExitStack()

    async def begin() -> tuple[Running, asyncio.Event, asyncio.Task[None]]:
        server = await stack.enter_async_context(BotApiServer(rates=None))
        own = settings_for(server, folder)
        store = await stack.enter_async_context(opened_store(own))
        running, ending = Running(store, await stack.enter_async_context(make_bot(own)), own), asyncio.Event()
        return running, ending, asyncio.create_task(running.worker.run(ending))

    async def end() -> None:
        ending.set()
        await working
        await running.worker.finish(2.0)
        await stack.aclose()

    running, ending, working = loop.run_until_complete(begin())
    loop.set_exception_handler(lambda _, about: running.complaints.append(str(about)))
    handler = Complaints(running.complaints)
    logging.getLogger().addHandler(handler)
    yield running
    logging.getLogger().removeHandler(handler)
    loop.run_until_complete(end())


class Complaints(logging.Handler):
    """Keeps what a person who runs the bot would be warned of."""

    def __init__(self, into: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._into = into

    def emit(self, record: logging.LogRecord) -> None:
        self._into.append(record.getMessage())


@cases
@given(CASES)
def test_every_update_is_heard_answered_or_left_in_silence_and_loses_nothing(
    loop: asyncio.AbstractEventLoop, running: Running, case: Case
) -> None:
    """Between two lines of a talk: no complaint, the answer that is due, and every line is kept."""
    chat_id = next(CHATS)

    async def talk() -> tuple[list[Call], list[str]]:
        before, after = "I baked bread for ten years.", "I moved to the coast then."
        await running.take(said(chat_id, before))
        calls = await running.take(case.in_chat(chat_id))
        answers = await running.take(said(chat_id, after))
        assert answers
        return calls, [line for line in await running.lines(chat_id) if line not in (before, after)]

    calls, lines = loop.run_until_complete(talk())
    assert running.complaints == []
    assert bool(calls) == (case.meant != "silence")
    assert lines == ([case.text] if case.meant == "heard" else [])


@pytest.mark.parametrize("kind", sorted({*OFTEN}))
@settings(cases, max_examples=1)
@given(data=st.data())
def test_no_kind_of_update_is_left_out(
    loop: asyncio.AbstractEventLoop, running: Running, kind: tuple[str, str], data: st.DataObject
) -> None:
    """One of each, though nobody is in a talk."""
    case, chat_id = data.draw(KINDS[kind]), next(CHATS)
    calls = loop.run_until_complete(running.take(case.in_chat(chat_id)))
    assert running.complaints == []
    assert bool(calls) == (case.meant != "silence")


def said(chat_id: int, text: str) -> dict[str, Any]:
    about = {"message_id": 1, "date": 1, "chat": {"id": chat_id, "type": "private"}}
    sender = {"id": chat_id, "is_bot": False, "first_name": "D"}
    return {"message": about | {"from": sender, "text": text}}
