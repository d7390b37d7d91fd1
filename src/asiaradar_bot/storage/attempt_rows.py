"""Attempts: one row per try to send a post, closed once, never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from asiaradar_bot.model.lease import Lease
from asiaradar_bot.model.post import Attempt, AttemptId, PostId
from asiaradar_bot.storage.tables import attempts


class SqlAttemptRows:
    """
    The attempts' part of `ports.storage.PostRows`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_attempt(
        self, post_id: PostId, *, number: int, lease: Lease, now: datetime, match_key: str, media_count: int
    ) -> Attempt:
        """An open attempt; the unique index allows one per post."""
        done = self._connection.execute(
            insert(attempts).values(
                post_id=post_id,
                number=number,
                started_at=now,
                fence=lease.fence,
                owner=lease.owner,
                match_key=match_key,
                media_count=media_count,
                absent_reads=0,
            )
        )
        key = done.inserted_primary_key
        assert key is not None
        row = self._connection.execute(select(attempts).where(attempts.c.id == key[0])).one()
        return attempt_from_row(row)

    def close_attempt(
        self, attempt_id: AttemptId, *, at: datetime, answer_class: str, why: str, remote_id: str | None
    ) -> bool:
        """Close it with its outcome; False if it was closed before."""
        done = self._connection.execute(
            update(attempts)
            .where(attempts.c.id == attempt_id, attempts.c.finished_at.is_(None))
            .values(finished_at=at, answer_class=answer_class, error=why, remote_id=remote_id)
        )
        return done.rowcount == 1

    def update_attempt(self, attempt_id: AttemptId, **changes: object) -> bool:
        """Note something on an open attempt: signed_at, answer_class, error, absent reads; False if it is closed."""
        done = self._connection.execute(
            update(attempts).where(attempts.c.id == attempt_id, attempts.c.finished_at.is_(None)).values(**changes)
        )
        return done.rowcount == 1

    def list_attempts(self, post_id: PostId) -> Sequence[Attempt]:
        """Oldest first."""
        query = select(attempts).where(attempts.c.post_id == post_id).order_by(attempts.c.number)
        return [attempt_from_row(row) for row in self._connection.execute(query)]


def attempt_from_row(row: Any) -> Attempt:
    """
    The noun for a row of the table.
    """
    return Attempt(
        id=AttemptId(row.id),
        post_id=PostId(row.post_id),
        number=row.number,
        started_at=row.started_at,
        fence=row.fence,
        owner=row.owner,
        match_key=row.match_key,
        media_count=row.media_count,
        signed_at=row.signed_at,
        answer_class=row.answer_class,
        remote_id=row.remote_id,
        error=row.error,
        finished_at=row.finished_at,
        absent_reads=row.absent_reads,
        absent_at=row.absent_at,
    )
