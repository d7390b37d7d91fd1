"""The contract of `ports.Clock`, held by FakeClock and SystemClock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from asiaradar_bot.adapters.clock import SystemClock
from asiaradar_bot.ports import Clock
from tests.fakes.outside import FakeClock


@pytest.fixture(params=[FakeClock, SystemClock])
def clock(request: pytest.FixtureRequest) -> Clock:
    """Each implementation in turn."""
    made: Clock = request.param()
    return made


def test_now_is_aware_and_in_utc(clock: Clock) -> None:
    """No naive time ever comes from a clock."""
    assert clock.now().utcoffset() == timedelta(0)


def test_neither_clock_goes_back(clock: Clock) -> None:
    """Asked again and again, both stand or go on."""
    walls = [clock.now() for _ in range(50)]
    steady = [clock.monotonic() for _ in range(50)]
    assert walls == sorted(walls)
    assert steady == sorted(steady)


def test_the_fake_moves_both_clocks_alike() -> None:
    """What a test lets pass has passed on the wall and on the steady clock."""
    clock = FakeClock()
    wall, steady = clock.now(), clock.monotonic()
    clock.advance(minutes=2)
    assert clock.now() - wall == timedelta(minutes=2)
    assert clock.monotonic() - steady == 120
