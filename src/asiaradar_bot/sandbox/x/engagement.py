"""How a post on the local X does: counts that only grow, the same for the same seed, id and age."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asiaradar_bot.sandbox.x.nouns import StoredPost

_READERS_OFFSET = timedelta(hours=8)
_SWING = 0.6
_PEAK_SHIFT_HOURS = 14
"""Readers are busiest six hours later: at 20:00 their time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """
    What readers did with one post so far.
    """

    impressions: int
    likes: int
    reposts: int
    replies: int
    quotes: int
    bookmarks: int
    link_clicks: int
    profile_clicks: int
    expands: int

    @property
    def engagements(self) -> int:
        """
        Everything that readers did, summed.
        """
        acts = (self.likes, self.reposts, self.replies, self.quotes, self.bookmarks)
        return sum(acts) + self.link_clicks + self.profile_clicks + self.expands


def counts(post: StoredPost, *, now: datetime, seed: int, reach: int) -> Counts:
    """
    The counts at `now`; a deleted post stays at what it had.

    A post's luck, its pace and how readers react are drawn from the seed and its id; readers wake and sleep with the
    hours of UTC+8, so that a post made at night starts slowly.
    """
    until = min(now, post.deleted_at) if post.deleted_at else now
    draw = random.Random(f"{seed}:{post.id}")
    luck = draw.lognormvariate(0, 0.6) * (1.25 if post.media_ids else 1.0)
    pace_hours = draw.uniform(2.5, 7.0)
    grown = 1 - math.exp(-((_busy_hours(post.created_at, until) / pace_hours) ** 0.75))
    impressions = int(reach * luck * grown)

    def share(low: float, high: float) -> int:
        return int(impressions * draw.uniform(low, high))

    return Counts(
        impressions=impressions,
        likes=share(0.004, 0.016),
        reposts=share(0.001, 0.005),
        replies=share(0.0004, 0.002),
        quotes=share(0.0001, 0.0006),
        bookmarks=share(0.0005, 0.003),
        link_clicks=share(0.008, 0.03) if post.links else 0,
        profile_clicks=share(0.001, 0.004),
        expands=share(0.01, 0.03),
    )


def _busy_hours(start: datetime, end: datetime) -> float:
    """
    Hours between the two, those of the evening counting more than those of the night; never negative.
    """
    return max(0.0, _busy_until(end) - _busy_until(start))


def _busy_until(instant: datetime) -> float:
    hours = (instant.astimezone(UTC) + _READERS_OFFSET).timestamp() / 3600
    turn = 2 * math.pi * (hours - _PEAK_SHIFT_HOURS) / 24
    return hours - _SWING * 24 / (2 * math.pi) * math.cos(turn)
