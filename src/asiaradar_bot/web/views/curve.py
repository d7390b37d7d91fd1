"""The curve of one post: a table of its looks, a drawing, and the numbers for a script to draw better."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asiaradar_bot.model.engagement import FollowState, Snapshot
from asiaradar_bot.model.post import PostId
from asiaradar_bot.ports import Transaction
from asiaradar_bot.web.views.figures import number

_WIDTH, _HEIGHT = 360, 90
_MOST_ROWS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """
    One look at the post.
    """

    at: datetime
    age: timedelta
    impressions: str
    engagements: str
    likes: str
    link_clicks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """
    What the page shows of a post on X.
    """

    state: FollowState
    looks: Sequence[Look]
    """Newest first."""
    left_out: int
    """Older looks that the table does not show."""
    points: str
    """Of a polyline 360 by 90, by age; empty: fewer than two figures are known."""
    data: str
    """JSON: seconds since 1970, impressions, engagements; for the script."""


def show_curve(tx: Transaction, post_id: PostId) -> Curve | None:
    """
    The curve of one of ours; None before it was first looked at.
    """
    followed = tx.engagement.find_for_post(post_id)
    if followed is None or followed.last_read_at is None:
        return None
    series = tx.engagement.series(followed.remote_id)
    shown = list(reversed(series))[:_MOST_ROWS]
    return Curve(
        state=followed.state,
        looks=[_look(one, followed.created_at) for one in shown],
        left_out=len(series) - len(shown),
        points=_points(series, followed.created_at),
        data=_data(series, followed.created_at),
    )


def _look(one: Snapshot, created_at: datetime) -> Look:
    seen = one.figures
    return Look(
        at=one.taken_at,
        age=one.taken_at - created_at,
        impressions=number(seen.impressions),
        engagements=number(seen.engagements),
        likes=number(seen.likes),
        link_clicks=number(seen.link_clicks),
    )


def _points(series: Sequence[Snapshot], created_at: datetime) -> str:
    known = [
        ((one.taken_at - created_at).total_seconds(), one.figures.impressions)
        for one in series
        if one.figures.impressions is not None
    ]
    if len(known) < 2:  # noqa: PLR2004 - two points make a line
        return ""
    last, highest = known[-1][0] or 1, max(seen for _, seen in known) or 1
    places = [(0.0, 0), *known]
    return " ".join(f"{age / last * _WIDTH:.1f},{_HEIGHT - seen / highest * _HEIGHT:.1f}" for age, seen in places)


def _data(series: Sequence[Snapshot], created_at: datetime) -> str:
    times = [round(created_at.timestamp()), *(round(one.taken_at.timestamp()) for one in series)]
    seen = [0, *(one.figures.impressions for one in series)]
    engaged = [0, *(one.figures.engagements for one in series)]
    return json.dumps([times, seen, engaged], separators=(",", ":"))
