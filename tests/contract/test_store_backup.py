"""A backup taken while the bot writes is whole, private, and comes back; also into a running bot."""

import asyncio
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from feeler.errors import LeaseLost, StoreError
from feeler.mailroom import Answer
from feeler.store.backup import back_up, restore
from feeler.store.store import Store
from tests.contract.test_store import LEASE, answer_all, claim_one, postgres, say, store, take, update, url

__all__ = ["postgres", "store", "url"]  # fixtures


async def test_a_backup_comes_back_into_a_running_store(store: Store, url: str, tmp_path: Path) -> None:
    await store.inbox.accept([update(1), update(2), update(3)], take)
    await answer_all(store, "one", "two")
    copy = tmp_path / "safe" / "feeler.backup"
    await asyncio.to_thread(back_up, url, copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600

    running = await claim_one(store)
    await store.inbox.accept([update(4)], take)
    await restore(url, copy)

    with pytest.raises(LeaseLost):  # what ran when the past came back writes nothing into it
        await store.turns.finish(running, Answer(chat=running.chat, calls=(say("late"),)))
    assert [each.name for each in copy.parent.iterdir()] == [copy.name]  # nothing is left beside it
    counts = await store.counts()
    assert (counts.turns_waiting, counts.calls_waiting) == (1, 2)
    [parcel], _ = await store.outbox.claim(5, LEASE, 0.0)
    assert (parcel.call.params, parcel.tries) == ({"text": "one"}, 2)  # perhaps sent since: marked
    assert (await claim_one(store)).turn.update_id == 3


async def test_a_backup_ends_though_the_bot_never_stops_writing(
    store: Store, url: str, tmp_path: Path
) -> None:
    await store.inbox.accept([replace(update(1), body="x" * 3_000_000)], take)
    backing = asyncio.create_task(asyncio.to_thread(back_up, url, tmp_path / "feeler.backup"))
    number = 2
    async with asyncio.timeout(60):
        while not backing.done():
            await store.inbox.accept([update(number)], take)
            number += 1
    await backing


async def test_a_backup_never_overwrites(store: Store, url: str, tmp_path: Path) -> None:
    copy = tmp_path / "feeler.backup"
    copy.write_text("dear to somebody")
    with pytest.raises(StoreError, match="exists"):
        await asyncio.to_thread(back_up, url, copy)
    assert copy.read_text() == "dear to somebody"


async def test_what_is_no_backup_is_refused_and_changes_nothing(
    store: Store, url: str, tmp_path: Path
) -> None:
    await store.inbox.accept([update(1)], take)
    for name, content in (("text", b"not a backup at all" * 99), ("empty", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(StoreError):
            await restore(url, tmp_path / name)
    with pytest.raises(StoreError, match="no backup"):
        await restore(url, tmp_path / "missing")
    assert (await store.counts()).turns_waiting == 1
