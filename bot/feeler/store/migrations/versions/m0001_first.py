"""Chats, turns, outbox, talks and the sending rate."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "chat",
        sa.Column("bot_id", sa.BigInteger, primary_key=True),
        sa.Column("chat_id", sa.BigInteger, primary_key=True),
        sa.Column("value", sa.Text),
        sa.Column("seen", sa.Double, nullable=False, server_default="0"),
        sa.Column("served", sa.Double, nullable=False, server_default="0"),
        sa.Column("owner", sa.Text),
        sa.Column("until", sa.Double, nullable=False, server_default="0"),
        sa.Column("stop", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("sender", sa.Text),
        sa.Column("send_until", sa.Double, nullable=False, server_default="0"),
        sa.Column("next_send", sa.Double, nullable=False, server_default="0"),
        sa.Column("blocked", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("day", sa.Text, nullable=False, server_default=""),
        sa.Column("day_turns", sa.Integer, nullable=False, server_default="0"),
        sa.Column("noticed", sa.Double, nullable=False, server_default="0"),
    )
    op.create_table(
        "turn",
        sa.Column("seq", Serial, primary_key=True, autoincrement=True),
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("update_id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("until", sa.Double, nullable=False, server_default="0"),
        sa.Column("received", sa.Double, nullable=False),
        sa.Column("ended", sa.Double),
        sa.UniqueConstraint("bot_id", "update_id", name="turn_update"),
    )
    new = sa.text("state = 'new'")
    op.create_index(
        "turn_new", "turn", ["bot_id", "chat_id", "update_id"], sqlite_where=new, postgresql_where=new
    )
    op.create_index("turn_chat", "turn", ["bot_id", "chat_id"])
    op.create_table(
        "outbox",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("update_id", sa.BigInteger),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("params", sa.Text, nullable=False),
        sa.Column("upload", sa.Text),
        sa.Column("content", sa.LargeBinary),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("ended", sa.Double),
    )
    unsent = sa.text("state IN ('new', 'sending')")
    op.create_index(
        "outbox_unsent", "outbox", ["bot_id", "chat_id", "id"], sqlite_where=unsent, postgresql_where=unsent
    )
    op.create_index("outbox_chat", "outbox", ["bot_id", "chat_id"])
    op.create_table(
        "talk",
        sa.Column("bot_id", sa.BigInteger, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("started", sa.Double, nullable=False),
        sa.Column("changed", sa.Double, nullable=False),
    )
    op.create_index("talk_chat", "talk", ["bot_id", "chat_id", "started"])
    op.create_table(
        "pace",
        sa.Column("bot_id", sa.BigInteger, primary_key=True),
        sa.Column("next", sa.Double, nullable=False),
    )
