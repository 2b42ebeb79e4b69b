"""One transaction at a time on SQLite, many on PostgreSQL: the only place that knows which it is."""

import logging
import os
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from feeler.errors import SettingsError, StoreError
from feeler.store.migrating import upgrade

log = logging.getLogger(__name__)


class Database:
    """An engine and its transactions."""

    def __init__(self, url: str) -> None:
        self.url = _checked(url)
        self.shared = self.url.get_backend_name() == "postgresql"
        self.path = None if self.shared else Path(self.url.database or "").absolute()
        self._engine = _postgres(self.url) if self.shared else _sqlite(self.path)
        self._file: tuple[int, int] | None = None  # device and inode of the SQLite file

    async def open(self) -> None:
        """Create what is missing, private to this user, and migrate."""
        if self.path:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            except OSError as error:
                raise StoreError(f"the database {self.path} cannot be opened: {error.strerror}") from None
        async with self.transaction() as connection:
            await connection.run_sync(upgrade)
        if self.path:
            self._file = _identity(self.path)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncConnection, None]:
        """Commits at the end, rolls back on any error; every refusal of the database is a StoreError.

        What the database said is not repeated in full: it may quote stored text.
        """
        try:
            if self._file and self.path:
                await self._same_file(self.path)
            async with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or ""
            raise StoreError(f"the database refused: {type(cause).__name__} {code}".strip()) from None
        except OSError as error:
            raise StoreError(f"the database is away: {error.strerror or type(error).__name__}") from None

    async def _same_file(self, path: Path) -> None:
        """A file that was moved or deleted under an open connection takes writes that nobody will find."""
        try:
            if _identity(path) == self._file:
                return
        except FileNotFoundError:
            raise StoreError(f"the database file {path} is gone") from None
        await self._engine.dispose()
        self._file = _identity(path)

    async def now(self, connection: AsyncConnection) -> float:
        """Seconds since the epoch by the clock that all processes share."""
        if not self.shared:
            return time.time()
        return float(
            (await connection.execute(select(func.extract("epoch", func.clock_timestamp())))).scalar_one()
        )

    async def notify(self, connection: AsyncConnection, what: str) -> None:
        """Wake the other processes when this transaction commits."""
        if self.shared:
            await connection.execute(text("SELECT pg_notify('feeler', :what)"), {"what": what})

    async def outside_transaction(self, *statements: str) -> None:
        """Run statements that may not be in a transaction, such as VACUUM."""
        try:
            async with self._engine.connect() as connection:
                options = {"isolation_level": "AUTOCOMMIT"} if self.shared else {"bare": True}
                bare = await connection.execution_options(**options)
                for statement in statements:
                    await bare.exec_driver_sql(statement)
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise StoreError(f"the database refused: {type(cause).__name__}") from None

    async def close(self) -> None:
        await self._engine.dispose()

    def dsn(self) -> str:
        """For libpq: connections of their own, outside of the pool."""
        return self.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError(
            "FEELER_DATABASE_URL is not a database URL; allowed: sqlite+aiosqlite:////path/file.sqlite3 "
            "or postgresql://user:password@host/name"
        ) from None
    backend = parsed.get_backend_name()
    if backend == "postgresql" or backend == "postgres":
        return parsed.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed.set(drivername="sqlite+aiosqlite")
    raise SettingsError(
        f"FEELER_DATABASE_URL names {backend!r}; allowed are a file with sqlite+aiosqlite:///… and postgresql://…"
    )


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _postgres(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=8,
        max_overflow=8,
        pool_timeout=10,
        hide_parameters=True,
        connect_args={"connect_timeout": 5, **KEEPALIVE},
    )


KEEPALIVE: dict[str, Any] = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A lost host is noticed within some ten seconds instead of two hours."""


def _sqlite(path: Path | None) -> AsyncEngine:
    """One connection: SQLite has one writer, and asyncio queues for it more fairly than its busy handler."""
    engine = create_async_engine(
        f"sqlite+aiosqlite:///file:{path}?mode=rw&uri=true",
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=60,
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # we begin by ourselves, and at once as a writer
        cursor = connection.cursor()
        for pragma in (
            "busy_timeout = 2000",
            "journal_mode = WAL",
            "synchronous = FULL",
            "secure_delete = ON",
            "temp_store = MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        if not connection.get_execution_options().get("bare"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
