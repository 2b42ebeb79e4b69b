"""Everything durable in one database, SQLite or PostgreSQL: turns, outbox, talks."""

from feeler.store.store import Store, open_store

__all__ = ["Store", "open_store"]
