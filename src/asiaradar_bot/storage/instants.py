"""Whose clock decides when a lease has run out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import literal, text

from asiaradar_bot.storage.tables import Instant


def lease_instant(now: datetime, *, server_time: bool) -> Any:
    """
    The instant to compare a lease's expiry with: the database server's own where several machines share it.
    """
    if server_time:
        return text("CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)")
    return literal(now, Instant)
