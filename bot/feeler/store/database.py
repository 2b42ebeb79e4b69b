"""Transactions on SQLite or PostgreSQL, written once: the only place that knows which it is.

A transaction is a plain function over a `Transaction`. On PostgreSQL it runs on SQLAlchemy's asyncio engine;
on SQLite, which has one writer anyway, whole in a thread of its own: a hop between threads a statement,
as asynchronous drivers do it, took several times as long as the statements themselves.
"""

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from feeler.addresses import sqlite_path, sqlite_uri
from feeler.errors import SettingsError, StoreError
from feeler.store.migrating import upgrade

P = ParamSpec("P")
T = TypeVar("T")

KEEPALIVE: dict[str, Any] = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A lost host is noticed within some ten seconds instead of two hours."""


READ_ONLY = "25006"  # SQLSTATE read_only_sql_transaction: what a standby answers to a write


class Transaction:
    """Statements, the clock that all processes share, and whom to wake once they are committed."""

    def __init__(self, connection: Connection, shared: bool) -> None:
        self.connection, self.shared = connection, shared
        self.execute = connection.execute
        self.woken: set[str] = set()

    @cached_property
    def now(self) -> float:
        """Seconds since the epoch."""
        if not self.shared:
            return time.time()
        clock = select(func.extract("epoch", func.clock_timestamp()))
        return float(self.connection.execute(clock).scalar_one())

    def wake(self, what: str) -> None:
        """One of the names of `mailroom.Wakes`: there will be something to do."""
        self.woken.add(what)

    def notify(self) -> None:
        """Tell the other processes, when this commits."""
        for what in sorted(self.woken) if self.shared else ():
            self.connection.execute(text("SELECT pg_notify('feeler', :what)"), {"what": what})


class Database:
    """An engine and its transactions. `woken` is called in the event loop with what a commit has to tell."""

    def __init__(self, url: str) -> None:
        self.shared = url.partition(":")[0].partition("+")[0] in ("postgresql", "postgres")
        self.path = None if self.shared else _file(url)
        self.woken: Callable[[str], None] = lambda what: None
        self._server = _server(url) if self.shared else {}
        self._postgres: AsyncEngine | None = _postgres(self._server) if self.shared else None
        self._sqlite: Engine | None = _sqlite(self.path) if self.path else None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="feeler-sqlite")
        self._file: tuple[int, int] | None = None  # device and inode of the SQLite file

    async def open(self) -> None:
        """Create what is missing, private to this user, and migrate."""
        if self.path:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            except OSError as error:
                raise StoreError(f"the database {self.path} cannot be opened: {error.strerror}") from None
        try:
            await self.run(lambda tx: upgrade(tx.connection))
        except StoreError as error:
            shown = {name: value for name, value in self._server.items() if "password" not in name}
            where = self.path or make_conninfo(**shown)
            raise StoreError(f"{error} ({where})") from None
        if self.path:
            self._file = _identity(self.path)

    async def run(self, body: Callable[[Transaction], T]) -> T:
        """Run `body` in one transaction: committed at its end, rolled back on any error.

        Every refusal of the database is a StoreError. What the database said is not repeated in full: it may
        quote stored text.
        """
        found: list[Transaction] = []

        def whole(connection: Connection) -> T:
            tx = Transaction(connection, self.shared)
            result = body(tx)
            tx.notify()
            found.append(tx)
            return result

        try:
            if self._postgres:
                result = await self._run_postgres(self._postgres, whole)
            else:
                result = await self._in_thread(lambda: self._run_sqlite(whole))
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
            if self.shared and not code:
                raise StoreError("the database cannot be reached") from None
            raise StoreError(f"the database refused: {type(cause).__name__} {code or ''}".strip()) from None
        except OSError as error:
            raise StoreError(f"the database is away: {error.strerror or type(error).__name__}") from None
        for tx in found:
            for what in tx.woken:
                self.woken(what)
        return result

    async def bare(self, *statements: str) -> None:
        """Run statements that may not be in a transaction, such as VACUUM."""
        try:
            if self._postgres:
                async with self._postgres.connect() as connection:
                    connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
                    for statement in statements:
                        await connection.exec_driver_sql(statement)
            else:
                await self._in_thread(lambda: self._bare_sqlite(statements))
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise StoreError(f"the database refused: {type(cause).__name__}") from None

    async def close(self) -> None:
        """Close every connection."""
        if self._postgres:
            await self._postgres.dispose()
        if self._sqlite:
            await self._in_thread(self._sqlite.dispose)
        self._thread.shutdown()

    def dsn(self) -> str:
        """For libpq: connections of their own, outside of the pool."""
        return make_conninfo(**self._server)

    async def _in_thread(self, action: Callable[[], T]) -> T:
        """A transaction that has begun is finished even where its caller is cancelled meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, action)

    async def _run_postgres(self, engine: AsyncEngine, body: Callable[[Connection], T]) -> T:
        """Once more on new connections where the server has become a standby: nothing was written there, and
        the address may lead to the new primary. So it is where the pool's connections stay on the old one."""
        try:
            async with engine.begin() as connection:
                return await connection.run_sync(body)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != READ_ONLY:
                raise
        await engine.dispose()
        async with engine.begin() as connection:
            return await connection.run_sync(body)

    def _run_sqlite(self, body: Callable[[Connection], T]) -> T:
        assert self._sqlite
        assert self.path
        if self._file:
            self._same_file(self._sqlite, self.path)
        with self._sqlite.begin() as connection:
            return body(connection)

    def _bare_sqlite(self, statements: tuple[str, ...]) -> None:
        assert self._sqlite
        with self._sqlite.connect().execution_options(bare=True) as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def _same_file(self, engine: Engine, path: Path) -> None:
        """A file that was moved or deleted under an open connection takes writes that nobody will find."""
        try:
            if _identity(path) == self._file:
                return
        except FileNotFoundError:
            raise StoreError(f"the database file {path} is gone") from None
        engine.dispose()
        self._file = _identity(path)


