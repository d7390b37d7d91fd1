"""Posts keep their article's category and language and their template's variant; costs are found by post; digests."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0008"
branch_labels = None
depends_on = None

_ARTICLES = sa.table("articles", sa.column("id", sa.BigInteger), sa.column("facts", sa.Text))
_POSTS = sa.table(
    "posts",
    sa.column("article_id", sa.BigInteger),
    sa.column("category", sa.Text),
    sa.column("language", sa.Text),
)


def upgrade() -> None:
    """Apply; posts that are there already get what their article says today."""
    op.add_column("posts", sa.Column("variant", sa.String(20), nullable=True))
    op.add_column("posts", sa.Column("category", sa.Text(), nullable=True))
    op.add_column("posts", sa.Column("language", sa.Text(), nullable=True))
    op.create_index("ix_ledger_post_id", "ledger", ["post_id"])
    op.create_table(
        "digests",
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("period_on", sa.String(10), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "period_on", name="pk_digests"),
    )
    connection = op.get_bind()
    query = sa.select(_ARTICLES.c.id, _ARTICLES.c.facts).where(
        _ARTICLES.c.id.in_(sa.select(_POSTS.c.article_id).where(_POSTS.c.article_id.is_not(None)))
    )
    for article_id, text in connection.execute(query).all():
        facts = json.loads(text)
        values = {
            "category": next(iter(facts.get("categories") or ()), None),
            "language": (facts.get("language") or "").replace("_", "-").partition("-")[0].casefold() or None,
        }
        connection.execute(sa.update(_POSTS).where(_POSTS.c.article_id == article_id).values(**values))


def downgrade() -> None:
    """Take back."""
    op.drop_table("digests")
    op.drop_index("ix_ledger_post_id", "ledger")
    for name in ("language", "category", "variant"):
        op.drop_column("posts", name)
