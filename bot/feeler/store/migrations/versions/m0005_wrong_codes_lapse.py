"""When the last wrong pairing code came, so that wrong codes are forgotten after a day."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chat", sa.Column("struck", sa.Double, nullable=False, server_default="0"))
