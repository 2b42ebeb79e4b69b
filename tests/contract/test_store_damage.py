"""One archived talk that cannot be read: it is named, it stays, and every command works for the others."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

from feeler.interview.values import Interview
from feeler.llm.scripted import ScriptedEngine
from feeler.mailroom import Answer
from feeler.personas.library import load_library
from feeler.personas.values import Topic
from feeler.store import Store
from feeler.store.tables import outbox, talk
from feeler.usecases.desk import Desk
from feeler.usecases.values import Chat, Outcome
from tests.contract.test_store import LEASE, postgres, say, store, take, url
from tests.contract.test_store import update as update_of
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


@pytest.mark.parametrize(
    "started", ["2026-11-22T12:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00Z"]
)
async def test_a_talk_at_no_certain_time_is_one_of_those(store: Store, started: str) -> None:
    person = Person(store)
    await person("/new emil", STORY, DAY, "/end", day=21)
    await damage(store, person.talk.id, json.dumps(await stored(store) | {"started": started}))
    await person("/new nadia", STORY, DAY, day=23)
    assert "unreadable" in await person("/history")
    assert "Nadia" in await person("/summary")
    assert "Nadia" in await person("/end")


@pytest.mark.parametrize("row", [{"started": 1e20, "value": "{"}, {"started": -1e14, "value": "[" * 100_000}])
async def test_a_row_of_which_nothing_is_sound_takes_nothing_with_it(
    store: Store, row: dict[str, object]
) -> None:
    person = Person(store)
    await person("/new emil", STORY, DAY, "/end", day=21)
    await store._database.run(lambda tx: tx.execute(update(talk).values(**row)))
    await person("/new nadia", STORY, DAY, day=23)
    assert "Nadia" in await person("/history")
    assert "Nadia" in await person("/end")
    assert len((await store.everything(CHAT))["talks"]) == 2


@pytest.mark.parametrize(
    "row", [{"params": "{"}, {"params": ""}, {"upload": "{"}, {"upload": '["document", "a", "b"]'}]
)
async def test_a_message_that_cannot_be_read_is_set_aside_and_the_others_are_sent(
    store: Store, row: dict[str, str]
) -> None:
    await store.inbox.accept([update_of(1, chat=4), update_of(2, chat=CHAT)], take)
    for work in await store.turns.claim(8, LEASE):
        await store.turns.finish(work, Answer(chat=work.chat, calls=(say("first"), say("second"))))
    first = outbox.c.id == select(func.min(outbox.c.id)).scalar_subquery()
    await store._database.run(lambda tx: tx.execute(update(outbox).where(first).values(**row)))
    parcels, _ = await store.outbox.claim(8, LEASE, 0.0)
    assert sorted(each.call.params["text"] for each in parcels) == ["first", "second"]
    assert [found.reason for found in await store.quarantined()] == ["cannot be read"]
    assert len((await store.everything(4))["messages"]) == 2


async def stored(store: Store) -> dict[str, object]:
    found = await store._database.run(lambda tx: tx.execute(select(talk.c.value)).scalar_one())
    return dict(json.loads(found))


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
