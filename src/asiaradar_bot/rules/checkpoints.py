"""
Which posts are looked at next: as much learnt as the month's read budget allows.

X bills a post once in a UTC day, so the choice is which posts to pay for today; a paid one is looked at as often as it
moves, and the price of the day's reads is settled before the first one.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from asiaradar_bot.model.engagement import CHECKPOINTS, OPEN_STATES, PRIVATE_AGE, FollowedPost, FollowState
from asiaradar_bot.rules.growth import unseen_share

LEAST_AGE = timedelta(minutes=15)
STOP_AGE = PRIVATE_AGE
"""Older posts are settled: X tells no private figures of them any more."""
_LEAST_GAIN = 0.03
"""Less than this part of a post's final figures is not worth a read."""
_FREE_GAIN = 0.01
_FREE_GAP = timedelta(minutes=15)
_CHECKPOINT_WORTH = 0.08
_EDGE = timedelta(minutes=2)
"""Around midnight nobody can say which day X bills: no reads then."""
_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    A post that is worth a look now.
    """

    post: FollowedPost
    worth: float
    """What would be learnt, in parts of its final figures."""
    free: bool
    """X showed it today already: another look costs nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPlan:
    """
    The next reads: each a run of neighbours on the timeline, oldest first, that one request can show.
    """

    pages: tuple[tuple[FollowedPost, ...], ...] = ()
    cost_usd: Decimal = Decimal(0)
    """At most; less if some were shown today without our knowing."""
    put_off: int = 0
    """Posts that would be worth their price and wait for tomorrow's money."""


def plan_reads(
    posts: Sequence[FollowedPost],
    *,
    now: datetime,
    read_today: Collection[str],
    spent_usd: Decimal,
    month_usd: Decimal,
    price_usd: Decimal,
) -> ReadPlan:
    """
    The reads to make now, never over budget.

    `posts` are all of the last 30 days, settled ones too, as no request must show (and pay for) them in passing;
    `read_today` the ids that X showed on this UTC day; `spent_usd` what reading has cost this month; `price_usd` what
    one post costs.
    """
    if is_edge_of_day(now):
        return ReadPlan()
    wanted = [one for one in (_wanted(post, now=now, read_today=read_today) for post in posts) if one is not None]
    paid = sorted((one for one in wanted if not one.free), key=lambda one: one.worth, reverse=True)
    spent_today = price_usd * len(read_today)
    room = day_room(now, spent_usd=spent_usd, month_usd=month_usd, spent_today_usd=spent_today)
    affordable = len(paid) if price_usd == 0 else min(len(paid), int(room / price_usd))
    chosen = {one.post.current_id for one in paid[:affordable]} | {one.post.current_id for one in wanted if one.free}
    return ReadPlan(
        pages=_pages(posts, chosen),
        cost_usd=price_usd * affordable,
        put_off=len(paid) - affordable,
    )


def is_edge_of_day(now: datetime) -> bool:
    """
    True within two minutes of midnight UTC.
    """
    return (now - _EDGE).astimezone(UTC).date() != (now + _EDGE).astimezone(UTC).date()


def day_room(now: datetime, *, spent_usd: Decimal, month_usd: Decimal, spent_today_usd: Decimal) -> Decimal:
    """
    What may still be spent today: twice an even share of what the month had left this morning, and never more than is
    left; a busy day may take from quiet ones.
    """
    left = max(Decimal(0), month_usd - spent_usd)
    today = now.astimezone(UTC)
    days = calendar.monthrange(today.year, today.month)[1] - today.day + 1
    share = 2 * (left + spent_today_usd) / days - spent_today_usd
    return max(Decimal(0), min(left, share))


def is_old(post: FollowedPost, now: datetime) -> bool:
    """
    True when nothing more is to be learnt of the post at any price worth paying.
    """
    return now - post.created_at >= STOP_AGE


def _wanted(post: FollowedPost, *, now: datetime, read_today: Collection[str]) -> Wanted | None:
    age = now - post.created_at
    if post.state not in OPEN_STATES or age < LEAST_AGE or is_old(post, now):
        return None
    free = post.current_id in read_today
    if post.state is FollowState.MISSING:
        return Wanted(post=post, worth=1.0, free=free)
    gain = unseen_share(None if post.last_read_at is None else post.last_read_at - post.created_at, age)
    worth = gain + _checkpoint_worth(post, age)
    if free:
        rested = post.last_read_at is None or now - post.last_read_at >= _FREE_GAP
        return Wanted(post=post, worth=worth, free=True) if rested and worth >= _FREE_GAIN else None
    return Wanted(post=post, worth=worth, free=False) if worth >= _LEAST_GAIN else None


def _checkpoint_worth(post: FollowedPost, age: timedelta) -> float:
    """
    A set age that has passed since the last look: reports compare posts there.
    """
    seen = timedelta(0) if post.last_read_at is None else post.last_read_at - post.created_at
    return _CHECKPOINT_WORTH if any(seen < one <= age for one in CHECKPOINTS[2:]) else 0.0


def _pages(posts: Sequence[FollowedPost], chosen: Collection[str]) -> tuple[tuple[FollowedPost, ...], ...]:
    """
    Runs of chosen neighbours: a request shows, and bills, everything between its first and last post.
    """
    pages: list[tuple[FollowedPost, ...]] = []
    run: list[FollowedPost] = []
    for post in sorted(posts, key=lambda post: int(post.current_id)):
        if post.current_id in chosen and len(run) < _PAGE:
            run.append(post)
            continue
        if run:
            pages.append(tuple(run))
        run = [post] if post.current_id in chosen else []
    if run:
        pages.append(tuple(run))
    return tuple(pages)
