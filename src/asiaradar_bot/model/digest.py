"""The newsroom's digest: a day or a week in a text that an editor reads over coffee."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum


class DigestKind(StrEnum):
    """
    How much a digest tells of; the text is what the database stores.
    """

    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPlan:
    """
    When digests are made, in the newsroom's time; None: not at all.
    """

    daily_at: time | None = None
    weekly_at: time | None = None
    weekly_on: int = 0
    """Monday is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """
    What one digest tells of: whole days of the newsroom.
    """

    kind: DigestKind
    on: date
    """The day on which it is made; with the kind it names the period."""
    since: datetime
    until: datetime
    before: datetime
    """Where the period before it began, for comparison."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPost:
    """
    A post that went out, with its figures so far.
    """

    remote_id: str
    text: str
    news_class: str | None
    """None: made by hand on X."""
    impressions: int | None
    engagements: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldArticle:
    """
    An article that was held, why, and what has become of it.
    """

    title: str
    why: str
    post_state: str | None
    """None: it has no post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestFacts:
    """
    Everything that a digest tells.
    """

    period: Period
    handle: str
    zone: str
    sent: Sequence[SentPost]
    sent_before: int
    """Posts of the period before."""
    held: Sequence[HeldArticle]
    skipped: Mapping[str, int]
    """How many articles were skipped for which reason."""
    spent_usd: Decimal
    month_usd: Decimal
    budget_usd: Decimal | None
    forecast_usd: Decimal | None
    waiting: Mapping[str, int]
    """Posts that need somebody, by state."""
    foreign: int
    stopped: str | None
    """Why nothing is sent at the moment; None: sending is on."""
