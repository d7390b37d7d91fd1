"""Forecast and warnings."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from asiaradar_bot.rules.spending import Forecast, due_warning, forecast

TODAY = date(2026, 11, 24)


def test_the_forecast_carries_the_last_days_forward() -> None:
    """Six days are left; each is taken to cost what the whole days on record cost on average, quiet ones included."""
    daily = {TODAY - timedelta(days=1): Decimal(3), TODAY - timedelta(days=4): Decimal(5)}
    found = forecast(daily, today_on=TODAY, spent_usd=Decimal(10), first_on=TODAY - timedelta(days=4))
    assert found == Forecast(amount_usd=Decimal("22.000"), from_days=4)


def test_the_forecast_looks_back_two_weeks_at_most() -> None:
    """Older days do not matter."""
    daily = {TODAY - timedelta(days=back): Decimal(1) for back in range(1, 15)}
    found = forecast(daily, today_on=TODAY, spent_usd=Decimal(0), first_on=TODAY - timedelta(days=90))
    assert found == Forecast(amount_usd=Decimal("6.000"), from_days=14)


@pytest.mark.parametrize("first_on", [None, TODAY])
def test_without_a_whole_day_there_is_no_forecast(first_on: date | None) -> None:
    """On the first day nothing is foretold."""
    found = forecast({}, today_on=TODAY, spent_usd=Decimal(1), first_on=first_on)
    assert found == Forecast(amount_usd=None, from_days=0)


@pytest.mark.parametrize(
    ("spent", "budget", "warned", "due"),
    [
        ("49.99", "100", 0, None),
        ("50", "100", 0, 50),
        ("85", "100", 0, 80),
        ("85", "100", 80, None),
        ("100", "100", 80, 100),
        ("130", "100", 100, None),
        ("130", None, 0, None),
        ("0", "0", 0, None),
    ],
)
def test_each_share_is_warned_of_once(spent: str, budget: str | None, warned: int, due: int | None) -> None:
    """The highest share that is reached and new is due; without a budget none is."""
    month = None if budget is None else Decimal(budget)
    assert due_warning(Decimal(spent), month_usd=month, percents=(50, 80), warned=warned) == due
