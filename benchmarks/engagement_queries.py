"""
What report queries cost beside a long history: 10 snapshots for each of many posts (SQLite, on disk).

`python benchmarks/engagement_queries.py 1000000` measures a million posts; without a number it is a hundred thousand.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from asiaradar_bot.model.engagement import CHECKPOINTS
from asiaradar_bot.model.post import PostId
from asiaradar_bot.rules.growth import usual_share
from asiaradar_bot.storage import schema
from asiaradar_bot.storage.store import SqlStore
from asiaradar_bot.storage.tables import microseconds
from benchmarks.figures import Figure, record

POSTS = 100_000
EVERY = timedelta(days=1) / 60
"""As many posts as the shipped `caps.per_day` lets out: a bot that sends the most it may, every day."""
AGES = [timedelta(hours=hours) for hours in (0.5, 1, 2, 4, 8, 16, 24, 48, 72, 168)]
NOW = datetime(2026, 11, 24, tzinfo=UTC)
ROUNDS = 30
BAR_MS = 100.0


def fill(store: SqlStore, posts: int) -> None:
    """Followed posts, snapshots and checkpoints, oldest first."""
    first = NOW - posts * EVERY
    _insert(
        store,
        "INSERT INTO followed_posts (id, remote_id, created_at, post_id, state, current_id, version, last_read_at,"
        " reads, misses) VALUES (?, ?, ?, ?, 'settled', ?, 1, ?, 10, 0)",
        (
            (n, str(10**18 + n), _at(first + n * EVERY), n, str(10**18 + n), _at(first + n * EVERY + AGES[-1]))
            for n in range(posts)
        ),
    )
    figures = "impressions, likes, reposts, replies, quotes, bookmarks, link_clicks, profile_clicks, engagements"
    marks = "?, ?, ?, ?, ?, ?, ?, ?, ?"
    _insert(
        store,
        f"INSERT INTO snapshots (followed_id, taken_at, source, version, {figures}) VALUES (?, ?, 1, 1, {marks})",  # noqa: S608 - fixed words
        ((n, _at(first + n * EVERY + age), *_figures(n, age)) for n in range(posts) for age in AGES),
    )
    for age in CHECKPOINTS:
        minutes = int(age.total_seconds()) // 60
        _insert(
            store,
            f"INSERT INTO checkpoints (age_minutes, followed_id, {figures}) VALUES ({minutes}, ?, {marks})",  # noqa: S608 - fixed words
            ((n, *_figures(n, age)) for n in range(posts)),
        )


def fill_ours(store: SqlStore, posts: int) -> None:
    """The same posts as ours, each with its price in the ledger: what reports join."""
    first = NOW - posts * EVERY
    words = ("politics", "business", "culture", "tech"), ("en", "zh", "ja"), ("breaking", "normal", "evergreen")
    _insert(
        store,
        "INSERT INTO posts (id, kind, state, news_class, urgency, text, link, marker, due_at, reason, created_at,"
        " version, price_usd, text_frozen, template, category, language, part, parts, in_slot, remote_id, published_at,"
        " attempts)"
        " VALUES (?, 'article', 'published', ?, 1, ?, 'l', ?, ?, 'r', ?, 1, '0.200', 0, 'article', ?, ?, 1, 1,"
        " 0, ?, ?, 1)",
        (
            (
                n,
                words[2][n % 3],
                f"Headline number {n} of a length that headlines have, with its standfirst behind it " * 2,
                f"m{n}",
                *[_at(first + n * EVERY)] * 2,
                words[0][n % 4],
                words[1][n % 3],
                str(10**18 + n),
                _at(first + n * EVERY),
            )
            for n in range(posts)
        ),
    )
    _insert(
        store,
        "INSERT INTO ledger (at, what, amount_micro_usd, state, units, post_id, attempt_id)"
        " VALUES (?, 'post_with_link', 200000, 'settled', 1, ?, ?)",
        ((_at(first + n * EVERY), n, n) for n in range(posts)),
    )


def _figures(number: int, age: timedelta) -> tuple[int, ...]:
    seen = int((1000 + number * 7919 % 4000) * _SHARES[age])
    return seen, seen // 100, seen // 300, seen // 900, seen // 3000, seen // 600, seen // 50, seen // 400, seen // 20


_SHARES = {age: usual_share(age) for age in (*AGES, *CHECKPOINTS)}


def _at(instant: datetime) -> int:
    return microseconds(instant)


def _insert(store: SqlStore, statement: str, rows: Iterator[tuple[object, ...]]) -> None:
    while batch := list(islice(rows, 100_000)):
        with store.writer.begin() as connection:
            connection.exec_driver_sql(statement, batch)


class Query(NamedTuple):
    """
    What is asked; `run` gives how many rows it found.
    """

    name: str
    run: Callable[[], int]
    most_ms: float | None = BAR_MS


def queries(store: SqlStore, posts: int) -> list[Query]:
    """Those of reports, of the Desk and of exports."""
    day = timedelta(days=1)
    newest = [str(10**18 + n) for n in range(posts - 200, posts)]

    def latest() -> int:
        with store.read() as tx:
            return len(tx.engagement.latest(newest))

    def series() -> int:
        with store.read() as tx:
            post = tx.engagement.find_for_post(PostId(posts // 2))
            return 0 if post is None else len(tx.engagement.series(post.remote_id))

    def between() -> int:
        with store.read() as tx:
            return len(tx.engagement.list_between(NOW - day, NOW))

    def of_report(days: int) -> int:
        with store.read() as tx:
            return len(tx.reports.at_age(day, since=NOW - days * day, until=NOW))

    return [
        Query("report: posts, figures and costs, 30 days", lambda: of_report(30)),
        Query("report: posts, figures and costs, 90 days", lambda: of_report(90)),
        Query("report: posts, figures and costs, 365 days", lambda: of_report(365), most_ms=None),
        Query("newest figures of 200 posts", latest),
        Query("curve of one post", series),
        Query("snapshots of a day", between),
    ]


def main() -> int:
    """Print a line per query; 1 if one takes longer than the bar."""
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else POSTS
    slow = 0
    with tempfile.TemporaryDirectory() as folder:
        store = SqlStore(f"sqlite:///{folder}/bench.db", account="bench", backups=Path(folder))
        schema.migrate(store, "head")
        started = time.perf_counter()
        fill(store, posts)
        fill_ours(store, posts)
        size = Path(folder, "bench.db").stat().st_size
        print(f"{posts:,} posts with {len(AGES)} snapshots: {size / 2**20:.0f} MB, {size / posts:.0f} bytes a post")
        print(f"written in {time.perf_counter() - started:.0f} s", flush=True)
        for query in queries(store, posts):
            times = []
            rows = 0
            for _ in range(ROUNDS):
                started = time.perf_counter()
                rows = query.run()
                times.append((time.perf_counter() - started) * 1000)
            median = sorted(times)[ROUNDS // 2]
            how = f"{posts:,} posts with {len(AGES)} snapshots; {rows:,} rows, median of {ROUNDS}"
            slow += record(Figure(name=query.name, value=median, unit="ms", most=query.most_ms, how=how))
        store.close()
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
