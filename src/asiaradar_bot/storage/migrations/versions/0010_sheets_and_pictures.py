"""Up to four pictures a post; sheets that are being written, and who is at which."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0012"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.add_column("posts", sa.Column("more_pictures", sa.Text))
    op.create_table(
        "sheets",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("page", sa.String(40), nullable=False),
        sa.Column("post_id", _ID, sa.ForeignKey("posts.id", name="fk_sheets_post_id_posts")),
        sa.Column("bases", sa.Text, nullable=False),
        sa.Column("parts", sa.Text, nullable=False),
        sa.Column("due_words", sa.Text, nullable=False),
        sa.Column("saved_by", sa.Text, nullable=False),
        sa.Column("saved_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("post_id", name="uq_sheets_post_id"),
    )
    op.create_table(
        "presences",
        sa.Column("subject", sa.String(40), primary_key=True),
        sa.Column("who", sa.String(100), primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Take back: posts keep their first picture."""
    for table in ("presences", "sheets"):
        op.drop_table(table)
    op.drop_column("posts", "more_pictures")
