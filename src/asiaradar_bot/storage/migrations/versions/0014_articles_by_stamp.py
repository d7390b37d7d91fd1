"""Articles are found by their publication stamp, by which one under a new address is known again."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_articles_published_at", "articles", ["published_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_articles_published_at", "articles")
