"""What only PostgreSQL has: one long-polling process among several, and news from the other processes."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

import psycopg

from feeler.errors import StoreError
from feeler.store.database import KEEPALIVE

log = logging.getLogger(__name__)

POLLER = 0x706F6C6C  # the first half of the advisory lock's key; the second is the bot


class Election:
    """Holds an advisory lock on a connection of its own, which is watched: the lock lives as long."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: psycopg.AsyncConnection | None = None

    async def won(self, bot_id: int) -> bool:
        """Whether the lock is ours; tries to take it where it is free. StoreError: the database is away."""
        try:
            if self._connection:
                shown = await self._connection.execute("SELECT current_setting('transaction_read_only')")
                if await shown.fetchone() == ("off",):
                    return True
                await self.resign()  # a standby by now: its locks are not the primary's
            connection = await psycopg.AsyncConnection.connect(
                self._dsn,
                autocommit=True,
                connect_timeout=5,
                target_session_attrs="read-write",
                **KEEPALIVE,
            )
            row = await (
                await connection.execute("SELECT pg_try_advisory_lock(%s, hashint8(%s))", (POLLER, bot_id))
            ).fetchone()
            if row and row[0]:
                self._connection = connection
                return True
            await connection.close()
            return False
        except psycopg.Error as error:
            await self.resign()
            raise StoreError(f"the database is away: {type(error).__name__}") from None

    async def resign(self) -> None:
        if self._connection:
            connection, self._connection = self._connection, None
            with suppress(psycopg.Error):
                await connection.close()


async def listen(dsn: str, woken: Callable[[str], None]) -> None:
    """Pass on what other processes notify, for ever. After a lost connection everybody is woken once."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                dsn, autocommit=True, connect_timeout=5, **KEEPALIVE
            ) as connection:
                await connection.execute("LISTEN feeler")
                for what in ("work", "aside", "send", "stop"):
                    woken(what)
                async for notice in connection.notifies():
                    woken(notice.payload)
        except psycopg.Error as error:
            log.warning("no news from the database: %s; trying again", type(error).__name__)
        await asyncio.sleep(1)
