"""
Curve error against price on the local X's engagement: our planner, and two collectors that do not think.

Prints the table of docs/engagement.md and writes it there with `--write`.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from asiaradar_bot.model.engagement import Figures, FollowedPost, FollowState, Snapshot, SnapshotSource
from asiaradar_bot.rules.checkpoints import plan_reads
from asiaradar_bot.rules.growth import stands_still, usual_share
from asiaradar_bot.sandbox.x.engagement import counts
from asiaradar_bot.sandbox.x.nouns import StoredPost, next_id

DOCUMENT = Path(__file__).parent.parent / "docs" / "engagement.md"
START = datetime(2026, 9, 1, tzinfo=UTC)
PER_DAY, DAYS, FOLLOWED = 10, 30, timedelta(days=30)
TICK = timedelta(minutes=15)
OWNED, LOOKUP = Decimal("0.001"), Decimal("0.005")
AGES = [timedelta(hours=0.5 * 1.18**step) for step in range(44)]
"""Where curves are compared: from half an hour to 26 days, each age a sixth more than the one before."""


@dataclass(slots=True)
class Result:
    """What a collector paid and saw."""

    name: str
    usd: Decimal = Decimal(0)
    reads: int = 0
    looks: dict[str, list[tuple[datetime, int]]] = field(default_factory=dict)

    def look(self, post: StoredPost, now: datetime) -> int:
        """Impressions of the post now, remembered."""
        seen = counts(post, now=now, seed=1, reach=2_500).impressions
        self.looks.setdefault(post.id, []).append((now, seen))
        return seen


def made_posts() -> list[StoredPost]:
    """Posts spread over the days, at hours of their own."""
    posts = []
    for number in range(PER_DAY * DAYS):
        created_at = START + timedelta(minutes=number * 1440 / PER_DAY + number * 37 % 90)
        post_id = next_id(created_at, after=None)
        posts.append(StoredPost(id=post_id, text="", created_at=created_at, root_id=post_id, conversation_id=post_id))
    return posts


def planned(posts: list[StoredPost], month_usd: Decimal) -> Result:
    """The bot's planner with this monthly read budget."""
    result = Result(f"this planner, budget {month_usd} USD")
    stored = {post.id: post for post in posts}
    followed = {
        post.id: FollowedPost(remote_id=post.id, current_id=post.id, created_at=post.created_at, post_id=None)
        for post in posts
    }
    last: dict[str, list[Snapshot]] = {}
    now, today, paid, spent = START, START.date(), set[str](), Decimal(0)
    while now < posts[-1].created_at + FOLLOWED:
        if now.date() != today:
            spent = spent if now.month == today.month else Decimal(0)
            today, paid = now.date(), set()
        visible = [one for one in followed.values() if now - FOLLOWED < one.created_at <= now]
        plan = plan_reads(visible, now=now, read_today=paid, spent_usd=spent, month_usd=month_usd, price_usd=OWNED)
        spent += plan.cost_usd
        result.usd += plan.cost_usd
        for post in (one for page in plan.pages for one in page):
            result.reads += post.current_id not in paid
            paid.add(post.current_id)
            figures = Figures(impressions=result.look(stored[post.remote_id], now))
            snapshot = Snapshot(remote_id=post.remote_id, taken_at=now, source=SnapshotSource.TIMELINE, figures=figures)
            series = last[post.remote_id] = [*last.get(post.remote_id, [])[-1:], snapshot]
            old = now - post.created_at >= timedelta(days=3)
            still = old and stands_still(series, least=timedelta(hours=20))
            state = FollowState.SETTLED if still else FollowState.FOLLOWED
            followed[post.remote_id] = replace(post, last_read_at=now, state=state)
        now += TICK
    return result


