"""What the sender asks at each sweep finds its rows through indexes, whatever stands behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import event, update

from asiaradar_bot.model.limits import Limits
from asiaradar_bot.storage.store import SqlStore
from asiaradar_bot.storage.tables import posts
from tests.factories import NOON, add_post


def test_a_sweep_scans_no_table(shelf: SqlStore) -> None:
    """SQLite's own plans of the due query and of the caps name an index for each table."""
    asked: list[tuple[str, Any]] = []
    event.listen(shelf._reader, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    with shelf.read() as tx:
        tx.posts.list_due(NOON, limit=50)
        tx.posts.sent_times(NOON - timedelta(days=1), newest=Limits().most_counted)
    asked = [(statement, values) for statement, values in asked if statement != "BEGIN"]
    assert len(asked) == 2
    with shelf.writer.connect() as connection:
        for statement, values in asked:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            tables = [line for line in plan if line.startswith(("SCAN", "SEARCH"))]
            assert tables, plan
            scans = [line for line in tables if line.startswith("SCAN") and "anon_" not in line]
            assert scans == [], plan


def test_only_the_last_posts_are_read_for_the_limits(shelf: SqlStore) -> None:
    """The newest of the span, oldest first; without a number all of them."""
    times = [NOON - timedelta(minutes=minutes) for minutes in (50, 40, 30, 20)]
    for at in times:
        post = add_post(shelf)
        with shelf.writer.begin() as connection:
            out = {"state": "published", "published_at": at, "remote_id": str(post.id)}
            connection.execute(update(posts).where(posts.c.id == post.id).values(out))
    with shelf.read() as tx:
        assert tx.posts.sent_times(NOON - timedelta(days=1)) == times
        assert tx.posts.sent_times(NOON - timedelta(days=1), newest=2) == times[2:]
        assert tx.posts.sent_times(NOON - timedelta(minutes=35), newest=9) == times[2:]
