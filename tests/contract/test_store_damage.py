"""One archived talk that cannot be read: it is named, it stays, and every command works for the others."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from feeler.interview.values import Interview
from feeler.llm.scripted import ScriptedEngine
from feeler.personas.library import load_library
from feeler.personas.values import Topic
from feeler.store import Store
from feeler.store.tables import talk
from feeler.usecases.desk import Desk
from feeler.usecases.values import Chat, Outcome
from tests.contract.test_store import postgres, store, url
from tests.readers import FedReader, asks

__all__ = ["postgres", "store", "url"]  # fixtures

CHAT = 5
STORY = "I ran a bakery for ten years and I know what flour dust does to a gearbox."
DAY = "What does an ordinary day look like for the people here?"


class Person:
    """Somebody at the desk, whose talks are in the store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.desk = Desk(
            library=load_library(),
            engine=ScriptedEngine(),
            reader=FedReader({DAY: replace(asks(DAY), topics=(Topic.DAY,))}),
            archive=store,
            budget=16,
        )
        self.chat = Chat(chat_id=CHAT)
        self.outcome = Outcome(chat=self.chat)

    async def __call__(self, *said: str, day: int = 24) -> str:
        now = datetime(2026, 11, day, 12, 0, tzinfo=UTC)
        for text in said:
            self.outcome = await self.desk.hear(self.chat, text, None, now)
            self.chat = self.outcome.chat
            if self.chat.interview:
                await self.store.remember(CHAT, self.chat.interview)
        return "\n".join(reply.text for reply in self.outcome.replies)

    @property
    def talk(self) -> Interview:
        assert self.chat.interview
        return self.chat.interview


async def damage(store: Store, identifier: str, value: str) -> None:
    change = update(talk).where(talk.c.id == identifier).values(value=value)
    await store._database.run(lambda tx: tx.execute(change))


@pytest.mark.parametrize("stored", ["", "{", "null", '{"id": "x"}', "not JSON", '{"lines": "\ufffd"}'])
async def test_an_unreadable_talk_takes_nothing_else_with_it(store: Store, stored: str) -> None:
    person = Person(store)
    await person("/new emil", STORY, DAY, "/end", day=21)
    await person("/new johanna", STORY, DAY, "/end", day=22)
    await damage(store, person.talk.id, stored)
    await person("/new nadia", STORY, DAY, day=23)

    listed = await person("/history")
    assert "2026-11-22" in listed
    assert "unreadable" in listed
    assert listed.index("Nadia") < listed.index("Emil")
    side_by_side = await person("/compare day")
    assert "Nadia" in side_by_side
    assert "Emil" in side_by_side
    assert "Emil" in await person("/summary 2")
    assert "Nadia" in await person("/end")
    await person("/export")
    [export] = [reply.document for reply in person.outcome.replies if reply.document]
    kept = json.loads(export.content)["talks"]
    assert len(kept) == 3
    assert stored in (kept[1], json.dumps(kept[1], ensure_ascii=False))
    await person("/forget yes")
    assert person.outcome.forget


async def test_where_no_talk_can_be_read_history_says_so(store: Store) -> None:
    person = Person(store)
    await person("/new emil", STORY, DAY, "/end", day=21)
    await damage(store, person.talk.id, "{")
    person.chat = Chat(chat_id=CHAT)
    assert "2026-11-21" in await person("/history")


async def test_the_talk_that_goes_on_is_not_called_unreadable(store: Store) -> None:
    person = Person(store)
    await person("/new emil", STORY, DAY)
    await damage(store, person.talk.id, "{")
    assert "unreadable" not in await person("/history")


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_a_damaged_byte_costs_its_sign(store: Store) -> None:
    person = Person(store)
    await person("/new emil", STORY, DAY, "/end")
    bakery, broken = STORY.encode(), STORY.encode().replace(b"bakery", b"bak\xffry")
    change = "UPDATE talk SET value = CAST(replace(value, CAST(? AS TEXT), CAST(? AS TEXT)) AS TEXT)"
    await store._database.run(lambda tx: tx.connection.exec_driver_sql(change, (bakery, broken)))
    person.chat = Chat(chat_id=CHAT)
    assert "Emil" in await person("/history")
    [held] = await store.talks(CHAT)
    assert any("bak\ufffdry" in line.text for line in held.lines)
