"""Pictures know when somebody brought them, so that those that nothing shows can go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; of pictures that are there already it is not known, and they stay."""
    op.add_column("pictures", sa.Column("kept_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("pictures", "kept_at")
