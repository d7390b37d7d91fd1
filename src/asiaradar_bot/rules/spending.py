"""What a month's spending is heading for, and which warning is due."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

FORECAST_DAYS = 14
"""Whole days before today whose mean is carried forward."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """
    What the month will come to if the days ahead are like the days before.
    """

    amount_usd: Decimal | None
    """None: no whole day has passed yet."""
    from_days: int
    """How many whole days it rests on."""


def forecast(daily: Mapping[date, Decimal], *, today_on: date, spent_usd: Decimal, first_on: date | None) -> Forecast:
    """
    The month's end: what is spent so far, and for each day after today the mean of up to 14 whole days before today.

    `daily` is spending by UTC day, days without any left out; `first_on` the first day on record, None: there is none.
    """
    if first_on is None or first_on >= today_on:
        return Forecast(amount_usd=None, from_days=0)
    days = min(FORECAST_DAYS, (today_on - first_on).days)
    seen = sum((daily.get(today_on - timedelta(days=back), Decimal(0)) for back in range(1, days + 1)), Decimal(0))
    left = calendar.monthrange(today_on.year, today_on.month)[1] - today_on.day
    amount = (spent_usd + seen / days * left).quantize(Decimal("0.001"))
    return Forecast(amount_usd=amount, from_days=days)


def due_warning(spent_usd: Decimal, *, month_usd: Decimal | None, percents: Sequence[int], warned: int) -> int | None:
    """
    The highest share in percent that is reached and not warned of yet (`warned`: the last one, 0: none); None: none.

    A budget of nothing warns of nothing: it is a choice.
    """
    if not month_usd:
        return None
    reached = [one for one in (*percents, 100) if spent_usd * 100 >= month_usd * one and one > warned]
    return max(reached, default=None)
