"""Engagement: followed posts, their append-only snapshots, and the figures at set ages that are kept for good."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select, update

from asiaradar_bot.model.correction import CorrectionState
from asiaradar_bot.model.engagement import (
    FIGURES,
    OPEN_STATES,
    Figures,
    FollowedPost,
    FollowState,
    Snapshot,
    SnapshotSource,
)
from asiaradar_bot.model.errors import NotFoundError
from asiaradar_bot.model.post import PostId
from asiaradar_bot.storage.encoding import to_json
from asiaradar_bot.storage.inserting import portions, put
from asiaradar_bot.storage.tables import checkpoints, corrections, followed_posts, snapshots, timeline

_CODES = {SnapshotSource.TIMELINE: 1, SnapshotSource.LOOKUP: 2}
_SOURCES = {code: source for source, code in _CODES.items()}
_PREPARED = timeline.c.remote_id.in_(
    select(corrections.c.new_remote_id).where(corrections.c.state == CorrectionState.REPLIED)
)
"""A text that we prepared and a person posted in the app."""


class SqlEngagementRows:
    """
    Implements `ports.storage.EngagementRows`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, post: FollowedPost) -> None:
        """Insert or replace, by `remote_id`."""
        values = asdict(post)
        key = {"remote_id": values.pop("remote_id")}
        values["earlier"] = None if post.earlier == Figures() else to_json(asdict(post.earlier))
        put(self._connection, followed_posts, key=key, values=values)

    def find(self, remote_ids: Collection[str]) -> Mapping[str, FollowedPost]:
        """Followed posts by the id of their first or newest version, as asked."""
        found: dict[str, FollowedPost] = {}
        wanted = set(remote_ids)
        for column in (followed_posts.c.remote_id, followed_posts.c.current_id):
            for some in portions(wanted):
                for row in self._connection.execute(select(followed_posts).where(column.in_(some))):
                    found[getattr(row, column.name)] = _followed(row)
        return found

    def merge(self, remote_id: str, other_id: str) -> None:
        """
        What was followed as a post of its own, by its first id, is a version of this one, which gets its snapshots.
        """
        keys = self._keys({remote_id, other_id})
        this, other = keys[remote_id], keys[other_id]
        taken = select(snapshots.c.taken_at).where(snapshots.c.followed_id == this)
        self._connection.execute(
            update(snapshots)
            .where(snapshots.c.followed_id == other, snapshots.c.taken_at.not_in(taken))
            .values(followed_id=this)
        )
        for table in (snapshots, checkpoints):
            self._connection.execute(delete(table).where(table.c.followed_id == other))
        self._connection.execute(delete(followed_posts).where(followed_posts.c.id == other))

    def find_for_post(self, post_id: PostId) -> FollowedPost | None:
        """The followed post of one of ours; None before it was first read."""
        row = self._connection.execute(select(followed_posts).where(followed_posts.c.post_id == post_id)).first()
        return None if row is None else _followed(row)

    def list_open(self) -> Sequence[FollowedPost]:
        """Posts that are still measured or looked for, oldest first."""
        query = (
            select(followed_posts).where(followed_posts.c.state.in_(OPEN_STATES)).order_by(followed_posts.c.created_at)
        )
        return [_followed(row) for row in self._connection.execute(query)]

    def list_unfollowed(self, since: datetime) -> Sequence[tuple[str, datetime, PostId | None]]:
        """What is on our timeline since then and not followed yet; see `ports.storage.EngagementRows`."""
        query = (
            select(timeline.c.remote_id, timeline.c.created_at, timeline.c.post_id)
            .where(
                timeline.c.created_at >= since,
                or_(timeline.c.post_id.is_not(None), timeline.c.foreign_post.is_(True), _PREPARED),
                ~exists().where(
                    or_(
                        followed_posts.c.remote_id == timeline.c.remote_id,
                        followed_posts.c.current_id == timeline.c.remote_id,
                        followed_posts.c.post_id == timeline.c.post_id,  # a version between first and newest
                    )
                ),
            )
            .order_by(timeline.c.created_at)
        )
        return [
            (row.remote_id, row.created_at, None if row.post_id is None else PostId(row.post_id))
            for row in self._connection.execute(query)
        ]

    def list_followed(self, since: datetime, until: datetime) -> Sequence[FollowedPost]:
        """Posts created from `since` to before `until`, in any state, oldest first."""
        query = select(followed_posts).where(_created(since, until)).order_by(followed_posts.c.created_at)
        return [_followed(row) for row in self._connection.execute(query)]

    def add(self, snapshots_taken: Iterable[Snapshot]) -> None:
        """Append; the posts are followed already. Raises NotFoundError."""
        taken = list(snapshots_taken)
        keys = self._keys({one.remote_id for one in taken})
        rows = []
        for one in taken:
            values = {"followed_id": keys[one.remote_id], "taken_at": one.taken_at, "source": _CODES[one.source]}
            rows.append({**values, "version": one.version, **asdict(one.figures)})
        if rows:
            self._connection.execute(insert(snapshots), rows)

    def latest(self, remote_ids: Collection[str]) -> Mapping[str, Snapshot]:
        """The newest snapshot of each of these posts that has any."""
        return {remote_id: found[-1] for remote_id, found in self.last(remote_ids, count=1).items()}

    def last(self, remote_ids: Collection[str], *, count: int) -> Mapping[str, Sequence[Snapshot]]:
        """Up to `count` newest snapshots of each of these posts that has any, oldest first."""
        found: dict[str, list[Snapshot]] = {}
        for some in portions(set(remote_ids)):
            newer = snapshots.alias("newer")
            newer_count = (
                select(func.count())
                .where(newer.c.followed_id == snapshots.c.followed_id, newer.c.taken_at > snapshots.c.taken_at)
                .scalar_subquery()
            )
            query = SNAPSHOTS.where(followed_posts.c.remote_id.in_(some), newer_count < count).order_by(
                snapshots.c.followed_id, snapshots.c.taken_at
            )
            for row in self._connection.execute(query):
                found.setdefault(row.remote_id, []).append(snapshot_from_row(row))
        return found

    def series(self, remote_id: str) -> Sequence[Snapshot]:
        """All snapshots of a post by the id of its first version, oldest first."""
        query = SNAPSHOTS.where(followed_posts.c.remote_id == remote_id).order_by(snapshots.c.taken_at)
        return [snapshot_from_row(row) for row in self._connection.execute(query)]

    def list_between(self, since: datetime, until: datetime) -> Sequence[Snapshot]:
        """Snapshots of all posts taken from `since` to before `until`, oldest first."""
        query = SNAPSHOTS.where(
            followed_posts.c.created_at < until,
            followed_posts.c.last_read_at >= since,
            snapshots.c.taken_at >= since,
            snapshots.c.taken_at < until,
        ).order_by(snapshots.c.taken_at, snapshots.c.followed_id)
        return [snapshot_from_row(row) for row in self._connection.execute(query)]

    def thin_out(self, *, since: datetime | None, before: datetime) -> int:
        """Remove all but the last snapshot of posts created in a span; see `ports.storage.EngagementRows`."""
        old = select(followed_posts.c.id).where(followed_posts.c.created_at < before)
        if since is not None:
            old = old.where(followed_posts.c.created_at >= since)
        later = snapshots.alias("later")
        has_later = exists().where(
            later.c.followed_id == snapshots.c.followed_id, later.c.taken_at > snapshots.c.taken_at
        )
        done = self._connection.execute(delete(snapshots).where(snapshots.c.followed_id.in_(old), has_later))
        return int(done.rowcount)

    def record_checkpoint(self, remote_id: str, age: timedelta, figures: Figures) -> None:
        """Insert or replace the figures of a post at an age. Raises NotFoundError."""
        key = {"age_minutes": _minutes(age), "followed_id": self._keys({remote_id})[remote_id]}
        put(self._connection, checkpoints, key=key, values=asdict(figures))

    def _keys(self, remote_ids: Collection[str]) -> Mapping[str, int]:
        """
        The row of each of these followed posts. Raises NotFoundError.
        """
        keys: dict[str, int] = {}
        for some in portions(set(remote_ids)):
            query = select(followed_posts.c.remote_id, followed_posts.c.id).where(followed_posts.c.remote_id.in_(some))
            keys |= {row.remote_id: row.id for row in self._connection.execute(query)}
        for remote_id in remote_ids:
            if remote_id not in keys:
                raise NotFoundError(f"post {remote_id} on X is not followed: nothing is known about it")
        return keys


