"""Prices with dates, and the ledger of what was spent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

_CENT, _TENTH = Decimal("0.01"), Decimal("0.001")


def plain_usd(amount: Decimal | float | str) -> str:
    """
    An amount as people read it, `0.20`, `0.205`, `1,234.50`: two digits behind the point, three where two would lie.
    """
    value = Decimal(str(amount)).quantize(_TENTH)
    return f"{value:,.{2 if value == value.quantize(_CENT) else 3}f}"


class Billable(StrEnum):
    """
    The kinds of request that X bills.

    Source: X API pricing page, docs.x.com/x-api/getting-started/pricing, 2026-08-22.
    """

    POST = "post"
    POST_WITH_LINK = "post_with_link"
    DELETE = "delete"
    ALT_TEXT = "alt_text"
    POST_READ = "post_read"
    OWNED_READ = "owned_read"
    USER_READ = "user_read"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """
    What X asks from `since_on` on, in USD.
    """

    since_on: date
    prices: dict[Billable, Decimal]


class SpendState(StrEnum):
    """
    How sure a ledger entry is.
    """

    RESERVED = "reserved"
    """The request may be on the wire."""
    SETTLED = "settled"
    """X did it and bills it."""
    RELEASED = "released"
    """Surely not done; nothing is owed."""
    UNKNOWN = "unknown"
    """Nobody knows; counted against the budget as if billed."""


READS = (Billable.OWNED_READ, Billable.POST_READ, Billable.USER_READ)
"""Billed once in a UTC day for each post or user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCost:
    """
    What one post came to in a month: sending, alt text, deleting; reads are not counted to posts.
    """

    post_id: int
    news_class: str
    text: str
    amount_usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCost:
    """
    What the posts of one class came to in a month.
    """

    news_class: str
    posts: int
    amount_usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageDay:
    """
    How many posts X says that it showed us on one UTC day.
    """

    day_on: date
    posts_read: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """
    One billable request.
    """

    id: int
    at: datetime
    what: Billable
    amount_usd: Decimal
    state: SpendState
    units: int = 1
    post_id: int | None = None
    attempt_id: int | None = None
