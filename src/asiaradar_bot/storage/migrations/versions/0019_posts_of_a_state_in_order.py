"""Pages read the newest or the next posts of a state without passing all the others."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_posts_state_due", "posts", ["state", "due_at"])
    op.create_index("ix_posts_state_created", "posts", ["state", "created_at"])
    op.drop_index("ix_posts_state", "posts")


def downgrade() -> None:
    """Take back."""
    op.create_index("ix_posts_state", "posts", ["state"])
    op.drop_index("ix_posts_state_created", "posts")
    op.drop_index("ix_posts_state_due", "posts")
