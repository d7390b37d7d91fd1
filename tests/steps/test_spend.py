"""Warnings of the budget, the account of a month, X's own count, and what still goes out when the money is gone."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.money import Billable, ClassCost, SpendState
from asiaradar_bot.model.post import PostState
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.steps.spend import UsageLine, account_month, compare_usage, watch_budget
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import NOON, FakeClock
from tests.fakes.people import FakeUsage
from tests.protocol.test_publishing import make_press, queue, state_of

DAY = timedelta(days=1)


def spend(store: SqlStore, amount: str, *, days_ago: float = 0) -> None:
    """A settled entry that belongs to no post."""
    with store.begin() as tx:
        at = NOON - days_ago * DAY
        entry_id = tx.ledger.reserve(Billable.USER_READ, Decimal(amount), at=at, post_id=None, attempt_id=None)
        tx.ledger.settle_entry(entry_id, SpendState.SETTLED)


def test_each_share_raises_one_alert_a_month(store: SqlStore) -> None:
    """At half, at four fifths and at the end people are told once; the next month begins anew."""
    clock, limits = FakeClock(), Limits(month_usd=Decimal(10), warn_percents=(50, 80))
    assert watch_budget(store, clock, limits=limits) is None
    spend(store, "8.5")
    assert watch_budget(store, clock, limits=limits) == 80
    assert watch_budget(store, clock, limits=limits) is None
    spend(store, "2")
    assert watch_budget(store, clock, limits=limits) == 100
    with store.read() as tx:
        messages = [alert.message for alert in tx.inbox.list_alerts()]
    assert [message[:4] for message in messages] == ["80 %", "100 "]
    assert "nothing more is sent this month" in messages[1]
    clock.advance(days=10)
    spend(store, "6", days_ago=-10)
    assert watch_budget(store, clock, limits=limits) == 50


def test_breaking_posts_may_pass_an_empty_budget(store: SqlStore) -> None:
    """With the setting a breaking post goes out when the money is used up, a normal one waits; without it both wait."""
    press = make_press(store, month_usd=Decimal("0.1"))
    normal = queue(store, 1)
    breaking = queue(store, 2, news_class=NewsClass.BREAKING)
    assert "budget" in str(publish_due(press).idle)
    assert state_of(store, breaking) is PostState.QUEUED
    spend(store, "0.1")
    letting = make_press(store, month_usd=Decimal("0.1"), breaking_passes=True)
    assert "budget" in str(publish_due(letting).idle)
    assert state_of(store, breaking) is PostState.PUBLISHED
    assert state_of(store, normal) is PostState.QUEUED


def test_the_account_of_a_month(store: SqlStore) -> None:
    """Kinds, classes, the dearest posts, what is in doubt, and a forecast from the whole days before."""
    press = make_press(store, "yes", "lost")
    first, second = queue(store, 1), queue(store, 2, due_at=NOON - timedelta(minutes=1))
    publish_due(press)
    publish_due(press)
    spend(store, "0.070", days_ago=2)
    month = account_month(store, press.clock, limits=Limits(month_usd=Decimal(20)))
    assert {(kind.what, kind.state): kind.units for kind in month.kinds} == {
        ("post_with_link", "settled"): 1,
        ("post_with_link", "unknown"): 1,
        ("user_read", "settled"): 1,
    }
    assert (month.total_usd, month.exposure_usd) == (Decimal("0.47"), Decimal("0.2"))
    assert list(month.classes) == [ClassCost(news_class="normal", posts=2, amount_usd=Decimal("0.4"))]
    assert {post.post_id for post in month.posts} == {first.id, second.id}
    assert month.reads_usd == Decimal("0.07")
    assert (month.forecast.from_days, month.forecast.amount_usd) == (2, Decimal("0.680"))


def test_a_month_that_is_over_is_told_whole(store: SqlStore) -> None:
    """All of it, to its last second in UTC and nothing of the next; no forecast, and no budget that may not have been."""
    clock, limits = FakeClock(), Limits(month_usd=Decimal(20))
    for amount, days in (("1", 24), ("2", 23.5), ("4", 54.5), ("8", 54.6), ("16", 0)):
        spend(store, amount, days_ago=days)
    october = account_month(store, clock, limits=limits, month_on=date(2026, 10, 1))
    assert (october.month_on, october.total_usd, october.is_over) == (date(2026, 10, 1), Decimal(5), True)
    assert (october.budget_usd, october.forecast.amount_usd) == (None, None)
    now = account_month(store, clock, limits=limits, month_on=date(2026, 11, 1))
    assert (now.total_usd, now.is_over, now.budget_usd) == (Decimal(18), False, Decimal(20))
    assert now == account_month(store, clock, limits=limits)


def test_our_count_of_reads_stands_beside_that_of_x(store: SqlStore) -> None:
    """Posts read by UTC day, ours and X's; user reads are no posts."""
    with store.begin() as tx:
        price = Decimal("0.001")
        tx.ledger.settle_read(None, Billable.OWNED_READ, price, at=NOON - DAY, resources=["1", "2", "3"])
    spend(store, "0.01")
    assert list(compare_usage(store, FakeClock(), FakeUsage())) == [
        UsageLine(day_on=(NOON - DAY).date(), x_counts=3, we_count=3),
        UsageLine(day_on=NOON.date(), x_counts=1, we_count=0),
    ]
