"""Waits grow, and neither shrink under half of the base nor pass their cap."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.rules.retries import back_off

spans = st.integers(1, 3600).map(lambda seconds: timedelta(seconds=seconds))
spreads = st.floats(-1, 2, allow_nan=False)


@given(failures=st.integers(-3, 10**9), base=spans, cap=spans, spread=spreads)
def test_a_wait_is_within_its_bounds(failures: int, base: timedelta, cap: timedelta, spread: float) -> None:
    """At least half of the base (or of the cap, where that is less), at most the cap, after any number of failures."""
    wait = back_off(failures, base=base, cap=cap, spread=spread)
    assert min(base, cap) / 2 <= wait <= cap


@given(failures=st.integers(0, 25), base=spans, cap=spans, spread=st.floats(0, 1))
def test_a_further_failure_never_shortens_the_wait(
    failures: int, base: timedelta, cap: timedelta, spread: float
) -> None:
    """With the same spread the next wait is as long or longer, and twice as long until the cap."""
    one, two = (back_off(failures + more, base=base, cap=cap, spread=spread) for more in (0, 1))
    assert one <= two
    if base * 2 ** (failures + 1) <= cap:
        assert abs(two - 2 * one) <= timedelta(microseconds=2)


@given(base=spans, spread=st.floats(0, 1))
def test_the_spread_takes_the_upper_half(base: timedelta, spread: float) -> None:
    """0 is half the wait, 1 the whole, and more spread is never less wait."""
    cap = timedelta(days=1)
    assert back_off(0, base=base, cap=cap, spread=0.0) == base / 2
    assert back_off(0, base=base, cap=cap, spread=1.0) == base
    assert base / 2 <= back_off(0, base=base, cap=cap, spread=spread) <= base
