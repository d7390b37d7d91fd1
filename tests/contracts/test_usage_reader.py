"""The contract of `ports.UsageReader`, held by FakeUsage, DryRunAccount and XAccount on the local X over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from asiaradar_bot.adapters.x_account import DryRunAccount
from asiaradar_bot.model.errors import CannotReadError
from asiaradar_bot.ports import UsageReader
from asiaradar_bot.sandbox.x import LocalX
from tests.contracts.accounts import open_gate, x_account
from tests.fakes.outside import FakeClock
from tests.fakes.people import FakeUsage


@pytest.fixture(params=["fake", "dry-run", "x"])
def reader(request: pytest.FixtureRequest) -> Iterator[UsageReader]:
    """Each implementation in turn, the one on X having read its timeline once."""
    clock = FakeClock()
    if request.param == "fake":
        yield FakeUsage()
    elif request.param == "dry-run":
        yield DryRunAccount(now=clock.now, handle="AsiaRadar")
    else:
        with LocalX(now=clock.now) as x:
            account = x_account(x, clock, bearer=True)
            account.publish("Ferries", gate=open_gate)
            account.own_posts(account.me().id, since=clock.now())
            yield account


def test_days_come_oldest_first_with_counts(reader: UsageReader) -> None:
    """Each day once, in rising order, none with fewer than no posts, and not more days than asked for and today."""
    days = reader.read_usage(days=7)
    assert all(one.day_on < two.day_on for one, two in pairwise(days))
    assert all(day.posts_read >= 0 for day in days)
    assert len(days) <= 8


def test_without_the_right_token_it_is_said() -> None:
    """An account that may not ask says so, and that nothing was read."""
    clock = FakeClock()
    with LocalX(now=clock.now) as x, pytest.raises(CannotReadError, match=r"x\.bearer_token") as refused:
        x_account(x, clock).read_usage(days=7)
    assert refused.value.surely_unread
