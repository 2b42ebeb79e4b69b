"""The store: one database behind the inbox, the turns, the outbox and the archive."""

import asyncio
import fcntl
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import select, update

from feeler.errors import StoreError
from feeler.mailroom import Wakes
from feeler.store.database import Database, Transaction, transactional
from feeler.store.election import Election, listen
from feeler.store.inbox import StoredInbox
from feeler.store.outbox import StoredOutbox
from feeler.store.records import Records
from feeler.store.tables import chat, pace, turn
from feeler.store.turns import StoredTurns


class Store(Records):
    """Everything durable. `bot_id` says whose rows these are: the number before the colon in the token."""

    def __init__(self, database: Database, bot_id: int) -> None:
        self.bot_id = bot_id
        super().__init__(database, lambda: self.bot_id)
        self.shared = database.shared
        self.wakes = Wakes()
        self.inbox = StoredInbox(database, self._bot_id)
        self.turns = StoredTurns(database, self._bot_id)
        self.outbox = StoredOutbox(database, self._bot_id)
        database.woken = self._woken
        self._election = Election(database.dsn()) if database.shared else None

    def _woken(self, what: str) -> None:
        for wake in getattr(self.wakes, what, ()):
            wake()

    @asynccontextmanager
    async def serving(self) -> AsyncGenerator[None, None]:
        """Hold the store as one that answers turns: locks an SQLite file for this process alone."""
        if self.shared:
            listener = asyncio.create_task(listen(self._database.dsn(), self._woken))
            try:
                yield
            finally:
                listener.cancel()
                with suppress(asyncio.CancelledError):
                    await listener
                if self._election:
                    await self._election.resign()
            return
        handle = self._lock_file()
        try:
            await self._clear_owners()
            yield
        finally:
            os.close(handle)

    def _lock_file(self) -> int:
        """Leases of a process that died need not be waited for where nobody else can have one."""
        handle = os.open(f"{self._database.path}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(handle, 32).decode(errors="replace").strip()
            os.close(handle)
            raise StoreError(
                f"another feeler (process {owner or '?'}) already answers from {self._database.path}; "
                "stop it first, or use PostgreSQL for several processes"
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        return handle

    @transactional
    def _clear_owners(self, tx: Transaction) -> None:
        tx.execute(update(chat).values(owner=None, until=0, sender=None, send_until=0))
        begun = turn.c.tries > 0  # another waits for its next part, which may come yet
        tx.execute(update(turn).where(turn.c.state == "new", begun).values(until=0))

    async def elected(self) -> bool:
        """Whether this process is the one that long-polls; tries to become it where none is."""
        return await self._election.won(self.bot_id) if self._election else True

    async def scrub(self) -> None:
        """Rewrite the files so that deleted text is not left in them; nothing where nothing was deleted."""
        deletions = await self._to_scrub()
        if not deletions:
            return
        if self.shared:
            await self._database.bare(
                *(f"VACUUM FULL {name}" for name in ("chat", "turn", "outbox", "talk", "own", "reminder"))
            )
        else:
            await self._database.bare("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)")
        await self._scrubbed(deletions)

    @transactional
    def _to_scrub(self, tx: Transaction) -> int:
        found = tx.execute(select(pace.c.to_scrub).where(pace.c.bot_id == self.bot_id))
        return found.scalar_one_or_none() or 0

    @transactional
    def _scrubbed(self, tx: Transaction, deletions: int) -> None:
        """Those that came meanwhile are not among them."""
        tx.execute(
            update(pace)
            .where(pace.c.bot_id == self.bot_id, pace.c.to_scrub >= deletions)
            .values(to_scrub=pace.c.to_scrub - deletions)
        )

    async def close(self) -> None:
        await self._database.close()


async def open_store(url: str, *, bot_id: int = 0) -> Store:
    """Open the database at `url`, create or migrate it where needed.

    SettingsError: not a URL we can use. StoreError: it cannot be reached or written.
    """
    database = Database(url)
    try:
        await database.open()
    except StoreError:
        await database.close()
        raise
    return Store(database, bot_id)
