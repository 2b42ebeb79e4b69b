"""Pairing codes for new users, and chats that go once their last words are sent."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chat", sa.Column("paired", sa.Boolean, nullable=False, server_default=sa.text("false")))
    op.add_column("chat", sa.Column("strikes", sa.Integer, nullable=False, server_default="0"))
    op.add_column("chat", sa.Column("forgotten", sa.Boolean, nullable=False, server_default=sa.text("false")))
