"""Remembers that something was deleted and the files still have to be rewritten, through a crash as well."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pace", sa.Column("to_scrub", sa.Integer, nullable=False, server_default="0"))