def regular(posts: list[StoredPost], name: str, *, every: timedelta, until: timedelta, price: Decimal) -> Result:
    """A collector that reads every post at a fixed pace until it is so old; X bills it once in a UTC day."""
    result = Result(name)
    for post in posts:
        days = set()
        at = START + every * -(-(post.created_at - START) // every)
        while at <= post.created_at + until:
            days.add(at.date())
            if at <= post.created_at + FOLLOWED:
                result.look(post, at)
            at += every
        result.reads += len(days)
        result.usd += price * len(days)
    return result


def error_percent(posts: list[StoredPost], result: Result, *, straight: bool = False) -> tuple[float, float]:
    """Mean error of the drawn curves in percent of the final figure, and that of the worst twentieth of posts."""
    errors = sorted(_error(post, result.looks.get(post.id, []), straight=straight) for post in posts)
    worst = errors[-max(1, len(errors) // 20) :]
    return 100 * sum(errors) / len(errors), 100 * sum(worst) / len(worst)


def _error(post: StoredPost, looks: list[tuple[datetime, int]], *, straight: bool) -> float:
    final = counts(post, now=post.created_at + FOLLOWED, seed=1, reach=2_500).impressions or 1
    off = 0.0
    for age in AGES:
        true = counts(post, now=post.created_at + age, seed=1, reach=2_500).impressions
        off += abs(_drawn(post, looks, age, straight=straight) - true) / final
    return off / len(AGES)


def _drawn(post: StoredPost, looks: list[tuple[datetime, int]], age: timedelta, *, straight: bool) -> float:
    """The curve between two looks by the usual growth, as reports draw it, or straight; after the last one it stays."""
    points = [(post.created_at, 0), *looks]
    at = post.created_at + age
    place = bisect_left(points, at, key=lambda point: point[0])
    if place == len(points):
        return points[-1][1]
    (before_at, before), (after_at, after) = points[max(place - 1, 0)], points[place]
    share = (lambda span: span / FOLLOWED) if straight else usual_share
    start, end = share(before_at - post.created_at), share(after_at - post.created_at)
    part = (share(age) - start) / (end - start) if end > start else 1.0
    return before + (after - before) * part


def table(posts: list[StoredPost], results: list[Result]) -> str:
    """The results as a table in Markdown."""
    naive = results[-1].usd
    lines = [
        (
            "| collector | USD for 1,000 posts | billed reads a post | mean error | worst twentieth |"
            " mean error, straight lines | price against the last row |"
        ),
        "|---|---|---|---|---|---|---|",
    ]
    for result in results:
        mean, worst = error_percent(posts, result)
        straight, _ = error_percent(posts, result, straight=True)
        usd = result.usd / len(posts) * 1000
        lines.append(
            f"| {result.name} | {usd:.2f} | {result.reads / len(posts):.1f} | {mean:.2f} % | {worst:.2f} % |"
            f" {straight:.2f} % | {result.usd / naive:.1%} |"
        )
    return "\n".join(lines)


def main() -> int:
    """Print (and write) the table; 1 if the planner costs more than a quarter of either of the others."""
    posts = made_posts()
    collectors: list[Callable[[], Result]] = [
        lambda: planned(posts, Decimal(10)),
        lambda: planned(posts, Decimal("1.00")),
        lambda: planned(posts, Decimal("0.50")),
        lambda: regular(
            posts,
            "3 months of timeline every 2 h",
            every=timedelta(hours=2),
            until=timedelta(days=90),
            price=OWNED,
        ),
        lambda: regular(posts, "every hour by id, 30 days", every=timedelta(hours=1), until=FOLLOWED, price=LOOKUP),
    ]
    results = [collect() for collect in collectors]
    text = table(posts, results)
    print(text)
    if "--write" in sys.argv:
        before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition("<!-- plans -->\n")
        after = rest.partition("<!-- end -->\n")[2]
        DOCUMENT.write_text(f"{before}<!-- plans -->\n{text}\n<!-- end -->\n{after}", encoding="utf-8")
    return 1 if any(results[0].usd * 4 > other.usd for other in results[3:]) else 0


if __name__ == "__main__":
    sys.exit(main())
