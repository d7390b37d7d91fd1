"""What each decision was made from and how it was worded, so that it can be made again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0010"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "decision_records",
        sa.Column(
            "decision_id",
            _ID,
            sa.ForeignKey("decisions.id", name="fk_decision_records_decision_id_decisions"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("draft", sa.Text),
    )
    op.create_index("ix_decision_records_at", "decision_records", ["at"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("decision_records")
