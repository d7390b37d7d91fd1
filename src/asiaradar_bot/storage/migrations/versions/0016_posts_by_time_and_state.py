"""Pages find posts of a span and count them by state without reading them all."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_posts_due_at", "posts", ["due_at"])
    op.create_index("ix_posts_state", "posts", ["state"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_posts_state", "posts")
    op.drop_index("ix_posts_due_at", "posts")
