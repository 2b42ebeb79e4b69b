"""What people asked to be reminded of, until it is handed to the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("bot_id", sa.BigInteger, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("due", sa.Double, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_index("reminder_due", "reminder", ["bot_id", "due"])
    op.create_index("reminder_chat", "reminder", ["bot_id", "chat_id"])
    if op.get_bind().dialect.name == "postgresql":  # no samples of texts, as in 0003
        op.execute("ALTER TABLE reminder ALTER COLUMN value SET STATISTICS 0")
