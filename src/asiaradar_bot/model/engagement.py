"""How a post does on X: what was read of it, when and where, and never a number for what nobody knows."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum

from asiaradar_bot.model.post import PostId


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    Counts since the post was made; None: not known, which is not zero.

    Source: X API metrics (docs.x.com/x-api/fundamentals/metrics).
    """

    impressions: int | None = None
    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    quotes: int | None = None
    bookmarks: int | None = None
    link_clicks: int | None = None
    """Private: X tells it to the post's owner, for 30 days."""
    profile_clicks: int | None = None
    """Private, as above."""
    engagements: int | None = None
    """Private, as above: all that readers did, by X's own sum."""


FIGURES: tuple[str, ...] = tuple(field.name for field in fields(Figures))
"""Names of all figures, in order."""

PRIVATE_FIGURES = ("link_clicks", "profile_clicks", "engagements")
"""Those that only the owner sees, and only for `PRIVATE_AGE`."""

PRIVATE_AGE = timedelta(days=30)
"""Source: docs.x.com/x-api/fundamentals/metrics (30 days after creation)."""

CHECKPOINTS: tuple[timedelta, ...] = (
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=28),
)
"""Ages at which posts are compared; the figures at them are kept for good."""


class SnapshotSource(StrEnum):
    """
    Where figures were read.
    """

    TIMELINE = "timeline"
    """Our own timeline: an owned read."""
    LOOKUP = "lookup"
    """By id: a post read, five times the price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """
    What was read of one post at one time; never changed afterwards.
    """

    remote_id: str
    """Id on X of the post's first version: the same through all its edits."""
    taken_at: datetime
    source: SnapshotSource
    figures: Figures
    version: int = 1
    """Which version was read. X counts each for itself; the last known figures of earlier ones are added in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """
    What one answer of X told of one version of a post.
    """

    id: str
    versions: tuple[str, ...]
    """Ids of all versions, the first one first; the own id alone where nothing was edited."""
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """
    One answer: the posts that it shows, and whether what it does not show is surely not there.
    """

    posts: tuple[Reading, ...]
    complete: bool = True


class FollowState(StrEnum):
    """
    Whether a post on X is still measured; the text is what the database stores.
    """

    FOLLOWED = "followed"
    """It is young, or still moves."""
    SETTLED = "settled"
    """It stands still or is old: no more reads, its last figures hold."""
    MISSING = "missing"
    """X did not show it where it should be; looked for again before it counts as deleted."""
    DELETED = "deleted"
    """It is gone from X, with all its versions; its last figures stay."""


OPEN_STATES = frozenset({FollowState.FOLLOWED, FollowState.MISSING})
"""Posts that are still measured or looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedPost:
    """
    One post on the account, ours or made by hand, with what the next read is planned by.
    """

    remote_id: str
    """Id on X of its first version."""
    created_at: datetime
    post_id: PostId | None
    """None: made natively on the account, not by this bot."""
    state: FollowState = FollowState.FOLLOWED
    current_id: str
    """Id on X of its newest version; the same as `remote_id` where nothing was edited."""
    version: int = 1
    earlier: Figures = Figures()
    """Last known figures of the versions before this one, added up; all None where nothing was edited."""
    last_read_at: datetime | None = None
    reads: int = 0
    """Snapshots taken so far."""
    misses: int = 0
    """Reads in a row that should have shown it and did not."""
