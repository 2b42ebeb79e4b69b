"""Reminders on every database: kept over restarts, handed out once when they are due, exported, forgotten."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feeler.mailroom import Answer, Call
from feeler.store import Store, open_store
from feeler.telegram.reminding import calls_of, remind
from feeler.usecases.values import Chat, Reminder
from tests.contract.test_store import BOT, claim_one, postgres, say, store, take, update, url

__all__ = ["postgres", "store", "url"]  # fixtures

PAST = datetime(2026, 1, 2, 9, tzinfo=UTC)
FUTURE = datetime.now(UTC) + timedelta(days=30)


def a_reminder(identifier: str, due: datetime) -> Reminder:
    return Reminder(id=identifier, talk="a" * 32, kind="note", who="Emil of Brandl", due=due)


LATE, LATER = a_reminder("late", PAST), a_reminder("later", FUTURE)


def calls(reminder: Reminder) -> tuple[Call, ...]:
    return (say(f"{reminder.id}: {reminder.who}"),)


async def ask_for(store: Store, *reminders: Reminder, number: int = 1) -> None:
    """A turn that leaves the chat with these."""
    await store.inbox.accept([update(number)], take)
    work = await claim_one(store)
    await store.turns.finish(work, Answer(chat=replace(work.chat, reminders=reminders)), keep=False)


async def sent(store: Store) -> list[str]:
    """What is sent to the chat, in order."""
    found: list[str] = []
    while True:
        parcels, _ = await store.outbox.claim(5, 30, 0.0)
        if not parcels:
            return found
        for parcel in parcels:
            found.append(parcel.call.params["text"])
            await store.outbox.done(parcel, "sent", message_id=1, pause=-1)


async def test_what_is_due_is_handed_out_once_and_the_rest_waits(store: Store) -> None:
    await ask_for(store, LATE, LATER)
    assert (await store.chat(5)).reminders == (LATE, LATER)
    assert await store.remind(calls, 50) == 1
    assert await store.remind(calls, 50) == 0
    assert await sent(store) == ["late: Emil of Brandl"]
    assert (await store.chat(5)).reminders == (LATER,)


async def test_it_outlives_a_process_that_dies_before_and_after_it_is_handed_out(url: str) -> None:
    for step in range(4):  # each a process; none says goodbye to the next
        store = await open_store(url, bot_id=BOT)
        async with store.serving():
            if step == 0:
                await ask_for(store, LATE)
            elif step < 3:
                assert await store.remind(calls, 50) == (1 if step == 1 else 0)
            else:
                assert await sent(store) == ["late: Emil of Brandl"]
        await store.close()


async def test_one_that_was_asked_for_in_a_topic_comes_there_after_a_restart_too(url: str) -> None:
    there = replace(LATE, topic=9)
    for step in range(2):
        store = await open_store(url, bot_id=BOT)
        async with store.serving():
            if step == 0:
                await ask_for(store, there, LATER)
            else:
                assert (await store.chat(5)).reminders == (there, LATER)
                await store.remind(calls_of, 50)
                [parcel], _ = await store.outbox.claim(5, 30, 0.0)
                assert parcel.call.params["message_thread_id"] == 9
        await store.close()


async def test_where_it_cannot_be_handed_out_nothing_is_lost(store: Store) -> None:
    await ask_for(store, LATE)

    def fails(reminder: Reminder) -> tuple[Call, ...]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await store.remind(fails, 50)
    assert (await store.chat(5)).reminders == (LATE,)
    assert await store.remind(calls, 50) == 1


async def test_a_turn_that_ran_meanwhile_does_not_bring_it_back(store: Store) -> None:
    await ask_for(store, LATE)
    await store.inbox.accept([update(2)], take)
    work = await claim_one(store)
    assert work.chat.reminders == (LATE,)
    await store.remind(calls, 50)
    await store.turns.finish(work, Answer(chat=replace(work.chat, reminders=(LATE, LATER))), keep=False)
    assert (await store.chat(5)).reminders == (LATER,)
    assert await store.remind(calls, 50) == 0


async def test_one_that_is_deleted_does_not_come(store: Store) -> None:
    await ask_for(store, LATE, LATER)
    await ask_for(store, LATER, number=2)
    assert await store.remind(calls, 50) == 0


async def test_they_are_exported_and_forgotten(store: Store) -> None:
    await ask_for(store, LATE, LATER)
    assert [one["who"] for one in (await store.everything(5))["reminders"]] == ["Emil of Brandl"] * 2
    await store.inbox.accept([update(2)], take)
    work = await claim_one(store)
    await store.turns.finish(work, Answer(chat=Chat(chat_id=5), forget=True), keep=False)
    assert (await store.everything(5))["reminders"] == []
    assert await store.remind(calls, 50) == 0
    assert await sent(store) == []


async def test_it_comes_to_a_chat_that_has_gone_for_its_age(store: Store) -> None:
    await ask_for(store, LATE)
    await store.purge(-1)  # everything is older than tomorrow
    assert await store.remind(calls, 50) == 1
    assert await sent(store) == ["late: Emil of Brandl"]


async def test_only_so_many_at_once_the_oldest_first(store: Store) -> None:
    older = a_reminder("older", PAST - timedelta(days=1))
    await ask_for(store, LATE, older)
    assert await store.remind(calls, 1) == 1
    assert await sent(store) == ["older: Emil of Brandl"]


async def test_the_bot_hands_out_what_came_due_while_it_was_down(store: Store) -> None:
    await ask_for(store, LATE)
    woken, ending = asyncio.Event(), asyncio.Event()
    store.wakes.send.append(woken.set)
    running = asyncio.create_task(remind(store, ending))
    await woken.wait()
    ending.set()
    await running
    [text] = await sent(store)
    assert "Emil of Brandl" in text
    assert "thank-you note" in text
