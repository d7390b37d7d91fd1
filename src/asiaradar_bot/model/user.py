"""People at the Desk, their sessions and the links that let them in once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType

from asiaradar_bot.model.access import Role

UserId = NewType("UserId", int)

IDLE = timedelta(hours=8)
"""A session that was not used this long is over. Source: OWASP ASVS 5.0, 7.3.1, and our own choice of the span."""
ABSOLUTE = timedelta(days=7)
"""No session lives longer. Source: OWASP ASVS 5.0, 7.3.2."""
LINK_LIFE = timedelta(hours=24)
"""How long a one-time link lets somebody in."""
CONFIRMED = timedelta(minutes=10)
"""How long a password that was just given counts as fresh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """
    Somebody who may sign in.
    """

    id: UserId
    name: str
    """As they sign in and as the audit shows them; unique without regard to case."""
    role: Role
    password_hash: str | None
    """None: no password yet; only a one-time link lets them in."""
    language: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """
    A browser in which somebody is signed in; its secret is only in the cookie, its digest here.
    """

    id: int
    user_id: UserId
    csrf: str
    created_at: datetime
    seen_at: datetime
    confirmed_at: datetime | None
    address: str
    agent: str | None = None
    """What the browser called itself; a hint for people, never a proof."""

    def is_confirmed(self, now: datetime) -> bool:
        """
        Whether password or second factor were given so lately that they are not asked again.
        """
        return self.confirmed_at is not None and now < self.confirmed_at + CONFIRMED

    def is_over(self, now: datetime) -> bool:
        """
        Whether it was idle too long, or is too old.
        """
        return now >= self.seen_at + IDLE or now >= self.created_at + ABSOLUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """
    Failed sign-ins of the last minutes.
    """

    of_both: int
    """Under this name from this address."""
    of_name: int
    of_address: int
