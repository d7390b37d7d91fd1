"""From what a person says about days to a span: whole days of the newsroom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from asiaradar_bot.model.engagement import CHECKPOINTS
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.report import Span
from asiaradar_bot.rules.slots import local_instant

MOST_DAYS = 3660
AGES: Mapping[str, timedelta] = dict(zip(("1h", "6h", "24h", "3d", "7d", "28d"), CHECKPOINTS, strict=True))
"""How people name the ages at which posts are compared."""


def read_age(text: str) -> timedelta:
    """
    The age of that name.

    Raises:
        InputError: there is none.
    """
    if text not in AGES:
        raise InputError(f"posts are not compared at «{text}»: choose one of {', '.join(AGES)}")
    return AGES[text]


def read_span(*, now: datetime, zone: str, days: int | None, since: str | None, until: str | None) -> Span:
    """
    The last so many days up to now, or from one day through another, both whole and in the newsroom's zone.

    Raises:
        InputError: a day cannot be read, or the days make no span.
    """
    newsroom = ZoneInfo(zone)
    if days is not None and since is not None:
        raise InputError("say either how many days, or since when")
    end = now if until is None else local_instant(_day(until) + timedelta(days=1), time(0), newsroom)
    if since is not None:
        start = local_instant(_day(since), time(0), newsroom)
        if until is None and start > now:
            raise InputError(f"{_day(since)} lies ahead: begin with a day up to today")
    else:
        wanted = 30 if days is None else days
        if not 1 <= wanted <= MOST_DAYS:
            raise InputError(f"{wanted} days make no span: say 1 to {MOST_DAYS}")
        start = end - timedelta(days=wanted)
    if start >= end:
        raise InputError(f"the span ends before it begins ({start:%Y-%m-%d} to {end:%Y-%m-%d}): turn the days around")
    return Span(since=start, until=end)


def read_month(text: str, *, now: datetime) -> date:
    """
    The first day of a month written as 2026-10; the months are those of UTC, as X's invoices are.

    Raises:
        InputError: it is no month, or is still to come.
    """
    try:
        first_on = datetime.strptime(text.strip(), "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise InputError(f"«{text}» is no month: write it as 2026-11") from error
    month = now.astimezone(UTC).strftime("%Y-%m")
    if f"{first_on:%Y-%m}" > month:
        raise InputError(f"{text} is still to come: name a month up to {month}")
    return first_on


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InputError(f"«{text}» is no day: write it as 2026-11-24") from error
