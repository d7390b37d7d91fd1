"""How long to wait before the next try."""

from __future__ import annotations

from datetime import timedelta

FAILURES_TOLD = 3
"""What fails this many times in a row does not pass by itself: somebody is told."""
_MOST_DOUBLINGS = 20


def wait_asked_for(asked: timedelta | None, *, least: timedelta, otherwise: timedelta) -> timedelta:
    """
    The wait that the other side asked for, but never less than `least`; None: it asked for none.
    """
    return otherwise if asked is None else max(asked, least)


def back_off(failures: int, *, base: timedelta, cap: timedelta, spread: float) -> timedelta:
    """
    The wait after so many failures in a row: doubled each time, capped, then spread over its upper half.

    `spread` in 0..1 comes from outside, so that the rule stays repeatable; 1 is the whole wait, 0 half of it.
    """
    doublings: int = min(max(failures, 0), _MOST_DOUBLINGS)
    whole = min(base * (1 << doublings), cap)
    return whole * (0.5 + 0.5 * min(max(spread, 0.0), 1.0))
