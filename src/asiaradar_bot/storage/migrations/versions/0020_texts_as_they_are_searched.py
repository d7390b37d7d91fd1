"""Find looks through texts without accents, invisible signs, typography and tracking parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from asiaradar_bot.rules.searching import sought
from asiaradar_bot.storage.article_rows import sought_of_article

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_AT_ONCE = 2000


def upgrade() -> None:
    """Apply, for the rows that are there as well."""
    op.drop_index("ix_articles_title", "articles")
    for table in ("articles", "posts"):
        op.add_column(table, sa.Column("sought", sa.Text(), nullable=False, server_default=""))
    _fill("posts", ("text",), lambda row: sought(row.text))
    _fill("articles", ("title", "url"), lambda row: sought_of_article(row.title, row.url))
    op.create_index("ix_articles_sought", "articles", ["sought"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_articles_sought", "articles")
    for table in ("posts", "articles"):
        op.drop_column(table, "sought")
    op.create_index("ix_articles_title", "articles", ["title"])


def _fill(name: str, columns: Sequence[str], made: Callable[[Any], str]) -> None:
    table = sa.table(name, sa.column("id"), sa.column("sought"), *(sa.column(one) for one in columns))
    connection, last = op.get_bind(), 0
    change = sa.update(table).where(table.c.id == sa.bindparam("key")).values(sought=sa.bindparam("value"))
    page = sa.select(table).order_by(table.c.id).limit(_AT_ONCE)
    while rows := connection.execute(page.where(table.c.id > last)).all():
        connection.execute(change, [{"key": row.id, "value": made(row)} for row in rows])
        last = rows[-1].id