class Part(Protocol):
    """A part of the store, whose methods run in transactions."""

    _database: Database


S = TypeVar("S", bound=Part)


def transactional(
    method: Callable[Concatenate[S, Transaction, P], T],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, T]]:
    """Make a method that takes a Transaction into a coroutine that runs it in one."""

    @wraps(method)
    async def run(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._database.run(lambda tx: method(self, tx, *args, **kwargs))

    return run


def _file(url: str) -> Path:
    """The SQLite file that the setting names."""
    try:
        backend = make_url(url).get_backend_name()
    except (ArgumentError, ValueError):
        raise _no_address() from None
    if backend != "sqlite":
        raise SettingsError(
            f"FEELER_DATABASE_URL names {backend!r}; allowed are a file with sqlite:///… and postgresql://…"
        )
    try:
        return sqlite_path(url)
    except ValueError as error:
        raise SettingsError(
            f"FEELER_DATABASE_URL: {error}; allowed is a file, as in sqlite:////path/file.sqlite3"
        ) from None


def _server(url: str) -> dict[str, Any]:
    """What libpq is told to reach the PostgreSQL server that the setting names; of several, one that writes.

    It is told this much by all who connect: in what each makes of a URL they differ.
    """
    rest, found = url.partition("://")[2], dict[str, Any]()
    if not rest:
        raise _no_address()
    try:
        try:
            parsed = make_url(f"postgresql+psycopg://{rest}")
            found = dict(parsed.get_dialect()().create_connect_args(parsed)[1])
        except (ArgumentError, ValueError):  # several hosts, each with its port: libpq's own way to name them
            found = conninfo_to_dict(f"postgresql://{rest}")
        make_conninfo(**found)
    except (ArgumentError, psycopg.ProgrammingError):
        raise _no_address() from None
    if not all(port.isdecimal() for port in str(found.get("port", "")).split(",") if port):
        raise _no_address()
    several = "," in str(found.get("host", ""))
    return ({"target_session_attrs": "read-write"} if several else {}) | found


def _no_address() -> SettingsError:
    return SettingsError(
        "FEELER_DATABASE_URL is not a database URL; allowed: sqlite:////path/file.sqlite3 "
        "or postgresql://user:password@host/name"
    )


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _postgres(server: dict[str, Any]) -> AsyncEngine:
    return create_async_engine(
        "postgresql+psycopg://",
        pool_size=8,
        max_overflow=8,
        pool_timeout=10,
        hide_parameters=True,
        connect_args={"connect_timeout": 5, **KEEPALIVE, **server},
    )


def _text(stored: bytes) -> str:
    """A damaged byte costs its sign: by default it is the whole query that fails."""
    return stored.decode(errors="replace")


def _sqlite(path: Path) -> Engine:
    """One connection, used by one thread."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(sqlite_uri(path, "rw"), uri=True, check_same_thread=False),
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.text_factory = _text
        connection.isolation_level = None  # we begin by ourselves, and at once as a writer
        for pragma in (
            "busy_timeout = 2000",
            "journal_mode = WAL",
            "synchronous = FULL",
            "secure_delete = ON",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("bare"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
