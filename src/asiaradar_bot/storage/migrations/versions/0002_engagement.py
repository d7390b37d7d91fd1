"""Engagement: followed posts, snapshots, figures at set ages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("state IN ('followed', 'missing')")
_FIGURES = (
    "impressions",
    "likes",
    "reposts",
    "replies",
    "quotes",
    "bookmarks",
    "link_clicks",
    "profile_clicks",
    "engagements",
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "followed_posts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("remote_id", sa.String(40), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("post_id", _ID, nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("current_id", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("earlier", sa.Text(), nullable=True),
        sa.Column("last_read_at", sa.BigInteger(), nullable=True),
        sa.Column("reads", sa.Integer(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_followed_posts"),
        sa.UniqueConstraint("remote_id", name="uq_followed_posts_remote_id"),
        sa.UniqueConstraint("current_id", name="uq_followed_posts_current_id"),
    )
    op.create_index("ix_followed_posts_created_at", "followed_posts", ["created_at"])
    op.create_index("ix_followed_posts_post_id", "followed_posts", ["post_id"])
    op.create_index("ix_followed_posts_last_read_at", "followed_posts", ["last_read_at"])
    op.create_index(
        "ix_followed_posts_open", "followed_posts", ["created_at"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_table(
        "snapshots",
        sa.Column("followed_id", _ID, nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in _FIGURES),
        sa.PrimaryKeyConstraint("followed_id", "taken_at", name="pk_snapshots"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "checkpoints",
        sa.Column("age_minutes", sa.Integer(), nullable=False),
        sa.Column("followed_id", _ID, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in _FIGURES),
        sa.PrimaryKeyConstraint("age_minutes", "followed_id", name="pk_checkpoints"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("checkpoints")
    op.drop_table("snapshots")
    op.drop_table("followed_posts")
