"""Append-only: a migration that was released is never changed. `feeler.store` runs them."""
