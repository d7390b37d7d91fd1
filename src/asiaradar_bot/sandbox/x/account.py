"""Who the local X knows: one account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """
    The account that the credentials belong to.
    """

    id: str = "1730000000000000001"
    username: str = "AsiaRadar"
    name: str = "Radar Asia"
    description: str = "News from across Asia. Posts are made by a bot of the newsroom."
    created_at: datetime = datetime(2023, 12, 1, tzinfo=UTC)
    followers: int = 48_200
    following: int = 112


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """
    How the local X behaves where X leaves it to the account, or where its own papers disagree.
    """

    premium: bool = False
    """True: long posts and edits."""
    app_owned: bool = True
    """True: the developer app belongs to the account, which makes reading the own timeline cheap."""
    credit_usd: Decimal | None = None
    """Prepaid balance; None: it never ends."""
    seed: int = 1
    """Same seed and same ids: same engagement."""
    reach: int = 2_500
    """Impressions that a usual post ends up with."""
    clock_tolerance: timedelta = timedelta(seconds=300)
    """How old a signature may be."""
    duplicate_window: timedelta = timedelta(hours=12)
    """X documents none; this is the longest one reported."""
    edit_window: timedelta = timedelta(hours=1)
    """X's changelog says an hour, its guide half of that."""
    edits_allowed: int = 5
    private_metrics_days: int = 30
    media_life: timedelta = timedelta(days=1)
