"""Reads the stamps of feeds and pages as aware UTC instants."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dateutil import parser

MIN_STAMP_CHARS = 6
MAX_STAMP_CHARS = 80

_HOURS = {
    "UTC": 0, "GMT": 0, "UT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "BST": 1, "CET": 1, "CEST": 2, "MSK": 3, "PKT": 5, "WIB": 7, "ICT": 7, "HKT": 8,
    "SGT": 8, "PHT": 8, "MYT": 8, "AWST": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
"""Names of RFC 822 and of our part of the world, in hours; IST is left out, as three countries use it."""
_ZONE_COMMENT = re.compile(r"\s*\([^()]*\)\s*$")
_GMT_OFFSET = re.compile(r"\b(?:GMT|UTC)([+-]\d)")
_FULL_DATE = re.compile(
    r"\b(?:\d{4}-\d{2}-\d{2}(?!\d)|\d{1,2} [A-Z][a-z]{2,8} \d{4}\b|[A-Z][a-z]{2,8} \d{1,2}, \d{4}\b)"
)
"""Forms that surely hold year, month and day; they spare the second look, which costs as much as the first."""
_ONE_DAY = datetime(2001, 1, 1)  # noqa: DTZ001  only fills the parts that a stamp lacks, see below
_OTHER_DAY = datetime(2004, 2, 2)  # noqa: DTZ001  as above


def read_stamp(text: str | None, *, zone: str) -> datetime | None:
    """
    The instant in UTC; a stamp without zone is read in `zone`, one without time is its midnight.

    None: no stamp, unreadable, or without year, month or day.
    """
    if not text or not MIN_STAMP_CHARS <= len(text.strip()) <= MAX_STAMP_CHARS:
        return None
    # «GMT+0800 (China Standard Time)» is how browsers print; dateutil reads the sign the other way round.
    text = _GMT_OFFSET.sub(r"\1", _ZONE_COMMENT.sub("", text.strip()))
    try:
        read = parser.parse(text, default=_ONE_DAY, tzinfos=_zone_of_name)
        # Parts that the stamp lacks come from the default: only a full date gives the same twice.
        if not _FULL_DATE.search(text) and read != parser.parse(text, default=_OTHER_DAY, tzinfos=_zone_of_name):
            return None
        if read.utcoffset() is None:
            read = read.replace(tzinfo=ZoneInfo(zone))
        return read.astimezone(UTC)
    except (ValueError, OverflowError, ArithmeticError, TypeError):
        return None


def _zone_of_name(name: str | None, offset_seconds: int | None) -> int | None:
    """
    Seconds east of UTC; None for a name that we do not know, which leaves the stamp without zone.
    """
    if offset_seconds is not None:
        return offset_seconds
    hours = _HOURS.get((name or "").upper())
    return None if hours is None else hours * 3600
