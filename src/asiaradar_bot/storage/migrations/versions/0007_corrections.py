"""Corrections of posts whose article changed, their tries to edit or delete, and which post answers or corrects which."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0009"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.add_column("posts", sa.Column("reply_to", sa.String(40)))
    op.add_column("posts", sa.Column("corrects_id", _ID))
    op.create_index("ix_posts_corrects_id", "posts", ["corrects_id"])
    _create_corrections()
    _create_attempts()


def _create_corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("post_id", _ID, sa.ForeignKey("posts.id", name="fk_corrections_post_id_posts"), nullable=False),
        sa.Column("article_id", _ID, sa.ForeignKey("articles.id", name="fk_corrections_article_id_articles")),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("old_revision", sa.Integer),
        sa.Column("new_revision", sa.Integer),
        sa.Column("gone_at", sa.BigInteger),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("opened_by", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("option", sa.String(20)),
        sa.Column("text", sa.Text),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text),
        sa.Column("confirmed_by", sa.Text),
        sa.Column("next_try_at", sa.BigInteger),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("new_post_id", _ID, sa.ForeignKey("posts.id", name="fk_corrections_new_post_id_posts")),
        sa.Column("new_remote_id", sa.String(40)),
    )
    for column in ("post_id", "article_id", "new_post_id"):
        op.create_index(f"ix_corrections_{column}", "corrections", [column])
    live = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_corrections_one_live", "corrections", ["post_id"], unique=True, sqlite_where=live, postgresql_where=live
    )


def _create_attempts() -> None:
    op.create_table(
        "correction_attempts",
        sa.Column("id", _ID, primary_key=True),
        sa.Column(
            "correction_id",
            _ID,
            sa.ForeignKey("corrections.id", name="fk_correction_attempts_correction_id_corrections"),
            nullable=False,
        ),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("act", sa.String(8), nullable=False),
        sa.Column("remote_id", sa.String(40), nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("match_key", sa.Text, nullable=False),
        sa.Column("ledger_id", _ID),
        sa.Column("signed_at", sa.BigInteger),
        sa.Column("answer_class", sa.String(20)),
        sa.Column("error", sa.Text),
        sa.Column("finished_at", sa.BigInteger),
        sa.Column("seen_reads", sa.Integer, nullable=False),
        sa.Column("seen_at", sa.BigInteger),
        sa.UniqueConstraint("correction_id", "number", name="uq_correction_attempts_correction_id"),
    )
    is_open = sa.text("finished_at IS NULL")
    op.create_index(
        "uq_correction_attempts_one_open",
        "correction_attempts",
        ["correction_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def downgrade() -> None:
    """Take back."""
    for table in ("correction_attempts", "corrections"):
        op.drop_table(table)
    op.drop_index("ix_posts_corrects_id", "posts")
    with op.batch_alter_table("posts") as posts:
        posts.drop_column("corrects_id")
        posts.drop_column("reply_to")
