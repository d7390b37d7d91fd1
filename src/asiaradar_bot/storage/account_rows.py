"""Lease, switches and marks of the account, and what was seen on its timeline."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, exists, or_, select, update

from asiaradar_bot.model.account import AccountState, SeenPost
from asiaradar_bot.model.lease import Lease
from asiaradar_bot.model.outcome import RemotePost
from asiaradar_bot.model.post import PostId
from asiaradar_bot.rules.addresses import link_names
from asiaradar_bot.storage.inserting import inserting, put, short_key
from asiaradar_bot.storage.instants import lease_instant
from asiaradar_bot.storage.tables import instant, leases, marks, posts, timeline, timeline_links


class SqlAccountRows:
    """
    Implements `ports.storage.AccountRows` for one account.
    """

    def __init__(self, connection: Connection, *, account: str, server_time: bool) -> None:
        self._connection = connection
        self._account = account
        self._server_time = server_time

    def acquire_lease(self, owner: str, *, now: datetime, length: timedelta) -> Lease | None:
        """The lease, new or renewed; None while somebody else holds it."""
        now = self._lease_now(now)
        row = self._connection.execute(select(leases).where(leases.c.account == self._account)).one_or_none()
        if row is None:
            first = inserting(self._connection, leases).values(
                account=self._account, owner=owner, fence=1, expires_at=now + length
            )
            done = self._connection.execute(first.on_conflict_do_nothing().returning(leases.c.fence))
            if done.one_or_none() is None:
                return None
            return Lease(account=self._account, owner=owner, fence=1, expires_at=now + length)
        fence = row.fence if row.owner == owner else row.fence + 1
        done = self._connection.execute(
            update(leases)
            .where(
                leases.c.account == self._account,
                leases.c.owner == row.owner,
                leases.c.fence == row.fence,
                or_(leases.c.owner == owner, leases.c.expires_at < lease_instant(now, server_time=self._server_time)),
            )
            .values(owner=owner, fence=fence, expires_at=now + length)
        )
        if done.rowcount != 1:
            return None
        return Lease(account=self._account, owner=owner, fence=fence, expires_at=now + length)

    def release_lease(self, owner: str) -> None:
        """It runs out now, if this owner holds it."""
        self._connection.execute(
            update(leases)
            .where(leases.c.account == self._account, leases.c.owner == owner)
            .values(expires_at=instant(0))
        )

    def state(self) -> AccountState:
        """Everything on record about the account."""
        found = {row.key: row.value for row in self._connection.execute(select(marks.c.key, marks.c.value))}
        return AccountState(
            stopped=found.get("stopped"),
            paused=found.get("paused"),
            paused_until=_stamp(found.get("paused_until")),
            safe_mode=found.get("safe_mode"),
            safe_mode_since=_stamp(found.get("safe_mode_since")),
            restored_at=_stamp(found.get("restored_at")),
            remote_id=found.get("remote_id"),
            watching_since=_stamp(found.get("watching_since")),
            watched_until=_stamp(found.get("watched_until")),
            epoch=int(found.get("epoch", "0")),
            clock=found.get("clock"),
            clock_jumped_at=_stamp(found.get("clock_jumped_at")),
            environment=found.get("environment"),
            last_sweep_at=_stamp(found.get("last_sweep_at")),
        )

    def set_mark(self, key: str, value: str | None) -> None:
        """Store or (None) remove one mark; see `AccountState` for those that have a meaning."""
        if value is None:
            self._connection.execute(delete(marks).where(marks.c.key == key))
            return
        put(self._connection, marks, key={"key": key}, values={"value": value})

    def enter_safe_mode(self, why: str, *, at: datetime, restored: bool = False) -> None:
        """
        Nothing is sent before the timeline was read, the last time long enough after this instant.

        `restored`: an older database is in place, so that what was queued in it waits for a person afterwards.
        """
        self.set_mark("safe_mode", why)
        if restored:
            self.set_mark("restored_at", at.isoformat())
        self.set_mark("safe_mode_since", at.isoformat())

    def get_mark(self, key: str) -> str | None:
        """The mark, or None."""
        return self._connection.execute(select(marks.c.value).where(marks.c.key == key)).scalar_one_or_none()

    def next_epoch(self, *, after: int = 0) -> int:
        """Count up and return the database's epoch, which is then more than `after`, too."""
        epoch = max(int(self.get_mark("epoch") or "0"), after) + 1
        self.set_mark("epoch", str(epoch))
        return epoch

    def find_seen(self, remote_ids: Collection[str]) -> Mapping[str, SeenPost]:
        """What is on record of these posts on the timeline."""
        query = select(timeline).where(timeline.c.remote_id.in_(list(remote_ids)))
        return {row.remote_id: _seen(row) for row in self._connection.execute(query)}

    def record_seen(
        self, post: RemotePost, *, at: datetime, post_id: PostId | None, foreign: bool, link_key: str | None
    ) -> None:
        """Insert or update."""
        values = {
            "link_key": link_key,
            "post_id": post_id,
            "foreign_post": foreign,
            "text": post.text,
            "created_at": post.created_at,
        }
        put(self._connection, timeline, key={"remote_id": post.id}, values=values, at_first={"seen_at": at})
        names = link_names([*([link_key] if link_key else []), *post.links])
        rows = [{"name": short_key(name), "remote_id": post.id} for name in names]
        if rows:
            self._connection.execute(inserting(self._connection, timeline_links).on_conflict_do_nothing(), rows)

    def timeline_ids(self, since: datetime) -> Collection[str]:
        """Ids of the posts seen on the timeline that were created since then."""
        return set(self._connection.scalars(select(timeline.c.remote_id).where(timeline.c.created_at >= since)))

    def find_on_timeline(self, names: Collection[str]) -> Sequence[SeenPost]:
        """Posts on the timeline that lead to any of these, oldest first; those that are gone from X left out."""
        gone = exists().where(posts.c.id == timeline.c.post_id, posts.c.deleted_remotely_at.is_not(None))
        leading = select(timeline_links.c.remote_id).where(timeline_links.c.name.in_([short_key(one) for one in names]))
        query = select(timeline).where(timeline.c.remote_id.in_(leading), ~gone).order_by(timeline.c.created_at)
        return [_seen(row) for row in self._connection.execute(query)]

    def list_seen(self, *, since: datetime) -> Sequence[SeenPost]:
        """All posts seen on the timeline that were created since then, newest first."""
        query = select(timeline).where(timeline.c.created_at >= since).order_by(timeline.c.created_at.desc())
        return [_seen(row) for row in self._connection.execute(query)]

    def list_foreign(self) -> Sequence[SeenPost]:
        """Foreign posts that nobody has acknowledged yet."""
        query = select(timeline).where(timeline.c.foreign_post.is_(True), timeline.c.acknowledged_at.is_(None))
        return [_seen(row) for row in self._connection.execute(query.order_by(timeline.c.created_at))]

    def acknowledge_foreign(self, *, at: datetime) -> int:
        """Mark all as acknowledged; how many."""
        done = self._connection.execute(
            update(timeline)
            .where(timeline.c.foreign_post.is_(True), timeline.c.acknowledged_at.is_(None))
            .values(acknowledged_at=at)
        )
        return int(done.rowcount)

    def _lease_now(self, now: datetime) -> datetime:
        if not self._server_time:
            return now
        value = self._connection.execute(select(lease_instant(now, server_time=True))).scalar_one()
        return instant(int(value))


def _stamp(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).astimezone(UTC)


def _seen(row: Any) -> SeenPost:
    return SeenPost(
        remote_id=row.remote_id,
        text=row.text,
        created_at=row.created_at,
        seen_at=row.seen_at,
        post_id=None if row.post_id is None else PostId(row.post_id),
        foreign=row.foreign_post,
        acknowledged_at=row.acknowledged_at,
    )
