"""An instant in words, in the newsroom's zone and in UTC; for sentences that stay on record."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def in_both_zones(at: datetime, zone: str) -> str:
    """
    As editors say it: `2026-11-29 07:01 Hong Kong (2026-11-28 23:01 UTC)`.
    """
    utc = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    local = at.astimezone(ZoneInfo(zone))
    if not local.utcoffset():
        return utc
    return f"{local:%Y-%m-%d %H:%M} {zone.rpartition('/')[2].replace('_', ' ')} ({utc})"
