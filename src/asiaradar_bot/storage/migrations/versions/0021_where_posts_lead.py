"""
All links of what stands on the timeline, by the names that articles go by, and which embargoes of what a post leads to
a person ended, or set an end to.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from asiaradar_bot.rules.addresses import link_names
from asiaradar_bot.rules.post_text import links
from asiaradar_bot.storage.inserting import inserting, short_key

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_AT_ONCE = 2000
_LONGEST_NAME = 500
"""Of a name: a longer one ends with a digest, by which nothing can be worked out anew."""


def upgrade() -> None:
    """Apply, for the rows that are there as well."""
    op.create_table(
        "timeline_links",
        sa.Column("name", sa.String(_LONGEST_NAME), nullable=False),
        sa.Column("remote_id", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("name", "remote_id", name=op.f("pk_timeline_links")),
    )
    op.add_column("posts", sa.Column("ends_said", sa.Text()))
    op.drop_index("ix_timeline_link_key", "timeline")
    _fill_links()
    _fill_names()


def downgrade() -> None:
    """Take back; names that articles got stay."""
    op.create_index("ix_timeline_link_key", "timeline", ["link_key"])
    op.drop_column("posts", "ends_said")
    op.drop_table("timeline_links")


def _fill_links() -> None:
    seen = sa.table("timeline", sa.column("remote_id"), sa.column("link_key"), sa.column("post_id"))
    posts = sa.table("posts", sa.column("id"), sa.column("text"), sa.column("article_url"))
    into = sa.table("timeline_links", sa.column("name"), sa.column("remote_id"))
    page = (
        sa.select(seen.c.remote_id, seen.c.link_key, posts.c.text, posts.c.article_url)
        .select_from(seen.outerjoin(posts, posts.c.id == seen.c.post_id))
        .order_by(seen.c.remote_id)
        .limit(_AT_ONCE)
    )
    connection, last = op.get_bind(), ""
    while rows := connection.execute(page.where(seen.c.remote_id > last)).all():
        values = [
            {"name": name, "remote_id": row.remote_id}
            for row in rows
            for name in sorted(set(_names(row.link_key, row.article_url, *links(row.text or ""))))
        ]
        if values:
            connection.execute(sa.insert(into), values)
        last = rows[-1].remote_id


def _fill_names() -> None:
    """
    Articles whose address is one of a lighter page go by the name without that too.
    """
    names = sa.Table("article_names", sa.MetaData(), sa.Column("name", sa.String()), sa.Column("article_id", sa.Integer))
    page = sa.select(names).where(names.c.name.like("url:%")).order_by(names.c.name).limit(_AT_ONCE)
    connection, last = op.get_bind(), ""
    while rows := connection.execute(page.where(names.c.name > last)).all():
        values = [
            {"name": name, "article_id": row.article_id}
            for row in rows
            if len(row.name) < _LONGEST_NAME
            for name in _names(row.name.removeprefix("url:"))
            if name != row.name
        ]
        if values:
            connection.execute(inserting(connection, names).on_conflict_do_nothing(), values)
        last = rows[-1].name


def _names(*addresses: str | None) -> Iterator[str]:
    for name in link_names(one for one in addresses if one):
        yield short_key(name)
