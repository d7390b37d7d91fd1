"""Pushes that came in, WebSub subscriptions and alerts that are to go out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from asiaradar_bot.model.account import AlertNote, Subscription
from asiaradar_bot.storage.inserting import inserting, short_key
from asiaradar_bot.storage.tables import alerts, inbox_messages, pushes, subscriptions


class SqlInboxRows:
    """
    Implements `ports.storage.InboxRows`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def accept_message(self, message_id: str, *, at: datetime) -> bool:
        """True the first time, False for a replay."""
        first = inserting(self._connection, inbox_messages).values(message_id=short_key(message_id, chars=200), at=at)
        done = self._connection.execute(first.on_conflict_do_nothing().returning(inbox_messages.c.message_id))
        return done.one_or_none() is not None

    def add_push(self, url: str, *, at: datetime) -> None:
        """Remember an address to be looked at at once."""
        self._connection.execute(insert(pushes).values(url=url, at=at))

    def list_pushes(self) -> Sequence[tuple[int, str]]:
        """Id and address, oldest first."""
        query = select(pushes.c.id, pushes.c.url).order_by(pushes.c.id).limit(100)
        return [(row.id, row.url) for row in self._connection.execute(query)]

    def remove_push(self, push_id: int) -> None:
        """It has become an article, or was refused with a reason on record."""
        self._connection.execute(delete(pushes).where(pushes.c.id == push_id))

    def find_subscription(self, topic: str) -> Subscription | None:
        """The subscription, or None."""
        row = self._connection.execute(select(subscriptions).where(subscriptions.c.topic == topic)).one_or_none()
        return None if row is None else _subscription(row)

    def find_subscription_at(self, path: str) -> Subscription | None:
        """The subscription whose callback ends in this path, or None."""
        row = self._connection.execute(select(subscriptions).where(subscriptions.c.path == path)).one_or_none()
        return None if row is None else _subscription(row)

    def list_subscriptions(self) -> Sequence[Subscription]:
        """All of them."""
        return [
            _subscription(row)
            for row in self._connection.execute(select(subscriptions).order_by(subscriptions.c.topic))
        ]

    def save_subscription(self, subscription: Subscription) -> None:
        """Insert or replace."""
        self._connection.execute(delete(subscriptions).where(subscriptions.c.topic == subscription.topic))
        self._connection.execute(
            insert(subscriptions).values(
                topic=subscription.topic,
                hub=subscription.hub,
                sealed_secret=subscription.sealed_secret,
                path=subscription.path,
                requested_at=subscription.requested_at,
                verified_at=subscription.verified_at,
                expires_at=subscription.expires_at,
            )
        )

    def raise_alert(self, kind: str, message: str, *, subject: str, at: datetime) -> None:
        """Put an alert in line, in the same transaction as its cause."""
        self._connection.execute(insert(alerts).values(kind=kind, subject=subject, message=message, raised_at=at))

    def list_alerts(self, *, unsent_only: bool = True, limit: int = 100) -> Sequence[AlertNote]:
        """Oldest first."""
        query = select(alerts).order_by(alerts.c.id).limit(limit)
        if unsent_only:
            query = query.where(alerts.c.sent_at.is_(None))
        return [_note(row) for row in self._connection.execute(query)]

    def mark_alert_sent(self, alert_id: int, *, at: datetime) -> None:
        """It was passed on."""
        self._connection.execute(update(alerts).where(alerts.c.id == alert_id).values(sent_at=at))

    def last_alert_at(self, kind: str, subject: str) -> datetime | None:
        """When the like was last passed on."""
        query = select(func.max(alerts.c.sent_at)).where(alerts.c.kind == kind, alerts.c.subject == subject)
        found = self._connection.execute(query).scalar_one_or_none()
        return found if isinstance(found, datetime) else None


def _subscription(row: Any) -> Subscription:
    return Subscription(
        topic=row.topic,
        hub=row.hub,
        sealed_secret=row.sealed_secret,
        path=row.path,
        requested_at=row.requested_at,
        verified_at=row.verified_at,
        expires_at=row.expires_at,
    )


def _note(row: Any) -> AlertNote:
    return AlertNote(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        message=row.message,
        raised_at=row.raised_at,
        sent_at=row.sent_at,
    )
