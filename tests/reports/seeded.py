"""Posts on X with figures, written straight into the store: for tests of reports, pages and learning."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.engagement import CHECKPOINTS, Figures, FollowedPost, FollowState, Snapshot, SnapshotSource
from asiaradar_bot.model.money import Billable, SpendState
from asiaradar_bot.model.outcome import RemotePost
from asiaradar_bot.model.post import NewPost, PostKind, PostState
from asiaradar_bot.ports.storage import EngagementRows
from asiaradar_bot.rules.growth import usual_share
from asiaradar_bot.storage.store import SqlStore
from asiaradar_bot.storage.tables import posts

_FIRST_ID = 1_860_000_000_000_000_000
Reach = Callable[[int, datetime], float]


def seed_posts(
    store: SqlStore,
    *,
    now: datetime,
    count: int = 120,
    every: timedelta = timedelta(hours=6),
    reach: Reach = lambda _, __: 1000.0,
    text: str = "Story {number}: ferries run again between Keelung and Matsu",
    **more: Callable[[int], object],
) -> None:
    """
    So many posts of ours before now, each with its curve, its figures at set ages and its price; the same each time.

    Every tenth was made by hand, every ninth has figures that nobody knows. `more` gives fields of a post by its number.
    """
    with store.begin() as tx:
        for number in range(count):
            at = now - (count - number) * every
            remote_id = str(_FIRST_ID + number)
            post_id = None
            words = text.format(number=number)
            link = f"https://radar.asia/story-{number}?utm_id=m{number}"
            if number % 10 != 9:
                fields: dict[str, object] = {
                    "news_class": NewsClass.BREAKING if number % 12 == 0 else NewsClass.NORMAL,
                    "template": "article",
                    "category": ("politics", "business", "culture")[number % 3],
                    "language": ("en", "zh")[number % 2],
                    **{name: give(number) for name, give in more.items()},
                }
                added = tx.posts.add(_post(number, at, f"{words}\n{link}", link, fields), who="bot")
                post_id = added.id
                entry = tx.ledger.reserve(
                    Billable.POST_WITH_LINK, Decimal("0.200"), at=at, post_id=post_id, attempt_id=None
                )
                tx.ledger.settle_entry(entry, SpendState.SETTLED)
            tx.account.record_seen(
                RemotePost(id=remote_id, text=words, created_at=at, links=()),
                at=at,
                post_id=post_id,
                foreign=post_id is None,
                link_key=None if post_id else f"https://radar.asia/story-{number}",
            )
            tx.engagement.save(
                FollowedPost(
                    remote_id=remote_id,
                    current_id=remote_id,
                    created_at=at,
                    post_id=post_id,
                    state=FollowState.FOLLOWED,
                    last_read_at=now,
                    reads=5,
                )
            )
            if number % 9 != 8:
                final = reach(number, at) * math.exp(random.Random(number).gauss(0, 0.5))
                _curve(tx.engagement, remote_id, at, now, final)
    with store.writer.begin() as connection:
        for number in range(count):
            connection.execute(
                posts.update()
                .where(posts.c.marker == f"m{number}")
                .values(
                    state="published",
                    remote_id=str(_FIRST_ID + number),
                    published_at=now - (count - number) * every,
                )
            )


def _post(number: int, at: datetime, text: str, link: str, fields: dict[str, object]) -> NewPost:
    values: dict[str, object] = {
        "kind": PostKind.MANUAL,
        "state": PostState.QUEUED,
        "text": text,
        "link": link,
        "marker": f"m{number}",
        "due_at": at,
        "expires_at": None,
        "reason": "test",
        "created_at": at,
        "price_usd": "0.200",
    }
    return NewPost(**{**values, **fields})  # type: ignore[arg-type]  # plain values


def _figures(final: float, age: timedelta) -> Figures:
    seen = round(final * usual_share(age))
    return Figures(
        impressions=seen,
        likes=seen // 100,
        reposts=seen // 300,
        replies=seen // 900,
        quotes=0,
        bookmarks=seen // 600,
        link_clicks=seen // 55,
        profile_clicks=seen // 400,
        engagements=seen // 25,
    )


def _curve(rows: EngagementRows, remote_id: str, at: datetime, now: datetime, final: float) -> None:
    ages = [timedelta(hours=hours) for hours in (1, 4, 12, 24, 72)]
    rows.add(
        Snapshot(remote_id=remote_id, taken_at=at + age, source=SnapshotSource.TIMELINE, figures=_figures(final, age))
        for age in ages
        if at + age <= now
    )
    for age in CHECKPOINTS:
        if at + age <= now:
            rows.record_checkpoint(remote_id, age, _figures(final, age))
