"""Databases of every age open: blank ones, and those of earlier versions with what they hold."""

import stat
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from feeler.errors import StoreError
from feeler.mailroom import Answer, Call, Incoming, Standing, Verdict
from feeler.store import open_store
from feeler.store.migrating import upgrade
from feeler.store.tables import metadata
from tests.contract.test_store import postgres, url

__all__ = ["postgres", "url"]  # fixtures


def _dsn(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")


async def test_the_migrations_build_exactly_the_tables_that_the_code_uses(url: str) -> None:
    store = await open_store(url)
    await store.close()
    engine = create_async_engine(_dsn(url))
    async with engine.begin() as connection:
        found = await connection.run_sync(
            lambda plain: {
                table: {column["name"]: column["nullable"] for column in inspect(plain).get_columns(table)}
                for table in inspect(plain).get_table_names()
                if table != "alembic_version"
            }
        )
        indexes = await connection.run_sync(
            lambda plain: {index["name"] for table in found for index in inspect(plain).get_indexes(table)}
        )
    await engine.dispose()
    assert found == {
        table.name: {column.name: bool(column.nullable) for column in table.columns}
        for table in metadata.tables.values()
    }
    assert {index.name for table in metadata.tables.values() for index in table.indexes} <= indexes


@pytest.mark.parametrize("old", ["0001", "0002", "0003", "0004", "0005", "0006"])
async def test_an_old_database_keeps_what_it_holds(url: str, old: str, tmp_path: Path) -> None:
    if url.startswith("sqlite"):
        Path(url.split("///")[1]).parent.mkdir()
    engine = create_async_engine(_dsn(url))
    async with engine.begin() as connection:
        await connection.run_sync(lambda plain: upgrade(plain, old))
        await connection.execute(text("INSERT INTO chat (bot_id, chat_id) VALUES (7, 5)"))
        await connection.execute(
            text(
                "INSERT INTO turn (bot_id, update_id, chat_id, lane, body, state, received) "
                "VALUES (7, 1, 5, 'chat', '{}', 'new', 1)"
            )
        )
        await connection.execute(
            text(
                "INSERT INTO outbox (bot_id, chat_id, method, params, state, created) "
                """VALUES (7, 5, 'sendMessage', '{"text": "old"}', 'new', 1)"""
            )
        )
    await engine.dispose()

    store = await open_store(url, bot_id=7)
    async with store.serving():
        [work] = await store.turns.claim(5, 30)
        assert work.turn.update_id == 1
        await store.turns.finish(work, Answer(chat=work.chat))
        [parcel], _ = await store.outbox.claim(5, 30, 0.0)
        assert parcel.call == Call(method="sendMessage", params={"text": "old"})
    await store.close()


async def test_opening_again_changes_nothing(url: str) -> None:
    for _ in range(2):
        store = await open_store(url, bot_id=7)
        assert (await store.counts()).chats == 0
        await store.close()


async def test_only_its_owner_can_read_the_database(tmp_path: Path) -> None:
    path = tmp_path / "new" / "feeler.sqlite3"
    store = await open_store(f"sqlite:///{path}", bot_id=7)

    def take(incoming: Incoming, standing: Standing) -> Verdict:
        return Verdict(take=True)

    async with store.serving():
        await store.inbox.accept([Incoming(update_id=1, chat_id=5, lane="chat", body="{}")], take)
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    await store.close()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert set(modes.values()) == {0o600}
    assert "feeler.sqlite3-wal" in modes


async def test_two_processes_cannot_both_answer_from_one_sqlite_file(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/{uuid4().hex}.sqlite3"
    first, second = await open_store(address), await open_store(address)
    async with first.serving():
        with pytest.raises(StoreError, match="another feeler"):
            async with second.serving():
                pass
        assert (await second.counts()).chats == 0  # looking is allowed
    async with second.serving():
        pass
    await first.close()
    await second.close()


async def test_a_file_that_was_moved_away_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "feeler.sqlite3"
    store = await open_store(f"sqlite:///{path}")
    path.rename(tmp_path / "elsewhere.sqlite3")
    with pytest.raises(StoreError, match="gone"):
        await store.counts()
    (tmp_path / "elsewhere.sqlite3").rename(path)
    assert (await store.counts()).chats == 0
    await store.close()


async def test_a_damaged_file_is_a_store_error(tmp_path: Path) -> None:
    path = tmp_path / "feeler.sqlite3"
    path.write_bytes(b"this is not a database, and never was one" * 100)
    with pytest.raises(StoreError):
        await open_store(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"this is not")
