"""Which posts X showed on which UTC day, as a second look on it is free."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "billed_reads",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("resource", sa.String(50), nullable=False),
        sa.Column("entry_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("day", "resource", name="pk_billed_reads"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_billed_reads_entry_id", "billed_reads", ["entry_id"])
    op.create_index("ix_timeline_created_at", "timeline", ["created_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_timeline_created_at", "timeline")
    op.drop_table("billed_reads")
