"""The right to publish for an account: one owner at a time, with a fence number that only grows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """
    Held by `owner` until `expires_at`; every write names owner and fence.
    """

    account: str
    owner: str
    fence: int
    expires_at: datetime
