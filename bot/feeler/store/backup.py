"""Copies of the whole store, taken and put back while the bot runs. A copy is private to its owner."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from feeler.addresses import sqlite_uri
from feeler.errors import StoreError
from feeler.store.database import Database, Transaction
from feeler.store.tables import chat, outbox

PROGRAMS = Path("/usr/lib/postgresql")


def back_up(url: str, target: Path) -> None:
    """Write a whole, consistent copy of the database to `target`, which must not exist yet.

    SQLite: by its backup interface, a database file. PostgreSQL: by pg_dump, in its custom format.
    """
    if target.exists():
        raise StoreError(f"{target} exists already; name a new file")
    database = Database(url)
    if database.path:
        _check_file(database.path, "database")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        if database.path:
            _copy_sqlite(database.path, partial, "ro")
            _check(partial, f"{database.path} is no Feeler database, or it is empty or damaged")
        else:
            arguments = ["--format=custom", "--no-owner", f"--file={partial}"]
            _run_postgres("pg_dump", database, arguments)
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)


async def restore(url: str, source: Path) -> None:
    """Put the database back as it was when `source` was written, then bring it to the present schema.

    A bot that runs meanwhile goes on with what was restored: no lease of before holds. What had not been
    sent then may have been sent since, so it is sent marked as a repeat.
    """
    database = Database(url)
    _check_file(source, "backup")
    if database.path:
        _check(source, f"{source} is not a backup of a Feeler database, or it is damaged")
        await database.open()
        await asyncio.to_thread(_copy_sqlite, source, database.path, "ro&immutable=1")
    else:
        arguments = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
        await asyncio.to_thread(_run_postgres, "pg_restore", database, [*arguments, str(source)])
    await database.open()
    await database.run(_begin_anew)
    await database.close()


def _begin_anew(tx: Transaction) -> None:
    """No lease of before holds, and whatever waits to be sent may have been sent since."""
    tx.execute(chat.update().values(owner=None, until=0, sender=None, send_until=0))
    waiting = outbox.c.state.in_(("new", "sending"))
    tx.execute(outbox.update().where(waiting).values(state="new", tries=1))


def _copy_sqlite(source: Path, target: Path, mode: str) -> None:
    """In one step: a copy in several would begin anew after every write of the bot, and never end under load.
    The bot goes on writing meanwhile (into the write-ahead log).

    `mode` is SQLite's; a backup is immutable: reading it leaves no files beside it.
    """
    try:
        with (
            closing(sqlite3.connect(sqlite_uri(source, mode), uri=True, timeout=30)) as read,
            closing(sqlite3.connect(sqlite_uri(target, "rw"), uri=True, timeout=30)) as write,
        ):
            read.backup(write)
    except sqlite3.Error as error:
        raise StoreError(f"cannot copy {source} to {target}: {error}") from None


def _check_file(path: Path, kind: str) -> None:
    if not path.is_file():
        raise StoreError(f"there is no {kind} at {path}")


def _check(path: Path, refusal: str) -> None:
    """StoreError with `refusal` where the SQLite file `path` is not a whole copy that could be put back."""
    try:
        with closing(sqlite3.connect(sqlite_uri(path, "ro&immutable=1"), uri=True)) as read:
            sound = read.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            ours = bool(read.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone())
    except sqlite3.Error:
        sound = ours = False
    if not (sound and ours):
        raise StoreError(refusal)


def _run_postgres(program: str, database: Database, arguments: list[str]) -> None:
    """Run one of PostgreSQL's own programs. The password goes by the environment: arguments are public."""
    found = shutil.which(program) or next(
        (str(path) for path in sorted(PROGRAMS.glob(f"*/bin/{program}"), reverse=True)), None
    )
    if found is None:
        raise StoreError(f"{program} is not installed; Debian: apt-get install postgresql-client")
    server: dict[str, Any] = conninfo_to_dict(database.dsn())
    environment = dict(os.environ)  # which may hold the password already
    if password := server.pop("password", ""):
        environment["PGPASSWORD"] = password
    where = ["--dbname", make_conninfo(**server)]
    done = subprocess.run(
        [found, *where, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        words = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise StoreError(f"{program} failed: {words[-1][:200]}")
