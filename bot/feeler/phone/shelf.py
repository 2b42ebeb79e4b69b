"""Where the stand-in keeps its state: one SQLite file, written through, so a kill loses nothing."""

import json
import sqlite3
from pathlib import Path

from feeler.errors import StoreError
from feeler.phone.refusals import Json


class Shelf:
    """JSON values by kind and key, and files by id. Without a path it lives in memory only."""

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(path or ":memory:", isolation_level=None, timeout=1)
            self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS item (kind TEXT, key TEXT, value TEXT, PRIMARY KEY (kind, key))"
            )
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS file (id TEXT PRIMARY KEY, about TEXT, content BLOB)"
            )
        except sqlite3.OperationalError as error:
            raise StoreError(
                f"{path} cannot be opened ({error}): another phone may be running on it. "
                "Use that one, or set FEELER_DATA_DIR to another folder"
            ) from None

    def put(self, kind: str, key: object, value: Json) -> None:
        text = json.dumps(value, ensure_ascii=False)
        self._db.execute(
            "INSERT INTO item VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value",
            (kind, str(key), text),
        )

    def drop(self, kind: str, key: object) -> None:
        self._db.execute("DELETE FROM item WHERE kind = ? AND key = ?", (kind, str(key)))

    def all(self, kind: str) -> list[tuple[str, Json]]:
        """Key and value of everything of this kind, in the order of arrival."""
        rows = self._db.execute("SELECT key, value FROM item WHERE kind = ? ORDER BY rowid", (kind,))
        return [(key, json.loads(value)) for key, value in rows]

    def get(self, kind: str, key: object) -> Json | None:
        row = self._db.execute(
            "SELECT value FROM item WHERE kind = ? AND key = ?", (kind, str(key))
        ).fetchone()
        return json.loads(row[0]) if row else None

    def put_file(self, file_id: str, about: Json, content: bytes) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO file VALUES (?, ?, ?)", (file_id, json.dumps(about), content)
        )

    def file(self, file_id: str) -> tuple[Json, bytes] | None:
        row = self._db.execute("SELECT about, content FROM file WHERE id = ?", (file_id,)).fetchone()
        return (json.loads(row[0]), row[1]) if row else None

    def close(self) -> None:
        self._db.close()
