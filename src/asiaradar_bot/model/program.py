"""Programs that work with the bot: their tokens, requests that must not be repeated, and where they hear of changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from asiaradar_bot.model.access import Person, Role, Scope
from asiaradar_bot.model.audit import AuditEntry

REQUEST_LIFE = timedelta(hours=48)
"""How long an Idempotency-Key is remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """
    What lets a program in; its secret is shown once, and only its digest is here.
    """

    id: int
    name: str
    """As the audit shows it: `api:NAME`."""
    role: Role
    scopes: frozenset[Scope]
    hint: str
    """The last four characters."""
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    used_at: datetime | None = None

    @property
    def person(self) -> Person:
        """
        The program as steps and audit know it.
        """
        return Person(who=f"api:{self.name}", role=self.role, scopes=self.scopes)

    def is_over(self, now: datetime) -> bool:
        """
        Whether its time has passed.
        """
        return self.expires_at is not None and now >= self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """
    What was answered to a request with an Idempotency-Key; without a status it is still under way, or died under way.
    """

    fingerprint: str
    """SHA-256 of method, path and body."""
    status: int | None
    body: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """
    An address that is told of changes, in their order.
    """

    id: int
    url: str
    sealed_secret: str
    events: tuple[str, ...]
    """Names such as `post.published`, or `post.*`; empty: all."""
    cursor: int
    """Number of the last entry of the audit that was delivered, or passed over."""
    created_at: datetime
    created_by: str
    failures: int = 0
    """In a row."""
    next_try_at: datetime | None = None
    error: str | None = None
    delivered_at: datetime | None = None
    stopped_at: datetime | None = None
    """Given up after failing too long; an admin can start it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """
    A change as programs are told of it: an entry of the audit with its number.
    """

    number: int
    entry: AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """
    What came of telling a webhook: an error to show, or none.
    """

    error: str | None
    gone: bool = False
    """The other side said that it wants no more (410)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """
    One message to a webhook, before it is signed.
    """

    id: str
    """The same each time the message is tried, so that the other side can know a repeat."""
    at: datetime
    body: Mapping[str, object]
