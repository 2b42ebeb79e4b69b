"""PostgreSQL fails over: pooled connections are where only reads are served, new ones reach a writer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest

from feeler.errors import StoreError
from feeler.store import Store, open_store
from feeler.store.backup import back_up, restore
from tests.contract.test_store import postgres, talk
from tests.durability.postgres import PostgresServer, _free_port

__all__ = ["postgres"]  # fixture

pytestmark = pytest.mark.postgres


@pytest.fixture
def name(postgres: PostgresServer) -> str:
    return postgres.database(f"t{uuid4().hex}").rpartition("/")[2]


@pytest.fixture
def serve(postgres: PostgresServer, name: str) -> Callable[[str], None]:
    """What new connections to the database find: a server that reads only ("on"), or one that writes."""

    def change(read_only: str) -> None:
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute(
                f"ALTER DATABASE {name} SET default_transaction_read_only = {read_only}".encode()
            )

    return change


@pytest.fixture
async def store(postgres: PostgresServer, name: str) -> AsyncIterator[Store]:
    store = await open_store(postgres.url.removesuffix("feeler") + name, bot_id=7)
    yield store
    await store.close()


@pytest.mark.parametrize(
    "form",
    [
        "feeler@127.0.0.1:{dead},127.0.0.1:{port}/{name}",
        "feeler@/{name}?host=127.0.0.1:{dead}&host=127.0.0.1:{port}",
        "feeler@/{name}?host=127.0.0.1,127.0.0.1&port={dead},{port}",
        "feeler:p%40%23%2Fw@127.0.0.1:{port}/{odd}?application_name=a%20b",
    ],
)
async def test_an_address_means_the_same_to_all_who_connect(
    postgres: PostgresServer, name: str, tmp_path: Path, form: str
) -> None:
    """Names as they are, and of several servers the one that is there."""
    odd = f"{name} #1?%41"
    postgres.database(odd)
    url = "postgresql://" + form.format(name=name, odd=quote(odd), port=postgres.port, dead=_free_port())
    store = await open_store(url, bot_id=7)
    async with store.serving():
        await store.remember(5, talk())
        assert await store.elected()
    await store.close()
    await asyncio.to_thread(back_up, url, tmp_path / "copy")
    await restore(url, tmp_path / "copy")


async def strand(store: Store, serve: Callable[[str], None]) -> None:
    """Leave every pooled connection on a server that only reads."""
    assert store._database._postgres
    await store._database._postgres.dispose()
    serve("on")
    await asyncio.gather(*(store.counts() for _ in range(6)))


async def test_a_transaction_is_tried_again_where_its_server_only_reads_now(
    store: Store, serve: Callable[[str], None]
) -> None:
    await strand(store, serve)
    serve("off")
    await asyncio.gather(*(store.remember(5, talk(f"{number:032x}")) for number in range(6)))
    assert len(await store.talks(5)) == 6


async def test_where_nobody_can_write_yet_it_is_a_store_error_until_somebody_can(
    store: Store, serve: Callable[[str], None]
) -> None:
    await strand(store, serve)
    with pytest.raises(StoreError, match="25006"):
        await store.remember(5, talk())
    serve("off")
    await store.remember(5, talk())
    assert await store.talks(5) == (talk(),)


async def test_nobody_polls_by_the_lock_of_a_standby(store: Store, serve: Callable[[str], None]) -> None:
    async with store.serving():
        assert await store.elected()
        assert store._election
        assert store._election._connection
        await store._election._connection.execute("SET default_transaction_read_only = on")
        serve("on")
        with pytest.raises(StoreError):
            await store.elected()
        serve("off")
        assert await store.elected()
