"""Prices with dates, and the ledger of what was spent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


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
