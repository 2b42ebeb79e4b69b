"""Alembic's entry: it runs on the connection that `feeler.store.migrating` hands over, never on its own."""

from alembic import context

from feeler.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True
)
context.run_migrations()
