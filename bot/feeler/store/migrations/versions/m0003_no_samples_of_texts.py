"""PostgreSQL samples columns to plan its queries; what people wrote must not stay behind in those samples."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXTS = {
    "chat": ("value",),
    "turn": ("body", "reason"),
    "outbox": ("params", "upload", "content", "reason"),
    "talk": ("value",),
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, columns in TEXTS.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")
