"""Posts, snapshots and costs of a span -> rows for a file, read as they are written; writes nothing itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from asiaradar_bot.model.report import Span
from asiaradar_bot.ports import Store
from asiaradar_bot.rules.exporting import Exported, Row, cost_rows, post_rows, snapshot_rows

_AT_ONCE = 500


def export_rows(store: Store, what: Exported, span: Span, *, age: timedelta) -> Iterator[Row]:
    """
    The rows in the order of `COLUMNS`, oldest first; figures of posts are those at `age`, one of `CHECKPOINTS`.
    """
    with store.read() as tx:
        match what:
            case Exported.POSTS:
                posts = tx.reports.at_age(age, since=span.since, until=span.until)
                for start in range(0, len(posts), _AT_ONCE):
                    some = posts[start : start + _AT_ONCE]
                    yield from post_rows(some, tx.reports.texts([post.remote_id for post in some]))
            case Exported.SNAPSHOTS:
                yield from snapshot_rows(tx.reports.snapshots(since=span.since, until=span.until))
            case Exported.COSTS:
                yield from cost_rows(tx.reports.entries(since=span.since, until=span.until))
