"""Secrets of hubs stand sealed; and the order in which a source showed its items can be read quickly."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: secrets that stood open are forgotten, and every hub is asked anew with another one."""
    with op.batch_alter_table("subscriptions") as table:
        table.alter_column("secret", new_column_name="sealed_secret", existing_type=sa.Text(), nullable=True)
    op.execute(
        "UPDATE subscriptions SET sealed_secret = NULL, requested_at = NULL, verified_at = NULL, expires_at = NULL"
    )
    op.create_index("ix_sightings_first_seen", "sightings", ["source", "first_seen_at"])


def downgrade() -> None:
    """Take back: what was sealed is of no use without its key."""
    op.drop_index("ix_sightings_first_seen", "sightings")
    op.execute("DELETE FROM subscriptions")
    with op.batch_alter_table("subscriptions") as table:
        table.alter_column("sealed_secret", new_column_name="secret", existing_type=sa.Text(), nullable=False)
