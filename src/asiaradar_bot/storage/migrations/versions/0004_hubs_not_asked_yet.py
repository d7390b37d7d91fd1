"""A hub that a feed names is on record before it is asked for the first time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("subscriptions") as table:
        table.alter_column("requested_at", existing_type=sa.BigInteger(), nullable=True)


def downgrade() -> None:
    """Take back: what was never asked is found again in the next feed."""
    op.execute("DELETE FROM subscriptions WHERE requested_at IS NULL")
    with op.batch_alter_table("subscriptions") as table:
        table.alter_column("requested_at", existing_type=sa.BigInteger(), nullable=False)