SNAPSHOTS = select(followed_posts.c.remote_id, snapshots).join_from(
    followed_posts, snapshots, snapshots.c.followed_id == followed_posts.c.id
)


def _created(since: datetime, until: datetime) -> Any:
    return and_(followed_posts.c.created_at >= since, followed_posts.c.created_at < until)


def _minutes(age: timedelta) -> int:
    return int(age.total_seconds()) // 60


def _figures(row: Any) -> Figures:
    return Figures(**{name: getattr(row, name) for name in FIGURES})


def snapshot_from_row(row: Any) -> Snapshot:
    """
    The snapshot of a row of `SNAPSHOTS`.
    """
    return Snapshot(
        remote_id=row.remote_id,
        taken_at=row.taken_at,
        source=_SOURCES[row.source],
        version=row.version,
        figures=_figures(row),
    )


def _followed(row: Any) -> FollowedPost:
    return FollowedPost(
        remote_id=row.remote_id,
        created_at=row.created_at,
        post_id=None if row.post_id is None else PostId(row.post_id),
        state=FollowState(row.state),
        current_id=row.current_id,
        version=row.version,
        earlier=Figures(**json.loads(row.earlier)) if row.earlier else Figures(),
        last_read_at=row.last_read_at,
        reads=row.reads,
        misses=row.misses,
    )
