"""The ledger -> warnings at set shares of the budget, and the account of a month for people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.money import ClassCost, PostCost, plain_usd
from asiaradar_bot.ports import Clock, Store, UsageReader
from asiaradar_bot.rules.spending import FORECAST_DAYS, Forecast, due_warning, forecast

_WARNED = "budget_warned"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCost:
    """
    Requests of one kind and certainty.
    """

    what: str
    state: str
    units: int
    amount_usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthAccount:
    """
    A UTC month: whole, or so far.
    """

    month_on: date
    kinds: Sequence[KindCost]
    classes: Sequence[ClassCost]
    posts: Sequence[PostCost]
    """The dearest ones; `posts_count` has how many cost something."""
    posts_count: int
    total_usd: Decimal
    """Settled, reserved and unknown."""
    exposure_usd: Decimal
    """The part of it of which nobody knows whether X bills it."""
    reads_usd: Decimal
    budget_usd: Decimal | None
    """Of the month that runs; None for one that is over: nobody knows what it was."""
    forecast: Forecast
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageLine:
    """
    One UTC day: posts read by X's own count and by our ledger.
    """

    day_on: date
    x_counts: int
    we_count: int


def watch_budget(store: Store, clock: Clock, *, limits: Limits) -> int | None:
    """
    Raise an alert when a set share of the month's budget is reached, once each; the share in percent, or None.
    """
    now = clock.now()
    month = f"{now:%Y-%m}"
    with store.read() as tx:
        spent = tx.ledger.month_total(now.date())
        known_month, _, known = (tx.account.get_mark(_WARNED) or "").partition("|")
    warned = int(known) if known_month == month else 0
    share = due_warning(spent, month_usd=limits.month_usd, percents=limits.warn_percents, warned=warned)
    if share is None:
        return None
    budget = plain_usd(limits.month_usd or 0)
    with store.begin() as tx:
        tx.account.set_mark(_WARNED, f"{month}|{share}")
        tx.inbox.raise_alert(
            "budget",
            f"{share} % of the month's budget of {budget} USD is used ({plain_usd(spent)} USD){_ending(share, limits)}",
            subject=f"{month} {share} %",
            at=now,
        )
    return share


def _ending(share: int, limits: Limits) -> str:
    if share < 100:  # noqa: PLR2004 - percent
        return ""
    return ": only breaking posts go out" if limits.breaking_passes else ": nothing more is sent this month"


def account_month(
    store: Store, clock: Clock, *, limits: Limits, dearest: int = 5, month_on: date | None = None
) -> MonthAccount:
    """
    The month that holds `month_on`; without it the one that runs, so far and with its forecast.
    """
    now_on = clock.now().date()
    today = now_on if month_on is None or month_on >= now_on.replace(day=1) else month_on
    is_over = today != now_on
    sums: dict[tuple[str, str], tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    with store.read() as tx:
        for entry in tx.ledger.list_month(today):
            units, amount = sums[entry.what, entry.state]
            sums[entry.what, entry.state] = (units + entry.units, amount + entry.amount_usd)
        daily = {} if is_over else tx.ledger.daily(today - timedelta(days=FORECAST_DAYS), today)
        total = tx.ledger.month_total(today)
        reads = tx.ledger.reads_total(today)
        classes, posts = tx.ledger.by_class(today), tx.ledger.by_post(today, limit=dearest)
    doubtful = (amount for (_, state), (_, amount) in sums.items() if state in {"reserved", "unknown"})
    return MonthAccount(
        month_on=today.replace(day=1),
        kinds=[
            KindCost(what=what, state=state, units=units, amount_usd=amount)
            for (what, state), (units, amount) in sorted(sums.items())
        ],
        classes=classes,
        posts=posts,
        posts_count=sum(one.posts for one in classes),
        total_usd=total,
        exposure_usd=sum(doubtful, Decimal(0)),
        reads_usd=reads,
        budget_usd=None if is_over else limits.month_usd,
        forecast=forecast(daily, today_on=today, spent_usd=total, first_on=min(daily, default=None)),
        is_over=is_over,
    )


def compare_usage(store: Store, clock: Clock, reader: UsageReader, *, days: int = 7) -> Sequence[UsageLine]:
    """
    X's own count of posts read beside ours, by UTC day, oldest first.

    Raises:
        CannotReadError: X gave no usable answer, or this account may not ask.
    """
    counted = reader.read_usage(days=days)
    today = clock.now().date()
    with store.read() as tx:
        ours = tx.ledger.reads_by_day(today - timedelta(days=days), today + timedelta(days=1))
    return [UsageLine(day_on=day.day_on, x_counts=day.posts_read, we_count=ours.get(day.day_on, 0)) for day in counted]
